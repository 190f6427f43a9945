/// A fault as a tester wrote it, in a replay file or laid over a recording by a scenario: one vocabulary.
public struct Fault: Sendable, Hashable {
    public enum Verb: String, Sendable, Hashable, CaseIterable {
        /// A signal repeats its last values with fresh `ts` and `seq`.
        case freeze
        /// Messages are lost.
        case drop
        /// A value is `by` times what it is, or `value`, now and then.
        case spike
        /// `by` is added to a value.
        case bias
        /// A value is `by` times what it is: a wrong unit.
        case scale
        /// A value is the literal NaN.
        case nan
        /// Messages arrive `by` later.
        case delay
        /// Messages arrive twice, the second time with the broker's mark for it.
        case duplicate
        /// A source's clock is `by` ahead, or behind when `by` is negative.
        case clockSkew = "clock_skew"
        /// A line sends a line-off event twice.
        case duplicateLineOff = "duplicate_line_off"
        /// A line-off event is lost.
        case missingLineOff = "missing_line_off"
        /// An asset falls to zero.
        case trip
        /// An asset neither answers commands nor acts on them.
        case ignoreCommand = "ignore_command"
        /// Vehicles of a yard or of bays stay when their time to leave has come.
        case doesNotLeave = "does_not_leave"
        /// Mains lost: the breaker opens.
        case gridOutage = "grid_outage"

        /// Whether it happens in the plant itself, which only the closed loop simulates.
        public var needsClosedLoop: Bool {
            switch self {
            case .trip, .ignoreCommand, .doesNotLeave, .gridOutage: true
            default: false
            }
        }

        /// Whether it is about the line-off events of a line alone.
        public var isOfLineOffs: Bool { self == .duplicateLineOff || self == .missingLineOff }
    }

    public var verb: Verb
    /// Topics of a signal fault, or the asset's path `storage/string-1`; nil where the verb needs none.
    public var on: String?
    public var from: PlantTime
    /// Nil: to the end.
    public var lasting: Span?
    /// Payload key that the fault changes.
    public var key: String?
    /// Added by `bias`, in the key's unit; a factor in `scale` and `spike`.
    public var by: Double?
    /// How much later a message arrives, or how far a clock is ahead.
    public var shift: Span?
    /// What `spike` puts in the value's place, in the key's unit.
    public var value: Double?
    /// Every n-th message of a topic from the first on, >= 1; nil with a nil `share` is every message.
    public var every: Int?
    /// Chance of each message, 0...1, drawn from the run's seed.
    public var share: Double?

    public init(
        verb: Verb, on: String?, from: PlantTime, lasting: Span?, key: String? = nil, by: Double? = nil,
        shift: Span? = nil, value: Double? = nil, every: Int? = nil, share: Double? = nil
    ) {
        self.verb = verb
        self.on = on
        self.from = from
        self.lasting = lasting
        self.key = key
        self.by = by
        self.shift = shift
        self.value = value
        self.every = every
        self.share = share
    }

    public func isActive(at time: PlantTime) -> Bool {
        time >= from && (lasting.map { time < from + $0 } ?? true)
    }

    /// As it stands in a replay file, without its time.
    public var json: JSON {
        var members: [JSON.Member] = [.init("do", .string(verb.rawValue))]
        if let on { members.append(.init("on", .string(on))) }
        if let lasting { members.append(.init("for", .string(lasting.text))) }
        if let key { members.append(.init("key", .string(key))) }
        if let by { members.append(.init("by", .number(by))) }
        if let shift {
            members.append(.init("by", .string(shift.ms < 0 ? "-" + Span(ms: -shift.ms).text : shift.text)))
        }
        if let value { members.append(.init("value", .number(value))) }
        if let every { members.append(.init("every", .integer(every))) }
        if let share { members.append(.init("share", .number(share))) }
        return .object(members)
    }
}
