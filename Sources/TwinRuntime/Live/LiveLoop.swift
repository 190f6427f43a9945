public import TwinBooks
public import TwinConfiguration
public import TwinCore
import TwinDispatch

/// What a live run is asked to do.
public struct LiveOptions: Sendable {
    public var mode = ControlMode.shadow
    public var clock = ClockKind.wall
    /// Counts from the run's start; nil runs until it is stopped.
    public var duration: Span?
    public var build = ""
    public var connectTimeoutMs = 10_000
    public var seating = Seating.actors
    public var beforeHop: (@Sendable () async -> Void)?
    /// Where others ask for a mode, a configuration or a plan.
    public var inbox = LiveInbox()
    /// The wall clock.
    public var wallNow: @Sendable () -> PlantTime
    /// Asked between batches; true stops after what is read is on disk.
    public var shouldStop: @Sendable () -> Bool = { false }
    /// Called once there is a journal.
    public var onBegin: (@Sendable () -> Void)?
    /// Says at once what happens; without it the notes have what an operator should know at the end.
    public var log: RunLog?
    public var onTick: (@Sendable (TickOutcome) -> Void)?

    public init(wallNow: @escaping @Sendable () -> PlantTime) { self.wallNow = wallNow }
}

/// Broker to twin to commands: journals each batch, acknowledges it, steps at marks, commands, stores.
///
/// One caller drives it, best on a `LoopThread`: waiting for the transport blocks for some milliseconds at a time.
public final class LiveLoop {
    /// Live ticks under the wall clock stay open this long after their end.
    static let wallGrace = Span.seconds(2)
    /// Checkpoints lie this far apart, on multiples of it since midnight UTC, so each is at the end of a settlement period.
    /// After a kill the journal steps what came since.
    static let checkpointEvery = Span.hours(4)
    static let receiveMs = 50
    static let letGoMs = 2000
    static let batchMax = 500

    /// In force, or in force from the next tick on.
    var config: SiteConfig
    var mode: ControlMode
    let options: LiveOptions
    let transport: any Transport
    let folder: JournalFolder
    let store: any TwinStorePort
    let run: String
    var session: Session?
    var early = EarlyMessages()
    private var liveClock: LiveClock
    private var wasUp = false
    private var log: RunLog?
    /// Alarms that this process published as standing, by path.
    var saidAlarms: Set<String> = []
    private let begun = ContinuousClock.now
    /// While the journal is stepped again nothing is published: only the last mark's commands go again, later.
    var isRecovering = false
    /// Topics of a mapping or a mode that came with a reload: asked for when what was received is acknowledged.
    var newFilters: [String] = []
    public internal(set) var notes = RunNotes()

    /// Whether there is a journal: before the first plant time nothing is written.
    public var hasBegun: Bool { session != nil }

    /// A journal that is open, with the engine at its end.
    struct Session {
        var engine: TwinEngine
        var journal: JournalWriter
        var clock: TickClock
        var input = TickInput()
        var header: Header
        var feed = StoreFeed()
        /// After the last mark.
        var cursor: JournalCursor?
        /// What the last tick used.
        var values: [NamedValue] = []
    }

    /// - Parameters:
    ///   - run: the journal's run, or a new one for an empty folder (see `existingRun`).
    ///   - transport: made with the client id of that run.
    public init(
        config: SiteConfig, options: LiveOptions, run: String, transport: any Transport, folder: JournalFolder,
        store: any TwinStorePort
    ) {
        self.config = config
        self.options = options
        self.run = run
        self.transport = transport
        self.folder = folder
        self.store = store
        mode = options.mode
        log = options.log
        liveClock = LiveClock(kind: options.clock, site: config.site)
    }

    /// The run that a journal folder belongs to; nil for a new one.
    public static func existingRun(_ folder: JournalFolder) throws -> String? { try Recovery(folder)?.header.run }

    /// The topics the twin wants: all of its site but its own outputs, and those of its mapping. While it commands it hears
    /// the commands of others too; its own, if they come back, are let go.
    static func filters(_ config: SiteConfig, _ mode: ControlMode) -> [String] {
        let kinds: [TopicKind] = [.tele, .ack, .status, .vehicle, .count] + (mode == .control ? [.cmd] : [])
        return kinds.map { "v1/\(config.site)/+/+/\($0.rawValue)" } + [Topic.clockText(site: config.site)]
            + (config.signals?.filters ?? [])
    }

    /// Runs until the duration is over or it is stopped.
    /// - Returns: the summary of the whole run; nil when no tick was closed.
    public func run() async throws -> Summary? {
        try await recover()
        try transport.connect(timeoutMs: options.connectTimeoutMs)
        try transport.subscribe(LiveLoop.filters(config, mode))
        if publishes { try announce(online: true) }
        try resendCommands()
        if options.clock == .wall, session == nil { try begin(at: options.wallNow()) }
        while !options.shouldStop(), !isOver {
            let batch = try transport.receive(timeoutMs: LiveLoop.receiveMs, limit: LiveLoop.batchMax)
            for link in batch.links { try note(link) }
            for refusal in batch.refusals { say(refusal.entry) }
            log?.look()
            try takeRequests()
            for message in batch.messages {
                // Beyond the end nothing is stepped, but what was taken from the broker is kept.
                if isOver { _ = try journal(message) } else { try await take(message) }
            }
            try await closeByWallClock()
            try session?.journal.sync()
            // Nothing is acknowledged before the disk has it; before the first plant time nothing is journalled.
            if session != nil || early.mayBeAcknowledged {
                try transport.flush()
                subscribeNewFilters()
            }
        }
        if publishes { try announce(online: false) }
        try await letGo()
        transport.disconnect()
        try await writeCheckpoint()
        log?.end()
        return try summary()
    }

    private func subscribeNewFilters() {
        guard !newFilters.isEmpty else { return }
        do { try transport.subscribe(newFilters) } catch {
            tell(.subscriptionRefused, "new topics are not heard yet, start the twin again: \(error)")
        }
        newFilters = []
    }

    /// Waits until the broker has what was published. What arrives meanwhile is journalled and not stepped: it opens
    /// the next tick when the run is resumed.
    private func letGo() async throws {
        let until = ContinuousClock.now + .milliseconds(LiveLoop.letGoMs)
        while session != nil, transport.publicationsInFlight > 0, ContinuousClock.now < until {
            let batch = try transport.receive(timeoutMs: 20, limit: LiveLoop.batchMax)
            for link in batch.links { try note(link) }
            for message in batch.messages { _ = try journal(message) }
            try session?.journal.sync()
            try transport.flush()
        }
    }

    var isOver: Bool {
        guard let duration = options.duration, let session else { return false }
        let state = session.engine.state
        return state.tick > 0 && state.grid.to(state.tick) >= session.header.start + duration
    }

    /// All that the store has of this run.
    private func summary() throws -> Summary? {
        guard let session, session.engine.state.tick > 0 else { return nil }
        let window = StoreWindow(from: session.header.start.floored(to: settlementPeriod))
        return try store.summary(session.engine.family.method.covering(store.chart(window)), window)
    }

    var facts: RunFacts {
        var facts = RunFacts(
            stepS: config.stepS, mode: session?.engine.state.mode ?? mode, loop: .open,
            run: session?.header.run ?? "")
        facts.wallS = (ContinuousClock.now - begun) / .seconds(1)
        return facts
    }

    // MARK: - Log

    /// Says what an operator should know; without a log it stands in the notes.
    func tell(_ event: LogEvent, _ sentence: String) {
        if log == nil { notes.warn(sentence) } else { say(LogEntry(event, sentence)) }
    }

    func say(_ entry: LogEntry) { log?.say(entry) }

    /// - Parameter mode: in which the tick was closed.
    func say(_ outcome: TickOutcome, _ mode: ControlMode) {
        log?.sayTrouble(outcome, mode: mode)
        log?.sayHand(outcome)
        log?.sayTick(outcome)
    }

    // MARK: - Messages

    private func note(_ link: LinkChange) throws {
        let word = link.word(wasUp: wasUp)
        say(link.entry(word: word))
        if case .up = link {
            // The broker has published our will meanwhile, and nothing that we said while the link was down.
            if wasUp, publishes {
                try announce(online: true)
                try repeatAlarms()
            }
            wasUp = true
        }
        guard let session else {
            early.add(link: word)
            return
        }
        instruct(.link(word), at: session.clock.now)
    }

    /// Journals an instruction; it acts from the next tick on.
    func instruct(_ instruction: Instruction, at t: PlantTime) {
        session?.journal.append(instruction.line(at: t))
        session?.input.instructions.append(instruction)
    }

    private func take(_ message: InboundMessage) async throws {
        let (closes, t) = try journal(message)
        try await close(closes, at: t)
    }

    /// Journals one message, and says how many ticks it closes at which plant time.
    private func journal(_ message: InboundMessage) throws -> (closes: Int, t: PlantTime) {
        let none = (closes: 0, t: PlantTime(ms: 0))
        if isOwnCommand(message) { return none }
        let stamp = liveClock.time(
            of: message, hasClock: session?.clock.hasClock ?? false, now: session?.clock.now, wallNow: options.wallNow()
        )
        if session == nil {
            guard let stamp else {
                early.add(message)
                return none
            }
            try begin(at: stamp)
        }
        guard let now = session?.clock.now else { return none }
        var t = max(stamp ?? now, now)
        var closes = 0
        if options.clock == .event, stamp != nil {
            switch session?.clock.take(t: t, isClock: liveClock.isClock(message)) {
            case .taken(let count)?: closes = count
            case .refused?, nil: t = now
            }
        }
        append(Arrival(message, at: session?.clock.hasClock == true && !liveClock.isClock(message) ? now : t))
        return (closes, t)
    }

    private func isOwnCommand(_ message: InboundMessage) -> Bool {
        message.topic.hasSuffix("/\(TopicKind.cmd.rawValue)") && message.topic.hasPrefix("v1/\(config.site)/")
            && RivalWatch.issuer(message.payload) == Command.issuer(run: run)
    }

    func append(_ arrival: Arrival) {
        session?.journal.append(.message(arrival))
        session?.input.arrivals.append(arrival)
    }
}
