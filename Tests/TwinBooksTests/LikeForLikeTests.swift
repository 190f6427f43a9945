import Testing
import TwinCore
import TwinUnits

@testable import TwinBooks

/// The baseline's plant in a window: one rule, whatever the window is.
@Suite("Like for like")
struct LikeForLikeTests {
    private static let old = Meter(.wind, .wind, "old")
    private static let chart = Chart([old, Meter(.gridImport, .grid, "main"), Meter(.gas, .heat, "boiler")])

    /// London 2025: +1 h from 30 March 01:00Z to 26 October 01:00Z.
    private static let london = LocalZone(
        name: "Europe/London",
        changes: [
            .init(from: PlantTime(ms: 0), offset: Span(ms: 0)),
            .init(from: PlantTime(ms: 1_743_296_400_000), offset: .hours(1)),
            .init(from: PlantTime(ms: 1_761_440_400_000), offset: Span(ms: 0)),
        ])

    private static var method: ReportMethod {
        var method = SummaryBench.method(chart: chart)
        method.zone = london
        return method
    }

    private func summary(_ rows: [PeriodRow], _ method: ReportMethod = method) -> Summary {
        Summary(rows: rows, method: method, facts: SummaryBench.facts)
    }

    /// A year of half hours from local midnight of 1 January 2025, which is 00:00Z: seasons, weekdays, wind that is at times more
    /// than the baseline plant takes.
    private static func year(seed: UInt64) -> [PeriodRow] {
        var chance = Chance(stream: SeedStream(seed: seed, name: "year"))
        let begin = PlantTime(ms: 1_735_689_600_000)
        return (0..<Int64(17_520)).map { index in
            var row = PeriodRow(start: begin + index * settlementPeriod, meterCount: 3)
            let date = london.local(row.start).date
            let isProduction = date.isoWeekday < 6
            row.steppedMs = 1_800_000
            row.productionDayMs = isProduction ? 1_800_000 : 0
            row.vehicles = isProduction ? Int.random(in: 0...60, using: &chance) : 0
            row.heatingKMs = date.month > 4 && date.month < 10 ? 0 : Int64.random(in: 0...36_000_000, using: &chance)
            row.meters[0].energy = Energy(wattSeconds: .random(in: 0...20_000_000_000, using: &chance))
            row.accounts[Account.gas.index].energy = Energy(wattSeconds: 7_200_000_000)
            return row
        }
    }

    @Test("365 local days come to the year to 1 mg, and so do months, over the changes of the clocks", arguments: 1...3)
    func additive(seed: UInt64) throws {
        let rows = Self.year(seed: seed)
        let year = summary(rows)
        func parts(_ key: (CivilDate) -> Int) -> [Summary] {
            let groups = Dictionary(grouping: rows) { key(Self.london.local($0.start).date) }
            return groups.sorted { $0.key < $1.key }.map { summary($0.value) }
        }
        let days = parts { Int($0.daysSinceEpoch) }
        #expect(days.count == 365 && Set(days.map(\.conditions.hours)) == [23, 24, 25])
        let whole = try #require(year.likeForLikeKg)
        for cut in [days, parts(\.month)] {
            let sum = cut.reduce(0) { $0 + ($1.likeForLikeKg ?? .nan) }
            #expect(abs(sum - whole) < 1e-6)
        }
        // Neither part is empty: some days work in the cold, some stand in it, and some half hours have wind to spare.
        #expect(year.conditions.productionHeatingKHours > 0 && year.conditions.baselineSurplusKWh > 0)
        #expect(year.conditions.heatingKHours > 1.2 * year.conditions.productionHeatingKHours)
        // A year is compared with the year as reported, and has the like-for-like figure beside it.
        #expect(year.basis == .annual && year.baselineKgPerVehicle == 500)
        #expect(year.likeForLikeKgPerVehicle == whole / Double(year.vehicles))
        #expect(year.json["baseline"]?["like_for_like_kg_per_vehicle"] == .number(whole / Double(year.vehicles)))
    }

    @Test("cold days of work and warm idle ones are no days of the mean, on paper")
    func dayTypes() {
        func day(_ index: Int64, isProduction: Bool, heatingK: Int64) -> [PeriodRow] {
            (0..<48).map { place in
                var row = PeriodRow(
                    start: BooksBench.start + (48 * index + Int64(place)) * settlementPeriod, meterCount: 3)
                row.steppedMs = 1_800_000
                row.productionDayMs = isProduction ? 1_800_000 : 0
                row.heatingKMs = heatingK * 1_800_000
                row.vehicles = isProduction ? 25 : 0
                return row
            }
        }
        let rows = day(0, isProduction: true, heatingK: 10) + day(1, isProduction: false, heatingK: 2)
        let window = summary(rows).conditions
        #expect(window.heatingKHours == 288 && window.productionHeatingKHours == 240)
        #expect(window.heatingK.production == 10 && window.heatingK.idle == 2)
        // 3000 x 24 + 800 x 24 + 100 x 288 + 50 x 240 + 30 x 1200 = 168,000 kWh; by the mean of 6 K it would be 163,200.
        #expect(CarbonTests.baseline.energyKWh(window).gas == 168_000)
        // A row over local midnight has each part of its heating: 3 of 4 quarters on a production day.
        var row = PeriodRow(start: BooksBench.start, meterCount: 0)
        row.steppedMs = 1_800_000
        row.productionDayMs = 1_350_000
        row.heatingKMs = 8
        #expect(row.productionHeatingKMs == 6)
        row.productionDayMs = 0
        #expect(row.productionHeatingKMs == 0)
    }

    @Test("the identity of the change burns what the like-for-like baseline burns", arguments: 1...3)
    func sameModel(seed: UInt64) {
        let window = summary(Array(Self.year(seed: seed).prefix(9_000))).conditions
        let plant = PlantHours(
            productionShare: window.productionDayHours / window.hours, productionHeatingK: window.heatingK.production,
            idleHeatingK: window.heatingK.idle, vehicles: Double(window.vehicles) / window.hours, gridFactor: 0,
            gasFactor: 0, renewableKW: 0, alternativeKW: 0, otherKgPerHour: 0, heatingElectricKW: 0, electricHeatKW: 0,
            electricityIntensity: 1, gasIntensity: 1)
        let gas = CarbonTests.baseline.energyKWh(window).gas
        #expect(abs(plant.gasBaseKW(CarbonTests.baseline.energy) * window.hours / gas - 1) < 1e-12)
    }

    @Test("wind that the baseline plant could not use pays for no other half hour, on paper")
    func surplus() {
        // 4000 kW take 2000 kWh in half an hour. First 3000 kWh of wind, then none: 0 + 2000 are bought, not 1000.
        let rows = [Int64(3000), 0].enumerated().map { index, kWh in
            var row = PeriodRow(start: BooksBench.start + Int64(index) * settlementPeriod, meterCount: 3)
            row.steppedMs = 1_800_000
            row.meters[0].energy = Energy(wattSeconds: kWh * 3_600_000)
            return row
        }
        let window = summary(rows).conditions
        #expect(window.baselineGenerationKWh == 3000 && window.baselineSurplusKWh == 1000)
        // Gas: 800 kW over an hour. 2000 x 0.28307 + 800 x 0.184 = 566.14 + 147.2 kg.
        let kg = CarbonTests.baseline.emissions(window, factors: CarbonTests.factors).kilograms
        #expect(abs(kg - 713.34) < 1e-9)
    }

    @Test("beyond the days of its fit the baseline does not hold, and says by what")
    func range() throws {
        let fit = BaselineFit(
            days: 365, electricity: .init(r2: 0.9, cvRMSE: 0.05), gas: .init(r2: 0.9, cvRMSE: 0.05),
            vehiclesPerDay: 0...1000, heatingKHPerDay: 0...300)
        func day(_ vehicles: ClosedRange<Double>, _ heating: ClosedRange<Double>) throws -> Summary {
            var method = SummaryBench.method()
            var fit = fit
            (fit.vehiclesPerDay, fit.heatingKHPerDay) = (vehicles, heating)
            method.baseline?.fit = fit
            return Summary(rows: SummaryBench.day(), method: method, facts: SummaryBench.facts)
        }
        // 1,200 vehicles and 120 K h; 10 % beyond 1,100 are 1,210.
        #expect(try day(0...1100, 0...300).incomparableReason == nil)
        let many = try day(0...1000, 0...300)
        #expect(many.incomparableReason == "1200 vehicles a day is outside 0…1100, where the baseline holds")
        #expect(many.reductionPct == nil && many.likeForLikeKg == nil && many.change == nil && many.paths.isEmpty)
        let warm = try day(0...1200, 140...300)
        #expect(
            warm.incomparableReason == "120 K h of heating a day is outside 126…330, where the baseline holds")
        #expect(fit.reason(WindowConditions(hours: 0, productionDayHours: 0, heatingKHours: 0, vehicles: 0)) == nil)
    }
}
