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
    public internal(set) var grid: TickGrid
    /// Whether a clock line was seen: from then on only clock lines move time.
    public internal(set) var sawClock = false

    init(books: Books, grid: TickGrid) {
        self.books = books
        self.grid = grid
    }
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

    /// How far a reading's stamp may be ahead of its arrival.
    var lead: Span { clock == .event ? step + .seconds(5) : .seconds(5) }
}

/// Where the ticks lie: tick `tick` begins at `start`, the next ones follow without a gap.
///
/// It begins with tick 1 at the run's start and moves only when a run is resumed after a long stop.
public struct TickGrid: Sendable, Hashable, Codable {
    public var tick: Int
    public var start: PlantTime
    public var step: Span

    public init(tick: Int = 1, start: PlantTime, step: Span) {
        self.tick = tick
        self.start = start
        self.step = step
    }

    public func from(_ tick: Int) -> PlantTime { start + Int64(tick - self.tick) * step }
    public func to(_ tick: Int) -> PlantTime { from(tick + 1) }
}

/// The lines of one tick: exactly those since the previous mark.
public struct TickInput: Sendable {
    public var arrivals: [Arrival] = []
    /// Unreadable lines by reason; they count as messages.
    public var unreadable: [RejectReason: Int] = [:]

    public init() {}

    /// The tick begins here, after a stop that is bridged without steps.
    public var resume: PlantTime?

    /// The input that a journal's lines make.
    public init(_ lines: [Line]) {
        for line in lines {
            switch line.body {
            case .message(let arrival): arrivals.append(arrival)
            case .op(let json): resume = Resume(json)?.at ?? resume
            case .mark, .link, .plan, .fault, .expect: break
            }
        }
    }
}

/// `{"op":{"resume":…}}`: a run goes on after a stop of more than 7 days; there are no steps and no books between.
struct Resume {
    var at: PlantTime

    init(at: PlantTime) { self.at = at }

    init?(_ op: JSON) {
        guard let at = op["resume"]?.text.flatMap({ PlantTime(rfc3339: $0) }) else { return nil }
        self.at = at
    }

    var line: Line { Line(t: at, .op(.fields(["resume": .string(at.rfc3339)]))) }
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
