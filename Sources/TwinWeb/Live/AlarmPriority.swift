import TwinCore

/// How soon somebody must act, by what is lost if nobody does and how long there is: ISA-18.2's few levels, a fixed one for
/// each code. `TwinWeb.md` has the reasons.
enum AlarmPriority: String, Sendable, Hashable, CaseIterable {
    case high, medium, low
    /// Told, and nobody need answer.
    case event

    var isAlarm: Bool { self != .event }

    /// The most urgent one is 0.
    var rank: Int {
        switch self {
        case .high: 0
        case .medium: 1
        case .low: 2
        case .event: 3
        }
    }

    static func of(_ code: AlarmCode) -> AlarmPriority {
        switch code {
        case .link, .twoControllers, .departureAtRisk, .planInfeasible: .high
        case .store, .notAcked, .notFollowed, .trip, .solver, .balance, .clock, .conflict: .medium
        case .stale, .stuck, .outOfRange, .unit, .sign, .counter: .low
        case .gap: .event
        }
    }

    /// One that this program does not know is looked at, and by nobody first.
    init(code: String) { self = AlarmCode(rawValue: code).map(AlarmPriority.of) ?? .low }

    /// - Parameter path: `area/asset/code`.
    init(path: String) { self.init(code: path.split(separator: "/").last.map(String.init) ?? "") }
}
