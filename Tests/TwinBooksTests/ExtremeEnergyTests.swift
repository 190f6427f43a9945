import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// No energy that a meter can tell ends the process; what can be meant still balances to the watt-second.
@Suite("Books of extreme energies")
struct ExtremeEnergyTests {
    private static let extremes: [Int64] = [.max, .min, .max - 1, .min + 1, 0]

    /// Two meters for each account, so that their sum is beyond Int64 where both are.
    private static let chart = Chart(
        Account.allCases.flatMap { [Meter($0, .building, "one"), Meter($0, .building, "two")] })

    private func cells(_ tick: Int, _ energy: (Meter) -> Int64, isGridMetered: Bool = true) -> [Cell] {
        Self.chart.meters.map { meter in
            let isSilent = !isGridMetered && [.gridImport, .gridExport].contains(meter.account)
            return Cell(
                tick: BooksBench.context(tick).from, meter: meter, energy: Energy(wattSeconds: energy(meter)),
                measuredMs: isSilent ? 0 : 60_000, estimatedMs: 0)
        }
    }

    @Test("two meters at the end of Int64 saturate their account", arguments: extremes)
    func saturates(extreme: Int64) {
        var books = Books(chart: Self.chart, losses: LossFractions(electricity: 0.02, heat: 0.1))
        for tick in 1...3 { _ = books.post(tick, cells(tick) { _ in extreme }) }
        // Six times the extreme: beyond Int64 for all of them but 0.
        #expect(books.ws(.wind) == (extreme > 0 ? .max : extreme < 0 ? .min : 0))
        #expect(books.ws(.gridImport) == books.ws(.wind) && books.ws(.load) == books.ws(.wind))
    }

    @Test("any mixture of extremes, first and late, is taken", arguments: 0..<200 as Range<UInt64>)
    func mixtures(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "extremes")
        var books = Books(chart: Self.chart, losses: LossFractions(electricity: chance.unit(), heat: chance.unit()))
        func any() -> Int64 { Self.extremes[Int(chance.next() % 5)] }
        for tick in 1...40 {
            let late = cells(max(1, tick - Int(chance.next() % 35))) { _ in any() }
            let posting = books.post(tick, cells(tick, { _ in any() }, isGridMetered: chance.next() % 2 == 0) + late)
            books.note(
                BooksBench.context(tick), heatingK: 1e300, isProductionDay: true, counts: Counts(), gaps: [],
                alarmsRaised: [], chain: DigestChain())
            #expect(posting.balance.importKW.isFinite && posting.balance.suppliedKW.isFinite, "seed \(seed)")
        }
        #expect(books.rows.map(\.heatingKMs) == [.max, .max], "seed \(seed)")
        let json = Summary(rows: books.rows, method: SummaryBench.method(), facts: SummaryBench.facts).json
        #expect(json["balance_error_kwh"]?.double?.isFinite == true, "seed \(seed)")
    }

    @Test("after an extreme tick in one half hour the others still balance exactly")
    func others() {
        var books = Books(lossFraction: 0.02)
        _ = books.post(1, BooksBench.cells(1, wind: .max, load: .max, grid: (.max, .max)))
        for tick in 31...32 {
            _ = books.post(tick, BooksBench.cells(tick, wind: 1_000_001, load: 900_000_007, grid: (950_000_003, 0)))
        }
        #expect(books.ws(.unmetered, row: 1) != 0)
        #expect(BooksBench.imbalance(books.rows[1]) == 0)
    }
}
