import Synchronization
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime

/// A journal's disk in memory, with faults.
final class SimulatedDisk: JournalDisk {
    /// How it fails; all nothing when it is well.
    struct Faults: Sendable {
        /// Nothing can be written while it is full.
        var isFull = false
        /// Share of writes, and of waits for the disk, that fail.
        var writes = 0.0
        var syncs = 0.0
        /// Share of writes that take a part only.
        var short = 0.0
    }

    private struct State: Sendable {
        var files = MemoryFiles()
        var chance: SeedStream
        var faults = Faults()
    }

    private let state: Mutex<State>
    private let fuse: Fuse
    private let ledger: Ledger
    /// The only one that is kept on it.
    private let config: SiteConfig
    /// A planted fault: it says that bytes are on the disk, and they are not.
    private let skipsSync: Bool

    init(seed: UInt64, fuse: Fuse, ledger: Ledger, config: SiteConfig, skipsSync: Bool) {
        state = Mutex(State(chance: SeedStream(seed: seed, name: "disk")))
        self.fuse = fuse
        self.ledger = ledger
        self.config = config
        self.skipsSync = skipsSync
    }

    func set(_ faults: Faults) { state.withLock { $0.faults = faults } }

    /// What the next process finds.
    func die(isPowerCut: Bool) {
        let survived: [ArraySlice<UInt8>] = state.withLock { state in
            guard isPowerCut else {
                state.files.kill()
                return []
            }
            let synced = state.files.files.map(\.synced)
            state.files.cutPower(&state.chance)
            // What was not synced may be there all the same: whole lines of it count, where the file's name is there too.
            return state.files.names.keys.sorted().compactMap { path in
                guard let number = state.files.file(path), number < synced.count else { return nil }
                let (bytes, from) = (state.files.files[number].bytes, synced[number])
                guard bytes.count > from, let end = bytes[from...].lastIndex(of: 0x0A) else { return nil }
                return bytes[from...end]
            }
        }
        survived.forEach(ledger.isDurable)
    }

    /// The bytes of all files in a folder that are no dot-names, by name.
    func contents(of folder: String) -> [(name: String, bytes: [UInt8])] {
        state.withLock { state in
            (state.files.list(folder) ?? []).compactMap { name in
                guard !name.hasPrefix("."), let file = state.files.file(folder + "/" + name) else { return nil }
                return (name, state.files.files[file].bytes)
            }
        }
    }

    /// Changes names, unless the disk is full.
    private func change(_ path: String, _ body: (inout MemoryFiles) throws(JournalProblem) -> Void)
        throws(JournalProblem)
    {
        try fuse.burn()
        let outcome = state.withLock { state in
            Result { () throws(JournalProblem) in
                if state.faults.isFull { throw SimulatedDisk.full(path) }
                try body(&state.files)
            }
        }
        try outcome.get()
    }

    private static func full(_ path: String) -> JournalProblem {
        JournalProblem("\(path): no space left (simulated)", exitCode: 74)
    }

    // MARK: - Names

    func names(in folder: String) throws(JournalProblem) -> [String]? {
        try fuse.burn()
        return state.withLock { $0.files.list(folder) }
    }

    func holds(_ path: String) -> Bool { state.withLock { $0.files.names[path] != nil } }

    func makeFolder(_ path: String) throws(JournalProblem) {
        if path.isEmpty { return }
        if holds(path) { return try syncFolder(MemoryFiles.folder(of: path)) }
        try makeFolder(MemoryFiles.folder(of: path))
        try change(path) { $0.makeFolder(path) }
        try syncFolder(MemoryFiles.folder(of: path))
    }

    func syncFolder(_ path: String) throws(JournalProblem) {
        try fuse.burn()
        state.withLock { $0.files.syncFolder(path) }
    }

    func rename(_ path: String, to target: String) throws(JournalProblem) {
        try change(target) { (files) throws(JournalProblem) in
            guard files.names[path] != nil else { throw JournalProblem("\(path): no such file", exitCode: 66) }
            files.move(path, to: target)
        }
    }

    func remove(_ path: String) throws(JournalProblem) {
        try fuse.burn()
        state.withLock { $0.files.remove(path) }
    }

    // MARK: - Files

    func begin(_ path: String) throws(JournalProblem) -> any JournalFile {
        try change(path) { _ = $0.makeFile(path) }
        return try append(to: path)
    }

    func append(to path: String) throws(JournalProblem) -> any JournalFile {
        try fuse.burn()
        let outcome = state.withLock { state in
            Result { () throws(JournalProblem) in
                guard let number = state.files.file(path) else {
                    throw JournalProblem("\(path): no such file", exitCode: 66)
                }
                guard !state.files.files[number].isLocked else {
                    throw JournalProblem("\(path): is locked", exitCode: 73)
                }
                state.files.files[number].isLocked = true
                return number
            }
        }
        return SimulatedFile(path, try outcome.get(), on: self)
    }

    func read(_ path: String) throws(FileProblem) -> any ByteSource {
        let bytes = state.withLock { state in state.files.file(path).map { state.files.files[$0].bytes } }
        guard let bytes else { throw .notFound(path: path, sentence: "no such file") }
        return MemoryBytes(bytes)
    }

    func write(_ bytes: [UInt8], to path: String) throws(JournalProblem) {
        try change(path) { files in
            let number = files.makeFile(path)
            files.files[number].bytes = bytes
            files.sync(number)
        }
        try syncFolder(MemoryFiles.folder(of: path))
    }

    func configuration(in folder: String) throws -> SiteConfig {
        let kept = contents(of: folder)
        let isWhole = config.files.allSatisfy { file in
            kept.contains { $0.name == file.name && $0.bytes == file.bytes }
        }
        guard isWhole else { throw JournalProblem("\(folder): is not as it was kept", exitCode: 65) }
        return config
    }

    func packer() -> any SegmentPacking { NoPacking() }

    // MARK: - Open files

    fileprivate func look<Value: Sendable>(_ number: Int, _ body: (inout MemoryFiles.File) -> Value) -> Value {
        state.withLock { body(&$0.files.files[number]) }
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer, to file: SimulatedFile) throws(JournalProblem) -> Int {
        try fuse.burn()
        let taken = state.withLock { state -> Int? in
            let faults = state.faults
            let isBad = faults.isFull || state.chance.happens(faults.writes)
            // A disk that gets full takes some of the bytes still.
            let isShort = isBad ? state.chance.happens(0.5) : state.chance.happens(faults.short)
            let count = isShort ? 1 + state.chance.below(bytes.count) : bytes.count
            if isShort || !isBad { state.files.files[file.number].bytes.append(contentsOf: bytes.prefix(count)) }
            return isBad ? nil : count
        }
        guard let taken else { throw JournalProblem("\(file.path): cannot write (simulated)", exitCode: 74) }
        return taken
    }

    fileprivate func cut(_ file: SimulatedFile, to size: Int) throws(JournalProblem) {
        try fuse.burn()
        state.withLock { $0.files.cut(file.number, to: size) }
    }

    fileprivate func sync(_ file: SimulatedFile) throws(JournalProblem) {
        try fuse.burn()
        if skipsSync { return }
        let written: ArraySlice<UInt8>? = state.withLock { state in
            if state.chance.happens(state.faults.syncs) { return nil }
            let open = state.files.files[file.number]
            let new = open.bytes[open.synced...]
            state.files.sync(file.number)
            return new
        }
        guard let written else { throw JournalProblem("\(file.path): cannot sync (simulated)", exitCode: 74) }
        ledger.isDurable(written)
    }
}

private final class SimulatedFile: JournalFile {
    var path: String
    let number: Int
    private let disk: SimulatedDisk

    init(_ path: String, _ number: Int, on disk: SimulatedDisk) {
        self.path = path
        self.number = number
        self.disk = disk
    }

    var size: Int64 { disk.look(number) { Int64($0.bytes.count) } }

    func byte(at offset: Int64) -> UInt8? {
        disk.look(number) { file in
            Int(exactly: offset).flatMap { file.bytes.indices.contains($0) ? file.bytes[$0] : nil }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(JournalProblem) -> Int { try disk.write(bytes, to: self) }
    func cut(to size: Int64) throws(JournalProblem) { try disk.cut(self, to: Int(size)) }
    func sync() throws(JournalProblem) { try disk.sync(self) }
    func close() { disk.look(number) { $0.isLocked = false } }
}

private final class MemoryBytes: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var size: Int64 { Int64(bytes.count) }
    func seek(to offset: Int64) { position = Int(offset) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = bytes.dropFirst(position).prefix(buffer.count)
        buffer.copyBytes(from: part)
        position += part.count
        return part.count
    }
}

/// Threads have no place here; a plain segment is as good as a compressed one.
private struct NoPacking: SegmentPacking {
    func add(_ path: String) {}
    func finish() {}
    func stop() {}
}
