import TwinCore
import TwinFiles

/// A pass over a journal from a checkpoint on to where it ends, tick by tick; every mark's chain must come out as it was
/// written. What the store has not gathers in `feed`.
struct JournalPass {
    /// What was found after the last mark.
    struct Tail {
        var lines: [Line] = []
        var sum = LineSum()
        var lastT: PlantTime
        var segment: String
        var number: Int
        /// After the last mark that was stepped; nil when there was none to step.
        var cursor: JournalCursor?

        func end(_ state: TwinState) -> JournalEnd {
            JournalEnd(
                segment: segment, number: number, linesSinceMark: lines.count, sum: sum, tick: state.tick,
                chain: state.chain.hex, end: state.grid.to(state.tick), configuration: state.configuration,
                mode: state.mode)
        }
    }

    let engine: TwinEngine
    private(set) var tail: Tail
    var feed = StoreFeed()
    private let folder: JournalFolder
    private let header: Header
    private let configurations: ConfigurationSource
    /// Segments that are not begun yet.
    private var ahead: ArraySlice<JournalSegment>
    private var offset: Int64
    private var reader: (lines: LineReader, segment: JournalSegment)?

    /// Restores the checkpoint, if this build can read it; else the pass begins where the journal begins.
    init(
        _ folder: JournalFolder, header: Header, engine: TwinEngine, checkpoint: StoredCheckpoint?,
        configurations: @escaping ConfigurationSource
    ) async throws {
        (self.folder, self.header, self.engine, self.configurations) = (folder, header, engine, configurations)
        let found = try folder.contents()
        var place = JournalFolder.Place(index: 0, offset: 0)
        var cursor: JournalCursor?
        if let checkpoint, let after = try folder.place(after: checkpoint.cursor, in: found),
            await JournalPass.restore(engine, checkpoint, configurations)
        {
            place = after
            cursor = checkpoint.cursor
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
        guard let last = found.last else { throw JournalProblem("\(folder.path): holds no journal", exitCode: 66) }
        ahead = found[place.index...]
        offset = place.offset
        tail = Tail(
            lastT: engine.state.grid.to(engine.state.tick), segment: last.name, number: last.number)
        resumeAt = cursor
    }

    /// Where the lines that were not stepped begin.
    private var resumeAt: JournalCursor?

    /// False for a checkpoint that this build cannot read: the journal has all that it knew.
    private static func restore(
        _ engine: TwinEngine, _ checkpoint: StoredCheckpoint, _ configurations: ConfigurationSource
    ) async -> Bool {
        do {
            try await engine.restore(checkpoint.data, configurations: configurations)
            return true
        } catch {
            return false
        }
    }

    /// Steps to the next mark; false at the journal's end.
    mutating func step() async throws -> Bool {
        while true {
            guard let (lines, segment) = reader else {
                guard try openNext() else { return false }
                continue
            }
            guard let read = lines.next() else {
                reader = nil
                continue
            }
            let place = "\(segment.path):\(lines.number)"
            guard case .line(let bytes) = read else {
                throw JournalProblem("\(place): a line is too long; the journal is damaged", exitCode: 65)
            }
            let line: Line
            do { line = try Line(bytes: bytes, start: header.start, number: lines.number) } catch {
                throw JournalProblem("\(place): error: \(error.text); the journal is damaged", exitCode: 65)
            }
            tail.lastT = max(tail.lastT, line.t)
            guard case .mark(let mark) = line.body else {
                tail.lines.append(line)
                tail.sum.add(bytes.span)
                continue
            }
            try await close(mark, at: place)
            tail.cursor = JournalCursor(
                segment: segment.name, offset: lines.offset, tick: mark.tick, chain: mark.chain)
            resumeAt = tail.cursor
            return true
        }
    }

    private mutating func close(_ mark: Mark, at place: String) async throws {
        guard !mark.isOther(than: tail.sum) else {
            throw JournalProblem("\(place): error: \(mark.otherSentence); the journal is damaged", exitCode: 65)
        }
        let outcome = await engine.close(try TickInput(tail.lines, configurations: configurations))
        guard outcome.tick == mark.tick, outcome.chain.hex == mark.chain, mark.n == tail.lines.count else {
            throw JournalProblem(
                "\(place): tick \(mark.tick) does not step to the chain of its mark (\(tail.lines.count) lines, mark says"
                    + " \(mark.n)); was the program or the configuration changed? Use another --journal", exitCode: 65)
        }
        tail.lines.removeAll()
        tail.sum = LineSum()
        feed.add(outcome)
    }

    private mutating func openNext() throws -> Bool {
        guard let segment = ahead.popFirst() else { return false }
        let lines = try folder.open(segment, at: offset)
        if offset == 0, case .line(let header)? = lines.next() { tail.sum.add(header.span) }
        offset = 0
        reader = (lines, segment)
        return true
    }

    /// Goes on behind the last mark that was stepped, in a journal that has grown since.
    mutating func lookAgain() throws {
        let found = try folder.contents()
        (tail.lines, tail.sum) = ([], LineSum())
        reader = nil
        guard let resumeAt else {
            // Nothing was stepped yet: the same begin as before.
            let begin = try folder.beginning(of: found)
            ahead = found[begin.index...]
            offset = 0
            return
        }
        guard let place = try folder.place(after: resumeAt, in: found) else {
            throw JournalProblem(
                "\(folder.path): the mark of tick \(resumeAt.tick) is not there any more; the journal was changed",
                exitCode: 65)
        }
        ahead = found[place.index...]
        offset = place.offset
    }
}
