import TwinCore

/// One cell of a sheet.
enum SheetCell {
    case empty
    /// Digits as they stand in the file.
    case number(String)
    case text(String)
    case flag(Bool)
    case day(CivilDate)
    /// A local time of a day, ms after its beginning.
    case minute(CivilDate, ms: Int64)

    static func figure(_ value: Double?) -> SheetCell {
        guard let value, value.isFinite else { return .empty }
        return .number(JSON.numberText(value))
    }

    init(_ cell: CSVCell) {
        switch cell {
        case .empty: self = .empty
        case .integer(let value): self = .number(String(value))
        case .number(let value): self = .figure(value)
        case .text(let text): self = .text(text)
        }
    }
}

/// A table as a worksheet of Office Open XML (ECMA-376 part 1, 18.3), piece by piece: `head`, rows, `tail`.
struct Sheet {
    let name: String
    /// Width of each column in digits of the standard font.
    private let columns: [(name: String, width: Int)]
    /// Rows that were handed out; the headings are one.
    private var rowCount = 1

    init(_ name: String, columns: [(name: String, width: Int)]) { (self.name, self.columns) = (name, columns) }

    /// Styles by their place in `styles`.
    private enum Style: Int { case plain, heading, literal, day, minute }

    /// To the end of the row of headings, which stays on the screen.
    var head: String {
        let widths = columns.enumerated().map { place, column in
            "<col min=\"\(place + 1)\" max=\"\(place + 1)\" width=\"\(column.width)\" customWidth=\"1\"/>"
        }
        let names = columns.enumerated().map { place, column in
            XML.text(column.name, at: "\(Sheet.letter(place))1", style: Style.heading.rawValue)
        }
        return XML.declaration + "<worksheet xmlns=\"\(XML.main)\"><sheetViews><sheetView workbookViewId=\"0\">"
            + "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>"
            + "<cols>\(widths.joined())</cols><sheetData><row r=\"1\">\(names.joined())</row>"
    }

    static let tail = "</sheetData></worksheet>"

    mutating func row(_ cells: [SheetCell]) -> String {
        rowCount += 1
        let markup = cells.enumerated().map { place, cell in
            Sheet.markup(cell, at: "\(Sheet.letter(place))\(rowCount)")
        }
        return "<row r=\"\(rowCount)\">\(markup.joined())</row>"
    }

    /// No table of ours has a column behind Z.
    private static func letter(_ place: Int) -> Unicode.Scalar {
        Unicode.Scalar(UInt8(ascii: "A") + UInt8(min(place, 25)))
    }

    private static func markup(_ cell: SheetCell, at place: String) -> String {
        switch cell {
        case .empty, .text(""): return ""
        case .number(let digits): return "<c r=\"\(place)\"><v>\(digits)</v></c>"
        case .flag(let value): return "<c r=\"\(place)\" t=\"b\"><v>\(value ? 1 : 0)</v></c>"
        case .text(let text):
            // A program that lets one edit the cell would take such a text for a formula.
            let style = "=+-@".contains(text.first ?? " ") ? Style.literal : Style.plain
            return XML.text(text, at: place, style: style.rawValue)
        case .day(let date): return markup(date, ms: 0, Style.day, at: place)
        case .minute(let date, let ms): return markup(date, ms: ms, Style.minute, at: place)
        }
    }

    /// Days and their parts; day 25,569 of spreadsheets is 1970-01-01.
    private static func markup(_ date: CivilDate, ms: Int64, _ style: Style, at place: String) -> String {
        let days = Double(date.daysSinceEpoch + 25_569) + Double(ms) / 86_400_000
        return "<c r=\"\(place)\" s=\"\(style.rawValue)\"><v>\(JSON.numberText(days))</v></c>"
    }

    /// `xl/styles.xml`: one font and a bold one; a text that is never a formula; days and minutes.
    static let styles =
        XML.declaration + "<styleSheet xmlns=\"\(XML.main)\">"
        + "<numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>"
        + "<numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/></numFmts>"
        + "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
        + "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
        + "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
        + "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
        + "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        + "<cellStyleXfs count=\"1\"><xf/></cellStyleXfs><cellXfs count=\"5\"><xf/><xf fontId=\"1\" applyFont=\"1\"/>"
        + "<xf quotePrefix=\"1\"/><xf numFmtId=\"164\" applyNumberFormat=\"1\"/>"
        + "<xf numFmtId=\"165\" applyNumberFormat=\"1\"/></cellXfs>"
        + "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"
}

enum XML {
    static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    /// The most UTF-16 units that a cell takes.
    private static let unitsMax = 32_767

    static func text(_ text: String, at place: String, style: Int) -> String {
        let mark = style == 0 ? "" : " s=\"\(style)\""
        return "<c r=\"\(place)\"\(mark) t=\"inlineStr\"><is><t xml:space=\"preserve\">\(escaped(text))</t></is></c>"
    }

    /// No character of it is markup, or no character of XML at all; `_x0041_` stays what it is, and does not become `A`.
    static func escaped(_ text: String) -> String {
        var out = ""
        var units = 0
        for scalar in text.printable.replacing("_x", with: "_x005F_x").unicodeScalars {
            units += UTF16.width(scalar)
            if units > unitsMax { break }
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\u{FFFE}", "\u{FFFF}": out += "?"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
