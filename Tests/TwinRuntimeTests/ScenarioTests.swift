import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinPlant
import TwinRuntime
import TwinScenario

/// The shipped scenarios hold, and each would not without its fault or its detector.
@Suite("Scenarios")
struct ScenarioTests {
    private static func shipped() throws -> [ScenarioFile] {
        try FileManager.default.contentsOfDirectory(atPath: Repository.scenarios).sorted()
            .filter { $0.hasSuffix(".scenario.yaml") }
            .map { try ScenarioFile.load(path: "\(Repository.scenarios)/\($0)") }
    }

    /// Runs a scenario; `short` stops when its last alarm is due to be gone.
    private func verdicts(
        _ scenario: ScenarioFile, _ config: SiteConfig? = nil, short: Bool = false
    ) async throws -> [ExpectationCheck.Verdict] {
        let end = scenario.expectations.compactMap { expectation in
            if case .alarm(_, _, _, let clearsBy) = expectation.kind { clearsBy } else { nil }
        }.max()
        return try await replay([scenario.recording], config) { options in
            options.loop = scenario.loop
            options.mode = scenario.mode
            options.seed = scenario.seed
            options.faults = scenario.faults
            options.expectations = scenario.expectations
            if short, let end { options.onTick = { outcome, _ in outcome.end <= end } }
        }.verdicts
    }

    @Test("there are four shipped scenarios, each with a fault and an expectation")
    func four() throws {
        let scenarios = try Self.shipped()
        #expect(scenarios.count == 4)
        #expect(scenarios.filter { $0.faults.isEmpty || $0.expectations.isEmpty }.isEmpty)
    }

    @Test("every expectation of the shipped scenarios holds", arguments: 0..<4)
    func pass(index: Int) async throws {
        let scenario = try Self.shipped()[index]
        let found = try await verdicts(scenario)
        #expect(found.count == scenario.expectations.count)
        #expect(found.filter { !$0.passed }.map(\.sentence) == [], "\(scenario.path)")
    }

    @Test("without its fault each scenario fails", arguments: 0..<4)
    func withoutFault(index: Int) async throws {
        let scenario = try Self.shipped()[index]
        // The same run without the fault is the bundled day in a closed loop.
        #expect(
            scenario.recording == Repository.day && scenario.loop == .closed && scenario.seed == nil
                && scenario.mode == nil)
        let clean = try await BundledDay.closed()
        var check = ExpectationCheck(scenario.expectations, zone: clean.result.summary.method.zone)
        clean.outcomes.forEach { check.note($0) }
        let alarms = check.verdicts(clean.result.summary).filter {
            if case .alarm = $0.expectation.kind { true } else { false }
        }
        #expect(!alarms.isEmpty && alarms.allSatisfy { !$0.passed }, "\(scenario.path)")
        #expect(alarms.allSatisfy { $0.sentence.contains("it was never raised") })
    }

    @Test(
        "with its detector switched off a scenario fails",
        arguments: [AlarmCode.balance, .stuck, .trip, .notAcked, .notFollowed])
    func withoutDetector(code: AlarmCode) async throws {
        let scenarios = try Self.shipped().filter { scenario in
            scenario.expectations.contains {
                if case .alarm(let pattern, _, _, _) = $0.kind { pattern.hasSuffix("/\(code.rawValue)") } else { false }
            }
        }
        #expect(scenarios.count == 1)
        var config = try Repository.config()
        config.alarmsOff = [code]
        for scenario in scenarios {
            let failed = try await verdicts(scenario, config, short: true).filter { !$0.passed }
            #expect(
                failed.count == 1
                    && failed.allSatisfy {
                        $0.sentence.contains("expected alarm") && $0.sentence.contains(code.rawValue)
                    })
        }
    }

    @Test("the wind scenario fails where the farm has no stuck detector")
    func withoutStuckRule() async throws {
        let scenario = try #require(try Self.shipped().first { $0.path.contains("wind") })
        var config = try Repository.config()
        for index in config.wind.indices { config.wind[index].stuck = nil }
        #expect(try await verdicts(scenario, config, short: true).contains { !$0.passed })
    }

    @Test("a figure out of its range and a forbidden alarm fail, with what happened")
    func failures() async throws {
        let scenario = try #require(try Self.shipped().first { $0.path.contains("wind") })
        let found = try await replay([scenario.recording]) { options in
            options.loop = .closed
            options.faults = scenario.faults
            options.onTick = { outcome, _ in outcome.tick < 800 }
            options.expectations = [
                Expectation(kind: .noAlarm(pattern: "wind/+/+"), place: "a:1"),
                Expectation(kind: .noAlarm(pattern: "grid/+/+"), place: "a:2"),
                Expectation(kind: .figure(path: "vehicles", low: 1, high: 10), place: "a:3"),
                Expectation(kind: .figure(path: "no.such", low: 1, high: nil), place: "a:4"),
                Expectation(kind: .figure(path: "steps", low: 800, high: 800), place: "a:5"),
            ]
        }
        try #require(found.verdicts.map(\.passed) == [false, true, false, false, true])
        #expect(found.verdicts[0].sentence.contains("wind/t01/stuck was raised at 2025-06-18T13:0"))
        #expect(
            found.verdicts[2].sentence == "expected vehicles in 1.0...10.0; it is \(Double(found.summary.vehicles))")
        #expect(found.wasStopped)
        #expect(found.verdicts[3].sentence.contains("no such figure"))
        #expect(found.summary.facts.expectationsPassed == 2 && found.summary.facts.expectationsFailed == 3)
    }

    @Test(
        "a fault of the plant in an open loop is refused with that sentence",
        arguments: [Fault.Verb.gridOutage, .ignoreCommand])
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

    @Test("faults and expectations may stand in the recording itself")
    func inTheRecording() async throws {
        let folder = try TemporaryFolder()
        var lines = try SmallRecording.lines()
        lines.insert("{\"t\":3600,\"fault\":{\"do\":\"grid_outage\",\"for\":\"5m\"}}", at: lines.count / 2)
        lines.append(
            "{\"t\":7200,\"expect\":{\"alarm\":\"grid/main/trip\",\"after\":\"2025-06-18T06:00:00Z\",\"within\":\"10m\"}}"
        )
        lines.append("{\"t\":7200,\"expect\":{\"no_alarm\":\"grid/main/trip\"}}")
        let file = try folder.write("faulty.jsonl", lines: lines)
        let closed = try await replay([file]) { $0.loop = .closed }
        #expect(closed.verdicts.map(\.passed) == [true, false])
        let problem = try await #require(throws: ReplayProblem.self) { try await replay([file]) }
        #expect(problem.description.contains("fault_needs_closed_loop"))
    }
}
