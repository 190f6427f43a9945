import TwinCore

extension ComponentReply {
    /// Assets whose breaker is open.
    var tripped: Set<AssetPath> {
        alarms.contains { $0.code == .trip }
            ? Set(alarms.filter { $0.code == .trip }.map { AssetPath($0.area, $0.asset) }) : []
    }

    /// How much a tick's components said.
    struct Sizes {
        var values = 0
        var cells = 0
        var readings = 0

        init() {}

        init(_ reply: ComponentReply) {
            (values, cells, readings) = (reply.values.count, reply.cells.count, reply.readings.count)
        }
    }

    /// Makes room for as much as the tick before had to say.
    mutating func reserve(_ sizes: Sizes) {
        values.reserveCapacity(sizes.values)
        cells.reserveCapacity(sizes.cells)
        readings.reserveCapacity(sizes.readings)
    }
}
