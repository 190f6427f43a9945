public import TwinCore

/// One file of a journal, as it is found.
public struct JournalSegment: Sendable, Hashable {
    public var path: String
    /// From the file's name: archived segments are missing at the front.
    public var number: Int
    public var header: Header
    /// Size on disk.
    public var bytes: Int64
    /// Where the first tick begins.
    public var from: PlantTime

    /// File name, with `.gz` when it is compressed.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    public var isCompressed: Bool { path.hasSuffix(".gz") }
    public var firstTick: Int { header.firstTick }
    /// The last tick of the segments before it.
    public var tickBefore: Int { header.firstTick - 1 }

    /// Digits of a number in a name.
    static let digits = 6

    /// `7f3a9c21-000001.jsonl`.
    static func name(run: String, number: Int) -> String {
        "\(run)-\(text(number)).jsonl"
    }

    /// `000001`.
    public static func text(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, JournalSegment.digits - digits.count)) + digits
    }

    /// The name before compression: a cursor names a segment by it.
    static func plainName(_ name: String) -> String {
        name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    }

    /// The number in a segment's name; nil for a name that is none.
    static func number(inName name: String) -> Int? {
        let plain = plainName(name)
        guard !plain.hasPrefix("."), plain.hasSuffix(".jsonl"), let dash = plain.lastIndex(of: "-") else { return nil }
        let text = plain[plain.index(after: dash)...].dropLast(".jsonl".count)
        guard text.count >= digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { $0 > 0 ? $0 : nil }
    }
}

/// Numbers of segments that are missing, for a message: `000003`, `000003 to 000007`.
struct MissingSegments {
    /// Gaps between segments, ascending.
    let ranges: [ClosedRange<Int>]

    init(between segments: some Sequence<JournalSegment>) {
        var last: Int?
        var found: [ClosedRange<Int>] = []
        for segment in segments {
            if let last, segment.number > last + 1 { found.append(last + 1...segment.number - 1) }
            last = segment.number
        }
        ranges = found
    }

    init(before number: Int) { ranges = number > 1 ? [1...number - 1] : [] }

    var text: String {
        ranges.map { range in
            let first = JournalSegment.text(range.lowerBound)
            return range.count == 1 ? first : "\(first) to \(JournalSegment.text(range.upperBound))"
        }.joined(separator: ", ")
    }

    /// "segment 000003 is missing".
    var sentence: String {
        let isOne = ranges.reduce(0) { $0 + $1.count } == 1
        return isOne ? "segment \(text) is missing" : "segments \(text) are missing"
    }
}
