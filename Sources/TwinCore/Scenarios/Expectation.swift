/// What a tester expects of a run.
public struct Expectation: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// `pattern` is `area/asset/code` with `+` for any level. Raised in `after ... after + within`, and, if
        /// `clearsBy` is given, gone by then.
        case alarm(pattern: String, after: PlantTime, within: Span?, clearsBy: PlantTime?)
        case noAlarm(pattern: String)
        /// At least one such command, or none.
        case command(CommandPattern, isWanted: Bool)
        /// The value that is used at a time, by `area/asset/key` with `+` for any level, is worth this.
        case quality(pattern: String, quality: Quality, at: PlantTime)
        /// What is used of some values, `area/asset/key` with `+` for any level, in `after ... after + within`.
        case value(ValuePattern, low: Double?, high: Double?)
        /// Vehicles that leave yards and bays, `area/asset`, in the simulated plant.
        case departures(pattern: String, DepartureLimits)
        /// A figure of the summary by its path, `co2_kg.scope1`.
        case figure(path: String, low: Double?, high: Double?)
    }

    /// Commands of some assets, `area/asset`, that were decided in `after ... after + within`.
    public struct CommandPattern: Sendable, Hashable {
        public var pattern: String
        /// Nil for any.
        public var action: String?
        public var after: PlantTime
        public var within: Span?
        /// In the action's unit.
        public var low: Double?
        public var high: Double?

        public func holds(at time: PlantTime) -> Bool {
            time >= after && (within.map { time <= after + $0 } ?? true)
        }
    }

    /// Values that are used in some steps.
    public struct ValuePattern: Sendable, Hashable {
        public var pattern: String
        public var after: PlantTime
        public var within: Span?
        /// The mean over the time of the sum of all that match, not each value of each step.
        public var isMean: Bool

        /// - Parameter time: where a step begins.
        public func holds(at time: PlantTime) -> Bool {
            time >= after && (within.map { time < after + $0 } ?? true)
        }
    }

    public struct DepartureLimits: Sendable, Hashable {
        public var leftMin: Int?
        public var leftMax: Int?
        /// Of those that leave without the energy they could have had.
        public var missedMax: Int?
    }

    public var kind: Kind
    /// As it was written, without times that a run finds: the same in every run.
    public var words: String
    /// Where it stands: `file:line`.
    public var place: String

    public init(kind: Kind, place: String, words: String = "") {
        self.kind = kind
        self.place = place
        self.words = words
    }

    /// Of the alarm that it is about; nil for all else.
    public var pattern: String? {
        switch kind {
        case .alarm(let pattern, _, _, _), .noAlarm(let pattern): pattern
        case .command, .quality, .value, .departures, .figure: nil
        }
    }

    /// The times that it names.
    public var times: [PlantTime] {
        switch kind {
        case .alarm(_, let after, _, let clearsBy): [after] + [clearsBy].compactMap(\.self)
        case .command(let wanted, _): [wanted.after]
        case .quality(_, _, let at): [at]
        case .value(let wanted, _, _): [wanted.after]
        case .noAlarm, .departures, .figure: []
        }
    }

    /// From when on it looks, and for how long, where that is said.
    public var window: (after: PlantTime, within: Span?)? {
        switch kind {
        case .alarm(_, let after, let within, _): (after, within)
        case .command(let wanted, _): (wanted.after, wanted.within)
        case .quality(_, _, let at): (at, nil)
        case .value(let wanted, _, _): (wanted.after, wanted.within)
        case .noAlarm, .departures, .figure: nil
        }
    }

    /// Whether `pattern`, with `+` and `*` for any level, means `key`.
    public static func matches(_ pattern: String, _ key: AlarmKey) -> Bool { matches(pattern, path: key.path) }

    /// Whether `pattern` means `path`, level by level.
    public static func matches(_ pattern: String, path: String) -> Bool {
        let wanted = pattern.split(separator: "/")
        let levels = path.split(separator: "/")
        return wanted.count == levels.count && zip(wanted, levels).allSatisfy { isAny($0) || $0 == $1 }
    }

    /// Whether a level of a pattern means any.
    public static func isAny(_ level: some StringProtocol) -> Bool { level == "+" || level == "*" }
}
