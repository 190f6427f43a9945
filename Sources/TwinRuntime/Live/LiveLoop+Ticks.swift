import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch

/// How a live run closes ticks, commands and stores.
extension LiveLoop {
    func closeByWallClock() async throws {
        guard options.clock == .wall else { return }
        let now = wallTime
        let closes = session?.clock.wall(t: now, grace: LiveLoop.wallGrace) ?? 0
        try await close(closes, at: now)
    }

    /// Closes ticks that are due. After a pause they are many: the link is served between them, and what they decided is
    /// overtaken by the last one.
    func close(_ count: Int, at t: PlantTime) async throws {
        var left = count
        var served = options.uptime()
        while left > 0, !isOver {
            left -= 1
            try await closeOne(at: max(t, session?.clock.now ?? t), isLast: left == 0)
            guard left > 0, options.uptime() > served + LiveLoop.serveEvery else { continue }
            // The others are due when the run is resumed.
            if options.shouldStop() { return }
            if !isRecovering { left += try serve(timeoutMs: 0) }
            served = options.uptime()
        }
    }

    /// Lines, step, mark with chain, fdatasync, commands, store: in this order.
    private func closeOne(at t: PlantTime, isLast: Bool) async throws {
        guard session != nil else { return }
        let began = ContinuousClock.now
        settleShed(at: t)
        guard let current = session else { return }
        session?.input = TickInput()
        let before = current.engine.state.mode
        let outcome = await current.engine.close(current.input)
        for refusal in outcome.refusals { notes.refuse(refusal) }
        for sentence in outcome.remarks { notes.warn(sentence) }
        say(outcome, before)
        let mark = Mark(
            t: max(t, outcome.end), tick: outcome.tick, n: current.journal.linesSinceMark, chain: outcome.chain.hex,
            alarms: outcome.alarmEdges.map(MarkedAlarm.init))
        session?.linesSinceCheckpoint += mark.n
        current.journal.append(mark)
        try current.journal.sync()
        // Both before anything writes the next line: what goes wrong below is one, of the next tick and its segment.
        session?.cursor = JournalCursor(
            segment: current.journal.segment, offset: current.journal.offset, tick: outcome.tick,
            chain: outcome.chain.hex)
        try current.journal.rotateIfDue(after: mark, end: outcome.end, state: current.engine.state)
        let isWatched = isLast && !isRecovering && options.watcher?.wants(outcome.end) == true
        let isSaid = !isRecovering && publishes && (before == .advise || before == .control)
        let sums = isLast && (isWatched || isSaid) ? sumsToDate(current.engine, outcome.end) : nil
        if isSaid { publish(outcome, before, current.engine, sums) }
        if isLast { plan(current.engine, at: outcome.end) }
        session?.values = outcome.values
        if store.isBehind {
            // The journal has it, and the store will be made from there.
        } else {
            session?.feed.add(outcome)
            if outcome.end.floored(to: LiveLoop.checkpointEvery) == outcome.end
                || session?.linesSinceCheckpoint ?? 0 >= LiveLoop.checkpointLines
            {
                try await writeCheckpoint()
            } else if var due = session?.feed.due() {
                if !due.rows.isEmpty { due.facts = facts }
                write(due)
            }
        }
        options.onTick?(outcome)
        options.watcher?.hear(current.input.arrivals, outcome)
        notePulse(of: outcome, began: began)
        if isWatched, let sums { options.watcher?.see(PlantMoment(current.engine, outcome, sums, loop: .open)) }
    }

    /// Everything up to the last mark goes into the store, with the state that a start goes on from.
    func writeCheckpoint() async throws {
        guard !store.isBehind, let current = session, let cursor = current.cursor,
            var batch = session?.feed.flush(current.engine.state.books)
        else { return }
        session?.linesSinceCheckpoint = 0
        batch.facts = facts
        batch.checkpoint = try await current.engine.checkpoint()
        batch.cursor = cursor
        write(batch)
    }

    /// A store that does not take it falls behind; journal and control go on.
    func write(_ batch: StoreBatch) {
        do { try store.write(batch) } catch {
            store.fallBehind(at: options.uptime())
            session?.feed = StoreFeed()
            storeTrouble(error)
        }
    }

    // MARK: - Publishing

    /// Whether others are told what the twin thinks.
    var publishes: Bool { (mode == .advise || mode == .control) && rival.yieldedTo == nil }

    /// - Parameters:
    ///   - mode: in which the tick was closed.
    ///   - sums: the figures to date; nil while more ticks are due: what they decide is past already.
    private func publish(_ outcome: TickOutcome, _ mode: ControlMode, _ engine: TwinEngine, _ sums: CO2ToDate.Sums?) {
        outbox.replaceCommands(with: sums != nil && mode == .control ? outcome.commands : [])
        let messages =
            sums.map { sums in
                outcome.publications(
                    site: config.site, sums,
                    saved: (engine.state.counterfactual?.today, engine.state.counterfactual?.yesterday))
            } ?? outcome.alarms(site: config.site)
        messages.forEach { outbox.add($0) }
        saidAlarms.formUnion(outcome.alarmEdges.lazy.filter(\.isRaised).map(\.key.path))
    }

    /// Gives the broker what waits, as far as it takes it and it is worth something still.
    func post() throws {
        let now = expiryTime
        guard transport.takesPublications else { return outbox.expire(at: now) }
        let due = outbox.take(at: now)
        for message in due.retained { try transport.publish(message) }
        // Who has not listened for others yet commands nothing.
        if rival.isClaimed {
            for command in due.commands { try publish(command, at: now) }
        } else {
            outbox.restoreCommands(due.commands)
        }
        let lost = outbox.takeLost()
        guard lost > 0 else { return }
        say(
            LogEntry(
                .commandFailed,
                "\(lost) command\(lost == 1 ? "" : "s") expired or overtaken before the broker took them"))
    }

    /// The plant time by which commands expire; before the run has begun there are none.
    private var expiryTime: PlantTime {
        guard options.clock == .wall else { return session?.clock.now ?? .earliest }
        // How long a restart took the machine's clock alone can tell, and that may have been behind when it did.
        guard let session, session.engine.state.tick == session.resumedTick else { return wallTime }
        return max(wallTime, options.wallNow())
    }

    private func publish(_ command: Command, at now: PlantTime) throws {
        var message = command.message(site: config.site, run: run)
        if options.clock == .wall {
            let left = (command.expires - now).ms / 1000
            // MQTT counts whole seconds, and 0 may mean for ever.
            guard left >= 1 else { return }
            message.expiryS = UInt32(clamping: left)
        }
        try transport.publish(message)
    }

    /// Says again which alarms stand, and of those that it ever said which are over: while the link was down nobody heard.
    func repeatAlarms() {
        guard let alarms = session?.engine.state.alarms else { return }
        for path in saidAlarms.union(alarms.standing.keys).sorted() {
            let standing = alarms.standing[path].map { (since: $0, cause: alarms.cause(path)) }
            outbox.add(.alarm(path, site: config.site, standing: standing))
        }
        saidAlarms = Set(alarms.standing.keys)
    }

    /// The figures to date that a tick belongs to.
    private func sumsToDate(_ engine: TwinEngine, _ end: PlantTime) -> CO2ToDate.Sums {
        var method = engine.family.method
        method.chart = engine.state.books.chart
        return co2ToDate.sums(
            engine.state.books.rows, method, config.calendar, at: end, facts: facts,
            store: store.isBehind ? nil : store.port)
    }

    /// After a restart or a lost link the last mark's commands that may still be answered go again, with the same id.
    func resendCommands() {
        guard mode == .control, let session, session.engine.state.mode == .control else { return }
        let last = session.engine.state.tick
        outbox.restoreCommands(session.engine.state.desk.pending.filter { $0.tick == last })
    }

    static func statusTopic(_ site: String) -> String { "v1/\(site)/twin/status" }

    func announce(online: Bool) throws {
        var message = OutboundMessage(
            topic: LiveLoop.statusTopic(config.site), payload: Array((online ? "online" : "offline").utf8))
        message.retain = true
        // It leaves with the next batch: a flush now could acknowledge what is not on disk yet.
        try transport.publish(message)
    }

    // MARK: - Requests

    /// Follows what others ask for: each becomes a line, in force from the next tick on.
    func takeRequests() throws {
        for (request, answer) in options.inbox.take() { answer(try follow(request)) }
    }

    private func follow(_ request: LiveInbox.Request) throws -> LiveInbox.Answer {
        switch request {
        case .mode(let wanted):
            guard wanted != mode else { return .unchanged }
            let published = publishes
            wantTopics(LiveLoop.filters(config, wanted))
            mode = wanted
            takeUp(wanted)
            instruct(.mode(wanted))
            if published != publishes { try announce(online: publishes) }
            say(LogEntry(.modeChanged, "mode \(wanted.rawValue) from the next step on"))
            return .taken(notes: [])
        case .configuration(let wanted):
            guard wanted.hash != config.hash else { return .unchanged }
            let fit = ConfigurationFit(old: config, new: wanted)
            if let refusal = fit.refusal { return .refused(refusal) }
            let pending = session?.engine.state.desk.pending ?? []
            let values = session?.values ?? []
            // Kept before it is named: a kill in between leaves a folder that nobody asks for.
            if session != nil { try folder.keep(wanted.files, hash: wanted.hash) }
            instruct(.configuration(fit.change(pending: pending, values: values), wanted))
            wantTopics(LiveLoop.filters(wanted, mode))
            config = wanted
            say(LogEntry(.configurationChanged, "another configuration from the next step on", reason: wanted.hash))
            return .taken(notes: fit.notes(pending: pending, values: values))
        case .operation(let json):
            guard let session else { return .refused("the run has not begun") }
            let json = json.ending(after: session.clock.now)
            do throws(HandWord.Refusal) { try check(json, session) } catch { return .refused(error.text) }
            instruct(.operation(json))
            return .taken(notes: mode == .control ? [] : ["the twin does not command: its mode is \(mode.rawValue)"])
        case .plan(let json):
            guard session != nil else { return .refused("the run has not begun") }
            instruct(.plan(json))
            return .taken(notes: [])
        }
    }

    /// Whether an operator's word does anything in the step in which it will be in force.
    private func check(_ json: JSON, _ session: Session) throws(HandWord.Refusal) {
        let now = session.clock.now
        let state = session.engine.state
        // Words that came since the last step are in force before this one.
        let waiting = session.input.instructions.compactMap { if case .operation(let json) = $0 { json } else { nil } }
        switch try GridRequestWord(json, at: now) {
        case .request(let request)?:
            let others = state.requests?.asked.filter { $0.id != request.id } ?? []
            guard others.count < GridRequests.countMax else {
                throw HandWord.Refusal(text: "\(GridRequests.countMax) requests stand already; withdraw one")
            }
        case .withdraw(let id)?:
            let isThere = waiting.reduce(state.requests?.asked.contains { $0.id == id } ?? false) { isThere, word in
                if word["withdraw"]?.text == id { return false }
                return isThere || (word["request"] != nil && word["id"]?.text == id)
            }
            guard isThere else { throw HandWord.Refusal(text: "no request is called \(id)") }
        case nil: break
        }
        guard case .release(let path)? = try HandWord(json, at: now, control: config.control(of:)) else { return }
        let isByHand = waiting.reduce(state.hand[path] != nil) { isByHand, word in
            if word["release"]?.text == path.text { return false }
            return isByHand || (word["manual"] ?? word["pause"])?.text == path.text
        }
        guard isByHand else {
            throw HandWord.Refusal(
                text: "\(path.text) is neither set nor paused by hand, so the rules decide it already")
        }
    }

    /// Asks for those that it does not hear yet.
    private func wantTopics(_ filters: [String]) {
        let known = Set(LiveLoop.filters(config, mode))
        newFilters += filters.filter { !known.contains($0) }
    }

    private func instruct(_ instruction: Instruction) {
        if let now = session?.clock.now { instruct(instruction, at: now) }
    }
}
