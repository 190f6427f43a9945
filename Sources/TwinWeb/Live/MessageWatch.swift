import TwinCore
import TwinRuntime

/// What came in by topic: how often, how long ago, and the last message.
struct MessageWatch: Sendable {
    /// More topics are counted together.
    static let topicsMax = 10_000

    struct Seen: Sendable {
        var count = 0
        var last: Arrival
    }

    private(set) var topics: [String: Seen] = [:]
    /// Messages of topics beyond.
    private(set) var beyond = 0

    mutating func hear(_ arrivals: [Arrival], _ outcome: TickOutcome) {
        for arrival in arrivals {
            if topics[arrival.topic] != nil {
                topics[arrival.topic]?.count += 1
                topics[arrival.topic]?.last = arrival
            } else if topics.count < MessageWatch.topicsMax {
                topics[arrival.topic] = Seen(count: 1, last: arrival)
            } else {
                beyond += 1
            }
        }
    }
}
