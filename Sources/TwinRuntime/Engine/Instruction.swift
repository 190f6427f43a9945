public import TwinConfiguration
public import TwinCore

/// A line that is no message and tells the twin something. It stands in the journal before it acts, and is in force from
/// the next tick on.
public enum Instruction: Sendable {
    /// `up`, `down` or `session_lost`.
    case link(String)
    case mode(ControlMode)
    /// A configuration that has been read and checked.
    case configuration(ConfigurationChange, SiteConfig)
    /// The tick begins here, after a stop that is bridged without steps.
    case resume(PlantTime)
    /// So many messages were let go for want of room.
    case shed(Int)
    /// Any other word of an operator or a tool: a set-point by hand, a pause, a release. What is none of these is kept and
    /// changes nothing.
    case operation(JSON)
    /// A plan that was adopted; dispatch may follow it.
    case plan(JSON)

    /// The line that says it.
    public func line(at t: PlantTime) -> Line {
        switch self {
        case .link(let word): Line(t: t, .link(word))
        case .mode(let mode): Line(t: t, .mode(mode))
        case .configuration(let change, _): Line(t: t, .configuration(change))
        case .resume(let at): Line(t: at, .op(.fields(["resume": .string(at.rfc3339)])))
        case .shed(let count): Line(t: t, .op(.fields(["shed": .integer(count)])))
        case .operation(let json): Line(t: t, .op(json))
        case .plan(let json): Line(t: t, .plan(json))
        }
    }

    /// For the tick's record. Links and shed messages tell how messages came, as their count does, and are not in it: a
    /// run that was interrupted has the digest of one that was not.
    func write(into record: inout DigestRecord) {
        switch self {
        case .link, .shed: break
        case .mode(let mode): record.add("mode \(mode.rawValue)")
        case .configuration(let change, _): record.add("config \(change.hash)")
        case .resume(let at): record.add("resume \(at.ms)")
        case .operation(let json): record.add("op \(json.line)")
        case .plan(let json): record.add("plan \(json.line)")
        }
    }
}

/// Finds a configuration by its hash: beside a journal, or among those that were given.
public typealias ConfigurationSource = @Sendable (String) throws -> SiteConfig

/// The lines of one tick: exactly those since the previous mark.
public struct TickInput: Sendable {
    public var arrivals: [Arrival] = []
    /// The same, or the first of them, sorted and decoded; nil where the step does it.
    var sorted: SortedTick?
    /// Unreadable lines by reason; they count as messages.
    public var unreadable: [RejectReason: Int] = [:]
    /// In the order of their lines.
    public var instructions: [Instruction] = []
    /// Messages for which the tick had no room.
    public internal(set) var shed = 0
    private var room = TickRoom()

    public init() {}

    /// Takes a message if there is room.
    mutating func take(_ arrival: Arrival) -> Bool {
        guard room.takes(arrival) else { return false }
        arrivals.append(arrival)
        return true
    }

    /// The input that a journal's lines make.
    public init(_ lines: [Line], configurations: ConfigurationSource) throws {
        arrivals.reserveCapacity(lines.count)
        for line in lines {
            switch line.body {
            case .message(let arrival): if !take(arrival) { shed += 1 }
            case .link(let word): instructions.append(.link(word))
            case .mode(let mode): instructions.append(.mode(mode))
            case .configuration(let change):
                instructions.append(.configuration(change, try configurations(change.hash)))
            // What the simulated plant suffered stands beside its messages as a note.
            case .op(let json) where json["fault"] != nil: break
            case .op(let json): instructions.append(TickInput.operation(json))
            case .plan(let json): instructions.append(.plan(json))
            case .mark, .fault, .expect: break
            }
        }
    }

    private static func operation(_ json: JSON) -> Instruction {
        if let at = json["resume"]?.text.flatMap({ PlantTime(rfc3339: $0) }) { return .resume(at) }
        if let count = json["shed"]?.integer, (0...1 << 40).contains(count) { return .shed(Int(count)) }
        return .operation(json)
    }

    /// Where the tick begins, if a long stop was bridged.
    public var resume: PlantTime? {
        for case .resume(let at) in instructions.reversed() { return at }
        return nil
    }
}
