import TwinCore

/// How much one tick takes. A flood costs so much memory and no more, and what is beyond is counted as shed; the rule is the
/// step's, so that a replay sheds what was shed.
struct TickRoom: Sendable {
    static let countMax = 150_000
    /// Of payload.
    static let bytesMax = 32 << 20

    private var count = 0
    private var bytes = 0

    /// Readings give way first: acknowledgements, clocks and vehicles have as much room again.
    mutating func takes(_ arrival: Arrival) -> Bool {
        let factor = arrival.topic.hasSuffix("/tele") ? 1 : 2
        guard count < factor * TickRoom.countMax, bytes < factor * TickRoom.bytesMax else { return false }
        count += 1
        bytes += arrival.payload.count
        return true
    }
}
