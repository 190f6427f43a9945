import Testing
import TwinBooks
import TwinCore
import TwinUnits

@Suite("Books over many seeds")
struct BooksPropertyTests {
    static let ticks = 90

    /// Any tick: metered, silent or half covered, with own use of wind now and then.
    private func cells(_ tick: Int, _ chance: inout SeedStream) -> [Cell] {
        func ws(_ most: UInt64) -> Int64 { Int64(chance.next() % most) }
        var cells = BooksBench.cells(
            tick, wind: ws(50_000_000) - 1_000_000, discharge: ws(9_000_000), charge: ws(9_000_000),
            load: ws(300_000_000),
            gas: ws(200_000_000), grid: chance.next() % 4 == 0 ? nil : (ws(300_000_000), ws(20_000_000)))
        for index in cells.indices where cells[index].measuredMs > 0 && chance.next() % 5 == 0 {
            let measured = Int64(chance.next() % 60_001)
            cells[index].measuredMs = measured
            if chance.next() % 3 > 0 { cells[index].estimatedMs = 60_000 - measured }
        }
        return cells
    }

    @Test("balances exactly, whatever the cells", arguments: 0..<64 as Range<UInt64>)
    func balance(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "books")
        var books = Books(lossFraction: 0.05 * chance.unit())
        for tick in 1...Self.ticks { _ = books.post(tick, cells(tick, &chance)) }
        for row in books.rows {
            #expect(BooksBench.imbalance(row) == 0, "seed \(seed)")
            #expect(row[.load].energy > .zero, "seed \(seed)")
        }
    }

    @Test("comes to the same rows in order and after late deliveries", arguments: 0..<64 as Range<UInt64>)
    func lateDeliveries(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "late")
        let lossFraction = 0.05 * chance.unit()
        let final = (0...Self.ticks).map { cells($0, &chance) }
        var inOrder = Books(lossFraction: lossFraction)
        for tick in 1...Self.ticks { _ = inOrder.post(tick, final[tick]) }

        // First guesses in their ticks; the final cells later, one by one and in any order.
        var late = Books(lossFraction: lossFraction)
        var outstanding: [Cell] = []
        var restated: [PlantTime: [String: Int64]] = [:]
        for tick in 1...Self.ticks + 5 {
            var posted = tick <= Self.ticks ? cells(tick, &chance) : []
            while let index = outstanding.indices.first(where: { _ in chance.next() % 3 == 0 }) {
                posted.append(outstanding.remove(at: index))
            }
            if tick <= Self.ticks { outstanding += final[tick] }
            if tick > Self.ticks { outstanding.removeAll { posted.append($0) == () } }
            let context = BooksBench.context(min(tick, Self.ticks))
            let posting = late.post(cells: posted, intensities: [], lineOffs: [], context: context)
            for restatement in posting.restatements {
                #expect(restatement.period + settlementPeriod <= context.from, "seed \(seed)")
                restated[restatement.period, default: [:]].merge(restatement.deltas) { $0 + $1 }
            }
            for row in late.rows where BooksBench.imbalance(row) != 0 { Issue.record("seed \(seed), tick \(tick)") }
        }
        #expect(late.rows.map(\.accounts) == inOrder.rows.map(\.accounts), "seed \(seed)")
        #expect(late.rows.map(\.meters) == inOrder.rows.map(\.meters), "seed \(seed)")
        #expect(!restated.isEmpty, "seed \(seed)")
    }
}
