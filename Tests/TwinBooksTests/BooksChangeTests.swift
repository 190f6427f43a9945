import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// The books while a run goes on with other meters, and for longer than a day.
@Suite("Books over a change and over days")
struct BooksChangeTests {
    private static let old = Meter(.load, .shop, "press")
    private static let new = Meter(.load, .shop, "paint")
    private static let grid = [Meter(.gridImport, .grid, "main"), Meter(.gridExport, .grid, "main")]

    private static func cells(_ tick: Int, _ meters: [(Meter, Int64)]) -> [Cell] {
        meters.map { meter, ws in
            Cell(
                tick: BooksBench.context(tick).from, meter: meter, energy: Energy(wattSeconds: ws), measuredMs: 60_000,
                estimatedMs: 0)
        }
    }

    @Test("a meter that is gone keeps its line, a new one begins its own, and late data find their tick")
    func meters() throws {
        let losses = LossFractions(electricity: 0, heat: 0)
        var books = Books(chart: Chart([Self.old] + Self.grid), losses: losses)
        // Five minutes of the press alone: 100 Ws each, all from the grid.
        for tick in 1...5 {
            _ = books.post(tick, Self.cells(tick, [(Self.old, 100), (Self.grid[0], 100), (Self.grid[1], 0)]))
        }
        books.change(
            chart: Chart([Self.new] + Self.grid), losses: LossFractions(electricity: 0.1, heat: 0))
        // Then five of the paint shop: 200 Ws each, 10 % of it lost.
        for tick in 6...10 {
            _ = books.post(tick, Self.cells(tick, [(Self.new, 200), (Self.grid[0], 220), (Self.grid[1], 0)]))
        }
        func line(_ meter: Meter) throws -> Int64 {
            books.rows[0].meters[try #require(books.chart.index(of: meter))].energy.wattSeconds
        }
        #expect(books.chart.meters == [Self.new] + Self.grid + [Self.old])
        #expect(try line(Self.old) == 500 && line(Self.new) == 1000)
        #expect(books.ws(.load) == 1500 && books.ws(.losses) == 100 && books.ws(.gridImport) == 1600)
        #expect(books.ws(.unmetered) == 0)
        // The account was measured all the time: the mean is over the meters that there were.
        #expect(books.rows[0][.load].measuredMs == 600_000)
        // A late correction of the third minute: the old losses hold there.
        _ = books.post(11, Self.cells(3, [(Self.grid[0], 160)]))
        #expect(books.ws(.gridImport) == 1660 && books.ws(.unmetered) == 60 && books.ws(.losses) == 100)
        // The paint shop was not there then.
        _ = books.post(12, Self.cells(2, [(Self.new, 999)]))
        #expect(try line(Self.new) == 1000)
        let restored = try JSONDecoder().decode(Books.self, from: JSONEncoder().encode(books))
        #expect(restored.rows == books.rows && restored.chart == books.chart)
    }

    @Test("a change to the same meters and losses changes nothing")
    func same() {
        var books = Books(lossFraction: 0.02)
        var other = books
        for tick in 1...40 {
            let cells = BooksBench.cells(tick, load: 1000, grid: (1020, 0))
            if tick == 20 { other.change(chart: other.chart, losses: LossFractions(electricity: 0.02, heat: 0)) }
            _ = books.post(tick, cells)
            _ = other.post(tick, cells)
        }
        #expect(books.rows == other.rows && books.chart == other.chart)
    }

    @Test("changes without end leave no more layouts than the day has")
    func manyChanges() throws {
        var books = Books(chart: Chart([Self.old] + Self.grid), losses: LossFractions(electricity: 0, heat: 0))
        var sizes: [Int] = []
        for tick in 1...6000 {
            if tick % 60 == 0 {
                books.change(
                    chart: Chart([Meter(.load, .shop, "shop-\(tick % 120)")] + Self.grid),
                    losses: LossFractions(electricity: Double(tick) / 1e6, heat: 0))
            }
            _ = books.post(tick, Self.cells(tick, [(Self.grid[0], 10), (Self.grid[1], 0)]))
            books.forget(before: BooksBench.context(tick).to)
            if tick % 1000 == 0 { sizes.append(try JSONEncoder().encode(books).count) }
        }
        // Two days and four days of it are as large.
        #expect(Double(sizes[5]) < 1.2 * Double(sizes[2]), "\(sizes)")
    }

    @Test("rows leave when they are final and no longer of the local day")
    func forget() throws {
        var books = Books(lossFraction: 0)
        var left = 0
        for tick in 1...(74 * 60) {
            _ = books.post(tick, BooksBench.cells(tick, load: 100, grid: (100, 0)))
            let before = books.rows.count
            books.forget(before: BooksBench.context(tick).to)
            left += before - books.rows.count
            #expect(books.rows.count <= 77)
        }
        // 74 h are 148 rows; the last 38 h are 76.
        #expect(left == 148 - 76 && books.rows.count == 76)
        #expect(books.rows.first?.start == BooksBench.start + .hours(36))
    }
}
