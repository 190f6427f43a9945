import Foundation
import TwinCore
import TwinFiles

/// A run's state between two ticks, as bytes that are equal from run to run.
///
/// Layout, before it is deflated: magic, format, then a section for the twin's own state and one for each component, in
/// their order. A section is its text (JSON, keys sorted) and the packed columns that the text names by number.
/// Lengths are little-endian 32-bit words. A build reads every format from `oldest` up to its own.
struct Checkpoint {
    static let magic = Array("TWINSTATE".utf8)
    /// Counts up when an older build could not read what is written; reading then converts the older form.
    static let format: UInt32 = 2

    /// Format 1 had a component for each kind of asset; no release wrote it.
    private static let oldest: UInt32 = 2

    private(set) var sections: [Section] = []

    /// The state of one part of the twin.
    struct Section: Sendable {
        var text: [UInt8]
        var columns: [UInt8]
        /// Where each column entry begins.
        var starts: [Int]

        init(_ value: some Encodable) throws {
            let heap = ColumnHeap()
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            encoder.userInfo = heap.userInfo
            text = Array(try encoder.encode(value))
            columns = heap.bytes
            starts = heap.starts
        }

        func value<T: Decodable>(_ type: T.Type) throws -> T {
            guard let heap = ColumnHeap(bytes: columns, starts: starts) else { throw Checkpoint.damaged }
            let decoder = JSONDecoder()
            decoder.userInfo = heap.userInfo
            return try decoder.decode(type, from: Data(text))
        }

        fileprivate init(_ reader: inout Reader) throws {
            text = try reader.block()
            columns = try reader.block()
            let count = Int(try reader.word())
            guard count <= columns.count else { throw Checkpoint.damaged }
            starts = try (0..<count).map { _ in Int(try reader.word()) }
        }
    }

    static let damaged = ReplayProblem(
        "the checkpoint cannot be read: it is damaged, or of another version; delete the store, it is made anew from the"
            + " journal")

    init() {}

    mutating func append(_ section: Section) { sections.append(section) }

    var bytes: [UInt8] {
        var body = Checkpoint.magic
        func put(_ word: Int) {
            withUnsafeBytes(of: UInt32(clamping: word).littleEndian) { body.append(contentsOf: $0) }
        }
        put(Int(Checkpoint.format))
        put(sections.count)
        for section in sections {
            for block in [section.text, section.columns] {
                put(block.count)
                body.append(contentsOf: block)
            }
            put(section.starts.count)
            for start in section.starts { put(start) }
        }
        return Deflate.pack(body)
    }

    init(_ bytes: [UInt8]) throws {
        guard let body = Deflate.unpack(bytes), body.starts(with: Checkpoint.magic) else { throw Checkpoint.damaged }
        var reader = Reader(rest: body[Checkpoint.magic.count...])
        let format = try reader.word()
        guard format >= Checkpoint.oldest, format <= Checkpoint.format else { throw Checkpoint.damaged }
        let count = try reader.word()
        guard count <= 1000 else { throw Checkpoint.damaged }
        for _ in 0..<count { sections.append(try Section(&reader)) }
        guard reader.rest.isEmpty else { throw Checkpoint.damaged }
    }

    fileprivate struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func word() throws -> UInt32 {
            guard rest.count >= 4 else { throw Checkpoint.damaged }
            let word = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            rest.removeFirst(4)
            return word
        }

        mutating func block() throws -> [UInt8] {
            let count = Int(try word())
            guard count <= rest.count else { throw Checkpoint.damaged }
            defer { rest.removeFirst(count) }
            return Array(rest.prefix(count))
        }
    }
}
