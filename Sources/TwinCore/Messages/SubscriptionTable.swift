/// Who wants which topic: MQTT topic semantics, with the answer for each topic kept.
public struct SubscriptionTable: Sendable {
    private var filters: [(filter: TopicFilter, subscriber: Int)] = []
    private var known: [String: [Int]] = [:]

    /// Answers are kept for this many topics; beyond it they are worked out anew, so a flood of topics costs time
    /// but no memory.
    static let knownMax = 10_000

    public init() {}

    public mutating func subscribe(_ subscriber: Int, to filter: TopicFilter) {
        filters.append((filter, subscriber))
        known.removeAll()
    }

    /// Subscribers of a topic, ascending, each once.
    public mutating func subscribers(of topic: String) -> [Int] {
        if let answer = known[topic] { return answer }
        let answer = Set(filters.filter { $0.filter.matches(topic) }.map(\.subscriber)).sorted()
        if known.count < SubscriptionTable.knownMax { known[topic] = answer }
        return answer
    }
}
