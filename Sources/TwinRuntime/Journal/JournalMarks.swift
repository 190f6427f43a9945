public import TwinCore
import TwinFiles

/// The marks of a journal or of one of its files, read without stepping.
public struct JournalMarks {
    /// A mark and where it stands.
    public struct Found: Sendable {
        public var mark: Mark
        /// End of its tick.
        public var end: PlantTime
        /// `file:line`.
        public var place: String
    }

    public let folder: JournalFolder
    private let segments: [JournalSegment]

    /// - Parameter path: a journal's folder, or one file with marks.
    public init(path: String, isFolder: Bool) throws(JournalProblem) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        folder = JournalFolder(path: isFolder ? path : parts.count > 1 ? parts.dropLast().joined(separator: "/") : ".")
        segments = try isFolder ? folder.contents() : [folder.segment(String(parts.last ?? ""))]
        guard let first = segments.first else { throw JournalProblem("\(path): holds no journal", exitCode: 66) }
        guard first.header.marks else {
            throw JournalProblem(
                "\(path): is a recording without marks, which tells of messages alone; twin replay it with --store FILE"
                    + " and ask the store", exitCode: 65)
        }
    }

    /// What the first segment was made with.
    public var header: Header? { segments.first?.header }

    /// Visits the marks of a window in their order. A line that is none is passed over.
    public func forEach(_ window: StoreWindow = .all, _ body: (Found) throws -> Void) throws {
        for (index, segment) in segments.enumerated() {
            let next = index + 1 < segments.count ? segments[index + 1].from : .latest
            guard segment.from < window.to, next > window.from else { continue }
            let reader = try folder.open(segment)
            var ends = TickGrid(tick: segment.firstTick, start: segment.from, step: segment.header.step)
            while let read = reader.next() {
                guard case .line(let bytes) = read, JournalMarks.isMark(bytes),
                    // The last line may be half a one.
                    let line = try? Line(bytes: bytes, start: segment.header.start, number: reader.number),
                    case .mark(let mark) = line.body
                else { continue }
                // A stop that was bridged moves the ticks behind it.
                if line.t > ends.to(mark.tick) + TickClock.jumpMax {
                    let end = line.t.floored(to: segment.header.step)
                    ends = TickGrid(tick: mark.tick + 1, start: end, step: segment.header.step)
                }
                let end = ends.to(mark.tick)
                guard end > window.from, end <= window.to else { continue }
                try body(Found(mark: mark, end: end, place: "\(segment.path):\(reader.number)"))
            }
        }
    }

    /// The last plan that was adopted until `time`, and where it stands; nil without one. A line that is none is passed over.
    public func plan(until time: PlantTime) throws -> (plan: JSON, t: PlantTime, place: String)? {
        // Plans are at most some hours apart: the last segment that has one has the last one.
        for segment in segments.reversed() where segment.from <= time {
            let reader = try folder.open(segment)
            var found: (JSON, PlantTime, String)?
            while let read = reader.next() {
                guard case .line(let bytes) = read, JournalMarks.begins(bytes, with: "\"plan\":"),
                    // The last line may be half a one.
                    let line = try? Line(bytes: bytes, start: segment.header.start, number: reader.number),
                    case .plan(let plan) = line.body, line.t <= time
                else { continue }
                found = (plan, line.t, "\(segment.path):\(reader.number)")
            }
            if let found { return found }
        }
        return nil
    }

    /// Most lines are messages: they are told apart without being read, `{"t":"…","tick":`.
    private static func isMark(_ bytes: [UInt8]) -> Bool {
        bytes.count < Mark.bytesMax && begins(bytes, with: "\"tick\":")
    }

    /// Whether this comes after a line's time.
    private static func begins(_ bytes: [UInt8], with word: String) -> Bool {
        guard let comma = bytes.prefix(48).firstIndex(of: 0x2C) else { return false }
        return bytes[(comma + 1)...].starts(with: word.utf8)
    }
}
