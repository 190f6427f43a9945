import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime
import TwinTesting

/// The alarms of the shipped scenarios, each around its fault: the recording begins some time before it. They come, and
/// would not without the fault or the detector. The end-to-end tests run the whole days, figures and all.
@Suite("Scenarios")
struct ScenarioTests {
    /// Their file names; an unreadable folder gives none, which the count below tells.
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: Repository.scenarios)) ?? [])
        .filter { $0.hasSuffix(".scenario.yaml") }.sorted()
    private static let alarming = names.filter { name in
        // One that cannot be read stays in the list and fails there.
        (try? shipped(name))?.expectations.contains { code($0) != nil } ?? true
    }

    private static func shipped(_ name: String) throws -> ScenarioFile {
        try ScenarioFile.load(path: "\(Repository.scenarios)/\(name)")
    }

    /// The alarm code that an expectation waits for.
    private static func code(_ expectation: TwinCore.Expectation) -> AlarmCode? {
        guard case .alarm(let pattern, _, _, _) = expectation.kind else { return nil }
        return pattern.split(separator: "/").last.flatMap { AlarmCode(rawValue: String($0)) }
    }

    /// Runs a scenario from an hour and more before its first fault to when its last alarm is due to be gone.
    private func around(
        _ scenario: ScenarioFile, _ config: SiteConfig? = nil,
        expecting expectations: [TwinCore.Expectation]? = nil
    ) async throws -> ReplayResult {
        #expect(scenario.recording == Repository.day && scenario.seed == nil && scenario.mode == nil)
        let fault = try #require(scenario.faults.map(\.from).min())
        let end = try #require(
            scenario.expectations.compactMap { expectation in
                if case .alarm(_, _, _, let clearsBy) = expectation.kind { clearsBy } else { nil }
            }.max())
        let start = (fault - .hours(1)).floored(to: settlementPeriod)
        return try await replay(lines: BundledDay.hours(from: start, to: end), config) { options in
            options.loop = scenario.loop
            options.faults = scenario.faults
            options.expectations = expectations ?? scenario.expectations
        }
    }

    private static func alarms(_ verdicts: [ExpectationCheck.Verdict]) -> [ExpectationCheck.Verdict] {
        verdicts.filter { code($0.expectation) != nil }
    }

    @Test("there are at least twelve shipped scenarios, each with a fault and an expectation")
    func count() throws {
        let scenarios = try Self.names.map { try Self.shipped($0) }
        #expect(scenarios.count >= 12)
        #expect(scenarios.filter { $0.faults.isEmpty || $0.expectations.isEmpty }.isEmpty)
        let verbs = Set(scenarios.flatMap(\.faults).map(\.verb))
        #expect(verbs == Set(Fault.Verb.allCases))
    }

    @Test("every alarm that a shipped scenario waits for comes and goes", arguments: alarming)
    func alarms(name: String) async throws {
        let found = Self.alarms(try await around(Self.shipped(name)).verdicts)
        #expect(!found.isEmpty)
        #expect(found.filter { !$0.passed }.map(\.sentence) == [])
    }

    @Test("without its fault each scenario fails, and none of its alarms comes", arguments: names)
    func withoutFault(name: String) async throws {
        let scenario = try Self.shipped(name)
        // The same run without the fault is the bundled day.
        #expect(scenario.recording == Repository.day && scenario.seed == nil && scenario.mode == nil)
        let clean = try await BundledDay.run(scenario.loop)
        var check = ExpectationCheck(scenario.expectations, zone: clean.summary.method.zone)
        clean.outcomes.forEach { check.note($0) }
        let found = check.verdicts(clean.summary)
        #expect(found.contains { !$0.passed })
        #expect(Self.alarms(found).allSatisfy { !$0.passed && $0.sentence.contains("it was never raised") })
    }

    @Test("with a detector switched off the scenario that waits for its alarm fails", arguments: alarming)
    func withoutDetector(name: String) async throws {
        let scenario = try Self.shipped(name)
        for code in Set(scenario.expectations.compactMap(Self.code)).sorted() {
            var config = try Repository.config()
            config.alarmsOff = [code]
            for alarm in Self.alarms(try await around(scenario, config).verdicts) {
                #expect(alarm.passed == (Self.code(alarm.expectation) != code), "\(code): \(alarm.sentence)")
            }
        }
    }

    @Test("the wind scenario fails where the farm has no stuck detector")
    func withoutStuckRule() async throws {
        let scenario = try Self.shipped("frozen-wind-meter.scenario.yaml")
        var config = try Repository.config()
        for index in config.assets.indices where config.assets[index].path.area == .wind {
            config.assets[index].stuck = nil
        }
        #expect(try await around(scenario, config).verdicts.contains { !$0.passed })
    }

    @Test("a figure out of its range and a forbidden alarm fail, with what happened")
    func failures() async throws {
        let scenario = try Self.shipped("frozen-wind-meter.scenario.yaml")
        let found = try await around(
            scenario,
            expecting: [
                Expectation(kind: .noAlarm(pattern: "wind/+/+"), place: "a:1"),
                Expectation(kind: .noAlarm(pattern: "grid/+/+"), place: "a:2"),
                Expectation(kind: .figure(path: "vehicles", low: 1, high: 10), place: "a:3"),
                Expectation(kind: .figure(path: "no.such", low: 1, high: nil), place: "a:4"),
                Expectation(kind: .figure(path: "steps", low: 185, high: 185), place: "a:5"),
            ])
        try #require(found.verdicts.map(\.passed) == [false, true, false, false, true])
        #expect(found.verdicts[0].sentence.contains("wind/t01/stuck was raised at 2025-06-18 13:0"))
        #expect(
            found.verdicts[2].sentence == "expected vehicles in 1...10; it is \(found.summary.vehicles)")
        #expect(found.verdicts[3].sentence.contains("no such figure") && found.verdicts[3].isIdle)
        #expect(found.summary.facts.expectationsPassed == 2 && found.summary.facts.expectationsFailed == 3)
    }

    @Test(
        "a fault of the plant in an open loop is refused with that sentence",
        arguments: [Fault.Verb.doesNotLeave, .gridOutage, .ignoreCommand, .trip])
    func openLoop(verb: Fault.Verb) async throws {
        let fault = Fault(verb: verb, on: "storage/string-1", from: Recording.start, lasting: nil)
        let problem = try await #require(throws: ReplayProblem.self) {
            try await replay([Repository.day]) { $0.faults = [fault] }
        }
        #expect(problem.exitCode == 65)
        #expect(
            problem.description == "fault \(verb.rawValue) happens in the plant, and an open recording has none: use"
                + " --loop closed (fault_needs_closed_loop)")
    }

    @Test("what says that it is tripped is not said to be deaf to commands besides")
    func tripped() async throws {
        var lines = try SmallRecording.lines()
        for path in ["storage/string-1", "bay/staff"] {
            lines.insert(
                "{\"t\":3600,\"fault\":{\"do\":\"trip\",\"on\":\"\(path)\",\"for\":\"45m\"}}", at: lines.count / 2)
            for word in [
                "\"alarm\":\"\(path)/trip\",\"after\":\"2025-06-18T05:00:00Z\"",
                "\"no_alarm\":\"\(path)/not_followed\"",
            ] {
                lines.append("{\"t\":7200,\"expect\":{\(word)}}")
            }
        }
        let closed = try await replay(lines: lines) { $0.loop = .closed }
        #expect(closed.verdicts.map(\.passed) == [true, true, true, true], "\(closed.verdicts.map(\.sentence))")
    }

    @Test("faults and expectations may stand in the recording itself")
    func inTheRecording() async throws {
        var lines = try SmallRecording.lines()
        lines.insert("{\"t\":3600,\"fault\":{\"do\":\"grid_outage\",\"for\":\"5m\"}}", at: lines.count / 2)
        lines.append(
            "{\"t\":7200,\"expect\":{\"alarm\":\"grid/main/trip\",\"after\":\"2025-06-18T06:00:00Z\",\"within\":\"10m\"}}"
        )
        lines.append("{\"t\":7200,\"expect\":{\"no_alarm\":\"grid/main/trip\"}}")
        let closed = try await replay(lines: lines) { $0.loop = .closed }
        #expect(closed.verdicts.map(\.passed) == [true, false])
        let problem = try await #require(throws: ReplayProblem.self) { try await replay(lines: lines) }
        #expect(problem.description.contains("fault_needs_closed_loop"))
    }
}
