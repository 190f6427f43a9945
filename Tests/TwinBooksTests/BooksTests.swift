import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinUnits

@Suite("Books")
struct BooksTests {
    /// Tick 1, kW x 60,000 ms: wind 600, charge 100, load 4000, gas 2000, import 3700.
    private let first = BooksBench.cells(
        1, wind: 36_000_000, charge: 6_000_000, load: 240_000_000, gas: 120_000_000, grid: (222_000_000, 0))
    /// Tick 2: wind 1200, discharge 200, load 1000, export 350.
    private let second = BooksBench.cells(
        2, wind: 72_000_000, discharge: 12_000_000, load: 60_000_000, grid: (0, 21_000_000))

    @Test("adds two ticks up, with losses and the remainder that no meter tells")
    func twoTicks() {
        var books = Books(lossFraction: 0.02)
        let posting = books.post(1, first)
        // Delivered 240 + 6 = 246 MWs, losses 4.92. Remainder 36 + 222 - 246 - 4.92 = 7.08 MWs.
        #expect(books.ws(.losses) == 4_920_000)
        #expect(books.ws(.unmetered) == 7_080_000)
        #expect(posting.changed == [0])
        #expect(posting.restatements.isEmpty)
        _ = books.post(2, second)
        // Delivered 60, losses 1.2. Remainder 72 + 12 - 60 - 21 - 1.2 = 1.8 MWs.
        #expect(books.rows.count == 1)
        #expect(books.ws(.wind) == 108_000_000)
        #expect(books.ws(.storageDischarge) == 12_000_000)
        #expect(books.ws(.storageCharge) == 6_000_000)
        #expect(books.ws(.gridImport) == 222_000_000)
        #expect(books.ws(.gridExport) == 21_000_000)
        #expect(books.ws(.load) == 300_000_000)
        #expect(books.ws(.gas) == 120_000_000)
        #expect(books.ws(.losses) == 6_120_000)
        #expect(books.ws(.unmetered) == 8_880_000)
        #expect(books.rows[0][.load].measuredMs == 120_000)
        #expect(BooksBench.imbalance(books.rows[0]) == 0)
    }

    @Test("tells the balance of the tick in mean power")
    func balance() {
        var books = Books(lossFraction: 0.02)
        let balance = books.post(1, first).balance
        // Ws / 60,000 ms: import 3700, losses 82, remainder 118, supplied 600 + 3700 kW.
        #expect(balance.importKW == 3700 && balance.exportKW == 0)
        #expect(balance.lossesKW == 82 && balance.unmeteredKW == 118)
        #expect(balance.suppliedKW == 4300)
        #expect(balance.isGridMeasured)
    }

    @Test("tells how much power of the tick is a model's")
    func estimated() {
        var books = Books(lossFraction: 0.02)
        var cells = BooksBench.cells(1, grid: (import: 60_000_000, export: 0))
        // 6 MWs of wind, a third of the minute by the model: 100 kW x 1/3; 60 MWs of load, all by the model: 1000 kW.
        cells.append(BooksBench.cell(1, .wind, 6_000_000, measuredMs: 40_000, estimatedMs: 20_000))
        cells.append(BooksBench.cell(1, .load, 60_000_000, measuredMs: 0, estimatedMs: 60_000))
        // Gas is no power at the bus.
        cells.append(BooksBench.cell(1, .gas, 60_000_000, measuredMs: 0, estimatedMs: 60_000))
        #expect(abs(books.post(1, cells).balance.estimatedKW - (1000 + 100.0 / 3)) < 1e-9)
        let measured = BooksBench.cells(2, wind: 6, load: 6, grid: (import: 1, export: 0))
        #expect(books.post(2, measured).balance.estimatedKW == 0)
    }

    @Test("counts a grid meter that tells one way only for that way, and invents nothing the other way while it flows")
    func oneWay() {
        var books = Books(lossFraction: 0)
        func cells(_ tick: Int, load: Int64, bought: Int64) -> [Cell] {
            BooksBench.cells(tick, wind: 36_000_000, load: load, grid: nil)
                + [BooksBench.cell(tick, .gridImport, bought)]
        }
        // 36 of wind and 222 of import against 240 of load: 18 are on no meter, and none of it is sold.
        _ = books.post(1, cells(1, load: 240_000_000, bought: 222_000_000))
        #expect(
            books.ws(.gridImport) == 222_000_000 && books.ws(.gridExport) == 0 && books.ws(.unmetered) == 18_000_000)
        #expect(books.rows[0][.gridImport].measuredMs == 60_000)
        // Nothing is bought, and 36 of wind meet 30 of load: 6 are sold.
        _ = books.post(2, cells(2, load: 30_000_000, bought: 0))
        #expect(books.ws(.gridExport) == 6_000_000 && books.ws(.unmetered) == 18_000_000)
    }

    @Test("takes the grid as the remainder, estimated, while its meter is silent")
    func noGridMeter() {
        var books = Books(lossFraction: 0.02)
        let posting = books.post(
            1, BooksBench.cells(1, wind: 36_000_000, charge: 6_000_000, load: 240_000_000, grid: nil))
        // 246 + 4.92 - 36 = 214.92 MWs of import.
        #expect(books.ws(.gridImport) == 214_920_000)
        #expect(books.ws(.gridExport) == 0)
        #expect(books.ws(.unmetered) == 0)
        #expect(books.rows[0][.gridImport].measuredMs == 0 && books.rows[0][.gridImport].estimatedMs == 60_000)
        #expect(!posting.balance.isGridMeasured)
        _ = books.post(
            2, BooksBench.cells(2, wind: 72_000_000, discharge: 12_000_000, load: 60_000_000, grid: nil))
        // 60 + 1.2 - 84 = -22.8 MWs: export.
        #expect(books.ws(.gridExport) == 22_800_000)
        #expect(books.ws(.gridImport) == 214_920_000)
        #expect(BooksBench.imbalance(books.rows[0]) == 0)
    }

    @Test("does not take half a tick of the grid meter for the whole")
    func halfMetered() {
        var books = Books(lossFraction: 0)
        var cells = BooksBench.cells(1, load: 60_000_000, grid: (60_000_000, 0))
        cells[5].measuredMs = 30_000
        _ = books.post(1, cells)
        #expect(books.ws(.gridImport) == 60_000_000)
        #expect(books.rows[0][.gridImport].estimatedMs == 60_000 && books.rows[0][.gridImport].measuredMs == 0)
        #expect(books.ws(.unmetered) == 0)
    }

    @Test(
        "rounds losses once per tick, half to even",
        arguments: [(25, 0), (75, 2), (125, 2), (76, 2), (74, 1)] as [(Int64, Int64)])
    func losses(load: Int64, losses: Int64) {
        // 2 % of 25 Ws is 0.5 Ws.
        var books = Books(lossFraction: 0.02)
        _ = books.post(1, BooksBench.cells(1, load: load, grid: (load, 0)))
        #expect(books.ws(.losses) == losses)
        #expect(books.ws(.unmetered) == -losses)
    }

    @Test("opens a row for each half hour, also for those in between")
    func periods() {
        var books = Books(lossFraction: 0)
        _ = books.post(1, first)
        _ = books.post(30, BooksBench.cells(30, load: 1, grid: (1, 0)))
        #expect(books.rows.count == 1)
        _ = books.post(31, BooksBench.cells(31, load: 1, grid: (1, 0)))
        _ = books.post(121, BooksBench.cells(121, load: 1, grid: (1, 0)))
        #expect(books.rows.map(\.start) == (0..<5).map { BooksBench.start + Int64($0) * .minutes(30) })
        #expect(books.ws(.load, row: 2) == 0)
        #expect(books.index(of: BooksBench.start - Span(ms: 1)) == nil)
        #expect(books.index(of: BooksBench.start) == 0)
        #expect(books.index(of: BooksBench.start + .minutes(30)) == 1)
        #expect(books.index(of: BooksBench.start + .minutes(150)) == nil)
    }

    @Test("rebuilds a row from a late cell and restates it when its period is closed")
    func restatement() throws {
        var books = Books(lossFraction: 0)
        for tick in 1...30 { _ = books.post(tick, BooksBench.cells(tick, load: 60, grid: (60, 0))) }
        // A late reading inside the open period is no restatement.
        let open = books.post(31, BooksBench.cells(31, load: 60, grid: (60, 0)))
        #expect(open.restatements.isEmpty)
        let late = books.post(32, BooksBench.cells(32, load: 60, grid: (60, 0)) + [BooksBench.cell(5, .load, 100)])
        #expect(late.changed == [0, 1])
        let restatement = try #require(late.restatements.first)
        #expect(late.restatements.count == 1)
        #expect(restatement.period == BooksBench.start)
        #expect(restatement.tick == 32 && restatement.at == BooksBench.context(32).to)
        // Load 60 -> 100; the grid meter stands, so the remainder takes the difference.
        #expect(restatement.deltas == ["load": 40, "unmetered": -40])
        #expect(books.ws(.load) == 29 * 60 + 100)
        #expect(BooksBench.imbalance(books.rows[0]) == 0)
        // The same cell again changes nothing.
        let again = books.post(33, BooksBench.cells(33, load: 60, grid: (60, 0)) + [BooksBench.cell(5, .load, 100)])
        #expect(again.restatements.isEmpty)
    }

    @Test("rebuilds inside an open period without a restatement")
    func openPeriod() {
        var books = Books(lossFraction: 0)
        _ = books.post(1, BooksBench.cells(1, load: 60, grid: (60, 0)))
        let posting = books.post(2, BooksBench.cells(2, load: 60, grid: (60, 0)) + [BooksBench.cell(1, .load, 100)])
        #expect(posting.restatements.isEmpty)
        #expect(books.ws(.load) == 160)
    }

    @Test("counts a vehicle in the period of its stamp, or in the present one where that is not on the books")
    func vehicles() {
        var books = Books(lossFraction: 0)
        for tick in 1...31 { _ = books.post(tick, BooksBench.cells(tick, grid: (0, 0))) }
        func lineOff(_ minutes: Int64, _ model: String? = nil, isModelled: Bool = false) -> LineOff {
            LineOff(
                line: "trim-1", vehicle: "A\(minutes)", ts: BooksBench.start + .minutes(minutes), model: model,
                isModelled: isModelled)
        }
        let posting = books.post(
            32, BooksBench.cells(32, grid: (0, 0)),
            lineOffs: [lineOff(5, "leaf"), lineOff(31, "juke", isModelled: true), lineOff(-5, "juke"), lineOff(90)])
        #expect(books.rows.map(\.vehicles) == [1, 3])
        #expect(books.rows.map(\.vehiclesModelled) == [0, 1])
        #expect(books.rows.map(\.vehiclesByModel) == [["leaf": 1], ["juke": 2]])
        #expect(posting.restatements.map(\.deltas) == [["vehicles": 1]])
    }

    @Test("ignores readings of ticks that were never stepped")
    func neverStepped() {
        // The run starts at 00:10, inside a period; minute 5 was never stepped.
        var books = Books(lossFraction: 0)
        for tick in 11...13 { _ = books.post(tick, BooksBench.cells(tick, load: 60, grid: (60, 0))) }
        _ = books.post(14, BooksBench.cells(14, load: 60, grid: (60, 0)) + [BooksBench.cell(6, .load, 1000)])
        #expect(books.ws(.load) == 240)
        // Later corrections of stepped ticks still find their tick.
        _ = books.post(15, BooksBench.cells(15, load: 60, grid: (60, 0)) + [BooksBench.cell(12, .load, 70)])
        #expect(books.ws(.load) == 310)
        _ = books.post(16, BooksBench.cells(16, load: 60, grid: (60, 0)) + [BooksBench.cell(14, .load, 80)])
        #expect(books.ws(.load) == 390)
    }

    @Test("keeps what else a tick leaves on its period")
    func notes() {
        var books = Books(lossFraction: 0)
        for tick in 1...2 {
            _ = books.post(tick, BooksBench.cells(tick, grid: (0, 0)))
            var counts = Counts()
            counts.messages = 3
            var chain = DigestChain()
            chain.extend(with: DigestRecord())
            books.note(
                BooksBench.context(tick), heatingK: 5.5, isProductionDay: tick == 1, counts: counts,
                gaps: [GapCount(period: BooksBench.start, source: "wind/farm", count: 3 - tick)],
                alarmsRaised: [AlarmKey(.wind, "farm", .stuck)], chain: chain)
        }
        let row = books.rows[0]
        #expect(row.steppedMs == 120_000)
        // 5.5 K x 60,000 ms, twice.
        #expect(row.heatingKMs == 660_000)
        #expect(row.productionDayMs == 60_000)
        #expect(row.counts.messages == 6)
        #expect(row.gaps == ["wind/farm": 1])
        #expect(row.alarms == ["stuck": 2])
        #expect(row.chain.hex.hasPrefix("66687aad"))
        #expect(row.steppedFrom == BooksBench.start && row.steppedTo == BooksBench.start + .minutes(2))
    }

    @Test("counts what became of commands on the period that issued them")
    func commands() {
        var books = Books(lossFraction: 0)
        _ = books.post(1, first)
        _ = books.post(31, BooksBench.cells(31, grid: (0, 0)))
        for _ in 0..<3 { books.count(issuedAt: BooksBench.start) { $0.issued += 1 } }
        books.count(issuedAt: BooksBench.start) { $0.accepted += 1 }
        books.count(issuedAt: BooksBench.start) { $0.expired += 1 }
        books.count(issuedAt: BooksBench.start - .hours(1)) { $0.issued += 100 }
        #expect(books.rows[0].commands.pending == 1)
        #expect(books.rows[1].commands.issued == 0)
    }

    @Test("a saved state whose rows have lost meters is refused")
    func tornCheckpoint() throws {
        var books = Books(lossFraction: 0.02)
        _ = books.post(1, first)
        let data = try JSONEncoder().encode(books)
        var json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        var rows = try #require(json["rows"] as? [[String: Any]])
        for key in ["accounts", "meters"] {
            let whole = rows[0][key]
            // One sum of three words: 24 bytes, 32 letters in base 64.
            rows[0][key] = String(repeating: "A", count: 32)
            json["rows"] = rows
            let torn = try JSONSerialization.data(withJSONObject: json)
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Books.self, from: torn) }
            rows[0][key] = whole
        }
        json["rows"] = rows
        let whole = try JSONSerialization.data(withJSONObject: json)
        #expect(try JSONDecoder().decode(Books.self, from: whole).rows == books.rows)
    }

    @Test("goes on from its saved state as if nothing had happened")
    func checkpoint() throws {
        var one = Books(lossFraction: 0.02)
        _ = one.post(1, first)
        _ = one.post(2, second)
        var two = try JSONDecoder().decode(Books.self, from: JSONEncoder().encode(one))
        #expect(two.rows == one.rows)
        let late =
            BooksBench.cells(3, grid: (7, 0)) + [BooksBench.cell(1, .wind, 1, measuredMs: 20_000, estimatedMs: 40_000)]
        _ = one.post(3, late)
        _ = two.post(3, late)
        #expect(two.rows == one.rows)
        #expect(one.ws(.wind) == 72_000_001)
    }
}
