import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinTesting
import TwinUnits

/// Two windows of half an hour, by hand: 1,000 kWh of gas less for 1,000 kWh of import more, and a store that was filled with
/// 100 kWh of heat.
@Suite("Comparison")
struct ComparisonTests {
    private func summary(gas: Double, imported: Double, charged: Double, vehicles: Int = 10) throws -> Summary {
        let method = try Repository.config().method
        var row = PeriodRow(start: Recording.start, meterCount: method.chart.meters.count)
        row.steppedMs = settlementPeriod.ms
        row.vehicles = vehicles
        func set(_ account: Account, _ kWh: Double) {
            row.accounts[account.index] = AccountSum(
                Energy(roundingWattSeconds: kWh * 3.6e6), measuredMs: settlementPeriod.ms, estimatedMs: 0)
        }
        set(.gas, gas)
        set(.gridImport, imported)
        set(.heatStoreCharge, charged)
        return Summary(rows: [row], method: method, facts: RunFacts(stepS: 60, mode: .control, loop: .closed))
    }

    @Test("counts what stores hold, leaves the price on carbon out, and says what a tonne costs")
    func sides() throws {
        let first = try summary(gas: 3000, imported: 2000, charged: 0)
        let second = try summary(gas: 2000, imported: 3000, charged: 100)
        let comparison = Comparison(first, second, names: ("a", "b"))
        // 1,000 kWh x 0.18296 kg less, 1,000 x 0.177 more: 5.96 kg; and 100 kWh x 0.18296 = 18.296 kg in the store.
        #expect(abs(comparison.savedTonnes - (0.00596 + 0.018296)) < 1e-9)
        #expect(abs(comparison.storedTonnes - 0.018296) < 1e-9)
        // 220 GBP for a MWh of power, 45 for one of gas.
        #expect(abs(comparison.extraCost - (220 - 45)) < 1e-6)
        #expect(abs((comparison.costPerTonne ?? 0) - comparison.extraCost / comparison.savedTonnes) < 1e-9)
        #expect(comparison.savedTonnesMarket < 0 && comparison.sentence.contains("market-based it adds"))
        #expect(comparison.text.allSatisfy { $0.count <= 80 })
        #expect(comparison.json["saved_t_location"]?.double == comparison.savedTonnes)
        let row = try #require(comparison.rows.first { $0.name == "gas" })
        #expect(row.first == 3 && row.second == 2 && row.difference == -1)
    }

    @Test("says when the two are not alike, and prices nothing where nothing is saved")
    func unlike() throws {
        let first = try summary(gas: 2000, imported: 2000, charged: 0)
        let second = try summary(gas: 2500, imported: 2000, charged: 0, vehicles: 12)
        let comparison = Comparison(first, second, names: ("a", "b"))
        #expect(comparison.costPerTonne == nil && comparison.sentence.hasPrefix("b adds 0.09 t"))
        #expect(comparison.sentence.hasSuffix("not of one window and one production"))
    }
}
