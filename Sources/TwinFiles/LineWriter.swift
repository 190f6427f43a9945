#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a text file line by line, compressed when its name ends in `.gz`.
///
/// The lines go to a temporary file beside the target, which takes the target's name only in `finish`, after its
/// bytes are on the disk: a reader sees the whole file or none. Without `finish` nothing is left behind.
public final class LineWriter {
    static let blockSize = 65_536

    public let path: String
    private let overwrite: Bool
    private let temporaryPath: String?
    private let file: FileDescriptor
    private let deflater: Deflater?
    private var pending: [UInt8] = []
    private var scratch: [UInt8] = []
    private var isFinished = false

    /// - Parameters:
    ///   - path: the file to make, or `-` for standard output. Its folder must exist.
    ///   - overwrite: whether a file of that name may be replaced.
    public init(path: String, overwrite: Bool) throws(FileProblem) {
        self.path = path
        self.overwrite = overwrite
        pending.reserveCapacity(LineWriter.blockSize + 1024)
        if path == "-" {
            temporaryPath = nil
            deflater = nil
            file = FileDescriptor(path: path, number: STDOUT_FILENO, isStandardStream: true)
            return
        }
        try LineWriter.checkTarget(path, overwrite: overwrite)
        let (name, descriptor) = try LineWriter.makeTemporary(beside: path)
        temporaryPath = name
        file = descriptor
        deflater = path.hasSuffix(".gz") ? Deflater() : nil
        if deflater != nil { scratch = [UInt8](repeating: 0, count: LineWriter.blockSize) }
    }

    deinit {
        if !isFinished, let temporaryPath { unlink(temporaryPath) }
    }

    /// Writes the bytes and a line break.
    public func write(_ line: [UInt8]) throws(FileProblem) {
        pending.append(contentsOf: line)
        try write(bytes: [0x0A])
    }

    /// Writes the bytes as they are.
    public func write(bytes: [UInt8]) throws(FileProblem) {
        precondition(!isFinished, "a line after finish")
        pending.append(contentsOf: bytes)
        if pending.count >= LineWriter.blockSize { try flush(last: false) }
    }

    /// Puts the file in place. On standard output it only writes out what is pending.
    public func finish() throws(FileProblem) {
        precondition(!isFinished, "finish a second time")
        try flush(last: true)
        guard let temporaryPath else {
            isFinished = true
            return
        }
        try file.sync()
        file.close()
        try LineWriter.place(temporaryPath, at: path, overwrite: overwrite)
        isFinished = true
        try FileDescriptor.syncFolder(LineWriter.folder(of: path))
    }

    /// Gives the temporary file its name.
    static func place(_ temporaryPath: String, at path: String, overwrite: Bool) throws(FileProblem) {
        if !overwrite {
            // A link fails where a file of that name has appeared meanwhile; a rename would replace it.
            if link(temporaryPath, path) == 0 {
                unlink(temporaryPath)
                return
            }
            if errno == EEXIST { throw LineWriter.exists(path) }
        }
        guard rename(temporaryPath, path) == 0 else { throw FileDescriptor.problem(path, errno, doing: "rename") }
    }

    private func flush(last: Bool) throws(FileProblem) {
        if let deflater {
            try deflater.run(&pending, last ? .last : .none, scratch: &scratch) { bytes throws(FileProblem) in
                try file.write(bytes)
            }
        } else {
            let outcome = pending.withUnsafeBytes { bytes in
                Result { () throws(FileProblem) in try file.write(bytes) }
            }
            try outcome.get()
        }
        pending.removeAll(keepingCapacity: true)
    }

    static func checkTarget(_ path: String, overwrite: Bool) throws(FileProblem) {
        var found = stat()
        guard lstat(path, &found) == 0 else { return }
        guard found.st_mode & S_IFMT == S_IFREG else {
            throw .cannotCreate(path: path, sentence: "is there and is no regular file; choose another name")
        }
        if !overwrite { throw exists(path) }
    }

    /// Throws when a file to write is one that is read, by whatever name: it would be gone before its end was read.
    public static func check(_ path: String?, isNoneOf inputs: [String]) throws(FileProblem) {
        var target = stat()
        guard let path, stat(path, &target) == 0 else { return }
        for input in inputs {
            var found = stat()
            guard stat(input, &found) == 0, found.st_ino == target.st_ino, found.st_dev == target.st_dev else {
                continue
            }
            throw .cannotCreate(path: path, sentence: "is read here too; choose another name")
        }
    }

    private static func exists(_ path: String) -> FileProblem {
        .cannotCreate(path: path, sentence: "is there already; choose another name, or --force to overwrite it")
    }

    static func makeTemporary(beside path: String) throws(FileProblem) -> (String, FileDescriptor) {
        let folder = folder(of: path)
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        guard !name.isEmpty else { throw .cannotCreate(path: path, sentence: "names a folder, not a file") }
        for attempt in 0..<1000 {
            let temporary = "\(folder)/.\(name).\(getpid())-\(attempt).tmp"
            let number = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
            if number >= 0 { return (temporary, FileDescriptor(path: path, number: number)) }
            switch errno {
            case EEXIST: continue
            case ENOENT, ENOTDIR: throw noFolder(path)
            case EACCES, EPERM: throw FileDescriptor.problem(path, errno, doing: "create")
            case let code:
                throw .cannotCreate(
                    path: path, sentence: "create failed: \(String(cString: strerror(code))) (code \(code))")
            }
        }
        throw .cannotCreate(path: path, sentence: "too many temporary files of this name in \(folder)")
    }

    static func noFolder(_ path: String) -> FileProblem {
        .cannotCreate(path: path, sentence: "there is no folder \(folder(of: path)); make it first")
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
