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
    public var plans = PlanSource.none
    /// The wall clock, which may be set.
    public var wallNow: @Sendable () -> PlantTime
    /// The monotonic clock, from any origin: plant time under the wall clock runs with it, and so does waiting.
    public var uptime: @Sendable () -> Span
    /// Whether a broker that cannot be reached at the start is waited for, instead of an error.
    public var waitsForBroker = false
    /// Who this process is, for other controllers of the site.
    public var claim = Claim(issuer: "", instance: "", since: .earliest, host: "", pid: 0)
    /// How long the claims of others are listened for before this one commands.
    public var claimAfter = Span(ms: 500)
    /// Opens the store again after it failed; one that is damaged is set aside and made anew. Nil tries the same one.
    public var reopenStore: (@Sendable () throws -> any TwinStorePort)?
    /// Asked between batches; true stops after what is read is on disk.
    public var shouldStop: @Sendable () -> Bool = { false }
    /// Called once there is a journal.
    public var onBegin: (@Sendable () -> Void)?
    /// Says at once what happens; without it the notes have what an operator should know at the end.
    public var log: RunLog?
    public var onTick: (@Sendable (TickOutcome) -> Void)?
    /// Who looks on.
    public var watcher: (any PlantWatcher)?

    public init(wallNow: @escaping @Sendable () -> PlantTime) {
        self.wallNow = wallNow
        let begun = ContinuousClock.now
        uptime = { Span(ms: Int64((ContinuousClock.now - begun) / .milliseconds(1))) }
    }
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
    /// ... and one comes sooner where more messages came than a start steps again in two seconds.
    static let checkpointLines = 100_000
    static let receiveMs = 50
    static let letGoMs = 2000
    /// What a power cut may take of QoS 0, which the sender does not count on.
    static let secureEvery = Span(ms: 100)
    /// At least what a broker sends unacknowledged; a batch costs one write to the disk.
    static let batchMax = 2000
    /// While many ticks are due the link is served so often.
    static let serveEvery = Span(ms: 200)

    /// In force, or in force from the next tick on.
    var config: SiteConfig
    var mode: ControlMode
    let options: LiveOptions
    let transport: any Transport
    let folder: JournalFolder
    let store: StoreFollower
    let run: String
    /// Of the site's topics, and of what twins say of themselves.
    private let sitePrefix: String
    let twinPrefix: String
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
    /// What waits for the broker.
    var outbox = Outbox()
    var co2ToDate = CO2ToDate()
    var planDesk: PlanDesk?
    var planning: LivePlanning?
    /// Plant time under the wall clock.
    private var steady: SteadyClock?
    /// What is wrong with the twin itself, as its lines said it last.
    var troubles: [AlarmKey: String] = [:]
    var rival = RivalState()
    var silence: ClockSilence
    /// The word of a link that came up while what the broker kept for us is still being read.
    private var backlogEnds: String?
    /// The last reason why there is no link that was said.
    var saidLinkTrouble: String?
    /// Received, and not journalled yet.
    private var incoming: ArraySlice<InboundMessage> = []
    /// Whether an acknowledgement waits for the disk.
    private var isOwed = false
    /// When the disk was asked last.
    private var secured = Span(ms: 0)
    /// QoS 0 messages of the open tick for which there was no room.
    private var shed = 0
    /// Topics of a mapping or a mode that came with a reload: asked for when what was received is acknowledged.
    var newFilters: [String] = []
    public internal(set) var notes = RunNotes()
    /// How the run does, and what of it was told.
    var pulse = RunPulse(link: .down)
    var toldPulse: RunPulse?

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
        /// Lines since the last checkpoint.
        var linesSinceCheckpoint = 0
        /// The last tick that an earlier process closed.
        var resumedTick = 0
    }

    /// - Parameters:
    ///   - run: the journal's run, or a new one for an empty folder (see `existingRun`).
    ///   - transport: made with the client id of that run.
    ///   - store: nil where it could not be opened yet.
    public init(
        config: SiteConfig, options: LiveOptions, run: String, transport: any Transport, folder: JournalFolder,
        store: (any TwinStorePort)?
    ) {
        self.config = config
        self.options = options
        self.run = run
        sitePrefix = "v1/\(config.site)/"
        twinPrefix = "v1/\(config.site)/twin/"
        self.transport = transport
        self.folder = folder
        self.store = StoreFollower(store, reopen: options.reopenStore)
        mode = options.mode
        log = options.log
        liveClock = LiveClock(kind: options.clock, site: config.site)
        silence = ClockSilence(since: options.uptime())
        rival.askedAt = silence.since
    }

    /// The run that a journal folder belongs to; nil for a new one.
    public static func existingRun(_ folder: JournalFolder) throws -> String? { try Recovery(folder)?.header.run }

    /// The topics the twin wants: all of its site but its own outputs, and those of its mapping. While it commands it hears
    /// the commands and claims of others too; its own, if they come back, are let go.
    static func filters(_ config: SiteConfig, _ mode: ControlMode) -> [String] {
        let kinds: [TopicKind] = [.tele, .ack, .status, .vehicle, .count] + (mode == .control ? [.cmd] : [])
        let claims = mode == .control ? [Claim.topic(site: config.site), statusTopic(config.site)] : []
        return kinds.map { "v1/\(config.site)/+/+/\($0.rawValue)" } + [Topic.clockText(site: config.site)] + claims
            + (config.signals?.filters ?? [])
    }

    /// Runs until the duration is over or it is stopped.
    /// - Returns: the summary of the whole run; nil when no tick was closed, or when the store cannot be read.
    public func run() async throws -> Summary? {
        if options.clock == .wall { steady = SteadyClock(wall: options.wallNow(), uptime: options.uptime()) }
        try await recover()
        if let tick = session?.engine.state.tick { session?.resumedTick = tick }
        try connect()
        resendCommands()
        if session != nil {
            // What was raised while nobody could hear it.
            if publishes { repeatAlarms() }
            try lookForRivals()
            try post()
        }
        if options.clock == .wall, session == nil { try begin(at: wallTime) }
        while !options.shouldStop(), !isOver {
            let batch = try transport.receive(timeoutMs: LiveLoop.receiveMs, limit: LiveLoop.batchMax)
            try note(batch)
            try await look()
            takePlans()
            try takeRequests()
            incoming = batch.messages[...]
            // After a pause what comes now is of the present, not of the step that was open before.
            try await closeByWallClock()
            while let message = incoming.popFirst() {
                // Beyond the end nothing is stepped, but what was taken from the broker is kept.
                if isOver { _ = try journal(message) } else { try await take(message) }
            }
            try acknowledge()
            if session != nil || early.mayBeAcknowledged { subscribeNewFilters() }
        }
        try session?.journal.sync()
        try sayGoodbye()
        // Without a journal nothing that was received may be acknowledged, not even at the end.
        if session != nil { try transport.flush() }
        try await letGo()
        transport.disconnect()
        try await writeCheckpoint()
        try await store.catchUp(self, limit: .hours(1))
        log?.end()
        return try summary()
    }

    private func connect() throws {
        let filters = LiveLoop.filters(config, mode)
        guard !options.waitsForBroker else { return try transport.begin(filters) }
        try transport.connect(timeoutMs: options.connectTimeoutMs)
        subscribe(filters)
        if publishes { try announce(online: true) }
    }

    /// A topic that is refused is said; the others are heard.
    private func subscribe(_ filters: [String]) {
        do { try transport.subscribe(filters) } catch { trouble(.ownRights, "\(error)") }
    }

    private func subscribeNewFilters() {
        guard !newFilters.isEmpty else { return }
        subscribe(newFilters)
        newFilters = []
    }

    /// Nothing is acknowledged, and nothing published, before the disk has what it follows from; before the first plant time
    /// nothing is journalled.
    private func acknowledge() throws {
        guard session != nil || early.mayBeAcknowledged else { return }
        try lookForRivals()
        try secure()
        try post()
        try transport.flush()
    }

    /// What somebody waits for is on disk at once; what came at QoS 0 is written, and the disk is asked now and then.
    private func secure() throws {
        let now = options.uptime()
        guard isOwed || !outbox.isEmpty || now - secured >= LiveLoop.secureEvery else {
            try session?.journal.flush()
            return
        }
        try session?.journal.sync()
        isOwed = false
        secured = now
    }

    /// Waits until the broker has what was published. What arrives meanwhile is journalled and not stepped: it opens
    /// the next tick when the run is resumed.
    private func letGo() async throws {
        let until = ContinuousClock.now + .milliseconds(LiveLoop.letGoMs)
        while session != nil, transport.publicationsInFlight > 0, ContinuousClock.now < until {
            _ = try serve(timeoutMs: 20)
        }
    }

    /// Serves the link while ticks are closed one after the other, or at the end.
    /// - Returns: how many more ticks are due.
    func serve(timeoutMs: Int) throws -> Int {
        // What was received before comes first, and is acknowledged with the rest.
        let earlier = incoming
        incoming = []
        let batch = try transport.receive(timeoutMs: timeoutMs, limit: LiveLoop.batchMax)
        try note(batch)
        var closes = 0
        for message in earlier + batch.messages { closes += try journal(message).closes }
        try acknowledge()
        return closes
    }

    private func note(_ batch: InboundBatch) throws {
        isOwed = isOwed || batch.messages.contains { $0.qos > 0 }
        for link in batch.links { try note(link) }
        // What waited comes behind the word of a link.
        if batch.links.isEmpty || !batch.messages.isEmpty { noteEndOfBacklog(batch) }
        for refusal in batch.refusals {
            say(refusal.entry)
            // The log names each; the alarm and its line stand for the first, or many would take turns in the journal.
            if troubles[.ownRights] == nil { trouble(.ownRights, "\(refusal.topic): \(refusal.sentence)") }
        }
        log?.look()
    }

    /// Plant time under the wall clock.
    var wallTime: PlantTime {
        steady?.look(wall: options.wallNow(), uptime: options.uptime())
        return steady?.now ?? options.wallNow()
    }

    /// The wall clock may be behind where the journal ended.
    func holdTime(notBefore end: PlantTime) {
        steady = SteadyClock(wall: options.wallNow(), notBefore: end, uptime: options.uptime())
    }

    /// Looks after what no message brings: clocks, claims, the store.
    private func look() async throws {
        if options.clock == .wall {
            _ = wallTime
            trouble(.ownClock, steady?.step == nil ? nil : troubles[.ownClock] ?? steady?.sentence)
        } else {
            lookForTime()
        }
        lookForBroker()
        try await store.follow(self)
        tellPulse()
    }

    var isOver: Bool {
        guard let duration = options.duration, let session else { return false }
        let state = session.engine.state
        return state.tick > 0 && state.grid.to(state.tick) >= session.header.start + duration
    }

    /// All that the store has of this run.
    private func summary() throws -> Summary? {
        guard let session, session.engine.state.tick > 0 else { return nil }
        guard !store.isBehind else {
            tell(.runNote, "the store is behind the journal, so there is no summary; the next start makes it up")
            return nil
        }
        let window = StoreWindow(from: session.header.start.floored(to: settlementPeriod))
        guard let port = store.port else { return nil }
        return try port.summary(session.engine.family.method.covering(port.chart(window)), window)
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
        pulse.link = .down
        if case .up = link {
            pulse.link = .up
            // With a new link what was refused is tried anew; the first one's refusals are known before it is told of.
            if wasUp || options.waitsForBroker { trouble(.ownRights, nil) }
            // Claims are listened for from here on: they come with the link.
            if !rival.isClaimed { rival.askedAt = options.uptime() }
            // The broker has published our will meanwhile, and nothing that we said while the link was down.
            if wasUp || options.waitsForBroker, publishes {
                try announce(online: true)
                repeatAlarms()
                resendCommands()
            }
            wasUp = true
        }
        guard let session else {
            early.add(link: word)
            return
        }
        if case .up = link, options.clock == .event {
            backlogEnds = word
        } else {
            backlogEnds = nil
            instruct(.link(word), at: session.clock.now)
        }
    }

    /// Under the event clock the link is up when what the broker kept is read: plant time stood still, and what is decided
    /// until then is of the past.
    private func noteEndOfBacklog(_ batch: InboundBatch) {
        guard let word = backlogEnds, let session, batch.messages.count < LiveLoop.batchMax / 4 else { return }
        backlogEnds = nil
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
        if try hearRival(message) { return none }
        if steady?.step != nil, let told = liveClock.told(message) { steady?.hear(told.stamp, of: told.asset) }
        let stamp = liveClock.time(
            of: message, hasClock: session?.clock.hasClock ?? false, now: session?.clock.now,
            wallNow: options.clock == .wall ? wallTime : .earliest)
        if session == nil {
            guard let first = firstTime(stamp, message) else {
                early.add(message)
                return none
            }
            try begin(at: first)
            // The clock's line is among those that waited.
            if liveClock.candidate != nil { _ = session?.clock.take(t: first, isClock: true) }
        }
        guard let now = session?.clock.now else { return none }
        var t = max(stamp ?? now, now)
        var closes = 0
        if options.clock == .event, let stamp {
            switch session?.clock.take(t: t, isClock: liveClock.isClock(message)) {
            case .taken(let count)?: closes = count
            case .refused?, nil: t = now
            }
            silence.hear(stamp, plantTime: now, leap: TickClock.leapMin(step: config.step), at: options.uptime())
        }
        append(Arrival(message, at: session?.clock.hasClock == true && !liveClock.isClock(message) ? now : t))
        return (closes, t)
    }

    /// When the run begins; nil while that is not certain.
    private func firstTime(_ stamp: PlantTime?, _ message: InboundMessage) -> PlantTime? {
        if let stamp {
            if let first = liveClock.first(stamp, of: message, step: config.step) { return first }
            silence.refused = stamp
        }
        // The broker sends no more before these are acknowledged, so the next line of the clock may never come.
        return early.owed >= EarlyMessages.owedMax ? liveClock.candidate : nil
    }

    private func isOwnCommand(_ message: InboundMessage) -> Bool {
        message.topic.hasSuffix("/cmd") && message.topic.hasPrefix(sitePrefix)
            && RivalWatch.issuer(message.payload) == Command.issuer(run: run)
    }

    /// What finds no room in the tick is journalled all the same where its sender counts on it.
    func append(_ arrival: Arrival) {
        guard session?.input.take(arrival) == false else {
            session?.journal.append(.message(arrival))
            return
        }
        guard arrival.qos > 0 else {
            shed += 1
            return
        }
        session?.journal.append(.message(arrival))
        session?.input.shed += 1
    }

    /// Messages that found no room are counted by the tick that they would have been in.
    func settleShed(at t: PlantTime) {
        guard shed > 0 else { return }
        instruct(.shed(shed), at: t)
        shed = 0
    }
}
