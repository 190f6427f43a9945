#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Files that are made in one go. A target appears under its name when its bytes are on the disk: a crash before that
/// leaves the draft `.<name>.new`, which the next try replaces.
public enum WholeFile {
    /// Compresses a file; equal content gives equal bytes. A target of that name is replaced.
    /// - Parameter isStopped: asked between blocks; true drops the draft.
    /// - Returns: whether the target is there.
    public static func compress(
        _ path: String, to target: String, isStopped: () -> Bool = { false }
    ) throws(FileProblem) -> Bool {
        let source = try FileDescriptor.reading(path)
        let deflater = Deflater()
        var scratch = [UInt8](repeating: 0, count: LineWriter.blockSize)
        return try make(target, overwrite: true) { file throws(FileProblem) in
            var isOver = false
            while !isOver {
                if isStopped() { return false }
                var block = try nextBlock(of: source)
                isOver = block.isEmpty
                try deflater.run(&block, isOver ? .last : .none, scratch: &scratch) { bytes throws(FileProblem) in
                    try file.write(bytes)
                }
            }
            return true
        }
    }

    /// Copies a file, to another file system too. Throws where a file of the target's name is there.
    public static func copy(_ path: String, to target: String) throws(FileProblem) {
        let source = try FileDescriptor.reading(path)
        _ = try make(target, overwrite: false) { file throws(FileProblem) in
            while true {
                let block = try nextBlock(of: source)
                if block.isEmpty { return true }
                try write(block, to: file)
            }
        }
    }

    /// Writes a file. A target of that name is replaced.
    public static func write(_ bytes: [UInt8], to target: String) throws(FileProblem) {
        _ = try make(target, overwrite: true) { file throws(FileProblem) in
            try write(bytes, to: file)
            return true
        }
    }

    /// The same of passwords: nobody but its owner may read it.
    public static func writeSecret(_ bytes: [UInt8], to target: String) throws(FileProblem) {
        _ = try make(target, overwrite: true, mode: 0o600) { file throws(FileProblem) in
            try write(bytes, to: file)
            return true
        }
    }

    /// Reads a regular file that is small by nature, or the beginning of one that is not.
    /// - Returns: at most `bytesMax` bytes and one more, which says that there are others: a wrong file is never held
    ///   whole.
    public static func start(of path: String, bytesMax: Int) throws(FileProblem) -> [UInt8] {
        try start(of: FileDescriptor.reading(path), bytesMax: bytesMax)
    }

    /// Reads a password or a private key. Refuses a file that others than its owner may read or write.
    public static func secret(_ path: String, bytesMax: Int = 1 << 20) throws(FileProblem) -> [UInt8] {
        let file = try FileDescriptor.reading(path)
        // What is no file has no mode to look at.
        if path != "-", let mode = file.status?.st_mode, mode & (isCredential(path) ? 0o037 : 0o077) != 0 {
            throw .permission(
                path: path,
                sentence:
                    "holds a secret and is open to others (mode \(String(mode & 0o777, radix: 8))); run: chmod 600"
                    + " \(path)")
        }
        return try whole(file, bytesMax: bytesMax)
    }

    /// What systemd hands to one service alone; from 254 on its group, which is root's, may read it too.
    private static func isCredential(_ path: String) -> Bool {
        guard let folder = getenv("CREDENTIALS_DIRECTORY").map({ String(cString: $0) }), !folder.isEmpty else {
            return false
        }
        return path.hasPrefix(folder + "/") && !path.dropFirst(folder.count + 1).contains("/")
    }

    /// Reads a regular file that is small by nature; refuses a longer one.
    public static func read(_ path: String, bytesMax: Int) throws(FileProblem) -> [UInt8] {
        try whole(FileDescriptor.reading(path), bytesMax: bytesMax)
    }

    private static func whole(_ file: FileDescriptor, bytesMax: Int) throws(FileProblem) -> [UInt8] {
        let bytes = try start(of: file, bytesMax: bytesMax)
        guard bytes.count <= bytesMax else {
            throw .badData(
                path: file.path, sentence: "has more than \(bytesMax) bytes, which are the most that are read")
        }
        return bytes
    }

    private static func start(of file: FileDescriptor, bytesMax: Int) throws(FileProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= bytesMax {
            let block = try nextBlock(of: file)
            if block.isEmpty { break }
            bytes += block.prefix(bytesMax + 1 - bytes.count)
        }
        return bytes
    }

    /// Whether two files hold the same bytes.
    public static func areEqual(_ path: String, _ other: String) throws(FileProblem) -> Bool {
        let one = try FileDescriptor.reading(path)
        let two = try FileDescriptor.reading(other)
        guard one.size == two.size else { return false }
        while true {
            let block = try nextBlock(of: one)
            guard try block == nextBlock(of: two) else { return false }
            if block.isEmpty { return true }
        }
    }

    /// Removes a file for good: also after a power cut it is gone.
    public static func remove(_ path: String) throws(FileProblem) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw FileDescriptor.problem(path, errno, doing: "remove")
        }
        try FileDescriptor.syncFolder(LineWriter.folder(of: path))
    }

    /// Makes the names in a folder durable.
    public static func syncFolder(_ folder: String) throws(FileProblem) { try FileDescriptor.syncFolder(folder) }

    /// A file's bytes for a `LineReader`.
    public static func source(_ path: String) throws(FileProblem) -> any ByteSource {
        try FileDescriptor.reading(path)
    }

    private static func make(
        _ target: String, overwrite: Bool, mode: mode_t = 0o640, _ body: (FileDescriptor) throws(FileProblem) -> Bool
    ) throws(FileProblem) -> Bool {
        try LineWriter.checkTarget(target, overwrite: overwrite)
        let folder = LineWriter.folder(of: target)
        let name = target.split(separator: "/").last.map(String.init) ?? ""
        let draft = "\(folder)/.\(name).new"
        // A draft that a crash left may be the target's own second name, so it is not written into.
        unlink(draft)
        let number = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard number >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw LineWriter.noFolder(target) }
            throw FileDescriptor.problem(target, errno, doing: "create")
        }
        let file = FileDescriptor(path: draft, number: number)
        do {
            guard try body(file) else {
                unlink(draft)
                return false
            }
            try file.sync()
            try LineWriter.place(draft, at: target, overwrite: overwrite)
        } catch {
            unlink(draft)
            throw error
        }
        try FileDescriptor.syncFolder(folder)
        return true
    }

    /// Up to a block of bytes, whole but at the end of the file; empty there.
    private static func nextBlock(of file: FileDescriptor) throws(FileProblem) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: LineWriter.blockSize)
        var count = 0
        while count < block.count {
            let outcome = block.withUnsafeMutableBytes { bytes in
                Result { () throws(FileProblem) in
                    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[count...]))
                }
            }
            let more = try outcome.get()
            if more == 0 { break }
            count += more
        }
        block.removeLast(block.count - count)
        return block
    }

    private static func write(_ bytes: [UInt8], to file: FileDescriptor) throws(FileProblem) {
        let outcome = bytes.withUnsafeBytes { bytes in
            Result { () throws(FileProblem) in try file.write(bytes) }
        }
        try outcome.get()
    }
}
