import Foundation
import Glibc
public import TwinCore

/// Appends lines to a run's journal. Nothing is acknowledged, and no command leaves, before `sync` returned.
public final class JournalWriter {
    /// A segment that grew beyond this is followed by a new one at the next mark, bytes.
    public static let segmentMax: Int64 = 64 << 20

    private let folder: JournalFolder
    private var header: Header
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []
    private let segmentMax: Int64
    public private(set) var segment: String
    private var number: Int
    /// Bytes in the segment, buffered ones included.
    public private(set) var offset: Int64 = 0
    /// Lines since the last mark.
    public private(set) var linesSinceMark = 0

    /// Begins a journal, or goes on at the end of its last segment.
    /// - Parameters:
    ///   - resumed: the last segment, its whole length and the lines after its last mark; nil begins a new journal.
    public init(
        folder: JournalFolder, header: Header, resumed: (segment: String, number: Int, linesSinceMark: Int)? = nil,
        segmentMax: Int64 = JournalWriter.segmentMax
    ) throws(JournalProblem) {
        self.folder = folder
        self.header = header
        self.segmentMax = segmentMax
        number = resumed?.number ?? 1
        segment = resumed?.segment ?? JournalFolder.segmentName(run: header.run, number: 1)
        linesSinceMark = resumed?.linesSinceMark ?? 0
        if resumed == nil {
            do {
                try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
            } catch {
                throw JournalProblem(
                    "\(folder.path): cannot create the journal folder (\(error.localizedDescription))", exitCode: 73)
            }
        }
        if resumed == nil { try createSegment() }
        try open()
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// A segment appears with its whole header or not at all: a crash in between leaves only a dot-name.
    private func createSegment() throws(JournalProblem) {
        let path = folder.file(segment)
        let draft = folder.file(".\(segment).new")
        guard access(path, F_OK) != 0 else {
            throw JournalProblem("\(path): is there already; name a new folder", exitCode: 73)
        }
        descriptor = Glibc.open(draft, O_WRONLY | O_CLOEXEC | O_CREAT | O_TRUNC, 0o640)
        guard descriptor >= 0 else { throw JournalWriter.problem(draft, "create", exitCode: 73) }
        put(header.bytes)
        try sync()
        close(descriptor)
        descriptor = -1
        guard rename(draft, path) == 0 else { throw JournalWriter.problem(path, "create", exitCode: 73) }
        let directory = Glibc.open(folder.path, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private func open() throws(JournalProblem) {
        let path = folder.file(segment)
        descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalWriter.problem(path, "open", exitCode: 73) }
        offset = Int64(lseek(descriptor, 0, SEEK_END))
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw JournalWriter.isHeld(path)
        }
    }

    private func put(_ line: [UInt8]) {
        buffer.append(contentsOf: line)
        buffer.append(0x0A)
        offset += Int64(line.count) + 1
    }

    /// Adds a line; it is on disk after the next `sync`.
    public func append(_ line: Line) {
        put(line.bytes)
        linesSinceMark += 1
    }

    /// Adds the mark that closes a tick.
    public func append(_ mark: Mark) {
        put(Line(t: mark.t, .mark(mark)).bytes)
        linesSinceMark = 0
    }

    /// Writes what is buffered and waits until the disk has it.
    public func sync() throws(JournalProblem) {
        guard !buffer.isEmpty else { return }
        try write()
        guard fdatasync(descriptor) == 0 else {
            throw JournalWriter.problem(folder.file(segment), "sync to disk", exitCode: 74)
        }
    }

    /// Writes what is buffered without waiting for the disk: for replays, whose input still exists.
    public func flush() throws(JournalProblem) { try write() }

    private func write() throws(JournalProblem) {
        var written = 0
        while written < buffer.count {
            let count = buffer[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                // What did not reach the disk must not be taken for written.
                buffer.removeFirst(written)
                throw JournalWriter.problem(folder.file(segment), "write", exitCode: 74)
            }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Starts a new segment after a mark when this one is long enough.
    public func rotateIfLong(after mark: Mark) throws(JournalProblem) {
        guard offset >= segmentMax else { return }
        try sync()
        close(descriptor)
        descriptor = -1
        number += 1
        segment = JournalFolder.segmentName(run: header.run, number: number)
        header.firstTick = mark.tick + 1
        header.chain = mark.chain
        try createSegment()
        try open()
    }

    static func isHeld(_ path: String) -> JournalProblem {
        JournalProblem("\(path): another twin is writing this journal; stop it or use another --journal", exitCode: 73)
    }

    static func problem(_ path: String, _ what: String, exitCode: Int32) -> JournalProblem {
        JournalProblem(
            "\(path): cannot \(what) (\(String(cString: strerror(errno))))", exitCode: errno == EACCES ? 77 : exitCode)
    }
}
