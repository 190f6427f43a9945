public import TwinCore
public import TwinFiles

/// A journal that cannot be used, with what to do about it.
public struct JournalProblem: Error, Sendable, CustomStringConvertible {
    public var description: String
    /// sysexits(3): 65 bad data, 73 cannot create, 74 I/O, 77 permission.
    public var exitCode: Int32

    public init(_ description: String, exitCode: Int32) {
        self.description = description
        self.exitCode = exitCode
    }

    init(_ problem: FileProblem) { self.init("\(problem)", exitCode: problem.exitCode) }
}

/// The folder of one run: segments `<run>-000001.jsonl[.gz]`, the configurations it was made with in `.config`, and in
/// `.opening` the state before the first segment where those before it are archived.
public struct JournalFolder: Sendable {
    public let path: String
    let disk: any JournalDisk

    public init(path: String, disk: any JournalDisk = LocalDisk()) {
        self.path = path
        self.disk = disk
    }

    public static func segmentName(run: String, number: Int) -> String { JournalSegment.name(run: run, number: number) }

    /// Segment file names in order, plain or gzip; empty when there is no journal yet.
    ///
    /// After a crash between the two steps of a compression both files are there. The compressed one is taken: it has
    /// its name because it is whole.
    public func segments() throws(JournalProblem) -> [String] {
        guard let names = try disk.names(in: path) else { return [] }
        let found = Set(names)
        return names.filter { !found.contains($0 + ".gz") }
            .compactMap { name in JournalSegment.number(inName: name).map { (number: $0, name: name) } }
            .sorted { ($0.number, $0.name) < ($1.number, $1.name) }.map(\.name)
    }

    /// The last segment that has a header: one that was begun without is dropped by the next start.
    func lastBegun() throws(JournalProblem) -> String? {
        let names = try segments()
        guard names.count > 1, let last = names.last, !last.hasSuffix(".gz") else { return names.last }
        let reader: LineReader
        do { reader = try self.reader(file(last)) } catch { throw JournalProblem(error) }
        guard case .line(_)? = reader.next(), !reader.isLastLineOpen else { return names.dropLast().last }
        return last
    }

    public func file(_ segment: String) -> String { path + "/" + segment }

    /// The segments with what their headers say, in order.
    public func contents() throws(JournalProblem) -> [JournalSegment] {
        var found: [JournalSegment] = []
        for name in try segments() {
            let segment = try segment(name)
            if let last = found.last, last.header.run != segment.header.run || last.number == segment.number {
                throw JournalProblem(
                    "\(segment.path): run \(segment.header.run), segment \(segment.number) beside run"
                        + " \(last.header.run), segment \(last.number); a folder holds one run, move the other away",
                    exitCode: 65)
            }
            found.append(segment)
        }
        return found
    }

    func segment(_ name: String) throws(JournalProblem) -> JournalSegment {
        let path = file(name)
        let reader: LineReader
        do { reader = try self.reader(path) } catch { throw JournalProblem(error) }
        guard case .line(let bytes)? = reader.next() else {
            throw JournalProblem("\(path): has no header, so it is no journal segment; move it away", exitCode: 65)
        }
        let header: Header
        do { header = try Header(bytes: bytes) } catch {
            throw JournalProblem("\(path):1: error: \(error.text)", exitCode: 65)
        }
        let size = reader.bytesTotal
        return JournalSegment(
            path: path, number: JournalSegment.number(inName: name) ?? 0, header: header, bytes: size,
            from: from(header, reader))
    }

    /// A run's ticks lie side by side but for a stop that was bridged; there the first line tells where they go on.
    private func from(_ header: Header, _ reader: LineReader) -> PlantTime {
        let counted = header.start + Int64(header.firstTick - 1) * header.step
        guard case .line(let bytes)? = reader.next(),
            // Whoever reads the segment names a line that is none.
            let line = try? Line(bytes: bytes, start: header.start, number: 2)
        else { return counted }
        guard line.t > counted + TickClock.jumpMax else { return counted }
        if case .mark = line.body { return (line.t - header.step).floored(to: header.step) }
        return line.t.floored(to: header.step)
    }

    /// A segment's last tick and where it ends; a segment without a mark ends where it begins.
    ///
    /// In a plain file only the last lines are read, a compressed one is read whole.
    public func end(of segment: JournalSegment) throws(JournalProblem) -> (tick: Int, time: PlantTime) {
        guard let last = try lastMark(of: segment) else { return (segment.tickBefore, segment.from) }
        let counted = segment.from + Int64(last.tick - segment.tickBefore) * segment.header.step
        return (last.tick, last.t > counted + TickClock.jumpMax ? last.t.floored(to: segment.header.step) : counted)
    }

    /// Nil for a segment without a mark.
    func lastMark(of segment: JournalSegment) throws(JournalProblem) -> Mark? {
        let tail = max(0, segment.bytes - JournalFolder.tailBytes)
        var last: Mark?
        for offset in segment.isCompressed || tail == 0 ? [0] : [tail, 0] where last == nil {
            let reader = try open(segment, at: offset)
            while let read = reader.next() {
                guard case .line(let bytes) = read, bytes.count < Mark.bytesMax, !reader.isLastLineOpen,
                    // Half a line and the header are none.
                    let line = try? Line(bytes: bytes, start: segment.header.start, number: 0),
                    case .mark(let mark) = line.body
                else { continue }
                last = mark
            }
        }
        return last
    }

    /// A mark is searched in the last bytes of a segment.
    private static let tailBytes = Int64(2 * Mark.bytesMax)

    /// Throws where a segment is missing between two of `segments`, and names it.
    public func checkGaps(_ segments: some Sequence<JournalSegment>) throws(JournalProblem) {
        let missing = MissingSegments(between: segments)
        guard missing.ranges.isEmpty else {
            throw JournalProblem("\(path): \(missing.sentence); put back what was moved away", exitCode: 65)
        }
    }

    /// Reads a file of the folder.
    func reader(_ path: String, offset: Int64 = 0) throws(FileProblem) -> LineReader {
        try LineReader(disk.read(path), path: path, offset: offset)
    }

    /// Opens a segment for reading.
    /// - Parameter offset: bytes of text, as a cursor counts them, also where the segment was compressed since.
    public func open(_ segment: JournalSegment, at offset: Int64 = 0) throws(JournalProblem) -> LineReader {
        do throws(FileProblem) {
            guard segment.isCompressed else { return try reader(segment.path, offset: offset) }
            let reader = try reader(segment.path)
            while reader.offset < offset, reader.next() != nil {}
            return reader
        } catch {
            throw JournalProblem(error)
        }
    }

    // MARK: - Where to begin

    /// Where reading goes on after a checkpoint.
    public struct Place: Sendable, Hashable {
        /// Of the segment, in the list that was given.
        public var index: Int
        /// Bytes of its text that are done; 0 is before its header.
        public var offset: Int64

        public init(index: Int, offset: Int64) {
            self.index = index
            self.offset = offset
        }
    }

    /// Where the lines after a checkpoint stand; nil when the journal does not hold the mark that it was taken at.
    /// Where the journal was cut, or is another one, the store is ahead of it; the journal is the truth.
    public func place(after cursor: JournalCursor, in segments: [JournalSegment]) throws(JournalProblem) -> Place? {
        let name = JournalSegment.plainName(cursor.segment)
        if let index = segments.firstIndex(where: { JournalSegment.plainName($0.name) == name }) {
            return try holds(cursor, segments[index]) ? Place(index: index, offset: cursor.offset) : nil
        }
        // Its segment is archived, but the one after it begins with its mark.
        return segments.firstIndex { $0.tickBefore == cursor.tick && $0.header.chain == cursor.chain }
            .map { Place(index: $0, offset: 0) }
    }

    private func holds(_ cursor: JournalCursor, _ segment: JournalSegment) throws(JournalProblem) -> Bool {
        let limit = Int64(Mark.bytesMax)
        guard cursor.offset > 0, segment.isCompressed || cursor.offset <= segment.bytes else { return false }
        // In a plain file the last lines before the cursor are enough; the first of them may be half a one.
        let reader = try open(segment, at: segment.isCompressed ? 0 : max(cursor.offset - limit, 0))
        var last: [UInt8] = []
        while reader.offset < cursor.offset, case .line(let bytes)? = reader.next() { last = bytes }
        guard reader.offset == cursor.offset, !reader.isLastLineOpen,
            let line = try? Line(bytes: last, start: segment.header.start, number: 0),  // no line, no mark
            case .mark(let mark) = line.body
        else { return false }
        return mark.tick == cursor.tick && mark.chain == cursor.chain
    }

    /// Where a run can be stepped from without a checkpoint: tick 1, else the first segment with an opening state.
    /// - Returns: the segment's place in `segments`, and the state before it; nil for tick 1.
    public func beginning(
        of segments: [JournalSegment]
    ) throws(JournalProblem) -> (index: Int, opening: OpeningState?) {
        for (index, segment) in segments.enumerated() {
            if segment.firstTick == 1 { return (index, nil) }
            if let opening = try opening(before: segment) { return (index, opening) }
        }
        guard let first = segments.first else {
            throw JournalProblem("\(path): holds no journal", exitCode: 66)
        }
        let missing = first.number > 1 ? MissingSegments(before: first.number).sentence : "what is before is missing"
        throw JournalProblem(
            "\(first.path): begins with tick \(first.firstTick): \(missing), and \(openingFolder) has no state for it;"
                + " put them back from the archive", exitCode: 65)
    }

    // MARK: - Configurations

    /// Keeps a configuration beside the journal, so that a replay needs nothing else.
    public func keep(_ files: [(name: String, bytes: [UInt8])], hash: String) throws(JournalProblem) {
        let folder = configFolder(hash)
        if disk.holds(folder) { return }
        // Under its name it is whole: a crash leaves only the draft, which the next start replaces.
        let draft = folder + ".new"
        if disk.holds(draft) { try disk.remove(draft) }
        try disk.makeFolder(draft)
        for file in files { try disk.write(file.bytes, to: draft + "/" + file.name) }
        try disk.rename(draft, to: folder)
        try disk.syncFolder(path + "/.config")
    }

    public func configFolder(_ hash: String) -> String {
        path + "/.config/" + hash.replacing("sha256:", with: "")
    }
}
