import Testing
import TwinBooks
import TwinCore
import TwinPlant
import TwinRuntime
import TwinTesting

/// What may be expected of commands, qualities and departures, over two simulated hours.
@Suite("Expectations")
struct ExpectationTests {
    private static func verdicts(
        _ texts: [String], _ loop: LoopKind = .closed, departures: [AssetPath: Departures] = [:]
    ) async throws -> [ExpectationCheck.Verdict] {
        let run = try await SmallRecording.run(loop)
        let expectations = try texts.map { text in
            try TwinCore.Expectation(
                JSONReader.read(Array(text.utf8)), at: SmallRecording.start, place: "a:1"
            ) { $0.text.flatMap { PlantTime(rfc3339: $0) } }
        }
        var check = ExpectationCheck(expectations, zone: run.summary.method.zone)
        run.outcomes.forEach { check.note($0) }
        return check.verdicts(run.summary, departures: departures)
    }

    @Test("commands are found by asset, action, time and value")
    func commands() async throws {
        let found = try await Self.verdicts([
            #"{"command":"storage/string-1"}"#, #"{"command":"storage/+","action":"set_power","between":[-1000,1000]}"#,
            #"{"command":"storage/+","min":5000}"#, #"{"no_command":"storage/+","min":5000}"#,
            #"{"no_command":"storage/+"}"#, #"{"command":"storage/+","after":"2025-06-18T23:00:00Z"}"#,
        ])
        #expect(found.map(\.passed) == [true, true, false, true, false, false])
        #expect(found[2].sentence.hasPrefix("expected command storage/+ at least 5000; "))
        #expect(found[2].sentence.hasSuffix(" had another value"))
        #expect(found[4].sentence.hasPrefix("expected no command storage/+; there was storage/string-"))
        #expect(found[5].sentence == "expected command storage/+; there was none")
    }

    @Test("a quality is that of the value used at a time")
    func qualities() async throws {
        let found = try await Self.verdicts([
            #"{"quality":"wind/+/power_kw","is":"good","at":"2025-06-18T06:00:00Z"}"#,
            #"{"quality":"wind/t01/power_kw","is":"uncertain.stuck","at":"2025-06-18T06:00:00Z"}"#,
            #"{"quality":"wind/t01/no_such","is":"good","at":"2025-06-18T06:00:00Z"}"#,
        ])
        #expect(found.map(\.passed) == [true, false, false])
        #expect(found[1].sentence.hasSuffix("wind/t01/power_kw is good"))
        #expect(found[2].sentence.hasSuffix("no such value is used then"))
    }

    @Test("a value is looked at in every step of its time, and a mean over all of it")
    func values() async throws {
        let found = try await Self.verdicts([
            #"{"value":"storage/+/soc_fraction","min":0,"max":1}"#,
            #"{"value":"storage/string-1/soc_fraction","max":0.1,"after":"2025-06-18T06:00:00Z","within":"10m"}"#,
            #"{"mean":"storage/+/soc_fraction","between":[0.4,4]}"#,
            #"{"mean":"storage/string-1/soc_fraction","min":1.5}"#, #"{"value":"storage/none/soc_fraction","max":1}"#,
            #"{"mean":"storage/+/soc_fraction","max":9,"after":"2025-06-19T06:00:00Z"}"#,
        ])
        #expect(found.map(\.passed) == [true, false, true, false, false, false])
        #expect(found[1].sentence.contains("storage/string-1/soc_fraction is 0.5 at 2025-06-18 07:00"))
        #expect(found[1].sentence.hasSuffix("10 values in all are outside"))
        #expect(found[3].sentence.hasPrefix("expected the mean of storage/string-1/soc_fraction at least 1.5 after "))
        #expect(found[5].sentence.hasSuffix("no such value is used then"))
    }

    @Test("departures are those of the plant; where nobody leaves, none that was missed proves anything")
    func departures() async throws {
        let texts = [
            #"{"departures":"bay/+","missed_max":1}"#, #"{"departures":"bay/staff","left_min":6}"#,
            #"{"departures":"yard/+","missed_max":0}"#, #"{"departures":"yard/+","left_max":0}"#,
            #"{"departures":"agv/+","left_max":9}"#,
        ]
        let known: [AssetPath: Departures] = [
            AssetPath(.bay, "staff"): Departures(left: 5, missed: 1),
            AssetPath(.bay, "staff-v2g"): Departures(left: 2, missed: 0),
            AssetPath(.yard, "finished-cars"): Departures(left: 0, missed: 0),
        ]
        let found = try await Self.verdicts(texts, departures: known)
        #expect(found.map(\.passed) == [true, false, false, true, false])
        #expect(found[0].sentence == "departures bay/+: 7 vehicles left, 1 of them without their energy")
        #expect(
            found[1].sentence == "expected departures: bay/staff, left_min: 6; 5 vehicles left, 1 of them without their"
                + " energy")
        #expect(try await Self.verdicts([texts[0]]).map(\.passed) == [false])
    }

    @Test("a figure that the summary does not have names the near one")
    func figures() async throws {
        let found = try await Self.verdicts([
            #"{"kpi":"co2_kg.scope_1","min":0}"#, #"{"kpi":"vehicels","min":0}"#, #"{"kpi":"co2_kg.scope1","min":0}"#,
            #"{"kpi":"targets[30].kg_per_vehicle","min":0}"#, #"{"kpi":"co2_kg","min":0}"#,
            #"{"kpi":"requests[3].mean_kw","min":0}"#,
        ])
        #expect(found.map(\.passed) == [false, false, true, false, false, false])
        // What tests nothing is the fault of who wrote it; a figure that is null may come in another run.
        #expect(found.map(\.isIdle) == [true, true, false, true, true, false])
        #expect(
            found[3].sentence == "expected targets[30].kg_per_vehicle at least 0; the summary has no such figure;"
                + " targets has [0] to [2]")
        #expect(found[4].sentence == "expected co2_kg at least 0; the summary has more than one there")
        #expect(found[0].sentence.hasSuffix("no such figure; did you mean co2_kg.scope1?"))
        #expect(found[1].sentence.hasSuffix("no such figure; did you mean vehicles?"))
    }

    @Test("a figure is told as far as somebody compares it, and whole where a bound is nearer")
    func shortFigures() async throws {
        let figure = "co2_kg.scope1"
        let text = try await Self.verdicts(["{\"kpi\":\"\(figure)\",\"min\":0}"])[0].sentence
        #expect(text.wholeMatch(of: /co2_kg\.scope1 is [0-9]+(\.[0-9]{1,3})?, at least 0/) != nil, "\(text)")
        let value = try #require(Double(text.dropFirst("\(figure) is ".count).prefix { $0 != "," }))
        let near = try await Self.verdicts(["{\"kpi\":\"\(figure)\",\"max\":\(value - 0.0004)}"])[0]
        #expect(!near.passed && near.sentence.hasPrefix("expected \(figure) at most "))
    }

    @Test(
        "what is wrong with one is named",
        arguments: [
            (#"{"alarm":"a/b/c","within":"0m"}"#, "\"within\" is \"0m\", in which nothing happens"),
            (#"{"quality":"a/b/c","at":"2025-06-18T06:00:00Z"}"#, "\"is\" is missing, expected one of good"),
            (#"{"quality":"a/b/c","is":"fine","at":"2025-06-18T06:00:00Z"}"#, "\"is\" is \"fine\""),
            (#"{"quality":"a/b/c","is":"good"}"#, "\"at\" is missing"),
            (#"{"departures":"bay/+"}"#, "departures needs \"left_min\""),
            (#"{"departures":"bay/+","left_min":-1}"#, "\"left_min\" is -1"),
            (#"{"command":"a/b","between":[1]}"#, "command needs \"between\""),
            (
                #"{"no_alarm":"a/b/c","after":"2025-06-18T06:00:00Z"}"#,
                "\"after\" is none of no_alarm, the keys of no_alarm"
            ),
        ])
    func problems(text: String, word: String) throws {
        let failure = try #require(throws: LineFailure.self) {
            try TwinCore.Expectation(JSONReader.read(Array(text.utf8)), at: SmallRecording.start, place: "a:1") {
                $0.text.flatMap { PlantTime(rfc3339: $0) }
            }
        }
        #expect(failure.text.contains(word), "\(failure.text)")
    }
}
