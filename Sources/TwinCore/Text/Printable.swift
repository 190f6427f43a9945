// The one place that says what may leave the program as text: everything that is shown or logged goes through here.

extension StringProtocol {
    /// Text from outside on one line, without what a terminal would obey or what turns the direction of reading.
    public var printable: String { harmless { _ in false } }

    /// The same of text with line ends: a feed, or a return before a feed or at the end.
    public var printableLines: String {
        let scalars = Array(unicodeScalars)
        return harmless { index in
            let isReturn = scalars[index] == "\r" && (index + 1 == scalars.count || scalars[index + 1] == "\n")
            return isReturn || scalars[index] == "\n"
        }
    }

    private func harmless(isLineEnd: (Int) -> Bool) -> String {
        // Nearly all text is plain, and a report may have a million lines.
        if utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return String(self) }
        let shown = unicodeScalars.enumerated().map { index, scalar in
            isObeyed(scalar.value) && !isLineEnd(index) ? "?" : scalar
        }
        return String(String.UnicodeScalarView(shown))
    }
}

extension JSON {
    /// As `line`, in letters that a terminal does not obey: what stands for others is the same text to a program.
    public var printableLine: String {
        let line = line
        guard line.unicodeScalars.contains(where: { isObeyed($0.value) }) else { return line }
        var escaped = ""
        for scalar in line.unicodeScalars {
            // Such a letter can only stand inside a text.
            guard isObeyed(scalar.value) else {
                escaped.unicodeScalars.append(scalar)
                continue
            }
            for unit in UTF16.encode(scalar)?.map(\.self) ?? [] {
                let digits = String(unit, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return escaped
    }
}

private func isObeyed(_ value: UInt32) -> Bool {
    switch value {
    // Controls of ASCII and of ISO 6429.
    case 0..<0x20, 0x7F...0x9F: true
    // Direction of reading, and other letters without a width.
    case 0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true
    // Tags, and what is no letter, of which XML has no word for the first two.
    case 0xE0000...0xE007F, 0xFDD0...0xFDEF: true
    default: value & 0xFFFE == 0xFFFE
    }
}
