import Testing
import TwinBooks
import TwinCore

@Suite("Autarchy and self-consumption")
struct AutarchyTests {
    private func summary(_ kWh: [Account: Int64]) -> Summary {
        SummaryBench.summary([CarbonTests.row(0, kWh.mapValues { $0 * 3_600_000 })])
    }

    /// 60 from the grid, 50 of its own, 10 of them exported: 100 are used, of which 40 are its own; of the 50 it keeps 40.
    @Test("are shares of use and of generation")
    func shares() {
        let summary = summary([.gridImport: 60, .wind: 30, .solar: 20, .gridExport: 10])
        #expect(abs((summary.autarchyPct ?? 0) - 40) < 1e-9 && abs((summary.selfConsumptionPct ?? 0) - 80) < 1e-9)
    }

    @Test("are nothing without a denominator, and stay between 0 and 100 %")
    func bounds() {
        let none = summary([:])
        #expect(none.autarchyPct == nil && none.selfConsumptionPct == nil)
        // A meter that tells more export than was made.
        let odd = summary([.gridImport: 10, .wind: 5, .gridExport: 12])
        #expect(odd.autarchyPct == 0 && odd.selfConsumptionPct == 0)
    }
}
