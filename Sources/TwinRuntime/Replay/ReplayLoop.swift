public import TwinBooks
public import TwinConfiguration
public import TwinCore
import TwinDispatch
import TwinImport

/// What a replay is asked to do; the file's header gives the rest.
public struct ReplayOptions: Sendable {
    public var mode: ControlMode?
    public var loop: LoopKind?
    public var seed: UInt64?
    public var strict = false
    /// The payloads of an mqtt-recorder file are base64.
    public var isBase64 = false
    /// Plant seconds per wall second; nil is as fast as possible.
    public var speed: Double?
    public var faults: [Fault] = []
    /// Words of operators that the recording lacks, in the order of their times.
    public var orders: [ScenarioOrder] = []
    public var expectations: [Expectation] = []
    public var seating = Seating.actors
    /// A new journal folder to write; nil writes none.
    public var journal: JournalFolder?
    public var build = ""
    /// Of the plans of a closed loop, and of an open one that plans anew; with none the rules decide.
    public var plans = PlanSource.none
    /// An open recording is planned anew: its own plans are left out.
    public var replans = false
    /// Finds the configurations that the input changes to; by default there is only the one that is given.
    public var configurations: (@Sendable (String) throws -> SiteConfig?)?
    /// The state that the input begins with: a journal whose past is archived.
    public var opening: OpeningState?
    /// The result shall hold the rows of the books, too; a run without a store keeps them anyway.
    public var keepsRows = false
    /// Waits before each hop between actors: for tests that try to upset the order.
    public var beforeHop: (@Sendable () async -> Void)?
    /// Says which alarms come and go; what else happens is told at the end, with its line, unless all is wanted.
    public var log: RunLog?
    /// Called after each tick with its outcome and the share of the input that is read; false ends the replay.
    public var onTick: (@Sendable (TickOutcome, Double) -> Bool)?
    /// Who looks on.
    public var watcher: (any PlantWatcher)?
    /// Decide on speed, pauses and further faults; nil leaves it to `speed`.
    public var reins: ReplayReins?
    /// Ends a wait for the next step.
    public var shouldStop: @Sendable () -> Bool = { false }

    public init() {}
}

/// What a replay found.
public struct ReplayResult: Sendable {
    public var summary: Summary
    /// The books, settlement period by settlement period; empty where only the store keeps them.
    public var rows: [PeriodRow]
    public var notes: RunNotes
    public var verdicts: [ExpectationCheck.Verdict]
    /// Whether the figures are those that the file's marks stand for; nil for a recording without marks.
    public var chain: ChainProof?
    /// The first tick that is not as its mark says, or came out otherwise; nil when all agree or none were given.
    public var firstDifferingTick: Int? { chain?.firstDifference?.tick ?? firstOtherTick }
    /// The first tick that came out otherwise because something else was asked for.
    var firstOtherTick: Int?
    public var hops: Int
    public var wasStopped: Bool
}

/// Replays a file, or a journal, through the same step as live operation.
public final class ReplayLoop {
    /// Marks of a replay that share one transaction.
    static let marksPerTransaction = 500

    private let config: SiteConfig
    private let options: ReplayOptions
    private var feed: TickFeed
    /// Ticks that the simulated plant knows already and the twin does not.
    private var upcoming: ArraySlice<ReadAhead.Tick> = []
    /// The file that the present tick's lines came from.
    private var path: String
    private let header: Header
    private let engine: TwinEngine
    private var plant: ClosedPlant?
    private var injector: FaultInjector
    /// Faults that the journal has not been told of.
    private var unannounced: [Fault] = []
    /// Orders that were not given yet.
    private var orders: ArraySlice<ScenarioOrder>
    private var check: ExpectationCheck
    private var journal: JournalWriter?
    private var store: ReplayStore?
    /// The same store, where it can be read back.
    private let books: (any StoreReading)?
    /// Nil where the store keeps the rows: a year of them has no place in memory.
    private var ledger: RowLedger?
    private var connected: ConnectedTimes
    private let configurations: ConfigurationSource
    private var planning: ReplayPlanning?
    private var marksSinceFlush = 0
    private var facts: RunFacts
    private var notes = RunNotes()
    private var log: RunLog?
    private var chain: ChainProof?
    /// Whether a mark had one.
    private var hasChains = false
    private var firstOtherTick: Int?
    private var co2ToDate = CO2ToDate()
    /// The last step, while nobody was told of it.
    private var unseen: TickOutcome?
    /// Since when the store lacks a step; nil while it has all of them.
    private var behindSince: ContinuousClock.Instant?

    /// - Parameter store: where the books go; nil keeps them in memory only.
    public init(
        paths: [String], config: SiteConfig, options: ReplayOptions, store: (any StoreWriting)?
    ) throws {
        self.config = config
        self.options = options
        (log, books, connected) = (options.log, store as? any StoreReading, ConnectedTimes(config.method))
        let reader = try TickReader(
            paths: paths, opening: options.opening, lateness: config.lateness, strict: options.strict
        ) {
            RecordingFrame(config, build: options.build, isBase64: options.isBase64)
        }
        var header = reader.header
        chain = header.marks ? ChainProof(changed: ReplayLoop.changes(of: header, config, options)) : nil
        guard header.site == config.site else {
            throw ReplayProblem(
                "\(paths[0]): site \"\(header.site)\" is not the configuration's \"\(config.site)\"; use --config",
                exitCode: 78)
        }
        let wasCommanded = header.mode == .control
        header.loop = options.loop ?? header.loop
        // The simulated plant is there to be commanded, unless the user wants to watch only.
        header.mode = options.mode ?? (options.loop == .closed ? .control : header.mode)
        header.seed = options.seed ?? header.seed
        self.header = header
        path = reader.path
        feed = TickFeed(reader, readsAhead: !paths.contains("-"))
        injector = FaultInjector(seed: header.seed)
        var plan = RunPlan(header)
        plan.isDeaf = header.loop == .open && !wasCommanded
        engine = TwinEngine(
            config: config, plan: plan, seating: options.seating,
            followsMessages: options.watcher?.followsMessages == true, beforeHop: options.beforeHop)
        self.store = store.map { ReplayStore($0, first: ConfigurationInForce(config, from: header.start)) }
        facts = RunFacts(stepS: header.stepS, mode: header.mode, loop: header.loop, run: header.run)
        if books == nil || options.keepsRows { ledger = RowLedger() }
        if header.loop == .closed {
            guard options.opening == nil else {
                throw ReplayProblem(
                    "\(paths[0]): begins with tick \(header.firstTick), and the simulated plant has no state there; name"
                        + " the archive's folder before it")
            }
            plant = ClosedPlant(config: config, plan: plan, seed: header.seed)
        }
        if config.strategy == .optimiser, header.loop == .closed || options.replans {
            planning = ReplayPlanning(options.plans, start: header.start)
        }
        configurations = { hash in
            if hash == config.hash { return config }
            guard let found = try options.configurations?(hash) else {
                throw ReplayProblem(
                    "the run goes on with configuration \(hash.prefix(15))…, which is not here; replay the journal's"
                        + " folder, which keeps it", exitCode: 78)
            }
            return found
        }
        orders = options.orders[...]
        check = ExpectationCheck(options.expectations, zone: config.zone)
        for fault in options.faults { try add(fault) }
    }

    /// What is asked for otherwise than the run had it.
    private static func changes(of header: Header, _ config: SiteConfig, _ options: ReplayOptions) -> [String] {
        let asked: [(String, Bool)] = [
            ("mode", (options.mode ?? header.mode) != header.mode),
            ("loop", (options.loop ?? header.loop) != header.loop),
            ("configuration", config.hash != header.config), ("faults", !options.faults.isEmpty),
            ("orders", !options.orders.isEmpty),
        ]
        return asked.filter(\.1).map(\.0)
    }

    /// Lays a fault over the recording.
    private func add(_ fault: Fault) throws {
        if fault.verb.needsClosedLoop {
            guard plant != nil else {
                throw ReplayProblem(
                    "fault \(fault.verb.rawValue) happens in the plant, and an open recording has none: use"
                        + " --loop closed (fault_needs_closed_loop)")
            }
            plant?.add(fault)
        } else {
            injector.add(fault)
        }
        unannounced.append(fault)
    }

    /// Runs to the end of the input. Nothing is written after it, whether it returns or throws.
    public func run() async throws -> ReplayResult {
        do { return try await runToEnd() } catch {
            await store?.abandon()
            throw error
        }
    }

    private func runToEnd() async throws -> ReplayResult {
        let begun = ContinuousClock.now
        var stored = header
        stored.loop = .open
        stored.marks = true
        stored.build = options.build
        stored.config = config.hash
        if let opening = options.opening {
            try await engine.restore(opening, of: path, configurations: configurations)
        }
        if let folder = options.journal {
            guard try folder.segments().isEmpty else {
                throw JournalProblem("\(folder.path): holds a journal already; name a new folder", exitCode: 73)
            }
            journal = try JournalWriter(folder: folder, header: stored, zone: config.zone)
            try folder.keep(config.files, hash: config.hash)
            if let opening = options.opening { try folder.keep(opening) }
        }
        try store?.begin(RunIdentity(stored))
        await feed.sort(by: engine.router, for: plant?.hearing)
        var wasStopped = false
        while let tick = try await nextTick() {
            path = tick.path
            for fault in options.reins?.takeFaults() ?? [] { try add(fault) }
            let began = ContinuousClock.now
            let outcome = try await step(tick)
            notePulse(of: outcome, began: began)
            options.reins?.note(share: tick.share, end: outcome.end)
            unseen = show(outcome) ? nil : outcome
            if options.onTick?(outcome, tick.share) == false {
                wasStopped = true
                break
            }
            try await pace(since: begun)
        }
        showUnseen()
        return try await finish(begun, wasStopped)
    }

    private func nextTick() async throws -> ReadAhead.Tick? {
        guard plant != nil else { return try await feed.next() }
        let ahead = CoarseReadings.aheadMax.ms / header.step.ms
        while upcoming.count <= ahead, let tick = try await feed.next() {
            if let heard = tick.heard { plant?.lookAhead(heard) }
            upcoming.append(tick)
        }
        return upcoming.popFirst()
    }

    private func step(_ tick: ReadAhead.Tick) async throws -> TickOutcome {
        let number = engine.state.tick + 1
        let lines = tick.lines
        var others = lines.others
        if let planning {
            // What was planned then is not what is planned now.
            others.removeAll(where: ReplayPlanning.replaces)
            others.insert(contentsOf: planning.lines, at: 0)
        }
        let end = engine.state.grid.to(number)
        while let order = orders.first, order.at <= end {
            others.append(Line(t: lines.t, .op(order.json)))
            orders.removeFirst()
        }
        var input = try TickInput(others, configurations: configurations)
        let from = input.resume ?? engine.state.grid.from(number)
        var arrivals = lines.arrivals
        for line in others {
            switch line.body {
            case .fault(let json): try addFault(json, at: line.t)
            case .expect(let json): try addExpectation(json, at: line.t)
            case .configuration(let change):
                let config = try configurations(change.hash)
                try options.journal?.keep(config.files, hash: config.hash)
                journal?.append(line)
            case .link, .mode, .op, .plan: journal?.append(line)
            case .message, .mark: break
            }
        }
        var isFileKept = true
        if let heard = tick.heard, let sent = plant?.messages(tick: number, from: from, file: heard, t: lines.t) {
            (arrivals, isFileKept) = sent
        }
        arrivals = injector.pass(arrivals, until: lines.t)
        announceFaults(before: from + header.step, at: lines.t)
        if journal != nil {
            for arrival in arrivals { journal?.append(.message(arrival)) }
        }
        input.arrivals = arrivals
        input.shed = lines.shed
        input.sorted = isFileKept && injector.isEmpty ? tick.sorted : nil
        input.unreadable = lines.unreadable
        let written = journal?.linesSinceMark ?? 0
        let outcome = await engine.close(input)
        options.watcher?.hear(input.arrivals, outcome)
        planning?.look(engine, at: outcome.end)
        for refusal in outcome.refusals { notes.refuse(refusal) }
        for sentence in outcome.remarks { notes.warn(sentence) }
        if options.strict, let first = outcome.refusals.first {
            throw ReplayProblem(
                "\(path):\(first.line): error: \(first.failure.text) (\(first.failure.reason.rawValue))")
        }
        compare(outcome, with: lines)
        check.note(outcome)
        log?.sayHand(outcome)
        if log?.least == .debug { log?.sayTrouble(outcome, mode: header.mode) } else { log?.sayAlarms(outcome) }
        let mark = Mark(
            t: max(lines.t, outcome.end), tick: outcome.tick, n: written, chain: outcome.chain.hex,
            alarms: outcome.alarmEdges.map(MarkedAlarm.init))
        journal?.append(mark)
        // In an open loop nobody listens.
        if header.mode == .control { plant?.receive(outcome.commands) }
        try await keep(outcome, mark)
        return outcome
    }

    private func addFault(_ json: JSON, at t: PlantTime) throws {
        let fault: Fault
        do { fault = try Fault(json, at: t) } catch {
            throw ReplayProblem("\(t.rfc3339): error: \(error.text)")
        }
        try add(fault)
    }

    private func addExpectation(_ json: JSON, at t: PlantTime) throws {
        do {
            let expectation = try Expectation(json, at: t, place: t.rfc3339) { value in
                value.text.flatMap { PlantTime(rfc3339: $0) }
            }
            check.add(expectation)
        } catch {
            throw ReplayProblem("\(t.rfc3339): error: \(error.text)")
        }
    }

    /// Faults are notes in the journal: what reached the twin is already faulty there.
    private func announceFaults(before end: PlantTime, at t: PlantTime) {
        for fault in unannounced where fault.from < end {
            journal?.append(Line(t: t, .op(.fields(["fault": fault.json]))))
        }
        unannounced.removeAll { $0.from < end }
    }

    private func compare(_ outcome: TickOutcome, with lines: FileTick) {
        guard let mark = lines.mark else { return }
        guard !mark.chain.isEmpty else {
            if chain?.unproven == nil {
                chain?.unproven = ChainProof.Difference(
                    tick: outcome.tick, file: path, line: lines.markLine, what: "its mark has no chain")
            }
            return
        }
        // Whoever writes chains writes them all.
        hasChains = true
        guard mark.chain != outcome.chain.hex, firstOtherTick == nil else { return }
        firstOtherTick = outcome.tick
        guard chain?.changed.isEmpty == true else { return }
        chain?.note(
            ChainProof.Difference(
                tick: outcome.tick, file: path, line: lines.markLine,
                what: "steps to another chain than its mark has; a line was changed, or another program"
                    + " (\(header.build)) made it"))
    }

    private func keep(_ outcome: TickOutcome, _ mark: Mark) async throws {
        ledger?.add(outcome)
        connected.add(outcome)
        try await store?.add(outcome, facts)
        if options.reins != nil, store != nil, behindSince == nil { behindSince = .now }
        guard journal != nil else { return }
        marksSinceFlush += 1
        if marksSinceFlush >= ReplayLoop.marksPerTransaction { try flushJournal() }
        try journal?.rotateIfDue(after: mark, end: outcome.end, state: engine.state)
    }

    private func flushJournal() throws {
        try journal?.flush()
        marksSinceFlush = 0
    }

    /// The last batch alone carries a checkpoint: a replay that is cut short is not resumed. Without a journal nothing
    /// can go on from it, so it only marks the store as taken.
    private func commitLast() async throws {
        try flushJournal()
        let checkpoint = journal == nil ? [] : try await engine.checkpoint()
        let cursor = JournalCursor(
            segment: journal?.segment ?? "", offset: journal?.offset ?? 0, tick: engine.state.tick,
            chain: engine.state.chain.hex)
        try await store?.flush(facts, engine.state.books, checkpoint: checkpoint, cursor: cursor)
    }

    /// All rows of the run, added up by the method of the configuration in force at the end.
    private func sum() throws -> WindowSum {
        if let ledger { return ledger.sum(engine.family.method) }
        let window = StoreWindow(from: header.start.floored(to: settlementPeriod))
        let method = try books.map { try engine.family.method.covering($0.chart(window)) } ?? engine.family.method
        var sum = WindowSum(method)
        try books?.forEachRow(window, on: method.chart) { sum.add($0) }
        return sum
    }

    private func notePulse(of outcome: TickOutcome, began: ContinuousClock.Instant) {
        guard let watcher = options.watcher else { return }
        var pulse = RunPulse(store: store == nil ? .none : .current)
        pulse.tick = outcome.tick
        pulse.stepS = (ContinuousClock.now - began) / .seconds(1)
        watcher.feel(pulse)
    }

    /// Tells who looks on.
    /// - Parameter isLast: wanted or not, the end is what stays to be looked at.
    /// - Returns: whether it was seen.
    @discardableResult
    private func show(_ outcome: TickOutcome, isLast: Bool = false) -> Bool {
        guard let watcher = options.watcher, isLast || watcher.wants(outcome.end) else { return false }
        options.reins?.note(check.standings(departures: plant?.departures ?? [:]))
        var method = engine.family.method
        method.chart = engine.state.books.chart
        let sums = co2ToDate.sums(
            engine.state.books.rows, method, engine.config.calendar, at: outcome.end, facts: facts, store: books)
        watcher.see(PlantMoment(engine, outcome, sums, loop: header.loop))
        return true
    }

    /// Where a replay stands or ends is looked at.
    private func showUnseen() {
        if let unseen { show(unseen, isLast: true) }
        unseen = nil
    }

    private func pace(since begun: ContinuousClock.Instant) async throws {
        if let reins = options.reins {
            let isStopped = { [options] in options.shouldStop() }
            if reins.state.speed != nil { try await keepUp(after: .seconds(1)) }
            return try await reins.wait(header.step, until: isStopped) {
                showUnseen()
                try await keepUp(after: .zero)
            }
        }
        guard let speed = options.speed else { return }
        let seconds = Double(engine.state.tick + 1 - header.firstTick) * Double(header.stepS) / speed
        try await Task.sleep(until: begun + .seconds(seconds))
    }

    /// Who looks at a replay that goes slowly, or stands, finds in the store what was stepped.
    private func keepUp(after patience: Duration) async throws {
        guard let since = behindSince, .now - since >= patience else { return }
        try await store?.flush(facts)
        behindSince = nil
    }

    private func finish(_ begun: ContinuousClock.Instant, _ wasStopped: Bool) async throws -> ReplayResult {
        guard engine.state.tick > 0 else {
            throw ReplayProblem(
                "the input holds no complete tick (step \(header.stepS) s from \(header.start.rfc3339))")
        }
        let remains = await feed.remains
        notes.add(remains.notes)
        // Of one tick what is wrong with its lines says more than that it came out otherwise.
        if hasChains, let unproven = chain?.unproven { chain?.note(unproven) }
        if let difference = remains.difference, difference.tick <= chain?.firstDifference?.tick ?? .max {
            chain?.firstDifference = difference
        }
        if injector.underWay > 0 {
            notes.warn("\(injector.underWay) delayed messages were still under way at the end")
        }
        for sentence in engine.silentRows { notes.warn(sentence) }
        // An expectation may stand at the very end, where no tick takes it.
        for line in remains.lines {
            if case .expect(let json) = line.body { try addExpectation(json, at: line.t) }
        }
        options.reins?.end()
        facts.wallS = (ContinuousClock.now - begun) / .seconds(1)
        facts.mode = engine.state.mode
        facts.requests = engine.state.requests?.records
        if store != nil { try await commitLast() }
        ledger?.close(engine.state.books)
        let sum = try sum()
        guard var judged = Summary(sum, facts: facts) else {
            throw ReplayProblem("the input holds no settlement period")
        }
        judged.connected = connected.times
        log?.end()
        let verdicts = check.verdicts(judged, departures: plant?.departures ?? [:])
        options.reins?.note(ExpectationCheck.standings(verdicts))
        facts.expectationsPassed = verdicts.count { $0.passed }
        facts.expectationsFailed = verdicts.count { !$0.passed }
        if !verdicts.isEmpty { try await store?.flush(facts) }
        try journal?.finish()
        judged.facts = facts
        return ReplayResult(
            summary: judged, rows: ledger?.rows(on: sum.method.chart) ?? [], notes: notes,
            verdicts: verdicts, chain: chain, firstOtherTick: firstOtherTick, hops: engine.hops, wasStopped: wasStopped)
    }
}
