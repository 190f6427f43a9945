import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

/// Wrong rows, each with its place.
@Suite("Rows of signals.yaml")
struct SignalMappingTests {
    private func problems(_ sources: String) -> [String] {
        do {
            _ = try TestDoor(sources)
            return []
        } catch let problems as ConfigProblems {
            return problems.list.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test(
        "are refused with file, line and column",
        arguments: [
            (
                "topic: a/#/b, signals: [{P}]",
                "3:13: error: sources[0].topic: \"a/#/b\" is no MQTT topic filter; + is a whole level, # the last one"
            ),
            ("topic: a, signal: [{P}]", "3:16: error: sources[0].signal: unknown key; did you mean \"signals\"?"),
            (
                "topic: a",
                "3:5: error: sources[0]: \"signals\" is missing; add what its messages hold, or vehicle: for events of a line"
            ),
            (
                "topic: a, add: [b], signals: [{P}]",
                "3:13: error: sources[0].topic: a sum needs period: how long a value holds when one of the topics falls silent"
            ),
            (
                "topic: a/+, add: [b], period: 5s, signals: [{P}]",
                "3:13: error: sources[0].topic: topics that are added are named one by one; write them without + and #"
            ),
            (
                "topic: a, signals: [{P, value: power}]",
                "error: sources[0].signals[0].value: \"power\" is no place in a payload; write its keys from the top, each after a slash, such as /power"
            ),
            (
                "topic: a, signals: [{P, value: {list: /l, at: /v}}]",
                "error: sources[0].signals[0].value: list needs where: {field: value}, so that one of its elements is meant"
            ),
            (
                "topic: a, signals: [{P, unit: kWh}]",
                "error: sources[0].signals[0].unit: is written twice, first in line 3; keep one of them"
            ),
            (
                "topic: a, signals: [{asset: shop/paint, key: load_kw, unit: kWh, kind: sample}]",
                "error: sources[0].signals[0].unit: cannot write kWh (energy) as load_kw (kW): the quantities differ; kWh of an interval are kind energy"
            ),
            (
                "topic: a, signals: [{asset: shop/paint, key: load_kw, unit: kWh, kind: energy}]",
                "error: sources[0].signals[0].kind: kind energy is a value of an interval; add the source's period: 30m"
            ),
            (
                "topic: a, signals: [{asset: [wind/t01, wind/t01], key: power_kw, unit: kW, kind: sample}]",
                "error: sources[0].signals[0].asset: an asset is listed twice; name each once"
            ),
            (
                "topic: a, time: {at: /t, format: locl}, signals: [{P}]",
                "error: sources[0].time.format: \"locl\" is none of rfc3339, local, offset, epoch_s, epoch_ms; did you mean \"local\"?"
            ),
            (
                "topic: a, vehicle: {line: final, id: /v, event: /e, words: {X: lineoff}}",
                "error: sources[0].vehicle.words.X: \"lineoff\" is none of enter, leave, line_off, scrap, rework; did you mean \"line_off\"?"
            ),
        ])
    func wrongRows(row: String, problem: String) {
        let paint = "asset: shop/paint, key: load_kw, unit: kW, kind: sample"
        let found = problems("  - {\(row.replacing("P", with: paint))}")
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasSuffix(problem) == true, "\(found)")
        #expect(found.first?.hasPrefix("signals.yaml:3:") == true, "\(found)")
    }

    @Test("two rows for one signal are one too many")
    func twice() {
        let row = "signals: [{asset: shop/paint, key: load_kw, unit: kW, kind: sample}]"
        #expect(
            problems("  - {topic: a, \(row)}\n  - {topic: b, \(row)}") == [
                "signals.yaml:4:34: error: sources[1].signals[0]: shop/paint load_kw is written by the row in line 3 already;"
                    + " keep one of them"
            ])
    }

    @Test("assets and keys must be the plant's")
    func plant() throws {
        let door = try TestDoor(
            """
              - topic: a
                signals:
                  - {asset: shop/paintt, key: load_kw, unit: kW, kind: sample}
                  - {asset: shop/paint, key: power_kw, unit: kW, kind: sample}
            """)
        let inputs = [AssetInput(AssetPath(.shop, "paint"), keys: ["load_kw", "gas_kw"])]
        let problems = #expect(throws: ConfigProblems.self) { try door.mapping.check(against: inputs) }
        #expect(
            problems?.list.map(\.description) == [
                "signals.yaml:5:17: error: sources[0].signals[0].asset: the configuration has no asset \"shop/paintt\"; did you"
                    + " mean \"shop/paint\"?",
                "signals.yaml:6:34: error: sources[0].signals[1].key: shop/paint takes no \"power_kw\"; write one of load_kw,"
                    + " gas_kw",
            ])
    }

    @Test("a site without the file is as it was")
    func absent() throws {
        let config = try Repository.config()
        #expect(config.signals == nil)
        #expect(!config.files.contains { $0.name == SignalMapping.file })
    }

    @Test(
        "a topic that nothing is mapped to is offered as rows",
        arguments: [
            ("2083028.9", "      - {asset: …, key: …, unit: …, kind: sample}"),
            ("-112.4 kW", "      - {asset: …, key: …, unit: written, kind: sample}"),
            (#"{"a":{"b/c":1},"s":"ON"}"#, #"      - {value: "/a/b~1c", asset: …, key: …, unit: …, kind: sample}"#),
            (
                #"{"power_kW":1.5,"E.kwh":7,"temp_c":20,"w":1}"#,
                #"      - {value: "/power_kW", asset: …, key: …, unit: kW, kind: sample}"# + "\n"
                    + #"      - {value: "/E.kwh", asset: …, key: …, unit: kWh, kind: counter}"# + "\n"
                    + #"      - {value: "/temp_c", asset: …, key: …, unit: degC, kind: sample}"# + "\n"
                    + #"      - {value: "/w", asset: …, key: …, unit: …, kind: sample}"#
            ),
            (
                #"{"m":{"v":918273.42,"Unit":"m³"},"n":3}"#,
                #"      - {value: "/m/v", asset: …, key: …, unit: {at: "/m/Unit"}, kind: counter}"# + "\n"
                    + #"      - {value: "/n", asset: …, key: …, unit: …, kind: sample}"#
            ),
            ("\u{FFFD}{", "      - {asset: …, key: …, unit: …, kind: sample}"),
        ])
    func stubs(payload: String, row: String) throws {
        var survey = TopicSurvey(try Repository.config())
        for second in 0..<3 {
            survey.take(
                Arrival(t: TestDoor.nine + .seconds(Int64(30 * second)), topic: "x/y", payload: Array(payload.utf8)))
        }
        survey.take(Arrival(t: TestDoor.nine, topic: "v1/sunderland/shop/paint/tele", payload: []))
        #expect(survey.topics.map(\.meaning) == [.own, .notMapped])
        #expect(survey.topics.last?.stub == "  - topic: \"x/y\"\n    signals:\n\(row)")
        #expect(survey.topics.last?.perMinute == 2)
    }

    @Test(
        "a stamp is offered as the row's time, and no number that is none",
        arguments: [
            (#"{"ts":1750237200000,"v":1}"#, #"{at: "/ts", format: epoch_ms}"#),
            (#"{"v":1,"timestamp":"1750237200"}"#, #"{at: "/timestamp", format: epoch_s}"#),
            // Near the arrival, whatever it is called.
            (#"{"x":1750237211.5,"v":1}"#, #"{at: "/x", format: epoch_s}"#),
            (#"{"Time":"2025-06-18T10:01:00","v":1}"#, #"{at: "/Time", format: local}"#),
            (#"{"d":{"at":"18.06.2025 10:00:11"},"v":1}"#, #"{at: "/d/at", format: local, date: dmy}"#),
            (
                #"{"time":"2025-06-18T09:01:00Z","v":1,"end":"2025-06-18T09:02:00Z"}"#,
                #"{at: "/time", format: rfc3339}"#
            ),
        ])
    func offeredTimes(payload: String, time: String) throws {
        var survey = TopicSurvey(try Repository.config())
        survey.take(Arrival(t: TestDoor.nine, topic: "x/y", payload: Array(payload.utf8)))
        let row = #"      - {value: "/v", asset: …, key: …, unit: …, kind: sample}"#
        #expect(survey.topics.first?.stub == "  - topic: \"x/y\"\n    time: \(time)\n    signals:\n\(row)")
    }

    @Test(
        "a count that is called a time, and a register as large as a stamp, are numbers",
        arguments: ["uptime", "total"])
    func noTimes(key: String) throws {
        var survey = TopicSurvey(try Repository.config())
        let number = key == "uptime" ? "86400" : "1950237200"
        survey.take(Arrival(t: TestDoor.nine, topic: "x", payload: Array("{\"\(key)\":\(number)}".utf8)))
        let row = "      - {value: \"/\(key)\", asset: …, key: …, unit: …, kind: sample}"
        #expect(survey.topics.first?.stub == "  - topic: \"x\"\n    signals:\n\(row)")
    }

    @Test("a wrong unit says in plain words what to write")
    func unitWords() throws {
        func problem(_ unit: String) throws -> String {
            let row = "{value: /v, asset: shop/paint, key: load_kw, kind: sample\(unit)}"
            let problems = #expect(throws: ConfigProblems.self) {
                try TestDoor("  - {topic: a, signals: [\(row)]}")
            }
            return problems?.list.map(\.description).joined(separator: "\n") ?? ""
        }
        #expect(try problem(", unit: /unit").contains("\"/unit\" is a place and no unit; write unit: {at: /unit}"))
        #expect(
            try problem(", unit: {at: unit}").contains("write its keys from the top, each after a slash, such as /unit")
        )
        #expect(try problem("").contains("unit: written where it follows the number, or unit: {at: /unit}"))
    }
}
