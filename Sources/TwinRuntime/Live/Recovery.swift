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

    /// Cuts a torn last line: it was never acknowledged. A segment that was begun without its header is dropped.
    ///
    /// What stays may be in memory alone, names too, where only the process died. It goes to the disk before anything rests on it:
    /// the last mark's commands go out again.
    private mutating func cutTornLine() throws(JournalProblem) {
        try folder.disk.makeFolder(folder.path)
        try folder.disk.syncFolder(folder.path)
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

    /// Brings an engine to the journal's end. `keep` gets what the store has not: all of it when no checkpoint could be used.
    mutating func run(
        _ engine: TwinEngine, checkpoint: StoredCheckpoint?, configurations: @escaping ConfigurationSource,
        keep: (StoreBatch) throws -> Void
    ) async throws -> JournalPass.Tail {
        try cutTornLine()
        var pass = try await JournalPass(
            folder, header: header, engine: engine, checkpoint: checkpoint, configurations: configurations)
        while try await pass.step() {
            guard engine.state.tick % ReplayLoop.marksPerTransaction == 0, let due = pass.feed.due() else { continue }
            try keep(due)
        }
        try keep(pass.feed.flush(engine.state.books))
        var tail = pass.tail
        if let marked = try lastMarkTime() { tail.lastT = max(tail.lastT, marked) }
        return tail
    }

    /// When the last mark was written. A checkpoint tells where its tick ends, and a tick that is caught up with is closed
    /// later: what it decided may have expired then.
    private func lastMarkTime() throws -> PlantTime? {
        for name in segments.reversed() {
            if let mark = try folder.lastMark(of: folder.segment(name)) { return mark.t }
        }
        return nil
    }
}
