#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An advisory lock on a file or folder, held until it is released or the process ends.
public final class FileLock: Sendable {
    private let descriptor: Int32

    /// - Parameter path: of something that is there, or with `creating` of a file to make.
    /// - Throws: `Held` when another process has it; `FileProblem` when it cannot be opened.
    public init(_ path: String, creating: Bool = false) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | (creating ? O_CREAT : 0), 0o640)
        guard descriptor >= 0 else { throw FileDescriptor.problem(path, errno, doing: "lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = FileLock.holder(of: descriptor)
            close(descriptor)
            throw Held(path: path, process: holder)
        }
    }

    public func release() { close(descriptor) }

    public struct Held: Error, Sendable, Hashable {
        public var path: String
        /// Nil where the system does not say, as between containers.
        public var process: Int?

        public init(path: String, process: Int?) {
            self.path = path
            self.process = process
        }
    }

    /// Who holds the lock, by proc(5): `1: FLOCK  ADVISORY  WRITE 4711 fd:01:131 0 EOF`.
    private static func holder(of descriptor: Int32) -> Int? {
        var info = stat()
        guard fstat(descriptor, &info) == 0, let file = fopen("/proc/locks", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let fields = text.split { $0 == " " || $0 == "\n" }
            guard fields.count >= 6, fields[1] == "FLOCK", let process = Int(fields[4]), process > 0,
                fields[5].split(separator: ":").last.flatMap({ UInt64($0) }) == UInt64(info.st_ino)
            else { continue }
            return process
        }
        return nil
    }
}
