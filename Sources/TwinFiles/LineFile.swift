#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A text file that only ever grows, line by line, and is on the disk after each. It is made where it is not there; nobody
/// but its owner may read it.
public final class LineFile {
    private let file: FileDescriptor

    /// - Parameter path: its folder must exist.
    public init(path: String) throws(FileProblem) {
        let number = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw LineWriter.noFolder(path) }
            throw FileDescriptor.problem(path, errno, doing: "open")
        }
        file = FileDescriptor(path: path, number: number)
        guard let status = file.status, status.st_mode & S_IFMT == S_IFREG else {
            throw .cannotCreate(path: path, sentence: "is there and is no regular file; choose another name")
        }
        // A power cut may have left half a line; what follows it must not be lost with it.
        var last: UInt8 = 0x0A
        if status.st_size > 0, pread(number, &last, 1, status.st_size - 1) == 1, last != 0x0A { try put([0x0A]) }
    }

    /// Adds a line and waits until the disk has it.
    /// - Parameter line: without a line break.
    public func add(_ line: [UInt8]) throws(FileProblem) {
        try put(line + [0x0A])
        try file.syncData()
    }

    private func put(_ bytes: [UInt8]) throws(FileProblem) {
        let outcome = bytes.withUnsafeBytes { bytes in
            Result { () throws(FileProblem) in try file.write(bytes) }
        }
        try outcome.get()
    }
}
