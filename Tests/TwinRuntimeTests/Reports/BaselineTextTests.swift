import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting

@Suite("Baseline text")
struct BaselineTextTests {
    /// Sixty days of 2018 of the simulated plant, winter to spring, as rows that nobody stored.
    private func fitted() throws -> (fitted: BaselineRegression, facts: BaselineText.Facts) {
        let config = try Repository.config()
        let from = config.zone.instant(CivilDate(year: 2018, month: 3, day: 1))
        var method = config.method
        method.chart = Chart([])
        var days = EnergyDays(method)
        var run = SimulatedRun(
            config: config, from: from, to: from + Span.days(60), step: settlementPeriod, seed: 42, control: .none)
        run.forEachRow { days.add($0) }
        days.finish()
        let fitted = try #require(BaselineRegression(days.days, heatingBaseC: method.heatingBaseC))
        let facts = BaselineText.Facts(
            site: config.site, books: "a \"quoted\" name.sqlite", from: try #require(days.days.first).date,
            to: try #require(days.days.last).date, partialDays: days.partialDays, blindDays: days.blindDays,
            isSimulated: true)
        return (fitted, facts)
    }

    @Test("what it prints is 80 columns wide, and its energy: and fit: are read as baseline.yaml")
    func pasted() throws {
        let (fitted, facts) = try fitted()
        let lines = BaselineText.lines(fitted, facts)
        #expect(lines.first == "simulated: these days come from models, none was measured")
        let place = try #require(lines.firstIndex(of: "energy:"))
        #expect(lines.prefix(place).filter { $0.count > 80 } == [])
        #expect(lines.contains { $0.hasPrefix("Verdict: holds in its range") })
        let shipped = try #require(try Repository.configFiles().first { $0.name == "baseline.yaml" }).text
        let from = try #require(shipped.firstRange(of: "energy:\n")).lowerBound
        let to = try #require(shipped.firstRange(of: "# What the year was like")).lowerBound
        let pasted = lines[place...].joined(separator: "\n") + "\n"
        let config = try Repository.config("baseline.yaml", String(shipped[from..<to]), pasted)
        let baseline = try #require(config.method.baseline)
        #expect(abs(baseline.energy.electricityFixedKW - fitted.model.electricityFixedKW) <= 0.0005)
        #expect(abs(baseline.energy.gasPaintKWPerK - fitted.model.gasPaintKWPerK) <= 0.0005)
        let fit = try #require(baseline.fit)
        #expect(fit.days == 60 && abs(fit.gas.r2 - fitted.fit.gas.r2) < 1e-4)
        #expect(fit.vehiclesPerDay == fitted.vehiclesPerDay)
        #expect(try Repository.config().method.baseline?.fit == nil)
        // A page and a table of a plant with it say so.
        let words = "electricity R2"
        var method = try Repository.config().method
        method.baseline?.fit = fit
        let day = SummaryBenchRow.summary(method)
        #expect(SummaryText.lines(day).contains { $0.contains(words) })
    }

    @Test("the JSON has the figures of the table")
    func json() throws {
        let (fitted, facts) = try fitted()
        let json = BaselineText.json(fitted, facts)
        #expect(json["schema"] == .string("baseline/1") && json["days"] == .integer(60))
        #expect(json["energy"]?["electricity_fixed_kw"]?.double == fitted.model.electricityFixedKW)
        #expect(json["electricity"]?["r2"]?.double == fitted.electricity.r2)
        #expect(json["validity"]?["tolerance_fraction"]?.double == 0.1 && json["holds"] == .bool(true))
        // The plan is one number of vehicles a day.
        #expect(json["cautions"]?.items?.first?.text?.hasPrefix("every production day made") == true)
        #expect(json["gas"]?["left_out"]?.items?.contains(.string("vehicles")) == true)
    }
}

/// One half hour of a plant, for what does not depend on its figures.
private enum SummaryBenchRow {
    static func summary(_ method: ReportMethod) -> Summary {
        var row = PeriodRow(start: PlantTime(ms: 1_750_204_800_000), meterCount: method.chart.meters.count)
        row.steppedMs = 1_800_000
        row.vehicles = 1
        return Summary(rows: [row], method: method, facts: RunFacts(stepS: 60, mode: .off, loop: .closed))
    }
}
