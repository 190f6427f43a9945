import Foundation
import Glibc
public import TwinConfiguration
public import TwinFiles

/// The disk as a journal sees it. Names and bytes are on it for good only after `sync` and `syncFolder`.
public protocol JournalDisk: Sendable {
    /// Names in a folder; nil where there is no such folder.
    func names(in folder: String) throws(JournalProblem) -> [String]?
    /// Whether a file or folder of that name is there.
    func holds(_ path: String) -> Bool
    /// Makes a folder and those above it that are missing. Its name is durable, also where it was there.
    func makeFolder(_ path: String) throws(JournalProblem)
    /// Makes the names in a folder durable.
    func syncFolder(_ path: String) throws(JournalProblem)
    /// Gives a file or folder another name in the same folder.
    func rename(_ path: String, to target: String) throws(JournalProblem)
    /// Removes a file, or a folder with all that is in it.
    func remove(_ path: String) throws(JournalProblem)

    /// Begins an empty file and locks it; one of that name is emptied.
    func begin(_ path: String) throws(JournalProblem) -> any JournalFile
    /// Opens a file to add to it, and locks it.
    func append(to path: String) throws(JournalProblem) -> any JournalFile
    /// Opens a file at its beginning.
    func read(_ path: String) throws(FileProblem) -> any ByteSource
    /// Writes a whole file, on the disk when this returns.
    func write(_ bytes: [UInt8], to path: String) throws(JournalProblem)
    /// Reads a configuration that was kept.
    func configuration(in folder: String) throws -> SiteConfig
    /// Compresses closed segments.
    func packer() -> any SegmentPacking
}

/// A file of a journal that is open to be written to, and locked against a second writer.
public protocol JournalFile: AnyObject {
    /// Named in messages; changes with the file's name.
    var path: String { get set }
    /// Bytes.
    var size: Int64 { get }
    /// Nil beyond the end.
    func byte(at offset: Int64) -> UInt8?
    /// Adds bytes at the end.
    /// - Returns: how many were taken, at least one.
    func write(_ bytes: UnsafeRawBufferPointer) throws(JournalProblem) -> Int
    /// Drops what is behind an offset.
    func cut(to size: Int64) throws(JournalProblem)
    /// Waits until the bytes are on the disk.
    func sync() throws(JournalProblem)
    /// Closes and unlocks it.
    func close()
}

/// Compresses closed segments beside the writer, one after the other.
public protocol SegmentPacking: Sendable {
    func add(_ path: String)
    /// Waits until all is done.
    func finish()
    /// Drops what is not done.
    func stop()
}

/// The files of this machine.
public struct LocalDisk: JournalDisk {
    public init() {}

    public func names(in folder: String) throws(JournalProblem) -> [String]? {
        guard FileManager.default.fileExists(atPath: folder) else { return nil }
        do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw JournalProblem("\(folder): cannot be read (\(error.systemWords))", exitCode: 77)
        }
    }

    public func holds(_ path: String) -> Bool { access(path, F_OK) == 0 }

    public func makeFolder(_ path: String) throws(JournalProblem) {
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if holds(path) {
            // Whoever made it may have died before its name was on the disk. A parent that may not be read is not ours.
            try? syncFolder(parent)
            return
        }
        try makeFolder(parent)
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
            throw JournalProblem("\(path): cannot create the folder (\(error.systemWords))", exitCode: 73)
        }
        try syncFolder(parent)
    }

    public func syncFolder(_ path: String) throws(JournalProblem) {
        do { try WholeFile.syncFolder(path) } catch { throw JournalProblem(error) }
    }

    public func rename(_ path: String, to target: String) throws(JournalProblem) {
        guard Glibc.rename(path, target) == 0 else { throw LocalFile.problem(target, "create", exitCode: 73) }
    }

    public func remove(_ path: String) throws(JournalProblem) {
        do { try FileManager.default.removeItem(atPath: path) } catch {
            throw JournalProblem("\(path): cannot be removed (\(error.systemWords))", exitCode: 73)
        }
    }

    public func begin(_ path: String) throws(JournalProblem) -> any JournalFile {
        try LocalFile(path, O_CREAT | O_TRUNC, doing: "create")
    }

    public func append(to path: String) throws(JournalProblem) -> any JournalFile {
        try LocalFile(path, 0, doing: "open")
    }

    public func read(_ path: String) throws(FileProblem) -> any ByteSource { try WholeFile.source(path) }

    public func write(_ bytes: [UInt8], to path: String) throws(JournalProblem) {
        do { try WholeFile.write(bytes, to: path) } catch { throw JournalProblem(error) }
    }

    public func configuration(in folder: String) throws -> SiteConfig {
        try SiteConfig.load(folder: folder, checksNames: false)
    }

    public func packer() -> any SegmentPacking { SegmentPacker() }
}

/// An open descriptor with its lock.
final class LocalFile: JournalFile {
    var path: String
    private var number: Int32

    init(_ path: String, _ flags: Int32, doing what: String) throws(JournalProblem) {
        self.path = path
        number = Glibc.open(path, O_RDWR | O_APPEND | O_CLOEXEC | flags, 0o640)
        guard number >= 0 else { throw LocalFile.problem(path, what, exitCode: 73) }
        // A line that another twin is just writing is not torn, nor may two twins write one.
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else { throw JournalWriter.isHeld(path) }
    }

    deinit { close() }

    var size: Int64 { Int64(lseek(number, 0, SEEK_END)) }

    func byte(at offset: Int64) -> UInt8? {
        var byte: UInt8 = 0
        return pread(number, &byte, 1, off_t(offset)) == 1 ? byte : nil
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(JournalProblem) -> Int {
        while true {
            let count = Glibc.write(number, bytes.baseAddress, bytes.count)
            if count > 0 { return count }
            guard count < 0, errno == EINTR else { throw LocalFile.problem(path, "write", exitCode: 74) }
        }
    }

    func cut(to size: Int64) throws(JournalProblem) {
        guard ftruncate(number, off_t(size)) == 0 else {
            throw LocalFile.problem(path, "cut a torn line of", exitCode: 74)
        }
    }

    func sync() throws(JournalProblem) {
        guard fdatasync(number) == 0 else { throw LocalFile.problem(path, "sync to disk", exitCode: 74) }
        guard isNamed else {
            throw JournalProblem(
                "\(path): was moved away or deleted while it was written, so that nobody would find what comes next; put"
                    + " it back, or begin with a new --journal", exitCode: 74)
        }
    }

    /// What is written to a file without its name is lost with the process.
    private var isNamed: Bool {
        var own = stat()
        var named = stat()
        return fstat(number, &own) == 0 && stat(path, &named) == 0 && own.st_ino == named.st_ino
            && own.st_dev == named.st_dev
    }

    func close() {
        if number >= 0 { _ = Glibc.close(number) }
        number = -1
    }

    static func problem(_ path: String, _ what: String, exitCode: Int32) -> JournalProblem {
        JournalProblem(
            "\(path): cannot \(what) (\(String(cString: strerror(errno))))", exitCode: errno == EACCES ? 77 : exitCode)
    }
}
