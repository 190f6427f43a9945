#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A text file that grows line by line, compressed when its name ends in `.gz`.
///
/// It appears under its name with its whole first line. What was there at a `sync` is on the disk and can be read,
/// also after a crash in the middle of a compressed file; `LineReader` then says that the file ends early.
public final class LineLog {
    public let path: String
    private let file: FileDescriptor
    private let deflater: Deflater?
    private var pending: [UInt8] = []
    private var scratch: [UInt8] = []
    private var isFinished = false

    /// Says early what `init` would refuse: a file that is there, a folder that is missing or not writable.
    public static func check(_ path: String, overwrite: Bool) throws(FileProblem) {
        try LineWriter.checkTarget(path, overwrite: overwrite)
        let folder = LineWriter.folder(of: path)
        guard access(folder, W_OK | X_OK) != 0 else { return }
        guard errno == EACCES || errno == EPERM || errno == EROFS else { throw LineWriter.noFolder(path) }
        throw FileDescriptor.problem(path, EACCES, doing: "create")
    }

    /// - Parameters:
    ///   - path: the file to make. Its folder must exist.
    ///   - first: the first line, without its line break.
    ///   - overwrite: whether a file of that name may be replaced.
    public init(path: String, first: [UInt8], overwrite: Bool) throws(FileProblem) {
        self.path = path
        try LineWriter.checkTarget(path, overwrite: overwrite)
        let (draft, descriptor) = try LineWriter.makeTemporary(beside: path)
        file = descriptor
        deflater = path.hasSuffix(".gz") ? Deflater() : nil
        if deflater != nil { scratch = [UInt8](repeating: 0, count: LineWriter.blockSize) }
        write(first)
        do {
            try sync()
            try LineWriter.place(draft, at: path, overwrite: overwrite)
        } catch {
            unlink(draft)
            throw error
        }
        try FileDescriptor.syncFolder(LineWriter.folder(of: path))
    }

    /// Adds a line; it is on disk after the next `sync`. After `finish`, or a failed `sync`, it is dropped.
    public func write(_ line: [UInt8]) {
        guard !isFinished else { return }
        pending.append(contentsOf: line)
        pending.append(0x0A)
    }

    /// Writes what is pending and waits until the disk has it.
    public func sync() throws(FileProblem) {
        guard !pending.isEmpty, !isFinished else { return }
        try put(.sync)
        try file.syncData()
    }

    /// Writes what is pending, ends the compressed data, waits for the disk and closes the file.
    public func finish() throws(FileProblem) {
        guard !isFinished else { return }
        isFinished = true
        try put(.last)
        try file.sync()
        file.close()
    }

    private func put(_ ending: Deflater.Ending) throws(FileProblem) {
        // After a failed write nobody knows what arrived: a second try could write a line twice.
        let wasFinished = isFinished
        isFinished = true
        if let deflater {
            try deflater.run(&pending, ending, scratch: &scratch) { bytes throws(FileProblem) in
                try file.write(bytes)
            }
        } else {
            let outcome = pending.withUnsafeBytes { bytes in
                Result { () throws(FileProblem) in try file.write(bytes) }
            }
            try outcome.get()
        }
        pending.removeAll(keepingCapacity: true)
        isFinished = wasFinished
    }
}
