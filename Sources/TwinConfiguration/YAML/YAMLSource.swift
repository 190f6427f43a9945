/// A file's text and its lines, checked for characters that YAML or an editor would count differently.
struct YAMLSource {
    let file: String
    private var scalars: [Unicode.Scalar]
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

    /// Refuses aliases before the parser sees them: it copies an aliased value wherever it is named, and a few lines
    /// of aliases of aliases make more copies than fit in memory. An alias always has its anchor's name.
    func hasNoAliases(_ log: ProblemLog) -> Bool {
        var anchors: Set<String> = []
        var aliases: [(name: String, index: Int)] = []
        for (index, scalar) in scalars.enumerated() where scalar == "&" || scalar == "*" {
            let letters = scalars[(index + 1)...].prefix { letter in
                letter.isASCII && (letter.properties.isAlphabetic || ("0"..."9").contains(letter))
                    || letter == "_" || letter == "-"
            }
            guard !letters.isEmpty else { continue }
            let name = String(String.UnicodeScalarView(letters))
            if scalar == "&" { anchors.insert(name) } else { aliases.append((name, index)) }
        }
        let found = aliases.filter { anchors.contains($0.name) }
        for alias in found {
            let line = lineStarts.lastIndex { $0 <= alias.index } ?? 0
            log.add(
                FilePlace(file: file, line: line + 1, column: alias.index - lineStarts[line] + 1),
                "alias \(quoted("*" + alias.name)) is not read; write the value out and remove the anchor")
        }
        return found.isEmpty
    }

    /// Replaces the first letter of a plain or quoted key; false when no simple letter stands there.
    mutating func replaceLetter(at place: FilePlace, with letter: Unicode.Scalar) -> Bool {
        guard lineStarts.indices.contains(place.line - 1) else { return false }
        var index = lineStarts[place.line - 1] + place.column - 1
        if scalars.indices.contains(index), scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard scalars.indices.contains(index) else { return false }
        let old = scalars[index]
        guard old.properties.isAlphabetic || ("0"..."9").contains(old) || old == "_" else { return false }
        scalars[index] = letter
        return true
    }
}
