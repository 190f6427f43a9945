#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One line as read.
public enum LineRead: Sendable, Hashable {
    /// Its bytes without the line break.
    case line([UInt8])
    /// Longer than `LineReader.lineMax`; it was skipped.
    case tooLong(bytes: Int)
}

/// Reads a text file line by line, plain or gzip (told apart by the first two bytes), in blocks of 64 KiB.
///
/// CRLF counts as a line break and a UTF-8 byte-order mark at the start is dropped. A last line without a break is
/// returned like any other. A damaged or cut gzip file gives what can be read and then says so in `truncation`.
public final class LineReader {
    /// Longest line, bytes.
    public static let lineMax = 1 << 20
    static let blockSize = 65_536
    /// A gzip file may not grow more than this many times...
    static let ratioMax: Int64 = 1000
    /// ...once it has grown beyond this many bytes.
    static let ratioFrom: Int64 = 64 << 20

    /// Size of the file on disk, bytes; 0 when unknown (standard input).
    public let bytesTotal: Int64
    /// Read from the disk so far, bytes.
    public private(set) var bytesRead: Int64 = 0
    /// Number of the last returned line: 1 for the first one read by this reader.
    public private(set) var number = 0
    /// Bytes of text up to the end of the last returned line: in a plain file, where to start reading again.
    public private(set) var offset: Int64
    /// Why the lines end before the file's writer meant them to; nil when all was read.
    public private(set) var truncation: String?
    /// Whether the last returned line had no line break: a writer may have been cut off in it.
    public private(set) var isLastLineOpen = false

    private let file: any ByteSource
    private let inflater: Inflater?
    private let expandedMax: Int64
    private var expanded: Int64 = 0
    /// Compressed bytes that were read and not yet taken.
    private var raw: [UInt8] = []
    private var rawPosition = 0
    private var rawEnd = 0
    /// The inflater holds text that did not fit into the block.
    private var isTextPending = false
    private var block: [UInt8]
    private var position = 0
    private var end = 0
    private var isAtEnd = false

    /// - Parameters:
    ///   - path: a regular file, or `-` for standard input.
    ///   - offset: where to start, bytes; only 0 in a gzip file or standard input. Line numbers count from there.
    ///   - expandedMax: most bytes that a gzip file may grow to.
    public convenience init(path: String, offset: Int64 = 0, expandedMax: Int64 = 16 << 30) throws(FileProblem) {
        try self.init(FileDescriptor.reading(path), path: path, offset: offset, expandedMax: expandedMax)
    }

    /// - Parameters:
    ///   - source: at its beginning.
    ///   - path: names it in messages.
    public init(
        _ source: any ByteSource, path: String, offset: Int64 = 0, expandedMax: Int64 = 16 << 30
    ) throws(FileProblem) {
        file = source
        bytesTotal = file.size
        self.expandedMax = expandedMax
        self.offset = offset
        var first = [UInt8](repeating: 0, count: LineReader.blockSize)
        // A pipe hands out what is there; the first two bytes tell what it is.
        var count = 0
        while count < 2 {
            let more = try LineReader.read(file, into: &first, from: count)
            if more == 0 { break }
            count += more
        }
        bytesRead = Int64(count)
        if count >= 2, first[0] == 0x1F, first[1] == 0x8B {
            guard offset == 0 else {
                throw .badData(
                    path: path, sentence: "is gzip and cannot be read from byte \(offset) on; unpack it first")
            }
            inflater = Inflater()
            raw = first
            rawEnd = count
            block = [UInt8](repeating: 0, count: LineReader.blockSize)
            return
        }
        inflater = nil
        block = first
        end = count
        if offset != 0 {
            guard path != "-", (0...bytesTotal).contains(offset) else {
                throw .badData(
                    path: path, sentence: "has \(bytesTotal) bytes and cannot be read from byte \(offset) on")
            }
            try file.seek(to: offset)
            end = 0
            bytesRead = offset
        }
    }

    /// The next line; nil at the end.
    public func next() -> LineRead? {
        var held: [UInt8] = []
        var length = 0
        while true {
            if position == end {
                guard refill() else {
                    if length == 0 { return nil }
                    isLastLineOpen = true
                    return deliver(held, length: length, breakLength: 0)
                }
            }
            let lineEnd = LineReader.indexOfBreak(block, position..<end) ?? end
            length += lineEnd - position
            if length <= LineReader.lineMax {
                // The usual line lies in one block and is copied once.
                if held.isEmpty { held = Array(block[position..<lineEnd]) } else { held += block[position..<lineEnd] }
            } else {
                held = []
            }
            position = lineEnd
            guard lineEnd < end else { continue }
            position += 1
            return deliver(held, length: length, breakLength: 1)
        }
    }

    /// Hands out the next line where it lies; false where it stays the next one: `body` has no use for it, or it does not
    /// lie whole in one block.
    public func take(_ body: (_ line: Swift.Span<UInt8>, _ number: Int) -> Bool) -> Bool {
        // The first line may begin with a mark.
        guard offset != 0, position < end || refill() else { return false }
        // Held here, so that the block is not watched while `body` looks at it.
        let (block, start) = (block, position)
        guard let lineEnd = LineReader.indexOfBreak(block, start..<end), lineEnd > start,
            lineEnd - start <= LineReader.lineMax, block[lineEnd - 1] != 0x0D,
            body(block.span.extracting(start..<lineEnd), number + 1)
        else { return false }
        number += 1
        offset += Int64(lineEnd + 1 - start)
        position = lineEnd + 1
        return true
    }

    private func deliver(_ bytes: [UInt8], length: Int, breakLength: Int) -> LineRead {
        let isFirst = offset == 0
        number += 1
        offset += Int64(length + breakLength)
        guard length <= LineReader.lineMax else { return .tooLong(bytes: length) }
        var line = bytes
        if breakLength == 1, line.last == 0x0D { line.removeLast() }
        if isFirst, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        return .line(line)
    }

    private static func indexOfBreak(_ block: [UInt8], _ range: Range<Int>) -> Int? {
        block.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base + range.lowerBound, 0x0A, range.count) else {
                return nil
            }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Puts at least one new byte into the block; false at the end.
    private func refill() -> Bool {
        position = 0
        end = 0
        do throws(FileProblem) {
            while end == 0, !isAtEnd {
                if let inflater { try expand(with: inflater) } else { end = try readMore(into: &block) }
            }
        } catch {
            truncation = error.sentence
            isAtEnd = true
        }
        return end > 0
    }

    private func expand(with inflater: Inflater) throws(FileProblem) {
        if rawPosition == rawEnd, !isTextPending {
            rawPosition = 0
            rawEnd = try readMore(into: &raw)
            if isAtEnd {
                if inflater.isInsideMember {
                    truncation = "the file ends inside its gzip data; the lines before that are used"
                }
                return
            }
        }
        let (taken, made, outcome) = raw.withUnsafeMutableBytes { input in
            block.withUnsafeMutableBytes { output in
                inflater.run(UnsafeMutableRawBufferPointer(rebasing: input[rawPosition..<rawEnd]), into: output)
            }
        }
        rawPosition += taken
        expanded += Int64(made)
        end = made
        isTextPending = outcome == .outputFull
        switch outcome {
        case .padding: isAtEnd = true
        case .damaged(let text):
            truncation = "the gzip data is damaged near byte \(bytesRead - Int64(rawEnd - rawPosition)): \(text)"
            isAtEnd = true
        case .needsInput, .outputFull, .memberEnded: checkGrowth()
        }
    }

    private func checkGrowth() {
        if expanded > expandedMax {
            truncation = "the gzip data grows beyond \(expandedMax) bytes; the rest is not read"
        } else if expanded > LineReader.ratioFrom, expanded / LineReader.ratioMax > bytesRead {
            truncation = "the gzip data grows more than \(LineReader.ratioMax) times; the rest is not read"
        } else {
            return
        }
        isAtEnd = true
    }

    private func readMore(into buffer: inout [UInt8]) throws(FileProblem) -> Int {
        let count = try LineReader.read(file, into: &buffer, from: 0)
        bytesRead += Int64(count)
        if count == 0 { isAtEnd = true }
        return count
    }

    private static func read(
        _ file: any ByteSource, into buffer: inout [UInt8], from start: Int
    ) throws(FileProblem) -> Int {
        let outcome = buffer.withUnsafeMutableBytes { bytes in
            Result { () throws(FileProblem) in
                try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
            }
        }
        return try outcome.get()
    }
}
