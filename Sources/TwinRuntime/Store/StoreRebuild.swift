public import TwinBooks
public import TwinCore

/// Steps a journal into a store that holds nothing of its run: every line readable, every mark's chain as it was
/// written.
public struct StoreRebuild: Sendable {
    /// What was stepped.
    public struct Outcome: Sendable, Hashable {
        public var run: String
        public var segments: Int
        public var ticks: Int
        /// Where the first of them begins: what is before it is archived.
        public var from: PlantTime
        public var digest: String
    }

    let input: JournalInput
    let build: String
    public var seating = Seating.actors
    /// As the store had them, where they are known: the journal does not tell of a closed loop.
    public var facts: RunFacts?
    /// Called after each tick with the share of the journal that is read; false ends the work.
    public var onTick: (@Sendable (Double) -> Bool)?

    public init(_ input: JournalInput, build: String) {
        self.input = input
        self.build = build
    }

    /// - Returns: nil when `onTick` ended it.
    public func run(into store: any StoreWriting) async throws -> Outcome? {
        let first = input.segments[0]
        var header = first.header
        header.build = build
        let engine = TwinEngine(
            config: try input.configurations(header.config), plan: RunPlan(header), seating: seating)
        var feed = StoreFeed()
        if let opening = input.opening {
            try await engine.restore(opening, of: first.path, configurations: input.configurations)
        }
        feed.begin(
            ConfigurationInForce(
                try input.configurations(engine.state.configuration), from: first.from, tick: first.firstTick))
        feed.replaceAll()
        _ = try store.begin(RunIdentity(header))
        var facts = facts ?? RunFacts(stepS: header.stepS, mode: header.mode, loop: header.loop, run: header.run)
        var reader = JournalReader(input.segments, in: JournalFolder(path: input.folder))
        var cursor: JournalCursor?
        while let tick = try reader.next() {
            let outcome = try await JournalStepper.step(tick, engine, input.configurations)
            cursor = reader.cursor
            feed.add(outcome)
            if outcome.tick % ReplayLoop.marksPerTransaction == 0, var due = feed.due() {
                due.facts = facts
                try store.write(due)
            }
            if onTick?(reader.share) == false { return nil }
        }
        guard let cursor else {
            throw JournalProblem("\(first.path): holds no mark, so there are no books", exitCode: 65)
        }
        facts.mode = engine.state.mode
        var last = feed.flush(engine.state.books)
        last.facts = facts
        last.checkpoint = try await engine.checkpoint()
        last.cursor = cursor
        try store.write(last)
        return Outcome(
            run: header.run, segments: input.segments.count, ticks: engine.state.tick - first.tickBefore,
            from: first.from, digest: engine.state.chain.hex)
    }
}

extension StoreReading {
    /// Holds what is stored of a run against what its journal steps to. A store may be behind its journal: what is not
    /// yet in it is no difference.
    /// - Parameter stepped: the journal, stepped into a store of its own.
    /// - Returns: half hours compared, and the first thing that differs.
    public func difference(
        from stepped: any StoreReading, run: String, since: PlantTime
    ) throws -> (halfHours: Int, what: String?) {
        guard let mine = try runs().first(where: { $0.run == run && ($0.end ?? .earliest) > since }),
            let end = mine.end
        else { return (0, nil) }
        let window = StoreWindow(from: max(since, mine.start).floored(to: settlementPeriod), to: end)
        // The digest knows nothing of what dispatch saved: another build may find another figure.
        let isOfOneBuild = try stepped.runs().first { $0.run == run }?.build == mine.build
        let chart = try stepped.chart(window)
        var rows: [PlantTime: PeriodRow] = [:]
        // A month of rows is in memory at a time.
        var count = 0
        var from = window.from
        while from < window.to {
            let part = StoreWindow(from: from, to: min(from + .days(31), window.to))
            rows.removeAll()
            try stepped.forEachRow(part, on: chart) { rows[$0.start] = $0 }
            var what: String?
            try forEachRow(part, on: chart) { row in
                count += 1
                var wanted = rows.removeValue(forKey: row.start)
                if !isOfOneBuild || row.saving == nil { wanted?.saving = row.saving }
                let isBehind = row.end == end && (row.steppedTo ?? .earliest) < (wanted?.steppedTo ?? .earliest)
                if what == nil, wanted != row, !isBehind { what = "the half hour of \(row.start.rfc3339)" }
            }
            if let missing = rows.keys.min(), what == nil { what = "the half hour of \(missing.rfc3339)" }
            if let what { return (count, what) }
            from = part.to
        }
        // Events are written by the hour, and fates some ticks later.
        let closed = StoreWindow(from: window.from, to: (end - settlementPeriod).floored(to: SeriesHour.length))
        guard closed.from < closed.to else { return (count, nil) }
        let pairs = [
            ("the alarms", try alarms(closed).map { "\($0)" }, try stepped.alarms(closed).map { "\($0)" }),
            ("the vehicles", try vehicles(closed).map { "\($0)" }, try stepped.vehicles(closed).map { "\($0)" }),
            ("the commands", try told(closed), try stepped.told(closed)),
        ]
        return (count, pairs.first { $0.1 != $0.2 }?.0)
    }

    /// Commands but for their renewals, which go on behind a window.
    private func told(_ window: StoreWindow) throws -> [String] {
        try commands(window, asset: nil).map {
            "\($0.tick)-\($0.n) \($0.asset.text) \($0.action) \($0.value) \($0.reason) \($0.fate ?? "")"
        }
    }
}

extension JournalFolder {
    /// Says where the journal ends before the store does; nil where it has all that the store has. The store holds
    /// nothing that was not in the journal before: the end of the journal was lost.
    /// - Parameter path: of the store.
    public func shortfall(of store: any StoreReading, at path: String) throws -> ChainProof.Difference? {
        guard let name = try lastBegun() else { return nil }
        // Read before the journal: a twin that runs on both writes the journal first.
        let runs = try store.runs()
        var segment = try segment(name)
        guard let run = runs.last(where: { $0.run == segment.header.run && $0.start == segment.header.start }),
            let end = run.end
        else { return nil }
        var stepped = PlantTime.earliest
        try store.forEachRow(StoreWindow(from: end - settlementPeriod, to: end), on: Chart([])) { row in
            stepped = max(stepped, row.steppedTo ?? .earliest)
        }
        segment = try self.segment(try lastBegun() ?? name)
        let last = try lastMark(of: segment)
        let tick = last?.tick ?? segment.tickBefore
        // A mark is never earlier than the end of its tick; a bridged stop moves both.
        let time = last?.t ?? segment.from
        let covered = try store.checkpoint(ofRun: run.run)?.cursor.tick ?? 0
        guard time < stepped || tick < covered else { return nil }
        let held = time < stepped ? "until \(stepped.rfc3339)" : "to tick \(covered)"
        return ChainProof.Difference(
            tick: tick + 1, file: segment.path, line: nil,
            what: "the journal ends at \(time.rfc3339) with tick \(tick), and the store \(path) has the run \(held);"
                + " the end of the journal is missing, put it back")
    }
}
