public import TwinCore

/// Where a journal ends, as it was found.
public struct JournalEnd: Sendable, Hashable {
    /// File name of the last segment.
    public var segment: String
    public var number: Int
    /// Lines after the last mark, and what they add to the next one's sum.
    public var linesSinceMark: Int
    public var sum: LineSum
    /// The last mark's tick and chain, and the end of that tick; tick 0 ends at the run's start.
    public var tick: Int
    public var chain: String
    public var end: PlantTime
    /// In force there.
    public var configuration: String
    public var mode: ControlMode

    public init(
        segment: String, number: Int, linesSinceMark: Int, sum: LineSum = LineSum(), tick: Int, chain: String,
        end: PlantTime, configuration: String, mode: ControlMode
    ) {
        self.segment = segment
        self.number = number
        self.linesSinceMark = linesSinceMark
        self.sum = sum
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
    private let packer: any SegmentPacking
    /// What the run was begun with.
    private let header: Header
    private var file: (any JournalFile)?
    private var buffer: [UInt8] = []
    /// Whether something was written that the disk was not asked for.
    private var isUnsynced = false
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
    /// Of these; of the segment's header, too, where there is no mark yet.
    private var sum: LineSum

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
        packer = folder.disk.packer()
        self.header = header
        self.zone = zone
        self.segmentMax = segmentMax
        number = resumed?.number ?? 1
        segment = resumed?.segment ?? JournalSegment.name(run: header.run, number: 1)
        linesSinceMark = resumed?.linesSinceMark ?? 0
        sum = resumed?.sum ?? LineSum()
        day = zone.local(resumed?.end ?? header.start).date
        if let resumed { try resume(resumed) } else { try begin() }
    }

    deinit {
        packer.stop()
        file?.close()
    }

    private func begin() throws(JournalProblem) {
        try folder.disk.makeFolder(folder.path)
        file = try create(header)
        count(header)
    }

    /// A segment begins.
    private func count(_ header: Header) {
        let bytes = header.bytes
        offset = Int64(bytes.count) + 1
        sum.add(bytes.span)
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
            file = try create(following)
            count(following)
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
    private func create(_ header: Header) throws(JournalProblem) -> any JournalFile {
        let path = folder.file(segment)
        let draft = folder.file(".\(segment).new")
        guard !folder.disk.holds(path), !folder.disk.holds(path + ".gz") else {
            throw JournalProblem("\(path): is there already; name a new folder", exitCode: 73)
        }
        let file = try folder.disk.begin(draft)
        var bytes = header.bytes + [0x0A]
        try JournalWriter.write(&bytes, to: file)
        try file.sync()
        try folder.disk.rename(draft, to: path)
        file.path = path
        try folder.disk.syncFolder(folder.path)
        return file
    }

    private func open() throws(JournalProblem) {
        let file = try folder.disk.append(to: folder.file(segment))
        offset = file.size
        self.file = file
    }

    /// The line after a closed segment's last mark begins the next one.
    private func beginIfDue() {
        guard let header = next else { return }
        next = nil
        unborn = (header, segment)
        number += 1
        segment = JournalSegment.name(run: header.run, number: number)
        count(header)
    }

    private func put(_ line: [UInt8]) {
        buffer.append(contentsOf: line)
        buffer.append(0x0A)
        offset += Int64(line.count) + 1
    }

    /// Adds a line; it is on disk after the next `sync`.
    public func append(_ line: Line) {
        beginIfDue()
        let bytes = line.bytes
        put(bytes)
        sum.add(bytes.span)
        linesSinceMark += 1
    }

    /// Adds the mark that closes a tick, with the sum of what it closes.
    public func append(_ mark: Mark) {
        beginIfDue()
        var mark = mark
        mark.sum = sum.closed(by: mark)
        put(Line(t: mark.t, .mark(mark)).bytes)
        linesSinceMark = 0
        sum = LineSum()
    }

    /// Writes what is buffered and waits until the disk has it.
    public func sync() throws(JournalProblem) {
        try write()
        guard isUnsynced else { return }
        try file?.sync()
        isUnsynced = false
    }

    /// Writes what is buffered without waiting for the disk: for what nobody counts on, or still has.
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
            file?.close()
            file = created
            packer.add(folder.file(closed))
        }
        if let file { try JournalWriter.write(&buffer, to: file) }
        isUnsynced = true
    }

    /// Empties the buffer into the file; after an error it holds what did not reach it.
    private static func write(_ buffer: inout [UInt8], to file: any JournalFile) throws(JournalProblem) {
        var written = 0
        while written < buffer.count {
            let outcome = buffer[written...].withUnsafeBytes { bytes in
                Result { () throws(JournalProblem) in try file.write(bytes) }
            }
            do { written += try outcome.get() } catch {
                // What did not reach the disk must not be taken for written.
                buffer.removeFirst(written)
                throw error
            }
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
}
