import Foundation
import Glibc
public import TwinCore

/// Where a journal ends, as it was found.
public struct JournalEnd: Sendable, Hashable {
    /// File name of the last segment.
    public var segment: String
    public var number: Int
    /// Lines after the last mark.
    public var linesSinceMark: Int
    /// The last mark's tick and chain, and the end of that tick; tick 0 ends at the run's start.
    public var tick: Int
    public var chain: String
    public var end: PlantTime
    /// In force there.
    public var configuration: String
    public var mode: ControlMode

    public init(
        segment: String, number: Int, linesSinceMark: Int, tick: Int, chain: String, end: PlantTime,
        configuration: String, mode: ControlMode
    ) {
        self.segment = segment
        self.number = number
        self.linesSinceMark = linesSinceMark
        self.tick = tick
        self.chain = chain
        self.end = end
        self.configuration = configuration
        self.mode = mode
    }
}

/// Appends lines to a run's journal. Nothing is acknowledged, and no command leaves, before `sync` returned.
///
/// A segment holds one local day, or less where it grows long. The line after its last mark begins the next one; the
/// closed one is compressed beside.
public final class JournalWriter {
    /// A segment that grew beyond this is followed by a new one, bytes.
    public static let segmentMax: Int64 = 256 << 20

    private let folder: JournalFolder
    private let zone: LocalZone
    private let segmentMax: Int64
    private let packer = SegmentPacker()
    /// What the run was begun with.
    private let header: Header
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []
    /// The local day of the segment's ticks.
    private var day: CivilDate
    /// Set after a mark that closes the segment: the next line begins a new one with this header.
    private var next: Header?
    /// Set while the segment has lines in the buffer, and no file yet.
    private var unborn: (header: Header, closed: String)?
    /// File name.
    public private(set) var segment: String
    private var number: Int
    /// Bytes in the segment, buffered ones included.
    public private(set) var offset: Int64 = 0
    /// Lines since the last mark.
    public private(set) var linesSinceMark = 0

    /// Begins a journal, or goes on at the end of its last segment.
    /// - Parameters:
    ///   - header: of the run; its configuration and mode are those of its beginning.
    ///   - zone: the site's; a segment ends at its midnight.
    ///   - resumed: nil begins a new journal.
    public init(
        folder: JournalFolder, header: Header, zone: LocalZone, resumed: JournalEnd? = nil,
        segmentMax: Int64 = JournalWriter.segmentMax
    ) throws(JournalProblem) {
        self.folder = folder
        self.header = header
        self.zone = zone
        self.segmentMax = segmentMax
        number = resumed?.number ?? 1
        segment = resumed?.segment ?? JournalSegment.name(run: header.run, number: 1)
        linesSinceMark = resumed?.linesSinceMark ?? 0
        day = zone.local(resumed?.end ?? header.start).date
        if let resumed { try resume(resumed) } else { try begin() }
    }

    deinit {
        packer.stop()
        if descriptor >= 0 { close(descriptor) }
    }

    private func begin() throws(JournalProblem) {
        do {
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        } catch {
            throw JournalProblem(
                "\(folder.path): cannot create the journal folder (\(error.localizedDescription))", exitCode: 73)
        }
        descriptor = try create(header)
        offset = Int64(header.bytes.count) + 1
    }

    private func resume(_ end: JournalEnd) throws(JournalProblem) {
        var following = header
        following.firstTick = end.tick + 1
        following.chain = end.chain
        following.config = end.configuration
        following.mode = end.mode
        if end.segment.hasSuffix(".gz") {
            // It was closed, and the one after it is lost.
            number += 1
            segment = JournalSegment.name(run: header.run, number: number)
            descriptor = try create(following)
            offset = Int64(following.bytes.count) + 1
        } else {
            try open()
            // The segment of a tick that ended at midnight is full, unless it only begins there.
            let lastDay = zone.local(end.end - header.step).date
            if try folder.segment(segment).firstTick <= end.tick, lastDay != day {
                if linesSinceMark == 0 { next = following } else { day = lastDay }
            }
        }
        folder.tidy()
        for name in try folder.segments() where !name.hasSuffix(".gz") && name != segment {
            packer.add(folder.file(name))
        }
    }

    /// A segment appears with its whole header, locked, or not at all: a crash in between leaves only a dot-name.
    /// - Returns: the open descriptor.
    private func create(_ header: Header) throws(JournalProblem) -> Int32 {
        let path = folder.file(segment)
        let draft = folder.file(".\(segment).new")
        guard access(path, F_OK) != 0, access(path + ".gz", F_OK) != 0 else {
            throw JournalProblem("\(path): is there already; name a new folder", exitCode: 73)
        }
        let number = Glibc.open(draft, O_WRONLY | O_APPEND | O_CLOEXEC | O_CREAT | O_TRUNC, 0o640)
        guard number >= 0 else { throw JournalWriter.problem(draft, "create", exitCode: 73) }
        do throws(JournalProblem) {
            guard flock(number, LOCK_EX | LOCK_NB) == 0 else { throw JournalWriter.isHeld(path) }
            var bytes = header.bytes + [0x0A]
            try JournalWriter.write(&bytes, to: number, draft)
            guard fdatasync(number) == 0 else { throw JournalWriter.problem(draft, "sync to disk", exitCode: 74) }
            guard rename(draft, path) == 0 else { throw JournalWriter.problem(path, "create", exitCode: 73) }
        } catch {
            close(number)
            throw error
        }
        let directory = Glibc.open(folder.path, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { return number }
        fsync(directory)
        close(directory)
        return number
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
        if let header = next {
            next = nil
            unborn = (header, segment)
            number += 1
            segment = JournalSegment.name(run: header.run, number: number)
            offset = Int64(header.bytes.count) + 1
        }
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

    /// Writes what is buffered, and waits until the disk has it and all closed segments are compressed.
    public func finish() throws(JournalProblem) {
        try sync()
        packer.finish()
    }

    private func write() throws(JournalProblem) {
        guard !buffer.isEmpty else { return }
        if let (header, closed) = unborn {
            let created = try create(header)
            unborn = nil
            close(descriptor)
            descriptor = created
            packer.add(folder.file(closed))
        }
        try JournalWriter.write(&buffer, to: descriptor, folder.file(segment))
    }

    /// Empties the buffer into the file; after an error it holds what did not reach it.
    private static func write(_ buffer: inout [UInt8], to descriptor: Int32, _ path: String) throws(JournalProblem) {
        var written = 0
        while written < buffer.count {
            let count = buffer[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                // What did not reach the disk must not be taken for written.
                buffer.removeFirst(written)
                throw JournalWriter.problem(path, "write", exitCode: 74)
            }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Closes the segment after a mark when the local day is over or it is long; the next line begins a new one.
    /// - Parameters:
    ///   - end: of the mark's tick. The mark's own time may be later.
    ///   - configuration: in force from the next tick on, as is `mode`.
    public func rotateIfDue(
        after mark: Mark, end: PlantTime, configuration: String, mode: ControlMode
    ) throws(JournalProblem) {
        let date = zone.local(end).date
        guard date != day || offset >= segmentMax else { return }
        try sync()
        day = date
        var following = header
        following.firstTick = mark.tick + 1
        following.chain = mark.chain
        following.config = configuration
        following.mode = mode
        next = following
    }

    func rotateIfDue(after mark: Mark, end: PlantTime, state: TwinState) throws(JournalProblem) {
        try rotateIfDue(after: mark, end: end, configuration: state.configuration, mode: state.mode)
    }

    static func isHeld(_ path: String) -> JournalProblem {
        JournalProblem("\(path): another twin is writing this journal; stop it or use another --journal", exitCode: 73)
    }

    static func problem(_ path: String, _ what: String, exitCode: Int32) -> JournalProblem {
        JournalProblem(
            "\(path): cannot \(what) (\(String(cString: strerror(errno))))", exitCode: errno == EACCES ? 77 : exitCode)
    }
}
