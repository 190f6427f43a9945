import TwinFiles

/// One record of a CSV file: its fields after unquoting.
struct CSVRecord: Sendable {
    /// The line it starts in.
    var line: Int
    private(set) var count = 0
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// A field with text after its closing quote, or a quote that nothing closes.
    var isBroken = false

    init(line: Int) { self.line = line }

    /// The text of a field without white space around it, also the kind that does not break; nil when there is no such
    /// field.
    func text(_ index: Int) -> String? {
        guard ends.indices.contains(index) else { return nil }
        var field = bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
        while true {
            if let last = field.last, last == 0x20 || last == 0x09 {
                field.removeLast()
            } else if let first = field.first, first == 0x20 || first == 0x09 {
                field.removeFirst()
            } else if field.count >= 2, field.suffix(2).elementsEqual(CSVRecord.noBreakSpace) {
                field.removeLast(2)
            } else if field.starts(with: CSVRecord.noBreakSpace) {
                field.removeFirst(2)
            } else {
                return String(decoding: field, as: UTF8.self)
            }
        }
    }

    private static let noBreakSpace: [UInt8] = [0xC2, 0xA0]

    /// The text of several fields as one, with a space between; nil when one is missing.
    func text(_ columns: [Int]) -> String? {
        let texts = columns.map { text($0) }
        return texts.contains(nil) ? nil : texts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// A field as it stands; nil when there is no such field.
    func bytes(_ index: Int) -> [UInt8]? {
        guard ends.indices.contains(index) else { return nil }
        return Array(bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]])
    }

    /// A line without anything in it but delimiters.
    var isBlank: Bool { bytes.isEmpty && !isBroken }

    /// Whether it has a heading's fields, and behind them at most empty ones.
    func fits(_ columns: Int) -> Bool {
        count >= columns && (columns..<count).allSatisfy { text($0)?.isEmpty ?? true }
    }

    /// All fields with what divides them, to tell rows that are the same.
    var content: [[UInt8]] { (0..<count).compactMap { bytes($0) } }

    fileprivate mutating func append(_ byte: UInt8) { bytes.append(byte) }

    fileprivate mutating func endField() {
        ends.append(bytes.count)
        count += 1
    }
}

/// Reads RFC 4180 records from lines: quoted fields may hold delimiters, doubled quotes and line breaks.
struct CSVReader {
    /// Lines that one quoted field may run over; a quote that nobody closes would otherwise eat the file.
    static let quotedLinesMax = 20

    /// Between two fields; a file may say it by itself in its first line.
    var delimiter: UInt8
    private let next: () -> LineRead?
    private(set) var line = 0

    /// - Parameter next: hands out the lines, nil at the end.
    init(delimiter: UInt8, next: @escaping () -> LineRead?) {
        self.delimiter = delimiter
        self.next = next
    }

    /// The next record; nil at the end. Blank lines are skipped, a line that is too long is a broken record.
    mutating func record() -> CSVRecord? {
        while let read = next() {
            line += 1
            guard case .line(let bytes) = read else {
                var record = CSVRecord(line: line)
                record.isBroken = true
                return record
            }
            let record = parse(bytes)
            if !record.isBlank { return record }
        }
        return nil
    }

    private mutating func parse(_ first: [UInt8]) -> CSVRecord {
        var record = CSVRecord(line: line)
        var bytes = first
        var index = 0
        while true {
            if index < bytes.count, bytes[index] == 0x22 {
                index += 1
                guard quoted(&record, &bytes, &index) else {
                    record.isBroken = true
                    return record
                }
            }
            while index < bytes.count, bytes[index] != delimiter {
                record.append(bytes[index])
                index += 1
            }
            record.endField()
            if index == bytes.count { return record }
            index += 1
        }
    }

    /// Reads up to the closing quote, over line breaks where it must; false where the field is broken.
    private mutating func quoted(_ record: inout CSVRecord, _ bytes: inout [UInt8], _ index: inout Int) -> Bool {
        while true {
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                guard byte == 0x22 else {
                    record.append(byte)
                    continue
                }
                if index < bytes.count, bytes[index] == 0x22 {
                    record.append(0x22)
                    index += 1
                } else {
                    return index == bytes.count || bytes[index] == delimiter
                }
            }
            guard line - record.line < CSVReader.quotedLinesMax, let read = next() else { return false }
            line += 1
            guard case .line(let more) = read else { return false }
            record.append(0x0A)
            bytes = more
            index = 0
        }
    }
}
