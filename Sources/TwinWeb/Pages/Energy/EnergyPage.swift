import TwinBooks
import TwinCore
import TwinReports
import TwinRuntime

/// Energy of a window, kWh: where it came from and went, by time, and by meter. Power is on the overview.
struct EnergyPage: Page {
    let name = "energy"
    let title = "Energy"

    /// Bars that one page is given.
    static let barsMax = 5_000

    /// The sums of a window, with its bars.
    private struct Read {
        var sum: WindowSum
        var bars: EnergyBars
        /// Nil where the books hold nothing.
        var facts: RunFacts?

        var summary: Summary? { facts.flatMap { Summary(sum, facts: $0) } }
    }

    func json(_ ask: PageAsk) throws -> JSON {
        let books = try ask.books()
        let asked = AskedWindow(ask.source.present)
        let window = try asked.window(ask.query, of: books)
        let read = try EnergyPage.read(ask, books, window)
        let (sum, zone) = (read.sum, asked.zone)
        return .fields([
            "schema": .string("energy/1"), "asked_from": .string(zone.text(window.from)),
            "asked_to": .string(zone.text(window.to)),
            "from": sum.from.map { .string(zone.text($0)) } ?? .null,
            "to": sum.to.map { .string(zone.text($0)) } ?? .null, "half_hours": .integer(sum.periods),
            "gaps": .integer(sum.gaps), "provisional": .bool(sum.isProvisional),
            "simulated": .bool(read.facts?.isSimulated ?? false),
            "electricity": EnergySheet.json(read.summary), "flow": EnergyFlow(sum).json, "bars": read.bars.json,
            "accounts": EnergySheet.accounts(sum), "meters": EnergySheet.meters(sum),
            "compare": try EnergyPage.comparison(ask, books, asked, window, read),
        ])
    }

    /// What is drawn as bars.
    static func csv(_ ask: PageAsk) throws -> [UInt8] {
        let books = try ask.books()
        let window = try AskedWindow(ask.source.present).window(ask.query, of: books)
        let lines = try read(ask, books, window).bars.csvLines
        return Array(lines.map { "\($0)\r\n" }.joined().utf8)
    }

    private static func comparison(
        _ ask: PageAsk, _ books: any StoreReading, _ asked: AskedWindow, _ window: StoreWindow, _ now: Read
    ) throws -> JSON {
        guard let text = ask.query["compare"], !text.isEmpty else { return .null }
        let other = text == "before" ? asked.before(window) : try asked.window(text, "compare")
        var then = WindowSum(now.sum.method)
        try books.forEachRow(other, on: Chart([])) { then.add($0) }
        return .fields([
            "asked_from": .string(asked.zone.text(other.from)), "asked_to": .string(asked.zone.text(other.to)),
            "half_hours": .integer(then.periods),
            "accounts": then.periods > 0 ? EnergySheet.comparison(now.sum, then) : .null,
            "electricity": EnergySheet.json(try books.facts(other).flatMap { Summary(then, facts: $0) }),
        ])
    }

    private static func read(_ ask: PageAsk, _ books: any StoreReading, _ window: StoreWindow) throws -> Read {
        let method = try ask.method(books, window)
        let runs = try books.runs()
        // A window may be years wide where the books are a day: what is read decides how fine it is drawn.
        let first = max(window.from, runs.map(\.start).min() ?? window.from)
        let last = min(window.to, runs.compactMap(\.end).max() ?? window.to)
        let width = EnergyBars.Width(of: max(last, first) - first)
        var read = Read(
            sum: WindowSum(method), bars: EnergyBars(method, width),
            facts: try books.facts(window))
        try books.forEachRow(window, on: method.chart) { row in
            read.sum.add(row)
            read.bars.add(row)
            guard read.bars.count <= barsMax else {
                throw WebError.bad("from and to: more than \(barsMax) days are too many for one page; ask for fewer")
            }
        }
        return read
    }
}
