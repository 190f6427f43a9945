import TwinFiles

/// Lines as UTF-8, whatever the program that saved the file: UTF-16 with or without its mark, the Windows code page of
/// western Europe, and the carriage returns of old spreadsheets.
///
/// What a file is, its first line says. A line that is no UTF-8 is read as Windows-1252.
final class TextLines {
    private struct Form {
        /// Nil for single bytes.
        var isBigEndian: Bool?
        var hasReturnsOnly = false
    }

    private let read: () -> LineRead?
    private var form: Form?
    /// Bytes of UTF-16 that no break has ended yet.
    private var pending: [UInt8] = []
    /// Lines to hand out, the next one last.
    private var waiting: [LineRead] = []
    private var isFirst = true

    /// - Parameter read: hands out the file's lines as cut at the line feed bytes, nil at the end.
    init(_ read: @escaping () -> LineRead?) { self.read = read }

    /// The next line without its break; nil at the end.
    func next() -> LineRead? {
        while waiting.isEmpty {
            guard let line = read() else {
                guard let isBigEndian = form?.isBigEndian, pending.count > 1 else { return nil }
                give(TextLines.decoded(pending[...], isBigEndian))
                pending = []
                continue
            }
            switch line {
            case .tooLong: waiting = [line]
            case .line(let bytes): take(bytes)
            }
        }
        return waiting.removeLast()
    }

    private func take(_ bytes: [UInt8]) {
        let form = self.form ?? TextLines.form(bytes)
        guard let isBigEndian = form.isBigEndian else {
            self.form = form
            give(TextLines.isUTF8(bytes) ? bytes : TextLines.fromWindows(bytes))
            return
        }
        let hasMark = self.form == nil && TextLines.hasMark(bytes)
        self.form = form
        // The line feed byte that ended the raw line is put back: it may be half of a unit.
        pending += bytes.dropFirst(hasMark ? 2 : 0) + [0x0A]
        var start = 0
        var place = 0
        while place + 1 < pending.count {
            if TextLines.unit(pending[place], pending[place + 1], isBigEndian) == 0x0A {
                give(TextLines.decoded(pending[start..<place], isBigEndian))
                start = place + 2
            }
            place += 2
        }
        pending.removeFirst(start)
    }

    /// Hands out a line, or the lines that it is cut into at its carriage returns.
    private func give(_ bytes: [UInt8]) {
        var line = bytes[...]
        while line.last == 0x0D { line.removeLast() }
        if isFirst {
            isFirst = false
            form?.hasReturnsOnly = TextLines.hasReturn(line)
        }
        let lines =
            form?.hasReturnsOnly == true ? line.split(separator: 0x0D, omittingEmptySubsequences: false) : [line]
        waiting = lines.reversed().map { .line(Array($0)) } + waiting
    }

    private static func form(_ first: [UInt8]) -> Form {
        if hasMark(first) { return Form(isBigEndian: first.first == 0xFE) }
        // Headings are mostly ASCII, of which every other byte is zero.
        let zeros = first.indices.filter { first[$0] == 0 }
        guard let zero = zeros.first, zeros.count * 3 > first.count else { return Form() }
        return Form(isBigEndian: zero.isMultiple(of: 2))
    }

    private static func hasMark(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    }

    /// A carriage return inside a line, outside quotes.
    private static func hasReturn(_ line: ArraySlice<UInt8>) -> Bool {
        var isQuoted = false
        for byte in line {
            if byte == 0x22 { isQuoted.toggle() }
            if byte == 0x0D, !isQuoted { return true }
        }
        return false
    }

    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }

    private static func unit(_ first: UInt8, _ second: UInt8, _ isBigEndian: Bool) -> UInt16 {
        isBigEndian ? UInt16(first) << 8 | UInt16(second) : UInt16(second) << 8 | UInt16(first)
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool) -> [UInt8] {
        var units: [UInt16] = []
        var place = bytes.startIndex
        while place + 1 < bytes.endIndex {
            units.append(unit(bytes[place], bytes[place + 1], isBigEndian))
            place += 2
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    private static func fromWindows(_ bytes: [UInt8]) -> [UInt8] {
        var text = String.UnicodeScalarView()
        for byte in bytes {
            let scalar = (0x80...0x9F).contains(byte) ? windows[Int(byte) - 0x80] : UInt32(byte)
            text.append(Unicode.Scalar(scalar) ?? "\u{FFFD}")
        }
        return Array(String(text).utf8)
    }

    /// What Windows-1252 has where Latin-1 has control characters; 0xFFFD where it has nothing.
    private static let windows: [UInt32] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD,
        0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0xFFFD, 0x017E, 0x0178,
    ]
}
