import Foundation
import Glibc
import TwinCore
import TwinScenario

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
        let reader = try LineReader(path: folder.file(first))
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
    }

    /// Cuts a torn last line: it was never acknowledged. A segment that was begun without its header is dropped.
    private mutating func cutTornLine() throws(JournalProblem) {
        guard let last = segments.last, !last.hasSuffix(".gz") else { return }
        let path = folder.file(last)
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalWriter.problem(path, "open", exitCode: 74) }
        defer { close(descriptor) }
        // A line that another twin is just writing is not torn.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw JournalWriter.isHeld(path) }
        var end = lseek(descriptor, 0, SEEK_END)
        var byte: UInt8 = 0
        while end > 0, pread(descriptor, &byte, 1, end - 1) == 1, byte != 0x0A { end -= 1 }
        guard ftruncate(descriptor, end) == 0 else {
            throw JournalWriter.problem(path, "cut a torn line of", exitCode: 74)
        }
        if end == 0, segments.count > 1 {
            unlink(path)
            segments.removeLast()
        }
    }

    /// Whether the journal still holds the mark that a checkpoint was taken at. Where it was cut, or is another
    /// one, the store is ahead of it; the journal is the truth.
    private func holds(_ cursor: JournalCursor) -> Bool {
        guard let file = FileHandle(forReadingAtPath: folder.file(cursor.segment)) else { return false }
        defer { try? file.close() }  // reading is over; a failed close loses nothing
        let from = UInt64(max(cursor.offset - 1024, 0))
        let count = Int(max(cursor.offset, 0)) - Int(from)
        // What cannot be read holds no mark.
        guard (try? file.seek(toOffset: from)) != nil, let data = try? file.read(upToCount: count),  // see above
            data.count == count, data.last == 0x0A
        else { return false }
        let bytes = [UInt8](data.dropLast())
        let begin = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        guard let line = try? Line(bytes: Array(bytes[begin...]), start: header.start, number: 0),  // no line, no mark
            case .mark(let mark) = line.body
        else { return false }
        return mark.tick == cursor.tick && mark.chain == cursor.chain
    }

    /// Restores the checkpoint, if it is this build's, and steps again what came after it; every mark's chain must
    /// come out as it was written. `keep` gets what the store has not: all of it when no checkpoint could be used.
    mutating func run(
        _ engine: TwinEngine, checkpoint: StoredCheckpoint?, configurations: @escaping ConfigurationSource,
        keep: (StoreBatch) throws -> Void
    ) async throws -> Tail {
        try cutTornLine()
        var index = 0
        var offset: Int64 = 0
        var batch = StoreBatch()
        if let checkpoint, let found = segments.firstIndex(of: checkpoint.cursor.segment), holds(checkpoint.cursor),
            await restore(engine, checkpoint, configurations)
        {
            index = found
            offset = checkpoint.cursor.offset
        } else {
            batch.replacesAll = true
        }
        var tail = Tail(
            lastT: engine.state.grid.to(engine.state.tick), segment: segments[segments.count - 1],
            number: segments.count)
        for position in index..<segments.count {
            let path = folder.file(segments[position])
            let reader = offset > 0 ? try LineReader(path: path, offset: offset) : try LineReader(path: path)
            if offset == 0 { _ = reader.next() }
            offset = 0
            try await step(engine, configurations, reader, segments[position], &tail) { outcome in
                batch.add(outcome)
                guard outcome.tick % ReplayLoop.marksPerTransaction == 0 else { return }
                try keep(batch)
                batch = StoreBatch()
            }
        }
        try keep(batch)
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
