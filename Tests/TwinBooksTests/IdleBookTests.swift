import Testing
import TwinBooks
import TwinCore
import TwinUnits

@Suite("Idle book")
struct IdleBookTests {
    private static let fan = Meter(.load, .building, "fan")
    private static let boiler = Meter(.gas, .heat, "boiler")
    private static let chart = Chart([fan, boiler, Meter(.gridImport, .grid, "main")])

    /// One shift from 6 to 22 h UTC, Monday to Friday. 2025-06-18 is a Wednesday.
    private static let calendar = ProductionCalendar(
        zone: .utc, shifts: [.init(name: "day", start: 6 * 3_600_000, end: 22 * 3_600_000)], workdays: [1, 2, 3, 4, 5],
        closed: [], vehiclesPerDay: 100, models: ModelMix([.init("leaf", share: 1, isElectric: true)]))

    private func row(_ halfHour: Int64, fanKWh: Int64, gasKWh: Int64 = 0) -> PeriodRow {
        var meters = SumList(count: 3)
        for (place, kWh) in [fanKWh, gasKWh, 0].enumerated() {
            meters[place] = AccountSum(Energy(wattSeconds: kWh * 3_600_000), measuredMs: 1_800_000, estimatedMs: 0)
        }
        var row = PeriodRow(
            start: BooksBench.start + halfHour * settlementPeriod, meters: meters, chart: Self.chart,
            losses: LossFractions(electricity: 0, heat: 0))
        row.steppedMs = 1_800_000
        return row
    }

    private func book() -> IdleBook {
        var method = SummaryBench.method(chart: Self.chart)
        method.factors = Factors(
            convention: .setYear, byYear: [(2025, CarbonTests.set(grid: 200_000_000, gas: 180_000_000))])
        return IdleBook(method, Self.calendar)
    }

    @Test("counts what lies outside the shifts, and holds it against the quietest whole day without one")
    func handComputed() throws {
        var book = book()
        // From Wednesday to Sunday: at work 50 kWh a half hour, at night 20 and 10 of gas, on Saturday 5, on Sunday 4 of the fan.
        for halfHour in 0..<Int64(5 * 48) {
            let (day, hour) = (halfHour / 48, halfHour % 48 / 2)
            let isShift = day < 3 && (6..<22).contains(hour)
            let fan: Int64 = isShift ? 50 : day < 3 ? 20 : day == 3 ? 5 : 4
            book.add(row(halfHour, fanKWh: fan, gasKWh: day < 3 && !isShift ? 10 : 0))
        }
        let uses = book.uses()
        // Three nights of 8 h and two days of 24: 72 h.
        #expect(book.hours == 72 && uses.map(\.meter) == [Self.fan, Self.boiler])
        let fan = try #require(uses.first)
        // 3 x 16 x 20 + 48 x 5 + 48 x 4 = 1,392 kWh: 278.4 kg and 278.4 GBP at 200 a MWh.
        #expect(abs(fan.energy.kilowattHours - 1392) < 1e-9 && abs(fan.kg - 278.4) < 1e-9)
        #expect(abs(fan.cost - 278.4) < 1e-9 && abs(fan.meanKW - 1392.0 / 72) < 1e-9)
        // Sunday: 4 kWh in half an hour are 8 kW.
        #expect(fan.quietest?.day == CivilDate(year: 2025, month: 6, day: 22) && fan.quietest?.kW == 8)
        #expect(abs((fan.excessShare ?? 0) - (1 - 8 / (1392.0 / 72))) < 1e-12)
        // Gas: 480 kWh, 86.4 kg, 24 GBP and 3.456 of carbon; on Saturday none.
        let gas = uses[1]
        #expect(abs(gas.kg - 86.4) < 1e-9 && abs(gas.cost - 27.456) < 1e-9 && gas.excessShare == 1)
    }

    @Test("a day of which half an hour is missing is no whole day, and without one nothing is held against anything")
    func incomplete() throws {
        var book = book()
        for halfHour in Int64(3 * 48)..<Int64(4 * 48) where halfHour != 150 { book.add(row(halfHour, fanKWh: 1)) }
        let use = try #require(book.uses().first)
        #expect(use.quietest == nil && use.excessShare == nil && use.hours == 23.5)
        #expect(self.book().uses().isEmpty)
    }
}
