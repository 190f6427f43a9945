import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting

/// A fault or an expectation that matches nothing tests nothing: it is a problem, with its place and the near word.
@Suite("Scenarios that test nothing")
struct ScenarioFitTests {
    /// Two simulated hours from 06:00 local on 18 June 2025, and a scenario over them.
    private static func problems(
        fault: String? = nil, order: String? = nil, expect: String = "no_alarm: +/+/+", plant: String = "simulated",
        _ config: SiteConfig? = nil
    ) throws -> [String] {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        _ = try folder.makeFolder("replay")
        try folder.write("replay/hours.jsonl", lines: SmallRecording.lines())
        let faults = fault.map { "faults:\n  - {\($0)}" } ?? ""
        let orders = order.map { "orders:\n  - {\($0)}" } ?? ""
        let text = """
            twin: scenario/1
            name: a test
            recording: hours.jsonl
            plant: \(plant)
            expect:
              - {\(expect)}
            \(faults)\(orders)
            """
        let path = try folder.write("replay/a.scenario.yaml", Array(text.utf8))
        do {
            try ScenarioFit(ScenarioFile.load(path: path), config: config ?? Repository.config()).check()
            return []
        } catch let problems as ConfigProblems {
            return problems.list.map { "\($0.line):\($0.column): \($0.text)" }
        }
    }

    @Test(
        "a fault that touches the recording or the plant is none",
        arguments: [
            "do: freeze, on: v1/sunderland/wind/+/tele", "do: drop, on: v1/+/weather/#, at: \"07:59\"",
            "do: scale, key: power_kw, by: 2, on: v1/sunderland/storage/string-1/tele, at: \"07:00\", for: 1m",
            "do: drop, on: v1/sunderland/storage/string-1/ack",
            "do: bias, key: import_kw, by: 1, on: v1/+/grid/main/tele",
            "do: missing_line_off, on: v1/+/line/+/vehicle", "do: trip, on: wind/t04", "do: grid_outage, at: \"07:30\"",
            "do: ignore_command, on: storage/string-1", "do: does_not_leave, on: bay/staff",
        ])
    func touching(fault: String) throws {
        #expect(try Self.problems(fault: fault) == [])
    }

    @Test(
        "a fault that touches nothing says why, and what was probably meant",
        arguments: [
            (
                "do: freeze, on: v1/sunderland/wnid/+/tele",
                "fault freeze: v1/sunderland/wnid/+/tele matches no topic of the recording; did you mean"
                    + " v1/sunderland/wind/+/tele?"
            ),
            (
                "do: drop, on: v1/sunderland/wind/t99/tele",
                "fault drop: v1/sunderland/wind/t99/tele matches no topic of the recording; did you mean"
                    + " v1/sunderland/wind/t09/tele?"
            ),
            (
                "do: drop, on: spBv1.0/plant/DDATA/+",
                "fault drop: spBv1.0/plant/DDATA/+ matches no topic of the recording; twin topics names those that it"
                    + " has"
            ),
            (
                "do: scale, key: powerkw, by: 2, on: v1/sunderland/wind/+/tele",
                "fault scale: no message of v1/sunderland/wind/+/tele has the key powerkw; did you mean power_kw?"
            ),
            (
                "do: bias, key: load, by: 2, on: v1/sunderland/storage/string-1/tele",
                "fault bias: no message of v1/sunderland/storage/string-1/tele has the key load; they have "
            ),
            (
                "do: missing_line_off, on: v1/sunderland/wind/+/tele",
                "fault missing_line_off: no message of v1/sunderland/wind/+/tele is a line_off"
            ),
            (
                "do: drop, on: v1/sunderland/grid/main/tele, at: \"2025-06-19T12:00\"",
                "fault drop: it begins at 2025-06-19T12:00:00.000+01:00, the recording lasts from 2025-06-18T06:00:00.000+01:00"
                    + " to 2025-06-18T08:00:00.000+01:00"
            ),
            (
                "do: drop, on: v1/sunderland/wind/t01/tele, at: \"07:00:10\", for: 5s",
                "fault drop: no message of v1/sunderland/wind/t01/tele comes while it lasts"
            ),
            ("do: grid_outage, at: \"2025-06-17T12:00\", for: 1h", "fault grid_outage: it begins at 2025-06-17T12:00"),
            ("do: trip, on: wind/t99", "fault trip: wind/t99 is no asset of the configuration; did you mean wind/t09?"),
            ("do: trip, on: wnd/t04", "fault trip: wnd is no area; did you mean wind?"),
            ("do: ignore_command, on: wind/t04", "fault ignore_command: wind/t04 obeys no command"),
            (
                "do: does_not_leave, on: storage/string-1",
                "fault does_not_leave: storage/string-1 is neither a yard nor a bay, which vehicles leave"
            ),
        ])
    func touchesNothing(fault: String, expected: String) throws {
        let found = try Self.problems(fault: fault)
        #expect(found.count == 1 && found.first?.hasPrefix("8:5: \(expected)") == true, "\(found)")
    }

    @Test(
        "an order that would do nothing says why",
        arguments: [
            (
                "at: \"09:00\", release: storage/string-1",
                "order: it is given at 2025-06-18T09:00:00.000+01:00, the rec"
            ),
            ("at: \"07:00\", pause: storage/string-9, for: 1h", "order: \"storage/string-9\" is no asset that takes"),
            ("at: \"07:00\", pause: storage/string-1", "order: storage/string-1: pause needs an end within 7 days"),
            ("at: \"07:00\", request: import, id: a, for: 1h", "order: request a needs the most import"),
        ])
    func idleOrders(order: String, expected: String) throws {
        let found = try Self.problems(order: order)
        #expect(found.count == 1 && found.first?.hasPrefix("8:5: \(expected)") == true, "\(found)")
        #expect(try Self.problems(order: "at: \"07:00\", pause: storage/string-1, for: 1h") == [])
    }

    @Test("a fault of the plant over a recorded plant is told before the run")
    func openPlant() throws {
        let found = try Self.problems(fault: "do: trip, on: wind/t04", plant: "recorded")
        #expect(
            found == [
                "8:5: fault trip happens in the plant, and an open recording has none; write plant: simulated"
            ])
    }

    @Test(
        "an expectation that names what there is is none",
        arguments: [
            "no_alarm: wind/+/stuck", "alarm: +/+/trip, after: \"07:00\", within: 5m, clears_by: \"08:00\"",
            "no_alarm: line/final/gap", "no_alarm: grid/intensity/stale", "kpi: vehicles, min: 1",
            "command: storage/+, action: set_power, after: \"07:00\"", "no_command: bay/staff, min: 1",
            "quality: wind/t01/power_kw, is: good, at: \"07:00\"", "value: grid/main/import_kw, max: 9",
            "mean: storage/+/power_kw, min: 9, after: \"07:00\", within: 5m",
            "mean: storage/+/power_kw, min: 9, after: \"07:30:10\", within: 51s",
            "value: grid/main/import_kw, max: 9, after: \"07:30\", within: 30m", "no_alarm: twin/plan/solver",
            "departures: bay/+, missed_max: 0",
        ])
    func sound(expect: String) throws {
        #expect(try Self.problems(expect: expect) == [])
    }

    @Test(
        "an expectation of what there is not says what was probably meant",
        arguments: [
            ("no_alarm: wind/t99/stuck", "wind/t99 is no asset of the configuration; did you mean wind/t09?"),
            ("no_alarm: wnd/+/out_of_range", "wnd is no area; did you mean wind?"),
            ("no_alarm: wind/+/stuk", "stuk is no code of an alarm; did you mean stuck?"),
            ("no_alarm: wind/t01", "wind/t01 is no alarm; write area/asset/code, with + for any"),
            ("no_alarm: line/body-9/gap", "line/body-9 is no asset of the configuration; see --config"),
            (
                "alarm: wind/+/stuck, after: \"2025-06-20T07:00\"",
                "2025-06-20T07:00:00.000+01:00 lies outside: the recording"
            ),
            (
                "no_command: storage/+, after: \"08:00\"",
                "nothing comes after 2025-06-18T08:00:00.000+01:00: the recording lasts from"
            ),
            (
                "value: grid/main/import_kw, max: 9, after: \"07:30\", within: 31m",
                "within 31m of 2025-06-18T07:30:00.000+01:00 ends behind it: the recording lasts from"
            ),
            (
                "mean: grid/main/import_kw, max: 9, after: \"07:30:10\", within: 50s",
                "no step of 1m begins within 50s of 2025-06-18T07:30:10.000+01:00; write a longer one"
            ),
            ("alarm: wind/+/stuck, clears_by: \"2025-06-18T09:00\"", "2025-06-18T09:00:00.000+01:00 lies outside"),
            ("command: wind/t01", "wind/t01 obeys no command"),
            ("command: storage/+, action: set_limit", "set_limit is no action of storage/+; "),
            ("quality: wind/t01/power, is: good, at: \"07:00\"", "power is no key of wind/t01; "),
            (
                "quality: wind/t01/power_kw, is: good, at: \"2025-06-19T07:00\"",
                "2025-06-19T07:00:00.000+01:00 lies outside"
            ),
            ("departures: storage/+, missed_max: 0", "storage is no area; known here: bay, yard"),
        ])
    func namesNothing(expect: String, expected: String) throws {
        let found = try Self.problems(expect: expect)
        #expect(found.count == 1 && found.first?.hasPrefix("6:5: expect: \(expected)") == true, "\(found)")
    }

    @Test("without a plant that the recording is of, topics and times are looked at alone")
    func otherSite() throws {
        var other = try Repository.config()
        other.site = "elsewhere"
        #expect(try Self.problems(expect: "no_alarm: wind/t99/stuck", other) == [])
        #expect(try Self.problems(fault: "do: drop, on: v1/sunderland/wnd/+/tele", other).count == 1)
    }

    @Test(
        "the misspelt scenario of a tester is refused at each of its five slips",
        .enabled(if: Repository.sharedCase("P63-fault-that-touches-nothing") != nil, "no cases in ../shared/cases"))
    func misspelt() throws {
        let source = try #require(Repository.sharedCase("P63-fault-that-touches-nothing/touches-nothing.scenario.yaml"))
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        _ = try folder.makeFolder("replay/scenarios")
        try FileManager.default.copyItem(atPath: Repository.day, toPath: folder.path("replay/sunderland-day.jsonl.gz"))
        let path = folder.path("replay/scenarios/a.scenario.yaml")
        try FileManager.default.copyItem(atPath: source, toPath: path)
        let problems = try #require(throws: ConfigProblems.self) {
            try ScenarioFit(ScenarioFile.load(path: path), config: Repository.config()).check()
        }
        #expect(problems.list.map(\.line) == [5, 6, 7, 9, 10])
        for (problem, word) in zip(
            problems.list,
            [
                "did you mean v1/sunderland/wind/+/tele?", "did you mean power_kw?", "the recording lasts from",
                "is no asset", "did you mean wind?",
            ])
        {
            #expect(problem.text.contains(word))
        }
    }
}
