/// Which alarms stand, and since when. An alarm is raised once and stands until its condition is gone.
public struct AlarmBoard: Sendable, Codable {
    public struct Edge: Sendable, Hashable {
        public var key: AlarmKey
        public var isRaised: Bool
        public var at: PlantTime
    }

    /// Standing alarms by path, with the instant they were raised.
    public private(set) var standing: [String: PlantTime] = [:]
    private var keys: [String: AlarmKey] = [:]

    public init() {}

    /// Takes the conditions that hold now and returns what changed, sorted by path: cleared first, then raised.
    public mutating func update(_ conditions: [AlarmKey], at time: PlantTime) -> [Edge] {
        let now = Dictionary(conditions.map { ($0.path, $0) }) { first, _ in first }
        var edges: [Edge] = []
        for (path, key) in keys.sorted(by: { $0.key < $1.key }) where now[path] == nil {
            edges.append(Edge(key: key, isRaised: false, at: time))
            standing[path] = nil
            keys[path] = nil
        }
        for (path, key) in now.sorted(by: { $0.key < $1.key }) where keys[path] == nil {
            edges.append(Edge(key: key, isRaised: true, at: time))
            standing[path] = time
            keys[path] = key
        }
        return edges
    }
}

/// Raises `balance` when the unmetered remainder stays above a share of the supply for a while.
public struct BalanceWatch: Sendable, Codable {
    public struct Rule: Sendable, Hashable {
        /// Share of the supply, 0...1.
        public var fraction: Double
        public var lasting: Span

        public init(fraction: Double, lasting: Span) {
            self.fraction = fraction
            self.lasting = lasting
        }
    }

    private var since: PlantTime?

    public init() {}

    /// True when the alarm holds at the end of the tick.
    /// - Parameter estimatedKW: what models filled in, because meters were silent or speak only later. It may be wrong
    ///   by all of itself, and that is no fault of the meters.
    public mutating func look(
        unmeteredKW: Double, estimatedKW: Double = 0, suppliedKW: Double, context: TickContext, rule: Rule
    ) -> Bool {
        guard suppliedKW > 0, abs(unmeteredKW) - estimatedKW > rule.fraction * suppliedKW else {
            since = nil
            return false
        }
        let start = since ?? context.from
        since = start
        return context.to - start >= rule.lasting
    }
}
