import TwinFiles

/// Reads a ZIP archive that `ZipArchive` made, with all that its two headers say held against each other.
package enum ZipReader {
    package static func files(_ bytes: [UInt8]) throws -> [(name: String, bytes: [UInt8])] {
        func number(_ place: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { place + $1 < bytes.count ? $0 | Int(bytes[place + $1]) << (8 * $1) : -1 }
        }
        let end = bytes.count - 22
        guard end >= 0, number(end, 4) == 0x0605_4B50 else { throw Trouble("no end of a ZIP directory") }
        var place = number(end + 16, 4)
        guard place + number(end + 12, 4) == end else { throw Trouble("the directory does not end at its end") }
        var files: [(name: String, bytes: [UInt8])] = []
        for _ in 0..<number(end + 10, 2) {
            let (offset, nameLength) = (number(place + 42, 4), number(place + 28, 2))
            guard number(place, 4) == 0x0201_4B50, number(offset, 4) == 0x0403_4B50, number(place + 10, 2) == 8,
                bytes[place + 6..<place + 32] == bytes[offset + 4..<offset + 30]
            else { throw Trouble("the headers of entry \(files.count) differ") }
            let name = String(decoding: bytes[place + 46..<place + 46 + nameLength], as: UTF8.self)
            let from = offset + 30 + nameLength
            let data = bytes[from..<from + number(place + 20, 4)]
            // CRC-32 and size are what ends a gzip member: whoever unpacks that checks them.
            let sums = bytes[place + 16..<place + 20] + bytes[place + 24..<place + 28]
            guard let text = Deflate.unpack([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + data + sums) else {
                throw Trouble("\(name) cannot be unpacked")
            }
            files.append((name, text))
            place += 46 + nameLength
        }
        guard place == end else { throw Trouble("the directory has more than its entries") }
        return files
    }
}

/// The sheets of a workbook, cell by cell.
package struct WorkbookReader {
    package struct Cell: Hashable {
        /// `n`, `b` or `inlineStr`.
        package var kind: String
        package var style: String
        package var text: String

        package init(kind: String, style: String, text: String) {
            (self.kind, self.style, self.text) = (kind, style, text)
        }
    }

    package struct Sheet {
        package var name: String
        /// By column.
        package var heads: [String: String]
        package var rows: [[String: Cell]]

        /// Cells of a row by the name of their column.
        package func texts(_ row: [String: Cell]) -> [String: String] {
            Dictionary(uniqueKeysWithValues: row.map { (heads[$0.key] ?? $0.key, $0.value.text) })
        }

        package var table: [[String: String]] { rows.map(texts) }
    }

    package let sheets: [Sheet]

    package init(_ bytes: [UInt8]) throws {
        let files = try ZipReader.files(bytes)
        func text(_ name: String) throws -> String {
            guard let file = files.first(where: { $0.name == name }) else { throw Trouble("no part \(name)") }
            return String(decoding: file.bytes, as: UTF8.self)
        }
        let names = try WorkbookReader.elements("sheet", in: text("xl/workbook.xml"))
        sheets = try names.enumerated().map { place, element in
            let part = try text("xl/worksheets/sheet\(place + 1).xml")
            var rows = try WorkbookReader.elements("row", in: part).map { row in
                let cells = try WorkbookReader.elements("c", in: row.content).map(WorkbookReader.cell)
                return Dictionary(uniqueKeysWithValues: cells)
            }
            let heads = rows.isEmpty ? [:] : rows.removeFirst().mapValues(\.text)
            return Sheet(name: element.attributes["name"] ?? "", heads: heads, rows: rows)
        }
    }

    package subscript(name: String) -> Sheet? { sheets.first { $0.name == name } }

    private typealias Element = (attributes: [String: String], content: String)

    private static func cell(_ element: Element) throws -> (String, Cell) {
        let column = (element.attributes["r"] ?? "").filter(\.isLetter)
        let kind = element.attributes["t"] ?? "n"
        let inner = try elements(kind == "inlineStr" ? "t" : "v", in: element.content)
        guard !column.isEmpty, inner.count == 1 else { throw Trouble("no cell: \(element)") }
        return (
            column, Cell(kind: kind, style: element.attributes["s"] ?? "0", text: unescaped(inner[0].content))
        )
    }

    /// Elements of a name that does not stand inside itself.
    private static func elements(_ name: String, in text: String) throws -> [Element] {
        var found: [Element] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "<\(name)") {
            rest = rest[start.upperBound...]
            // A longer name that begins like it.
            guard let next = rest.first, next == " " || next == ">" || next == "/" else { continue }
            guard let close = rest.firstRange(of: ">") else { throw Trouble("<\(name) does not end") }
            var head = rest[..<close.lowerBound]
            rest = rest[close.upperBound...]
            var content = ""
            if head.last == "/" {
                head = head.dropLast()
            } else {
                guard let end = rest.firstRange(of: "</\(name)>") else { throw Trouble("no </\(name)>") }
                content = String(rest[..<end.lowerBound])
                rest = rest[end.upperBound...]
            }
            let parts = head.split(separator: "\"", omittingEmptySubsequences: false)
            var attributes: [String: String] = [:]
            for place in stride(from: 0, to: parts.count - 1, by: 2) {
                attributes[parts[place].filter { $0 != " " && $0 != "=" }] = unescaped(String(parts[place + 1]))
            }
            found.append((attributes, content))
        }
        return found
    }

    private static func unescaped(_ text: String) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")].reduce(text) { $0.replacing($1.0, with: $1.1) }
            .replacing("_x005F_", with: "_")
    }
}
