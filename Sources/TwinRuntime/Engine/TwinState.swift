public import TwinBooks
import TwinConfiguration
public import TwinCore
public import TwinDispatch

/// Everything the twin remembers beside its components: a checkpoint is this and their snapshots.
public struct TwinState: Sendable, Codable {
    /// The last tick that was closed; 0 before the first.
    public internal(set) var tick = 0
    public internal(set) var chain = DigestChain()
    public internal(set) var books: Books
    public internal(set) var desk = CommandDesk()
    /// What operators want of single assets.
    public internal(set) var hand = HandOrders()
    /// What is and was asked of the exchange with the grid; nil where nothing was.
    public internal(set) var requests: GridRequests?
    public internal(set) var alarms = AlarmBoard()
    var balanceWatch = BalanceWatch()
    /// Nil while the link is up and all is heard again.
    var link: LinkWatch?
    var departureWatch = DepartureWatch()
    var lineWatch = LineWatch()
    var rivalWatch = RivalWatch()
    /// Nil while nothing is wrong with the twin itself.
    var troubles: SiteTroubles?
    public internal(set) var grid: TickGrid
    /// Whether a clock line was seen: from then on only clock lines move time.
    public internal(set) var sawClock = false
    public internal(set) var mode: ControlMode
    /// `sha256:…` of the configuration in force, and the epoch of its dated values.
    public internal(set) var configuration: String
    var epoch: Int
    /// The plan that was adopted last.
    public internal(set) var plan: String?
    /// What the mapping of foreign messages remembers; nil for a site without one.
    var signals: SignalMemory?
    /// The plant that nobody commands; nil before the first tick, and in the state of an older build.
    var counterfactual: Counterfactual?

    init(books: Books, grid: TickGrid, mode: ControlMode, configuration: String, epoch: Int) {
        self.books = books
        self.grid = grid
        self.mode = mode
        self.configuration = configuration
        self.epoch = epoch
    }
}

/// What a run is made with.
public struct RunPlan: Sendable {
    public var run: String
    public var start: PlantTime
    public var stepS: Int
    /// At its beginning.
    public var mode: ControlMode
    public var clock: ClockKind
    /// What it would command, nobody hears: a recording of a plant that the twin did not command.
    public var isDeaf = false

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

/// All that one tick brought about.
public struct TickOutcome: Sendable {
    public var tick: Int
    public var from: PlantTime
    public var end: PlantTime
    public var chain: DigestChain
    public var balance: TickBalance
    public var values: [NamedValue]
    public var commands: [Command]
    public var outcomes: [CommandDesk.Outcome]
    public var alarmEdges: [AlarmBoard.Edge]
    /// The books' rows that changed and whose period has ended, with the chart of their meters.
    public var changedRows: [PeriodRow]
    public var chart: Chart
    public var restatements: [Restatement]
    public var readings: [AcceptedReading]
    public var lineOffs: [LineOff]
    /// What else was told of vehicles.
    public var vehicleEvents: [VehicleEvent]
    public var refusals: [Refusal]
    /// Sentences about what begins to be wrong.
    public var remarks: [String]
    /// Lines of this tick that are in force from the next one on.
    public var instructions: [Instruction]
    /// What became of requests for the exchange with the grid.
    public var requests = GridRequestChanges()
    /// Operators' words that are in force from the next tick on, and orders that are over with this one.
    public var handChanges: [HandChange] = []
    /// What the site's mapping made of the foreign ones of its messages, in their order. Empty unless a watcher follows
    /// messages.
    public var mapped: [MappedArrival] = []
}
