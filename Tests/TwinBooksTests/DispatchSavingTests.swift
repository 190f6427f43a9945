import Testing
import TwinBooks
import TwinCore

/// What dispatch saved in a window is the sum of its half hours; the interval goes by local days.
@Suite("What dispatch saved, half hour by half hour")
struct DispatchSavingTests {
    private static let monday = CivilDate(year: 2025, month: 6, day: 16)
    private static let tuesday = CivilDate(year: 2025, month: 6, day: 17)

    /// Kg by the year's factor; by half hour the half, in money the double.
    private func saving(
        _ kg: Double, level: Double = 0, missed: Double = 0, doubted: Double = 0, leftOutMs: Int64 = 0
    ) -> DispatchSaving {
        func millionths(_ kg: Double) -> SavedMillionths {
            SavedMillionths(DispatchFigures(kgAnnual: kg, kgHalfHourly: kg / 2, money: 2 * kg))
        }
        return DispatchSaving(
            saved: millionths(kg), levelled: millionths(level), missed: millionths(missed),
            doubted: millionths(doubted),
            countedMs: 1_800_000 - leftOutMs, leftOutMs: leftOutMs)
    }

    @Test("of a day: what half hours miss alike is summed, what each misses for itself in squares")
    func day() throws {
        var sum = SavedSum()
        #expect(sum.total("GBP") == nil)
        sum.add(saving(10, level: 4, missed: 3, doubted: 0.5), of: Self.monday)
        sum.add(saving(-2, level: -1, missed: -4, doubted: -0.1, leftOutMs: 600_000), of: Self.monday)
        let total = try #require(sum.total("GBP"))
        // 10 - 2 + 4 - 1; |3 - 4| + 1.96 x sqrt(9 + 16) + |0.5 - 0.1|.
        #expect(total.value == DispatchFigures(kgAnnual: 11, kgHalfHourly: 5.5, money: 22))
        #expect(total.levelled == DispatchFigures(kgAnnual: 3, kgHalfHourly: 1.5, money: 6))
        for (found, wanted) in [
            (total.halfWidth.kgAnnual, 11.2), (total.halfWidth.kgHalfHourly, 5.6), (total.halfWidth.money, 22.4),
        ] {
            #expect(abs(found - wanted) < 1e-9)
        }
        #expect(total.countedMs == 3_000_000 && total.leftOutMs == 600_000 && total.currency == "GBP")
    }

    @Test("of two days half-widths add up: what is wrong with a model is wrong on both")
    func days() throws {
        var sum = SavedSum()
        sum.add(saving(10, missed: 3), of: Self.monday)
        sum.add(saving(1, level: 5, missed: -4), of: Self.tuesday)
        let total = try #require(sum.total("EUR"))
        // 3 + 1.96 x 3, and 4 + 1.96 x 4: not |3 - 4| + 1.96 x 5.
        #expect(total.value.kgAnnual == 16 && total.levelled.kgAnnual == 5 && total.currency == "EUR")
        #expect(abs(total.halfWidth.kgAnnual - 20.72) < 1e-9)
        // "not proven" begins where the half-width reaches the value.
        #expect(total.json["kg_annual_factor"]?["proven"] == .bool(false))
    }

    @Test("rows without it say nothing; one that has it says it")
    func rows() throws {
        let method = SummaryBench.method(chart: Chart([]))
        var rows = (0..<2).map { PeriodRow(start: PlantTime(ms: 1_750_204_800_000 + $0 * 1_800_000), meterCount: 0) }
        let none = Summary(rows: rows, method: method, facts: SummaryBench.facts)
        #expect(none.savedByDispatch == nil && none.json["saved_by_dispatch"] == .null)
        rows[1].saving = saving(7)
        let one = try #require(Summary(rows: rows, method: method, facts: SummaryBench.facts).savedByDispatch)
        #expect(one.value.kgAnnual == 7 && one.countedMs == 1_800_000)
        #expect(one.currency == method.tariffs[0].value.currency)
    }

    @Test("what is beyond all bounds ends at them")
    func extreme() throws {
        var sum = SavedSum()
        for _ in 0..<3 { sum.add(saving(1e300, missed: -1e300), of: Self.monday) }
        let total = try #require(sum.total("GBP"))
        #expect(total.value.kgAnnual == Double(Int64.max) / 1e6 && total.halfWidth.isFinite)
    }
}
