import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinTesting

/// How a scenario file is read: where its recording may lie, what its times mean, and what is wrong with it.
@Suite("Scenario files")
struct ScenarioFileTests {
    /// A folder `replay` with a recording that begins at `start`, and a scenario in `replay/scenarios`.
    private struct Files {
        let folder: TemporaryFolder
        let path: String

        init(_ scenario: String, start: String = "2025-06-17T23:00:00.000Z") throws {
            folder = try TemporaryFolder()
            _ = try folder.makeFolder("replay/scenarios")
            let header = Recording.head.replacing("2025-06-18T06:00:00.000Z", with: start).replacing(
                "MARKS", with: "false")
            try folder.write("replay/day.jsonl", lines: [header])
            try folder.write("outside.jsonl", lines: [header])
            path = try folder.write("replay/scenarios/a.scenario.yaml", Array(scenario.utf8))
        }

        func load() throws -> ScenarioFile { try ScenarioFile.load(path: path) }

        /// `line:column: error: …` of each problem.
        func problems() -> [String] {
            do {
                _ = try load()
                return []
            } catch let problems as ConfigProblems {
                return problems.list.map { "\($0.line):\($0.column): \($0.text)" }
            } catch {
                return ["\(error)"]
            }
        }
    }

    private static func scenario(
        recording: String = "../day.jsonl", at: String = "12:00", fault: String = "do: grid_outage",
        expect: String = "no_alarm: grid/+/+", more: String = ""
    ) -> String {
        """
        twin: scenario/1
        name: a test
        recording: \(recording)
        plant: simulated
        faults:
          - {at: \(at), \(fault)}
        expect:
          - {\(expect)}
        \(more)
        """
    }

    @Test("a sound scenario reads as it is written")
    func sound() throws {
        let text = Self.scenario(more: "seed: 12\nmode: advise")
        let scenario = try Files(text).load()
        #expect(
            scenario.name == "a test" && scenario.seed == 12 && scenario.mode == .advise && scenario.loop == .closed)
        #expect(scenario.recording.hasSuffix("/replay/day.jsonl"))
        #expect(scenario.faults.count == 1 && scenario.expectations.count == 1)
        #expect(scenario.expectations[0].place.hasSuffix("a.scenario.yaml:8"))
        #expect(try Files(text.replacing("plant: simulated", with: "plant: recorded")).load().loop == .open)
    }

    @Test(
        "a recording outside the replay folder is refused",
        arguments: ["../../outside.jsonl", "/etc/hostname", "../link.jsonl"])
    func outside(recording: String) throws {
        let files = try Files(Self.scenario(recording: recording))
        try FileManager.default.createSymbolicLink(
            atPath: files.folder.path("replay/link.jsonl"), withDestinationPath: files.folder.path("outside.jsonl"))
        let problems = files.problems()
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("3:12: ") == true)
        #expect(problems.first?.contains("leaves the folder replay") == true)
    }

    @Test("orders stand in the order of their times, and end where their length does")
    func orders() throws {
        let more = """
            orders:
              - {at: "17:00", pause: storage/string-1, for: 30m}
              - {at: "16:00", request: import, id: a, value: 22000, unit: kW, from: "17:00", for: 2h}
              - {at: "16:30", withdraw: a}
            """
        let scenario = try Files(Self.scenario(more: more)).load()
        #expect(scenario.orders.map { $0.at.rfc3339.dropFirst(11).prefix(5) } == ["15:00", "15:30", "16:00"])
        #expect(scenario.orderPlaces.map(\.line) == [11, 12, 10])
        #expect(scenario.orders[0].json["from"] == .string("2025-06-18T16:00:00.000Z"))
        #expect(scenario.orders[0].json["until"] == .string("2025-06-18T18:00:00.000Z"))
        #expect(scenario.orders[2].json["until"] == .string("2025-06-18T16:30:00.000Z"))
    }

    @Test("a recording that is missing, empty or none is named")
    func badRecording() throws {
        #expect(
            try Files(Self.scenario(recording: "../nothing.jsonl")).problems().first?.contains("no such file") == true)
        let empty = try Files(Self.scenario(recording: "../empty.jsonl"))
        try empty.folder.write("replay/empty.jsonl", [])
        #expect(empty.problems().first?.contains("is empty") == true)
        let other = try Files(Self.scenario(recording: "a.scenario.yaml"))
        #expect(other.problems().map { $0.hasPrefix("3:12: ") } == [true])
        #expect(throws: FileProblem.self) { try ScenarioFile.load(path: "/nowhere/a.scenario.yaml") }
    }

    @Test(
        "what is wrong is named with its line and column",
        arguments: [
            (scenario(fault: "do: explode"), "6:5: fault: \"do\" is \"explode\", expected one of"),
            (scenario(fault: "do: grid_outage, size: 3"), "6:5: fault: \"size\" is none of"),
            (scenario(fault: "do: grid_outage, for: soon"), "6:5: fault: \"for\" is \"soon\""),
            (scenario(fault: "do: freeze"), "6:5: fault freeze: \"on\" needs a topic filter"),
            (scenario(fault: "do: ignore_command"), "6:5: fault ignore_command: \"on\" needs an asset"),
            (scenario(at: "\"25:00\""), "6:10: expected a time such as"),
            (scenario(at: "12"), "6:10: expected a time such as"),
            (scenario(expect: "alarms: a/b/c"), "8:5: expect: \"alarms\" is none of"),
            (scenario(expect: "alarm: a/b/c, within: now"), "8:5: expect: \"within\" is \"now\""),
            (scenario(expect: "kpi: vehicles"), "8:5: expect: kpi needs"),
            (scenario(expect: "kpi: vehicles, min: 5, max: 3"), "8:5: expect: kpi has nothing between 5 and 3"),
            (
                scenario(more: "orders: [{at: \"12:00\", for: 1h}]"),
                "9:10: order: needs one and only one of manual, pause,"
            ),
            (scenario(more: "orders: [{release: a/b, at: noon}]"), "9:29: expected a time such as"),
            (scenario(more: "orders: [{pause: a/b, for: long}]"), "9:28: expected a length such as"),
            (scenario(more: "orders: [{pause: a/b, why: tea}]"), "9:10: order: \"why\" is none of at, for, manual"),
            (scenario(more: "colour: red"), "9:1: unknown key"),
            (scenario(more: "seed: -1"), "9:7: "),
            (scenario(more: "mode: fast"), "9:7: "),
            (
                scenario().replacing("scenario/1", with: "scenario/2"),
                "1:7: this program reads scenario/1, this file is scenario/2"
            ),
            (scenario().replacing("name: a test\n", with: ""), "1:1: \"name\" is missing"),
        ])
    func problems(text: String, expected: String) throws {
        let found = try Files(text).problems()
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
    }

    @Test("all problems come at once")
    func allAtOnce() throws {
        let text = Self.scenario(at: "\"25:00\"", expect: "alarms: a", more: "colour: red")
        #expect(try Files(text).problems().count == 3)
    }

    @Test(
        "a time of day means its first passing in the recording, by the site's clock",
        arguments: [
            // Recording from local midnight in summer time.
            ("2025-06-17T23:00:00.000Z", "\"12:00\"", "2025-06-18T11:00:00.000Z"),
            ("2025-06-17T23:00:00.000Z", "\"00:00\"", "2025-06-17T23:00:00.000Z"),
            ("2025-06-17T23:00:00.000Z", "\"23:59:59\"", "2025-06-18T22:59:59.000Z"),
            // Recording from 10:00: 09:00 is tomorrow's.
            ("2025-06-18T09:00:00.000Z", "\"09:00\"", "2025-06-19T08:00:00.000Z"),
            // The clocks go back on 2025-10-26: 01:30 passes twice, the first is meant.
            ("2025-10-25T23:00:00.000Z", "\"01:30\"", "2025-10-26T00:30:00.000Z"),
            ("2025-10-25T23:00:00.000Z", "\"12:00\"", "2025-10-26T12:00:00.000Z"),
            ("2025-10-25T11:00:00.000Z", "\"11:00\"", "2025-10-26T11:00:00.000Z"),
            // They go forward on 2025-03-30: 01:30 is skipped, and 12:00 is summer time.
            ("2025-03-30T00:00:00.000Z", "\"01:30\"", "2025-03-30T01:30:00.000Z"),
            ("2025-03-30T00:00:00.000Z", "\"12:00\"", "2025-03-30T11:00:00.000Z"),
            // A date, with and without an offset.
            ("2025-06-17T23:00:00.000Z", "\"2025-06-18T12:00\"", "2025-06-18T11:00:00.000Z"),
            ("2025-06-17T23:00:00.000Z", "\"2025-06-18T12:00:00Z\"", "2025-06-18T12:00:00.000Z"),
            ("2025-06-17T23:00:00.000Z", "\"2025-06-18T12:00:00+03:00\"", "2025-06-18T09:00:00.000Z"),
        ])
    func times(start: String, at: String, expected: String) throws {
        let fault = try #require(try Files(Self.scenario(at: at), start: start).load().faults.first)
        #expect(fault.from.rfc3339 == expected)
    }
}
