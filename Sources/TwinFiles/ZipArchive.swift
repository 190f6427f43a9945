/// A ZIP archive in memory (APPNOTE 6.3, deflate, no ZIP64): equal content gives equal bytes, whenever it is made.
///
/// Entries bear the first time that ZIP knows, 1980-01-01 00:00. An entry is compressed while it is written, so a long text
/// is never held whole.
public struct ZipArchive {
    private struct Entry {
        var name: [UInt8]
        var offset: Int
        /// CRC-32, packed and unpacked size, as both headers have them.
        var sums: [UInt8]
    }

    private var body: [UInt8] = []
    private var entries: [Entry] = []
    /// The file that is being written.
    private var open: (name: String, packing: Packing)?

    public init() {}

    /// Adds a file whose text follows by `write`, up to the next `begin` or to `finish`.
    /// - Parameter name: in ASCII, with `/` between folders.
    public mutating func begin(_ name: String) {
        close()
        open = (name, Packing())
    }

    /// - Precondition: a file was begun.
    public mutating func write(_ text: String) {
        precondition(open != nil, "a file is begun before it is written")
        open?.packing.add(text)
    }

    private mutating func close() {
        guard case (let name, var packing)? = open else { return }
        open = nil
        let packed = packing.finish()
        // What gzip has behind the data is what ZIP has before it: CRC-32, then the size.
        let (crc, size) = (packed.suffix(8).prefix(4), packed.suffix(4))
        let data = packed.dropFirst(Packing.gzipHeader).dropLast(8)
        let entry = Entry(
            name: Array(name.utf8), offset: body.count, sums: Array(crc) + ZipArchive.bytes(data.count, 4) + Array(size)
        )
        body += ZipArchive.bytes(0x0403_4B50, 4) + ZipArchive.common(entry) + entry.name
        body += data
        entries.append(entry)
    }

    /// The archive's bytes; nothing can follow.
    public consuming func finish() -> [UInt8] {
        close()
        var directory: [UInt8] = []
        for entry in entries {
            directory += ZipArchive.bytes(0x0201_4B50, 4) + ZipArchive.bytes(ZipArchive.version, 2)
            // No comment, first disk, no attributes.
            directory += ZipArchive.common(entry) + ZipArchive.bytes(0, 10) + ZipArchive.bytes(entry.offset, 4)
            directory += entry.name
        }
        let count = ZipArchive.bytes(entries.count, 2)
        let end =
            ZipArchive.bytes(0x0605_4B50, 4) + ZipArchive.bytes(0, 4) + count + count
            + ZipArchive.bytes(directory.count, 4) + ZipArchive.bytes(body.count, 4) + ZipArchive.bytes(0, 2)
        return body + directory + end
    }

    /// 2.0: folders and deflate.
    private static let version = 20

    /// What the local header and the directory share, from the version to the lengths of name and extra field.
    private static func common(_ entry: Entry) -> [UInt8] {
        // No flags, method 8, midnight, 1 January 1980.
        bytes(version, 2) + bytes(0, 2) + bytes(8, 2) + bytes(0, 2) + bytes(0x21, 2) + entry.sums
            + bytes(entry.name.count, 2) + bytes(0, 2)
    }

    private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * min($0, 7))) }
    }
}

/// One entry on its way through the compressor.
private struct Packing {
    /// Bytes before the data of a gzip member without a name.
    static let gzipHeader = 10

    private let deflater = Deflater()
    private var scratch = [UInt8](repeating: 0, count: LineWriter.blockSize)
    private var waiting: [UInt8] = []
    private var packed: [UInt8] = []

    mutating func add(_ piece: String) {
        waiting += piece.utf8
        if waiting.count >= LineWriter.blockSize { run(.none) }
    }

    mutating func finish() -> [UInt8] {
        run(.last)
        return packed
    }

    private mutating func run(_ ending: Deflater.Ending) {
        do throws(FileProblem) {
            try deflater.run(&waiting, ending, scratch: &scratch) { packed.append(contentsOf: $0) }
        } catch {
            preconditionFailure("appending to memory does not fail")
        }
        waiting.removeAll(keepingCapacity: true)
    }
}
