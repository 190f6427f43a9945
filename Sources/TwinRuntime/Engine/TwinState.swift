public import TwinBooks
public import TwinCore
public import TwinDispatch
import TwinScenario

/// Everything the twin remembers beside its components: a checkpoint is this and their snapshots.
public struct TwinState: Sendable, Codable {
    /// The last tick that was closed; 0 before the first.
    public internal(set) var tick = 0
    public internal(set) var chain = DigestChain()
    public internal(set) var books: Books
    public internal(set) var desk = CommandDesk()
    public internal(set) var alarms = AlarmBoard()
    var balanceWatch = BalanceWatch()
    /// Whether a clock line was seen: from then on only clock lines move time.
    public internal(set) var sawClock = false

    init(lossFraction: Double) { books = Books(lossFraction: lossFraction) }
}

/// What a run is made with; the same for all its ticks.
public struct RunPlan: Sendable {
    public var run: String
    public var start: PlantTime
    public var stepS: Int
    public var mode: ControlMode
    public var clock: ClockKind

    public init(run: String, start: PlantTime, stepS: Int, mode: ControlMode, clock: ClockKind) {
        self.run = run
        self.start = start
        self.stepS = stepS
        self.mode = mode
        self.clock = clock
    }

    public init(_ header: Header) {
        self.init(run: header.run, start: header.start, stepS: header.stepS, mode: header.mode, clock: header.clock)
    }

    public var step: Span { .seconds(Int64(stepS)) }

    /// The end of a tick; ticks count from 1.
    public func end(of tick: Int) -> PlantTime { start + Int64(tick) * step }
}

/// The lines of one tick: exactly those since the previous mark.
public struct TickInput: Sendable {
    public var arrivals: [Arrival] = []
    /// Unreadable lines by reason; they count as messages.
    public var unreadable: [RejectReason: Int] = [:]

    public init() {}

    public var isEmpty: Bool { arrivals.isEmpty && unreadable.isEmpty }
}

/// All that one tick brought about.
public struct TickOutcome: Sendable {
    public var tick: Int
    public var end: PlantTime
    public var chain: DigestChain
    public var image: PlantImage
    public var balance: TickBalance
    public var values: [NamedValue]
    public var commands: [Command]
    public var outcomes: [CommandDesk.Outcome]
    public var alarmEdges: [AlarmBoard.Edge]
    public var changedRows: [PeriodRow]
    public var restatements: [Restatement]
    public var refusals: [Refusal]
}
