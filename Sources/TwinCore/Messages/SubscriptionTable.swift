/// Who wants which topic: MQTT topic semantics, with the answer for each topic kept.
public struct SubscriptionTable: Sendable {
    private var filters: [(filter: TopicFilter, prefix: [UInt8], subscriber: Int)] = []
    private var known: [String: [Int]] = [:]

    /// Answers are kept for this many topics; beyond it they are worked out anew, so a flood of topics costs time
    /// but no memory.
    static let knownMax = 10_000

    public init() {}

    public mutating func subscribe(_ subscriber: Int, to filter: TopicFilter) {
        let prefix = filter.text.utf8.prefix { $0 != 0x2B && $0 != 0x23 }
        // `a/#` is for `a` too.
        let end = prefix.last == 0x2F ? prefix.dropLast() : prefix
        filters.append((filter, Array(end), subscriber))
        known.removeAll()
    }

    /// Subscribers of a topic, ascending, each once.
    public mutating func subscribers(of topic: String) -> [Int] {
        if let answer = known[topic] { return answer }
        let bytes = Array(topic.utf8)
        let answer = Set(
            filters.filter { bytes.starts(with: $0.prefix) && $0.filter.matches(topic) }.map(\.subscriber)
        ).sorted()
        if known.count < SubscriptionTable.knownMax { known[topic] = answer }
        return answer
    }
}
