import Testing
import TwinBooks
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting

/// The result in five lines.
@Suite("Result text")
struct ResultTextTests {
    @Test("five lines of at most 80 columns say the figure, its year, vehicles, energy and what to look at")
    func day() async throws {
        let lines = ResultText.lines(try await BundledDay.closed().summary)
        #expect(
            lines == [
                "CO2 per vehicle  158.8 kg ± 6.4 (95 %), simulated: none of it was measured",
                "against 2018     32.3 % less than 234.5 kg (20 to 44 %)",
                "vehicles         1,415 from 2025-06-18 00:00 to 2025-06-19 00:00, sunderland",
                "energy           MWh: 387.4 imported, 194.2 own, 853.0 gas, 44.5 ethanol",
                "look at          stores gave 15000 kWh of heat on balance (2744 kg CO2e as gas)",
            ])
    }

    @Test("without a vehicle or a baseline there is a dash and the reason")
    func noFigure() async throws {
        let result = try await BundledDay.closed().result
        let day = result.summary
        let night = Summary(rows: Array(result.rows.prefix(6)), method: day.method, facts: day.facts)
        #expect(ResultText.lines(night)[0] == "CO2 per vehicle  —, no vehicle was lined off")
        #expect(ResultText.lines(night)[1] == "against 2018     —, no vehicle was lined off in this window")
        var method = day.method
        method.baseline = nil
        let alone = Summary(rows: result.rows, method: method, facts: day.facts)
        #expect(ResultText.lines(alone)[1] == "against          —, the site has no baseline; add a baseline.yaml")
        #expect(alone.reductionPct == nil && alone.baselineKgPerVehicle == nil && alone.judgedTargets.isEmpty)
        #expect(alone.json.at("baseline.id")?.text == "none" && alone.kgPerVehicle == day.kgPerVehicle)
    }

    @Test("no line is wider than 80 columns, whatever went wrong")
    func width() async throws {
        let result = try await BundledDay.closed().result
        var rows = result.rows
        for reason in RejectReason.allCases { rows[0].counts.rejected[reason] = 1_000_000 }
        for code in AlarmCode.allCases { rows[0].alarms[code.rawValue] = 1000 }
        let lines = ResultText.lines(Summary(rows: rows, method: result.summary.method, facts: result.summary.facts))
        #expect(lines.count > 5 && lines.allSatisfy { $0.count <= 80 })
        #expect(lines[4].hasPrefix("look at          alarms: "))
        #expect(lines.dropFirst(5).allSatisfy { $0.hasPrefix("                 ") })
        // Nothing is cut.
        #expect(lines.joined().contains("messages rejected"))
    }
}
