/// What a used value is worth. The names are the contract's; the order is from best to worst.
public enum Quality: String, Sendable, Hashable, Codable, CaseIterable {
    case good
    case goodBackfill = "good.backfill"
    case lastKnown = "uncertain.last_known"
    case outOfRange = "uncertain.out_of_range"
    case estimated = "uncertain.estimated"
    case stuck = "uncertain.stuck"
    case stale = "bad.stale"
    case parse = "bad.parse"
    case unit = "bad.unit"
    case notConnected = "bad.not_connected"
    case sensor = "bad.sensor"
    /// Two meters, or a meter and its model, exclude each other: used by rule, and never called measured.
    case contradicted

    /// Whether a measurement of this quality may stand for the plant.
    public var isGood: Bool { self == .good || self == .goodBackfill }

    /// Position in the written order, for the digest.
    public var rank: Int {
        switch self {
        case .good: 0
        case .goodBackfill: 1
        case .lastKnown: 2
        case .outOfRange: 3
        case .estimated: 4
        case .stuck: 5
        case .stale: 6
        case .parse: 7
        case .unit: 8
        case .notConnected: 9
        case .sensor: 10
        case .contradicted: 11
        }
    }
}

/// Why a message was refused; counted in every summary.
public enum RejectReason: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable {
    case parse
    case notUTF8 = "not_utf8"
    case tooLarge = "too_large"
    case tooDeep = "too_deep"
    case duplicateKey = "duplicate_key"
    case unknownTopic = "unknown_topic"
    case unknownKey = "unknown_key"
    case wrongType = "wrong_type"
    case notFinite = "not_finite"
    case outOfRange = "out_of_range"
    case unit
    case clockFuture = "clock.future"
    case clockPast = "clock.past"
    case retainedCommand = "retained_command"
    case commandUnknownAsset = "command.unknown_asset"
    case commandExpired = "command.expired"
    case commandRepeated = "command.repeated"
    case commandLimit = "command.limit"
    case commandIssuer = "command.issuer"
    case commandMode = "command.mode"
    case faultNeedsClosedLoop = "fault_needs_closed_loop"
    case version
    /// The source itself says that the value is not good.
    case quality

    public init(_ failure: JSONFailure) {
        self =
            switch failure {
            case .parse: .parse
            case .not_utf8: .notUTF8
            case .too_deep: .tooDeep
            case .duplicate_key: .duplicateKey
            case .not_finite: .notFinite
            }
    }
}

/// Alarm codes raised today, in the order of the contract's list.
public enum AlarmCode: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case stale, stuck
    case outOfRange = "out_of_range"
    case unit, sign, counter, balance, clock, gap, conflict
    case notAcked = "not_acked"
    case notFollowed = "not_followed"
    case twoControllers = "two_controllers"
    case departureAtRisk = "departure_at_risk"
    case trip
    /// The link to the broker is down; assets that are silent for it are named there and nowhere else.
    case link
    /// The store does not take what the twin writes; the journal has it.
    case store
    /// No plan could be made; the last one's tail holds, then the rules.
    case solver
    /// The plan in force cannot keep all limits and departures; its cause says which.
    case planInfeasible = "plan_infeasible"

    public static func < (a: AlarmCode, b: AlarmCode) -> Bool { a.rawValue < b.rawValue }
}

/// One alarm's place: `solar/pv1/stuck`.
public struct AlarmKey: Sendable, Hashable, Codable, Comparable {
    public var area: Area
    public var asset: String
    public var code: AlarmCode

    public init(_ area: Area, _ asset: String, _ code: AlarmCode) {
        self.area = area
        self.asset = asset
        self.code = code
    }

    public var path: String { "\(area.rawValue)/\(asset)/\(code.rawValue)" }

    public static func < (a: AlarmKey, b: AlarmKey) -> Bool { a.path < b.path }
}

/// Who decides over commands: `shadow` decides and publishes nothing, `advise` publishes what it thinks, `control`
/// commands.
public enum ControlMode: String, Sendable, Hashable, Codable, CaseIterable {
    case off, shadow, advise, control
}

/// `open`: recorded telemetry; commands change nothing. `closed`: the simulated plant answers commands.
public enum LoopKind: String, Sendable, Hashable, Codable, CaseIterable {
    case open, closed
}

/// What moves plant time.
public enum ClockKind: String, Sendable, Hashable, Codable, CaseIterable {
    case wall, event
}
