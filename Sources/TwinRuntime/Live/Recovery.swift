import TwinCore
import TwinFiles

/// Finds a journal's end and brings an engine to it.
struct Recovery {
    let folder: JournalFolder
    private var segments: [String]
    let header: Header

    /// Nil when the folder holds no journal yet.
    init?(_ folder: JournalFolder) throws {
        self.folder = folder
        segments = try folder.segments()
        guard let first = segments.first else { return nil }
        let reader = try folder.reader(folder.file(first))
        guard case .line(let bytes)? = reader.next() else {
            throw JournalProblem("\(folder.file(first)): has no header; name another --journal", exitCode: 65)
        }
        do { header = try Header(bytes: bytes) } catch {
            throw JournalProblem("\(folder.file(first)):1: error: \(error.text)", exitCode: 65)
        }
    }

    /// What was found after the last mark.
    struct Tail {
        var lines: [Line] = []
        var lastT: PlantTime
        var segment: String
        var number: Int
        /// After the last mark that was stepped again; nil when there was none to step.
        var cursor: JournalCursor?

        func end(_ state: TwinState) -> JournalEnd {
            JournalEnd(
                segment: segment, number: number, linesSinceMark: lines.count, tick: state.tick,
                chain: state.chain.hex, end: state.grid.to(state.tick), configuration: state.configuration,
                mode: state.mode)
        }
    }

    /// Cuts a torn last line: it was never acknowledged. A segment that was begun without its header is dropped.
    ///
    /// What stays may be in memory alone, where only the process died. It goes to the disk before anything rests on it:
    /// the last mark's commands go out again.
    private mutating func cutTornLine() throws(JournalProblem) {
        guard let last = segments.last, !last.hasSuffix(".gz") else { return }
        let path = folder.file(last)
        let file = try folder.disk.append(to: path)
        defer { file.close() }
        let size = file.size
        var end = size
        while end > 0, let byte = file.byte(at: end - 1), byte != 0x0A { end -= 1 }
        if end < size { try file.cut(to: end) }
        try file.sync()
        if end == 0, segments.count > 1 {
            try folder.disk.remove(path)
            segments.removeLast()
        }
    }

    /// Restores the checkpoint, if it is this build's, and steps again what came after it; every mark's chain must
    /// come out as it was written. `keep` gets what the store has not: all of it when no checkpoint could be used.
    mutating func run(
        _ engine: TwinEngine, checkpoint: StoredCheckpoint?, configurations: @escaping ConfigurationSource,
        keep: (StoreBatch) throws -> Void
    ) async throws -> Tail {
        try cutTornLine()
        let found = try folder.contents()
        var place = JournalFolder.Place(index: 0, offset: 0)
        var feed = StoreFeed()
        if let checkpoint, let after = try folder.place(after: checkpoint.cursor, in: found),
            await restore(engine, checkpoint, configurations)
        {
            place = after
        } else {
            let beginning = try folder.beginning(of: found)
            place.index = beginning.index
            if let opening = beginning.opening {
                try await engine.restore(opening, of: found[place.index].path, configurations: configurations)
                feed.begin(
                    ConfigurationInForce(
                        try configurations(engine.state.configuration), from: engine.state.grid.to(engine.state.tick),
                        tick: engine.state.tick + 1))
            } else {
                feed.begin(ConfigurationInForce(try configurations(header.config), from: header.start))
                feed.replaceAll()
            }
        }
        try folder.checkGaps(found[place.index...])
        let last = found[found.count - 1]
        var tail = Tail(
            lastT: engine.state.grid.to(engine.state.tick), segment: last.name, number: last.number)
        for segment in found[place.index...] {
            let reader = try folder.open(segment, at: place.offset)
            if place.offset == 0 { _ = reader.next() }
            place.offset = 0
            try await step(engine, configurations, reader, segment.name, &tail) { outcome in
                feed.add(outcome)
                guard outcome.tick % ReplayLoop.marksPerTransaction == 0, let due = feed.due() else { return }
                try keep(due)
            }
        }
        try keep(feed.flush(engine.state.books))
        return tail
    }

    /// False for a checkpoint that this build cannot read: the journal has all that it knew.
    private func restore(
        _ engine: TwinEngine, _ checkpoint: StoredCheckpoint, _ configurations: ConfigurationSource
    ) async -> Bool {
        do {
            try await engine.restore(checkpoint.data, configurations: configurations)
            return true
        } catch {
            return false
        }
    }

    private func step(
        _ engine: TwinEngine, _ configurations: ConfigurationSource, _ reader: LineReader, _ segment: String,
        _ tail: inout Tail, onTick: (TickOutcome) throws -> Void
    ) async throws {
        let path = folder.file(segment)
        while let read = reader.next() {
            guard case .line(let bytes) = read else {
                throw JournalProblem(
                    "\(path):\(reader.number): a line is too long; the journal is damaged", exitCode: 65)
            }
            let line: Line
            do { line = try Line(bytes: bytes, start: header.start, number: reader.number) } catch {
                throw JournalProblem(
                    "\(path):\(reader.number): error: \(error.text); the journal is damaged", exitCode: 65)
            }
            tail.lastT = max(tail.lastT, line.t)
            guard case .mark(let mark) = line.body else {
                tail.lines.append(line)
                continue
            }
            let outcome = await engine.close(try TickInput(tail.lines, configurations: configurations))
            guard outcome.tick == mark.tick, outcome.chain.hex == mark.chain, mark.n == tail.lines.count else {
                throw JournalProblem(
                    "\(path):\(reader.number): tick \(mark.tick) does not step to the chain of its mark (\(tail.lines.count)"
                        + " lines, mark says \(mark.n)); was the program or the configuration changed? Use another --journal",
                    exitCode: 65)
            }
            tail.lines.removeAll()
            tail.cursor = JournalCursor(
                segment: segment, offset: reader.offset, tick: outcome.tick, chain: outcome.chain.hex)
            try onTick(outcome)
        }
    }
}
