import TwinCore

/// A drawing as text: what a page needs of SVG, with numbers in a fixed form, so that the same figures give the same bytes.
struct SVG {
    let width: Double
    let height: Double
    /// What it shows, for who does not see it.
    let title: String
    private var body: [String] = []

    init(width: Double, height: Double, title: String) {
        (self.width, self.height, self.title) = (width, height, title)
    }

    enum Anchor: String { case start, middle, end }

    mutating func rect(x: Double, y: Double, width: Double, height: Double, style: String) {
        let w = SVG.number(max(width, 0)), h = SVG.number(max(height, 0))
        body.append(
            "<rect x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" width=\"\(w)\" height=\"\(h)\" class=\"\(style)\"/>")
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
        let points = [x1, y1, x2, y2].map(SVG.number)
        body.append(
            "<line x1=\"\(points[0])\" y1=\"\(points[1])\" x2=\"\(points[2])\" y2=\"\(points[3])\" class=\"\(style)\"/>"
        )
    }

    mutating func path(_ points: [(x: Double, y: Double)], style: String) {
        guard points.count > 1 else { return }
        let text = points.map { "\(SVG.number($0.x)),\(SVG.number($0.y))" }.joined(separator: " ")
        body.append("<polyline points=\"\(text)\" class=\"\(style)\"/>")
    }

    mutating func dot(_ x: Double, _ y: Double, style: String) {
        body.append("<circle cx=\"\(SVG.number(x))\" cy=\"\(SVG.number(y))\" r=\"3\" class=\"\(style)\"/>")
    }

    mutating func text(_ text: String, x: Double, y: Double, _ anchor: Anchor = .start, style: String = "label") {
        body.append(
            "<text x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" text-anchor=\"\(anchor.rawValue)\" class=\"\(style)\">"
                + "\(HTML.escaped(text))</text>")
    }

    var markup: String {
        "<svg viewBox=\"0 0 \(SVG.number(width)) \(SVG.number(height))\" role=\"img\" aria-label=\"\(HTML.escaped(title))\">"
            + "<title>\(HTML.escaped(title))</title>\(body.joined())</svg>"
    }

    /// As a file that stands by itself.
    func file(style: String) -> String {
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(SVG.number(width)) \(SVG.number(height))\""
            + " width=\"\(SVG.number(width))\" height=\"\(SVG.number(height))\" role=\"img\">"
            + "<title>\(HTML.escaped(title))</title><style>\(style)</style>\n\(body.joined(separator: "\n"))\n</svg>"
    }

    /// One decimal, without a locale.
    private static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e7 else { return "0" }
        let tenths = Int((value * 10).rounded(.toNearestOrEven))
        let sign = tenths < 0 ? "-" : ""
        let rest = tenths.magnitude % 10
        return "\(sign)\(tenths.magnitude / 10)" + (rest == 0 ? "" : ".\(rest)")
    }
}

/// Text that is put into a page.
package enum HTML {
    /// For text, and for attributes in double quotes: no character of it is markup, moves a cursor, or turns the reading
    /// direction.
    package static func escaped(_ text: String) -> String {
        var out = ""
        for character in text.printable {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
        return out
    }

    /// What stands in a table or a line: words, or a rounded figure with all of its digits behind it.
    enum Cell {
        case text(String)
        /// `key` names the figure in the report as JSON, in whose unit `value` is; `production_t_location` and `_market` are
        /// Scope 1 and 2 together.
        case figure(String, key: String, value: Double?)

        /// As markup: a program reads from the page what the JSON says.
        var markup: String {
            switch self {
            case .text(let text): return HTML.escaped(text)
            case .figure(let text, let key, let value):
                guard let value, value.isFinite else { return HTML.escaped(text) }
                let head = "<data data-key=\"\(HTML.escaped(key))\" value=\"\(JSON.numberText(value))\">"
                return "\(head)\(HTML.escaped(text))</data>"
            }
        }
    }

    /// A table whose first column is text and whose others are figures.
    static func table(_ head: [String], _ rows: [[String]], strong: Set<Int> = []) -> String {
        table(head, cells: rows.map { $0.map(Cell.text) }, strong: strong)
    }

    static func table(_ head: [String], cells rows: [[Cell]], strong: Set<Int> = []) -> String {
        func cells(_ row: [Cell], _ tag: String) -> String { row.map { "<\(tag)>\($0.markup)</\(tag)>" }.joined() }
        let lines = rows.enumerated().map { index, row in
            "<tr\(strong.contains(index) ? " class=\"strong\"" : "")>\(cells(row, "td"))</tr>"
        }
        let heads = cells(head.map(Cell.text), "th")
        return "<table><thead><tr>\(heads)</tr></thead><tbody>\(lines.joined(separator: "\n"))</tbody></table>"
    }
}
