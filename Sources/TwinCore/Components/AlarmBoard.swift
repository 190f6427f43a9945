/// Which alarms stand, since when and why. An alarm is raised once and stands until its condition is gone; one that comes
/// and goes stands until it has been away for a while.
public struct AlarmBoard: Sendable, Codable {
    public struct Edge: Sendable, Hashable {
        public var key: AlarmKey
        public var isRaised: Bool
        public var at: PlantTime
        /// Why it was raised, or what there is to say at its end; may be empty.
        public var cause = ""
    }

    /// An alarm that is raised so many times in `flutterWindow` flutters: it is over when it was away for `quiet`.
    static let flutterMin = 3
    static let flutterWindow = Span.minutes(30)
    static let quiet = Span.minutes(15)

    /// When an alarm was raised of late, and since when it is away.
    private struct Flutter: Sendable, Codable {
        var raises: [PlantTime] = []
        var awaySince: PlantTime?
    }

    /// Standing alarms by path, with the instant they were raised.
    public private(set) var standing: [String: PlantTime] = [:]
    /// Their causes; nil in the state of an older build.
    private var reasons: [String: String]?
    private var keys: [String: AlarmKey] = [:]
    /// Nil where nothing was raised of late.
    private var flutters: [String: Flutter]?

    public init() {}

    /// Why a standing alarm was raised; empty where that is not known.
    public func cause(_ path: String) -> String { reasons?[path] ?? "" }

    /// Takes the conditions that hold now and returns what changed, sorted by path: cleared first, then raised.
    /// - Parameter cause: says why an alarm is raised, or, with false, what there is to say at its end.
    public mutating func update(
        _ conditions: [AlarmKey], at time: PlantTime, cause: (AlarmKey, Bool) -> String = { _, _ in "" }
    ) -> [Edge] {
        if keys.isEmpty, conditions.isEmpty, flutters == nil { return [] }
        let now = Dictionary(conditions.map { ($0.path, $0) }) { first, _ in first }
        var edges: [Edge] = []
        for (path, key) in keys.sorted(by: { $0.key < $1.key }) {
            guard isOver(path, isAway: now[path] == nil, at: time) else { continue }
            edges.append(Edge(key: key, isRaised: false, at: time, cause: cause(key, false)))
            standing[path] = nil
            keys[path] = nil
            reasons?[path] = nil
        }
        for (path, key) in now.sorted(by: { $0.key < $1.key }) where keys[path] == nil {
            let why = cause(key, true)
            edges.append(Edge(key: key, isRaised: true, at: time, cause: why))
            standing[path] = time
            keys[path] = key
            reasons = (reasons ?? [:]).merging([path: why]) { _, new in new }
            var flutter = flutters?[path] ?? Flutter()
            flutter.raises.append(time)
            flutters = (flutters ?? [:]).merging([path: flutter]) { _, new in new }
        }
        if reasons?.isEmpty == true { reasons = nil }
        forgetFlutters(before: time)
        return edges
    }

    /// Whether a standing alarm ends now.
    private mutating func isOver(_ path: String, isAway: Bool, at time: PlantTime) -> Bool {
        guard isAway else {
            flutters?[path]?.awaySince = nil
            return false
        }
        guard let flutter = flutters?[path], flutter.raises.count >= AlarmBoard.flutterMin else { return true }
        let since = flutter.awaySince ?? time
        flutters?[path]?.awaySince = since
        return time - since >= AlarmBoard.quiet
    }

    /// A standing alarm keeps what it is known by.
    private mutating func forgetFlutters(before time: PlantTime) {
        guard let known = flutters else { return }
        for (path, flutter) in known where standing[path] == nil {
            let raises = flutter.raises.filter { time - $0 < AlarmBoard.flutterWindow }
            flutters?[path] = raises.isEmpty ? nil : Flutter(raises: raises)
        }
        if flutters?.isEmpty == true { flutters = nil }
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
