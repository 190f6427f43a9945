public import TwinBooks
public import TwinCore
import TwinDispatch
public import TwinScenario

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
    /// The wall clock.
    public var wallNow: @Sendable () -> PlantTime
    /// Asked between batches; true stops after what is read is on disk.
    public var shouldStop: @Sendable () -> Bool = { false }
    public var onTick: (@Sendable (TickOutcome) -> Void)?
    public var onLink: (@Sendable (LinkChange) -> Void)?

    public init(wallNow: @escaping @Sendable () -> PlantTime) { self.wallNow = wallNow }
}

/// Broker to twin to commands: journals each batch, acknowledges it, steps at marks, commands, stores.
///
/// One caller drives it. Waiting for the transport blocks its thread for some milliseconds at a time; nothing else
/// needs that thread then, because the engine is only awaited between receives.
public final class LiveLoop {
    /// Live ticks under the wall clock stay open this long after their end.
    static let wallGrace = Span.seconds(2)
    static let receiveMs = 50
    static let letGoMs = 2000
    static let batchMax = 500

    let config: SiteConfig
    let options: LiveOptions
    private let transport: any Transport
    private let folder: JournalFolder
    private let store: any StoreWriting
    private let run: String
    private var liveClock: LiveClock
    private var session: Session?
    private var early = EarlyMessages()
    private var ledger = RowLedger()
    private var wasUp = false
    private let begun = ContinuousClock.now
    /// While the journal is stepped again nothing is published: only the last mark's commands go again, later.
    private var isRecovering = false
    public private(set) var notes = RunNotes()

    /// Whether there is a journal: before the first plant time nothing is written.
    public var hasBegun: Bool { session != nil }

    /// A journal that is open, with the engine at its end.
    private struct Session {
        var engine: TwinEngine
        var journal: JournalWriter
        var clock: TickClock
        var input = TickInput()
        var header: Header
        var feed = StoreFeed()
    }

    /// - Parameters:
    ///   - run: the journal's run, or a new one for an empty folder (see `existingRun`).
    ///   - transport: made with the client id of that run.
    public init(
        config: SiteConfig, options: LiveOptions, run: String, transport: any Transport, folder: JournalFolder,
        store: any StoreWriting
    ) {
        self.config = config
        self.options = options
        self.run = run
        self.transport = transport
        self.folder = folder
        self.store = store
        liveClock = LiveClock(kind: options.clock, site: config.site)
    }

    /// The run that a journal folder belongs to; nil for a new one.
    public static func existingRun(_ folder: JournalFolder) throws -> String? { try Recovery(folder)?.header.run }

    /// The topics the twin wants: all of its site but commands and its own outputs.
    static func filters(site: String) -> [String] {
        let kinds: [TopicKind] = [.tele, .ack, .status, .vehicle, .count]
        return kinds.map { "v1/\(site)/+/+/\($0.rawValue)" } + [Topic.clockText(site: site)]
    }

    /// Runs until the duration is over or it is stopped.
    /// - Returns: the summary of the whole run; nil when no tick was closed.
    public func run() async throws -> Summary? {
        try await recover()
        try transport.connect(timeoutMs: options.connectTimeoutMs)
        try transport.subscribe(LiveLoop.filters(site: config.site))
        try announce(online: true)
        try resendCommands()
        if options.clock == .wall, session == nil { try begin(at: options.wallNow()) }
        while !options.shouldStop(), !isOver {
            let batch = try transport.receive(timeoutMs: LiveLoop.receiveMs, limit: LiveLoop.batchMax)
            for link in batch.links { note(link) }
            for message in batch.messages {
                // Beyond the end nothing is stepped, but what was taken from the broker is kept.
                if isOver { _ = try journal(message) } else { try await take(message) }
            }
            try await closeByWallClock()
            try session?.journal.sync()
            // Nothing is acknowledged before the disk has it; before the first plant time nothing is journalled.
            if session != nil || early.mayBeAcknowledged { try transport.flush() }
        }
        try announce(online: false)
        try await letGo()
        transport.disconnect()
        return summary
    }

    /// Waits until the broker has what was published. What arrives meanwhile is journalled and not stepped: it opens
    /// the next tick when the run is resumed.
    private func letGo() async throws {
        let until = ContinuousClock.now + .milliseconds(LiveLoop.letGoMs)
        while session != nil, transport.publicationsInFlight > 0, ContinuousClock.now < until {
            let batch = try transport.receive(timeoutMs: 20, limit: LiveLoop.batchMax)
            for link in batch.links { note(link) }
            for message in batch.messages { _ = try journal(message) }
            try session?.journal.sync()
            try transport.flush()
        }
    }

    private var isOver: Bool {
        guard let duration = options.duration, let session else { return false }
        let state = session.engine.state
        return state.tick > 0 && state.grid.to(state.tick) >= session.header.start + duration
    }

    private var summary: Summary? {
        guard let engine = session?.engine, engine.state.tick > 0 else { return nil }
        return Summary(ledger.sum(engine.family.method), facts: facts)
    }

    private var facts: RunFacts {
        var facts = RunFacts(stepS: config.stepS, mode: options.mode, loop: .open)
        facts.wallS = (ContinuousClock.now - begun) / .seconds(1)
        return facts
    }

    // MARK: - Opening

    private func recover() async throws {
        guard var recovery = try Recovery(folder) else { return }
        isRecovering = true
        defer { isRecovering = false }
        let header = recovery.header
        guard header.config == config.hash else {
            throw JournalProblem(
                "\(folder.path): was made with another configuration (\(header.config)); use --journal with a new folder",
                exitCode: 78)
        }
        let plan = RunPlan(
            run: header.run, start: header.start, stepS: header.stepS, mode: header.mode, clock: header.clock)
        guard header.mode == options.mode, header.clock == options.clock else {
            throw JournalProblem(
                "\(folder.path): was begun with --mode \(header.mode.rawValue) --clock \(header.clock.rawValue); go on"
                    + " with these, or name a new --journal", exitCode: 78)
        }
        let engine = TwinEngine(config: config, plan: plan, seating: options.seating, beforeHop: options.beforeHop)
        let checkpoint = try store.begin(identity(header))
        let tail = try await recovery.run(
            engine, checkpoint: checkpoint, configurations: configurations, keep: store.write)
        if let cursor = tail.cursor {
            var batch = StoreBatch(config.method.chart)
            batch.facts = facts
            batch.checkpoint = try await engine.checkpoint()
            batch.cursor = cursor
            try store.write(batch)
        }
        if options.clock == .wall, options.wallNow() < tail.lastT {
            throw JournalProblem(
                "\(folder.path): ends at \(tail.lastT.rfc3339), ahead of the clock; set the clock or use another --journal",
                exitCode: 65)
        }
        let journal = try JournalWriter(
            folder: folder, header: header, zone: config.zone, resumed: tail.end(engine.state))
        let clock = TickClock(
            grid: engine.state.grid, lateness: config.lateness, tick: engine.state.tick, now: tail.lastT,
            hasClock: engine.state.sawClock || tail.lines.contains { isClockLine($0) })
        session = Session(
            engine: engine, journal: journal, clock: clock,
            input: try TickInput(tail.lines, configurations: configurations), header: header)
        bridgeLongStop(since: tail.lastT)
        // A line after the last mark may have passed the tick's end already.
        try await close(session?.clock.dueOnResume() ?? 0, at: tail.lastT)
    }

    /// After more than 7 days the ticks between are not stepped: one line says where they go on.
    private func bridgeLongStop(since last: PlantTime) {
        guard options.clock == .wall, options.wallNow() > last + TickClock.jumpMax else { return }
        let at = options.wallNow().floored(to: config.step)
        instruct(.resume(at), at: at)
        session?.clock.resume(at: at)
    }

    /// Journals an instruction; it acts from the next tick on.
    private func instruct(_ instruction: Instruction, at t: PlantTime) {
        session?.journal.append(instruction.line(at: t))
        session?.input.instructions.append(instruction)
    }

    /// Configurations that the journal changed to are kept beside it.
    private var configurations: ConfigurationSource {
        let (folder, config) = (folder, config)
        return { hash in
            try hash == config.hash ? config : SiteConfig.load(folder: folder.configFolder(hash))
        }
    }

    private func isClockLine(_ line: Line) -> Bool { line.topic == Topic.clockText(site: config.site) }

    private func identity(_ header: Header) -> RunIdentity {
        var built = header
        built.build = options.build
        return RunIdentity(built)
    }

    /// Draws the run's start and creates its journal.
    private func begin(at time: PlantTime) throws {
        let header = Header(
            site: config.site, run: run, start: time.floored(to: config.step), timeZone: config.zone.name,
            stepS: config.stepS, seed: 0, mode: options.mode, loop: .open, clock: options.clock, marks: true,
            config: config.hash, build: options.build)
        _ = try store.begin(identity(header))
        // In this order a kill at any moment leaves nothing that the next start could not take up.
        try folder.keep(config.files, hash: config.hash)
        let journal = try JournalWriter(folder: folder, header: header, zone: config.zone)
        session = Session(
            engine: TwinEngine(
                config: config, plan: RunPlan(header), seating: options.seating, beforeHop: options.beforeHop),
            journal: journal, clock: TickClock(start: header.start, step: header.step, lateness: config.lateness),
            header: header)
        session?.feed.begin(ConfigurationInForce(config, from: header.start))
        if early.shed > 0 {
            instruct(.shed(early.shed), at: header.start)
            notes.warn("\(early.shed) messages before the first plant time were shed: QoS 0, or retained by the broker")
        }
        for item in early.take() {
            switch item {
            case .link(let word): instruct(.link(word), at: header.start)
            case .message(let message): append(Arrival(message, at: header.start))
            }
        }
    }

    // MARK: - Messages

    private func note(_ link: LinkChange) {
        options.onLink?(link)
        let word = link.word(wasUp: wasUp)
        if case .up = link { wasUp = true }
        guard let session else {
            early.add(link: word)
            return
        }
        instruct(.link(word), at: session.clock.now)
    }

    private func take(_ message: InboundMessage) async throws {
        let (closes, t) = try journal(message)
        try await close(closes, at: t)
    }

    /// Journals one message, and says how many ticks it closes at which plant time.
    private func journal(_ message: InboundMessage) throws -> (closes: Int, t: PlantTime) {
        let none = (closes: 0, t: PlantTime(ms: 0))
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

    private func append(_ arrival: Arrival) {
        session?.journal.append(.message(arrival))
        session?.input.arrivals.append(arrival)
    }

    // MARK: - Ticks

    private func closeByWallClock() async throws {
        guard options.clock == .wall else { return }
        let now = options.wallNow()
        let closes = session?.clock.wall(t: now, grace: LiveLoop.wallGrace) ?? 0
        try await close(closes, at: now)
    }

    /// Lines, step, mark with chain, fdatasync, commands, store: for each tick in this order.
    private func close(_ count: Int, at t: PlantTime) async throws {
        for _ in 0..<count {
            guard let current = session, !isOver else { return }
            let input = current.input
            session?.input = TickInput()
            let outcome = await current.engine.close(input)
            for refusal in outcome.refusals { notes.refuse(refusal) }
            let mark = Mark(
                t: max(t, outcome.end), tick: outcome.tick, n: current.journal.linesSinceMark, chain: outcome.chain.hex)
            current.journal.append(mark)
            try current.journal.sync()
            try publish(outcome)
            ledger.add(outcome)
            session?.feed.add(outcome)
            guard var batch = session?.feed.flush() else { return }
            batch.facts = facts
            batch.checkpoint = try await current.engine.checkpoint()
            batch.cursor = JournalCursor(
                segment: current.journal.segment, offset: current.journal.offset, tick: outcome.tick,
                chain: outcome.chain.hex)
            try store.write(batch)
            try current.journal.rotateIfDue(after: mark, end: outcome.end, state: current.engine.state)
            options.onTick?(outcome)
        }
    }

    // MARK: - Publishing

    private func publish(_ outcome: TickOutcome) throws {
        guard !isRecovering, options.mode == .advise || options.mode == .control else { return }
        if options.mode == .control { try outcome.commands.forEach(publish) }
        for message in outcome.publications(site: config.site, summary: summary) { try transport.publish(message) }
    }

    private func publish(_ command: Command) throws {
        var message = command.message(site: config.site, run: run)
        if options.clock == .wall {
            message.expiryS = UInt32(clamping: (command.expires - max(command.ts, options.wallNow())).ms / 1000)
        }
        try transport.publish(message)
    }

    /// After a restart the last mark's commands that may still be answered go again, with the same id.
    private func resendCommands() throws {
        guard options.mode == .control, let session else { return }
        let last = session.engine.state.tick
        // The journal's last line does not tell how long the twin was away.
        let now = options.clock == .wall ? max(session.clock.now, options.wallNow()) : session.clock.now
        for command in session.engine.state.desk.pending where command.tick == last && command.expires > now {
            try publish(command)
        }
    }

    private func announce(online: Bool) throws {
        guard options.mode == .advise || options.mode == .control else { return }
        var message = OutboundMessage(
            topic: "v1/\(config.site)/twin/status", payload: Array((online ? "online" : "offline").utf8))
        message.retain = true
        try transport.publish(message)
        // Coming up, it leaves with the first batch: a flush now could acknowledge what is not on disk yet.
        // Without a journal nothing that was received may be acknowledged, not even at the end.
        if !online, session != nil { try transport.flush() }
    }
}
