import TwinConfiguration
import TwinCore
import TwinDispatch

/// How a live run begins, or goes on after a stop.
extension LiveLoop {
    /// Steps the journal to its end. Where configuration or mode are others than those in force there, the run goes on with
    /// what was asked for: that is a line too.
    func recover() async throws {
        guard var recovery = try Recovery(folder) else { return }
        isRecovering = true
        defer { isRecovering = false }
        let header = recovery.header
        guard header.clock == options.clock else {
            throw JournalProblem(
                "\(folder.path): was begun with --clock \(header.clock.rawValue); go on with it, or name a new --journal",
                exitCode: 78)
        }
        guard header.site == config.site else {
            throw JournalProblem(
                "\(folder.path): is of site \"\(header.site)\", the configuration of \"\(config.site)\"; name a new"
                    + " --journal", exitCode: 78)
        }
        let engine = TwinEngine(
            config: try configurations(header.config), plan: RunPlan(header), seating: options.seating,
            followsMessages: options.watcher?.followsMessages == true, beforeHop: options.beforeHop)
        let (checkpoint, fault) = try store.begin(identity(header), at: options.uptime())
        if let fault { storeTrouble(fault) }
        let tail = try await recovery.run(
            engine, checkpoint: checkpoint, configurations: configurations, keep: write)
        if options.clock == .wall {
            guard options.wallNow() > tail.lastT - SteadyClock.aheadMax else {
                throw JournalProblem(
                    "\(folder.path): ends at \(tail.lastT.rfc3339), more than a day ahead of the clock; set the clock or use"
                        + " another --journal", exitCode: 65)
            }
            holdTime(notBefore: tail.lastT)
        }
        let input = try TickInput(tail.lines, configurations: configurations)
        let goesOn = try goesOn(from: engine, input)
        let journal = try JournalWriter(
            folder: folder, header: header, zone: config.zone, resumed: tail.end(engine.state))
        let clock = TickClock(
            grid: engine.state.grid, lateness: config.lateness, tick: engine.state.tick, now: tail.lastT,
            hasClock: engine.state.sawClock || tail.lines.contains { isClockLine($0) })
        session = Session(
            engine: engine, journal: journal, clock: clock, input: input, header: header, cursor: tail.cursor)
        try await writeCheckpoint()
        // Who was away heard nobody, and what was due meanwhile was never sent: one alarm, not one for each asset.
        instruct(.link("down"), at: tail.lastT)
        for instruction in goesOn { instruct(instruction, at: tail.lastT) }
        sayTroubles(standing: engine.state.troubles?.alarms ?? [], at: tail.lastT)
        bridgeLongStop(since: tail.lastT)
        options.onBegin?()
        // A line after the last mark may have passed the tick's end already, and the clock many: what comes now is none of theirs.
        try await close(session?.clock.dueOnResume() ?? 0, at: tail.lastT)
        try await closeByWallClock()
    }

    /// What must be said so that the run goes on as it was asked for.
    private func goesOn(from engine: TwinEngine, _ input: TickInput) throws -> [Instruction] {
        var present = engine.family
        var presentMode = engine.state.mode
        for instruction in input.instructions {
            switch instruction {
            case .configuration(_, let next): present = next
            case .mode(let next): presentMode = next
            default: break
            }
        }
        var instructions: [Instruction] = []
        if present.hash != config.hash {
            let fit = ConfigurationFit(old: present, new: config)
            if let refusal = fit.refusal { throw JournalProblem("\(folder.path): \(refusal)", exitCode: 78) }
            try folder.keep(config.files, hash: config.hash)
            let change = fit.change(pending: engine.state.desk.pending, values: [])
            let files = change.files.joined(separator: ", ")
            tell(.configurationChanged, "the run goes on with a changed configuration (\(files))")
            if let note = change.note { tell(.configurationChanged, note) }
            instructions.append(.configuration(change, config))
        }
        if presentMode != mode {
            tell(.modeChanged, "the run goes on in mode \(mode.rawValue), after \(presentMode.rawValue)")
            instructions.append(.mode(mode))
        }
        return instructions
    }

    /// After more than 7 days the ticks between are not stepped: one line says where they go on.
    private func bridgeLongStop(since last: PlantTime) {
        guard options.clock == .wall, wallTime > last + TickClock.jumpMax else { return }
        let at = wallTime.floored(to: config.step)
        instruct(.resume(at), at: at)
        session?.clock.resume(at: at)
    }

    /// Configurations that the run was made with are kept beside its journal.
    var configurations: ConfigurationSource {
        let (folder, config) = (folder, config)
        return { hash in
            if hash == config.hash { return config }
            do { return try folder.disk.configuration(in: folder.configFolder(hash)) } catch is ConfigNotFound {
                throw JournalProblem(
                    "\(folder.configFolder(hash)): is missing; it holds a configuration that the journal was written"
                        + " under; put it back", exitCode: 66)
            }
        }
    }

    private func isClockLine(_ line: Line) -> Bool { line.topic == Topic.clockText(site: config.site) }

    func identity(_ header: Header) -> RunIdentity {
        var built = header
        built.build = options.build
        return RunIdentity(built)
    }

    /// Draws the run's start and creates its journal.
    func begin(at time: PlantTime) throws {
        let header = Header(
            site: config.site, run: run, start: time.floored(to: config.step), timeZone: config.zone.name,
            stepS: config.stepS, seed: 0, mode: mode, loop: .open, clock: options.clock, marks: true,
            config: config.hash, build: options.build)
        if let fault = try store.begin(identity(header), at: options.uptime()).fault { storeTrouble(fault) }
        // In this order a kill at any moment leaves nothing that the next start could not take up.
        try folder.keep(config.files, hash: config.hash)
        let journal = try JournalWriter(folder: folder, header: header, zone: config.zone)
        session = Session(
            engine: TwinEngine(
                config: config, plan: RunPlan(header), seating: options.seating,
                followsMessages: options.watcher?.followsMessages == true, beforeHop: options.beforeHop),
            journal: journal, clock: TickClock(start: header.start, step: header.step, lateness: config.lateness),
            header: header)
        session?.feed.begin(ConfigurationInForce(config, from: header.start))
        sayTroubles(standing: [], at: header.start)
        options.onBegin?()
        if early.shed > 0 {
            instruct(.shed(early.shed), at: header.start)
            tell(
                .runNote,
                "\(early.shed) messages before the first plant time were shed: QoS 0, or retained by the broker")
        }
        for item in early.take() {
            switch item {
            case .link(let word): instruct(.link(word), at: header.start)
            case .message(let message): append(Arrival(message, at: header.start))
            }
        }
    }
}
