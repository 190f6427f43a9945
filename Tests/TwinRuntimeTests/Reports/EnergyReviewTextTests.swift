import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting
import TwinUnits

@Suite("Energy review text")
struct EnergyReviewTextTests {
    /// Fourteen weeks of the simulated plant from winter to spring, ten of them the reference; the paint shop takes
    /// 20 % more from the day `wornFrom` on.
    private func review(wornFrom: Int? = nil) throws -> EnergyReview {
        let config = try Repository.config()
        let method = config.method
        let from = config.zone.instant(CivilDate(year: 2025, month: 2, day: 3))
        var days = EnergyDays(method)
        var run = SimulatedRun(
            config: config, from: from, to: from + Span.days(98), step: settlementPeriod, seed: 42, control: .none)
        let paint = try #require(method.chart.index(of: Meter(.load, .shop, "paint")))
        run.forEachRow { row in
            var row = row
            if let wornFrom, (row.start - from).hours >= Double(24 * wornFrom) {
                row.meters[paint].energy = Energy(wattSeconds: row.meters[paint].energy.wattSeconds * 6 / 5)
            }
            days.add(row)
        }
        days.finish()
        return try #require(EnergyReview(method, days: days.days, reference: Array(days.days.prefix(70))))
    }

    @Test("says in words which meter took more from which day on; 80 columns, the figures of the JSON")
    func cusum() throws {
        let review = try review(wornFrom: 84)
        let cusums = review.cusums()
        let lines = EnergyReviewText.lines(cusums: cusums, review)
        #expect(lines.filter { $0.count > 80 } == [])
        let text = lines.joined(separator: " ")
        // Day 84 after 3 February is 28 April; the first day from then on that the reference can judge is told.
        let worn = CivilDate(year: 2025, month: 4, day: 28)
        let first = try #require(cusums[0].days.first { $0.date >= worn }).date.text
        #expect(text.contains("load shop/paint: +"))
        #expect(
            text.contains(" MWh since \(first), from then ") && text.contains("kWh a day more; it left its band on"))
        let json = EnergyReviewText.json(cusums: cusums, review)
        let paint = try #require(json["meters"]?.items?.first)
        #expect(paint["asset"] == .string("shop/paint") && paint["shift"]?["from"] == .string(first))
        #expect(paint["shift"]?["open"] == .bool(true) && json["judged_days"]?.double == Double(cusums[0].days.count))
        let sum = try #require(paint["days"]?.items?.last?["cusum_kwh"]?.double)
        #expect(abs(sum - (paint["shift"]?["kwh"]?.double ?? 0)) < 0.1 * sum)
        #expect(json["meters"]?.items?.count == cusums.count && cusums.count > 15)
    }

    @Test("a plant that stays as it was has hardly a meter out of its band; the register names the large ones")
    func register() throws {
        let review = try review()
        // Chance, and where a burner is no straight line of the temperature.
        let cusums = review.cusums()
        #expect(cusums.count > 15 && cusums.filter { $0.shift != nil }.count <= 2)
        #expect(cusums.first { $0.meter.text == "load shop/paint" }?.shift == nil)
        let register = EnergyRegister(review)
        let lines = EnergyReviewText.lines(register, review)
        #expect(lines.filter { $0.count > 80 } == [])
        #expect(lines.contains { $0.hasPrefix("gas/paint-ovens ") && $0.contains("kWh/vehicle") })
        let uses = try #require(EnergyReviewText.json(register, review)["uses"]?.items)
        #expect(uses.count == register.uses.count)
        let share = uses.reduce(0) { $0 + ($1["co2_fraction"]?.double ?? 0) }
        #expect(share >= 0.8 && share <= 1)
    }
}
