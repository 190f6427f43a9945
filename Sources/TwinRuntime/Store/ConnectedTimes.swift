import TwinBooks
import TwinCore

/// How long cars were plugged in at the bays that are paid for it, from what ticks used: rows of the books do not have it.
struct ConnectedTimes {
    private(set) var times: [AssetPath: ConnectedTime] = [:]
    private let groups: Set<AssetPath>

    init(_ method: ReportMethod) { groups = Set((method.vehicleGrid?.groups ?? []).map(\.path)) }

    mutating func add(_ outcome: TickOutcome) {
        guard !groups.isEmpty else { return }
        for value in outcome.values where value.key == ConnectedTime.key {
            let path = AssetPath(value.area, value.asset)
            guard groups.contains(path) else { continue }
            times[path, default: ConnectedTime()].add(
                value.used.value, value.used.quality, from: outcome.from, to: outcome.end)
        }
    }

    /// The same from a store, of a window.
    mutating func add(_ store: some StoreReading, _ window: StoreWindow) throws {
        for path in groups {
            var time = ConnectedTime()
            try store.forEachPoint(SignalPath(path, ConnectedTime.key), .used, window) { point in
                time.add(point.value, point.quality, from: point.from, to: point.to)
            }
            times[path] = time
        }
    }
}
