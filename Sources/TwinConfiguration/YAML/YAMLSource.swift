/// A file's text and its lines, checked for characters that YAML or an editor would count differently.
struct YAMLSource {
    let file: String
    private let scalars: [Unicode.Scalar]
    /// Index of each line's first letter.
    private let lineStarts: [Int]

    init?(file: String, bytes: [UInt8], log: ProblemLog) {
        self.file = file
        guard let text = String(validating: bytes, as: UTF8.self) else {
            // Line breaks are single bytes in UTF-8, so that each line can be tried by itself.
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
            log.add(
                FilePlace(file: file, line: bad + 1, column: 1),
                "the line is not UTF-8 text; save the file as UTF-8")
            return nil
        }
        var scalars = Array(text.unicodeScalars)
        if scalars.first?.value == 0xFEFF { scalars.removeFirst() }
        var starts = [0]
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\n", index + 1 < scalars.count { starts.append(index + 1) }
            let isLineEnd = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
            guard YAMLSource.isText(scalar) || isLineEnd else {
                log.add(
                    FilePlace(file: file, line: starts.count, column: index - (starts.last ?? 0) + 1),
                    "character U+\(String(scalar.value, radix: 16, uppercase: true)) is not text; delete it")
                return nil
            }
        }
        self.scalars = scalars
        lineStarts = starts
    }

    /// What YAML prints, without the line breaks that only YAML knows.
    private static func isText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// The place of a parser mark, held inside the file: the parser's end of file lies one line behind the last.
    func place(_ line: Int, _ column: Int) -> FilePlace {
        guard line > lineStarts.count else { return FilePlace(file: file, line: max(1, line), column: max(1, column)) }
        let last = lineStarts.last ?? 0
        let end = scalars.last == "\n" ? scalars.count - 1 : scalars.count
        return FilePlace(file: file, line: lineStarts.count, column: max(1, end - last + 1))
    }

    func hasTab(line: Int) -> Bool {
        guard lineStarts.indices.contains(line - 1) else { return false }
        return scalars[lineStarts[line - 1]...].prefix { $0 != "\n" }.contains("\t")
    }
}
