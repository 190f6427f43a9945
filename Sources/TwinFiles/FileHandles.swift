#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a `LineReader` reads: a file, or bytes that stand for one.
public protocol ByteSource: AnyObject {
    /// Bytes; 0 when unknown.
    var size: Int64 { get }
    func seek(to offset: Int64) throws(FileProblem)
    /// Reads at most the buffer's length; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileProblem) -> Int
}

/// An open file descriptor that is closed with its owner; standard streams stay open.
final class FileDescriptor: ByteSource {
    let path: String
    private(set) var number: Int32
    private let isStandardStream: Bool

    init(path: String, number: Int32, isStandardStream: Bool = false) {
        self.path = path
        self.number = number
        self.isStandardStream = isStandardStream
    }

    deinit { close() }

    func close() {
        if number >= 0, !isStandardStream { _ = systemClose(number) }
        number = -1
    }

    /// Opens a regular file for reading; `-` is standard input.
    static func reading(_ path: String) throws(FileProblem) -> FileDescriptor {
        if path == "-" { return FileDescriptor(path: path, number: STDIN_FILENO, isStandardStream: true) }
        // Non-blocking, or opening a FIFO would wait for its writer before we can refuse it.
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw problem(path, errno, doing: "open") }
        let descriptor = FileDescriptor(path: path, number: number)
        guard let kind = descriptor.status.map({ $0.st_mode & S_IFMT }) else {
            throw problem(path, errno, doing: "stat")
        }
        guard kind == S_IFREG else {
            let what = kind == S_IFDIR ? "a directory" : "a device, FIFO or socket"
            throw .badData(path: path, sentence: "is \(what); name a regular file, or - for standard input")
        }
        return descriptor
    }

    var status: stat? {
        var found = stat()
        return fstat(number, &found) == 0 ? found : nil
    }

    /// Size of a regular file in bytes; 0 for a pipe.
    var size: Int64 {
        guard let status, status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return Int64(status.st_size)
    }

    func seek(to offset: Int64) throws(FileProblem) {
        guard lseek(number, off_t(offset), SEEK_SET) >= 0 else {
            throw FileDescriptor.problem(path, errno, doing: "seek")
        }
    }

    /// Reads at most the buffer's length; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileProblem) -> Int {
        while true {
            let count = systemRead(number, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw FileDescriptor.problem(path, errno, doing: "read") }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(FileProblem) {
        var done = 0
        while done < bytes.count {
            let count = systemWrite(number, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if count >= 0 {
                done += count
            } else if errno != EINTR {
                throw FileDescriptor.problem(path, errno, doing: "write")
            }
        }
    }

    /// Waits until the bytes are on the disk.
    func sync() throws(FileProblem) {
        guard fsync(number) == 0 else { throw FileDescriptor.problem(path, errno, doing: "fsync") }
    }

    /// Waits until the content and the length are on the disk.
    func syncData() throws(FileProblem) {
        guard fdatasync(number) == 0 else { throw FileDescriptor.problem(path, errno, doing: "fdatasync") }
    }

    /// Makes a rename in `folder` durable. Some file systems cannot sync a directory; they are left alone.
    static func syncFolder(_ folder: String) throws(FileProblem) {
        let number = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard number >= 0 else { throw problem(folder, errno, doing: "open") }
        defer { _ = systemClose(number) }
        if fsync(number) != 0, errno != EINVAL, errno != ENOTSUP { throw problem(folder, errno, doing: "fsync") }
    }

    static func problem(_ path: String, _ code: Int32, doing operation: String) -> FileProblem {
        let text = "\(operation) failed: \(String(cString: strerror(code))) (code \(code))"
        switch code {
        case ENOENT, ENOTDIR: return .notFound(path: path, sentence: "no such file")
        case EACCES, EPERM: return .permission(path: path, sentence: text)
        default: return .io(path: path, sentence: text)
        }
    }
}

// The methods above have the names of the system's functions, which would hide them.
private func systemRead(_ number: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(number, buffer, count)
}

private func systemWrite(_ number: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(number, buffer, count)
}

private func systemClose(_ number: Int32) -> Int32 { close(number) }
