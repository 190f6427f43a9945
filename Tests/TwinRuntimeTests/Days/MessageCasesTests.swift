import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinRuntime
import TwinTesting
import TwinUnits

/// Inputs after public reports: messages and stamps that are not as they should be.
@Suite("Messages of the field", .enabled(if: Repository.sharedCase("README.md") != nil, "no cases in ../shared/cases"))
struct MessageCasesTests {
    private func summary(_ name: String, _ file: String = "bad.jsonl") async throws -> (Summary, [String]) {
        let path = try #require(Repository.sharedCase("\(name)/\(file)"))
        let result = try await replay([path])
        return (result.summary, result.notes.refusals.map(\.failure.text))
    }

    private func kWh(_ summary: Summary, _ key: String) -> Double? { summary.json["energy_kwh"]?[key]?.double }

    /// The whole hour is measured: 203.25 kg per vehicle.
    private func expectWhole(_ summary: Summary, rejected: [RejectReason: Int] = [:]) throws {
        #expect(abs(try #require(summary.kgPerVehicle) - 203.25) < 0.005)
        #expect(abs(summary.carbon.scope1.kilograms - 8601.9) < 0.1)
        #expect(abs(summary.carbon.scope2Location.kilograms - 3593.1) < 0.1)
        #expect(summary.vehicles == 60 && summary.counts.rejected == rejected && summary.alarms.isEmpty)
    }

    @Test(
        "a NUL, a byte-order mark and messages of one key cost nothing",
        arguments: ["P19-payload-ends-with-nul", "P20-payload-starts-with-bom", "P21-one-key-a-message-same-seq"])
    func taken(name: String) async throws { try expectWhole(try await summary(name).0) }

    @Test(
        "one line or one clock ahead costs its line",
        arguments: ["P24-one-line-three-days-ahead", "P25-second-clock-six-hours-ahead"])
    func ahead(name: String) async throws {
        let (summary, refusals) = try await summary(name)
        try expectWhole(summary, rejected: [.clockFuture: 1])
        #expect(refusals.count == 1 && refusals.first?.contains("leaps ahead") == true)
        #expect(summary.steps == 60 || summary.steps == 61)
    }

    @Test("a null key is counted by its signal, and the model in its place is an alarm")
    func nullKey() async throws {
        let (summary, _) = try await summary("P16-one-key-null")
        #expect(summary.counts.lost == [.wrongType: ["gas/paint-ovens/gas_kw": 4]])
        #expect(summary.alarms.map(\.code) == ["stale"])
    }

    @Test("retained copies are counted, and each source of nothing else is an alarm")
    func retained() async throws {
        let (summary, _) = try await summary("P26-every-message-retained")
        #expect(summary.counts.retainedTotal >= 240)
        #expect(summary.alarms.map(\.code) == ["stale"])
        #expect(try #require(summary.alarms.first).count >= 40)
    }

    @Test("a stale offline does not keep a store that speaks from work")
    func offline() async throws {
        let path = try #require(Repository.sharedCase("P27-stale-offline-will/bad.jsonl"))
        let outcomes = Outcomes()
        _ = try await replay([path]) {
            $0.onTick = { outcome, _ in
                outcomes.add(outcome)
                return true
            }
        }
        let reasons = outcomes.all.dropFirst(3).flatMap(\.commands).filter { $0.path.asset == "string-1" }.map(
            \.point.reason)
        #expect(!reasons.isEmpty && reasons.allSatisfy { !$0.contains("not_connected") })
    }

    @Test("noise below 0 is 0: both sides of the grid meter are measured")
    func noise() async throws {
        let (summary, _) = try await summary("P28-import-minus-0.3-while-exporting")
        #expect(abs(try #require(kWh(summary, "grid_import")) - 1500) < 1)
        #expect(abs(try #require(kWh(summary, "grid_export")) - 2000) < 1)
        #expect(abs(summary.carbon.scope2Location.kilograms - 265.5) < 0.2 && summary.alarms.isEmpty)
    }

    @Test("a meter that is never heard is an alarm")
    func neverHeard() async throws {
        let (summary, _) = try await summary("P36-configured-meter-never-heard")
        #expect(summary.alarms.map(\.code) == ["stale"] && summary.alarms.map(\.count) == [1])
    }

    @Test("a day's value that comes ten minutes late is booked whole")
    func lateDay() async throws {
        let path = try #require(Repository.sharedCase("P37-daily-value-ten-minutes-late/bad.jsonl"))
        let result = try await replay([path])
        #expect(result.summary.counts.rejectedTotal == 0 && result.summary.counts.late == 1)
        let chart = try Repository.config().method.chart
        let line = try #require(chart.index(of: Meter(.gas, .burner, "paint-ovens")))
        // The first hour is the local day before.
        let day = result.rows.filter { $0.start < Recording.start - .hours(7) + .days(1) }
        let measured = day.filter { $0.meters[line].measuredMs == settlementPeriod.ms }
        #expect(abs(measured.reduce(0) { $0 + $1.meter(line).kilowattHours } - 216_000) < 1)
    }

    @Test("a null of a forecast keeps its place: storage does what it does with the whole forecast")
    func forecast() async throws {
        func points(_ file: String) async throws -> [Double] {
            let path = try #require(Repository.sharedCase("P38-forecast-with-null/\(file)"))
            let outcomes = Outcomes()
            _ = try await replay([path]) {
                $0.onTick = { outcome, _ in
                    outcomes.add(outcome)
                    return true
                }
            }
            return outcomes.all.flatMap(\.commands).filter { $0.path.asset == "string-1" }.map(\.point.value)
        }
        let whole = try await points("complete.jsonl")
        #expect(!whole.isEmpty && whole.allSatisfy { $0 == 0 })
        #expect(try await points("with-null.jsonl") == whole)
    }
}
