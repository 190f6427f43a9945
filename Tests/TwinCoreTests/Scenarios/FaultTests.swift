import Testing
import TwinCore

@Suite("Faults and expectations")
struct FaultTests {
    private let noon = PlantTime(ms: 1_750_248_000_000)

    private func json(_ text: String) throws -> JSON { try JSONReader.read(Array(text.utf8)) }

    private func fault(_ text: String) throws -> Fault { try Fault(json(text), at: noon) }

    private func expectation(_ text: String) throws -> TwinCore.Expectation {
        try TwinCore.Expectation(json(text), at: noon, place: "x:1") { $0.text.flatMap { PlantTime(rfc3339: $0) } }
    }

    private func failure(_ body: () throws -> some Any) -> LineFailure? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? LineFailure
        }
    }

    @Test("reads a freeze with its topics and length")
    func freeze() throws {
        let fault = try fault(#"{"do":"freeze","on":"v1/s/solar/+/tele","for":"30m"}"#)
        #expect(fault == Fault(verb: .freeze, on: "v1/s/solar/+/tele", from: noon, lasting: .minutes(30)))
        #expect(!fault.isActive(at: noon - Span(ms: 1)))
        #expect(fault.isActive(at: noon))
        #expect(fault.isActive(at: noon + .minutes(30) - Span(ms: 1)))
        #expect(!fault.isActive(at: noon + .minutes(30)))
    }

    @Test("lasts to the end without a length")
    func open() throws {
        let fault = try fault(#"{"do":"grid_outage"}"#)
        #expect(fault.isActive(at: noon + .days(365)))
        #expect(fault.on == nil && fault.lasting == nil)
    }

    @Test("needs the closed loop for what happens in the plant")
    func loops() {
        #expect(!Fault.Verb.freeze.needsClosedLoop)
        #expect(Fault.Verb.ignoreCommand.needsClosedLoop)
        #expect(Fault.Verb.gridOutage.needsClosedLoop)
        #expect(
            Fault.Verb.allCases.filter(\.needsClosedLoop) == [.trip, .ignoreCommand, .doesNotLeave, .gridOutage])
    }

    @Test(
        "reads the parameters of each verb, and writes them as they were",
        arguments: [
            #"{"do":"freeze","on":"v1/s/+/+/tele"}"#, #"{"do":"drop","on":"a","for":"1h","share":0.3}"#,
            #"{"do":"spike","on":"a","key":"load_kw","by":10,"every":10}"#,
            #"{"do":"spike","on":"a","key":"load_kw","value":-5,"share":0.01}"#,
            #"{"do":"bias","on":"a","key":"import_kw","by":-300.5}"#,
            #"{"do":"scale","on":"a","key":"power_kw","by":1000}"#,
            #"{"do":"nan","on":"a","key":"power_kw","every":2}"#,
            #"{"do":"delay","on":"a","by":"1h"}"#, #"{"do":"duplicate","on":"a","share":1}"#,
            #"{"do":"clock_skew","on":"a","by":"-90s"}"#, #"{"do":"clock_skew","on":"a","by":"1h"}"#,
            #"{"do":"duplicate_line_off","on":"a","every":1}"#, #"{"do":"missing_line_off","on":"a"}"#,
            #"{"do":"trip","on":"storage/ess-1","for":"5m"}"#, #"{"do":"ignore_command","on":"storage/ess-1"}"#,
            #"{"do":"does_not_leave","on":"bay/staff-1","for":"2h"}"#, #"{"do":"grid_outage","for":"10m"}"#,
        ])
    func roundTrip(text: String) throws {
        #expect(try fault(text).json.line == text)
    }

    @Test(
        "names what is wrong with a parameter",
        arguments: [
            (#"{"do":"drop","on":"a","by":1}"#, "\"by\" is none of do, on, for, every, share, the keys of drop"),
            (#"{"do":"bias","on":"a","by":1}"#, "\"key\" is missing"),
            (#"{"do":"bias","on":"a","key":"","by":1}"#, "\"key\" is \"\""),
            (#"{"do":"bias","on":"a","key":"k"}"#, "\"by\" is missing"),
            (#"{"do":"scale","on":"a","key":"k","by":"2"}"#, "\"by\" is \"2\""),
            (#"{"do":"spike","on":"a","key":"k","every":2}"#, "either \"by\""),
            (#"{"do":"spike","on":"a","key":"k","every":2,"by":1,"value":1}"#, "either \"by\""),
            (#"{"do":"spike","on":"a","key":"k","by":2}"#, "needs \"every\""),
            (#"{"do":"delay","on":"a"}"#, "\"by\" is missing"), (#"{"do":"delay","on":"a","by":"-1h"}"#, "\"-1h\""),
            (#"{"do":"delay","on":"a","by":3600}"#, "3600"), (#"{"do":"clock_skew","on":"a","by":"0s"}"#, "0s"),
            (#"{"do":"clock_skew","on":"a","by":"--1h"}"#, "--1h"), (#"{"do":"drop","on":"a","every":0}"#, "\"every\""),
            (#"{"do":"drop","on":"a","every":1.5}"#, "\"every\""),
            (#"{"do":"drop","on":"a","share":1.1}"#, "\"share\""),
            (#"{"do":"drop","on":"a","share":"all"}"#, "\"share\""),
            (#"{"do":"drop","on":"a","every":2,"share":0.5}"#, "exclude"), (#"{"do":"trip"}"#, "asset"),
            (#"{"do":"trip","on":"storage"}"#, "asset"), (#"{"do":"drop"}"#, "topic filter"),
        ])
    func badParameters(text: String, word: String) throws {
        let failure = try #require(failure { try fault(text) })
        #expect(failure.text.contains(word), "\(failure.text)")
    }

    @Test(
        "names what is wrong with a fault",
        arguments: [
            (#"{"do":"explode"}"#, .unknownKey, "\"explode\""), (#"{"on":"a"}"#, .unknownKey, "missing"),
            (#"{"do":7}"#, .unknownKey, "7"), (#"[]"#, .unknownKey, "missing"),
            (#"{"do":"freeze","on":"a","until":"12:00"}"#, .unknownKey, "\"until\""),
            (#"{"do":"freeze","on":"a","for":"half an hour"}"#, .wrongType, "half an hour"),
            (#"{"do":"freeze","on":"a","for":"0s"}"#, .wrongType, "0s"),
            (#"{"do":"freeze","on":"a","for":30}"#, .wrongType, "30"),
            (#"{"do":"freeze"}"#, .wrongType, "topic filter"),
            (#"{"do":"freeze","on":"a#"}"#, .wrongType, "topic filter"),
            (#"{"do":"ignore_command"}"#, .wrongType, "asset"),
        ] as [(String, RejectReason, String)])
    func badFaults(text: String, reason: RejectReason, word: String) throws {
        let failure = try #require(failure { try fault(text) })
        #expect(failure.reason == reason)
        #expect(failure.text.contains(word), "\(failure.text)")
    }

    @Test("reads an expected alarm")
    func alarm() throws {
        #expect(
            try expectation(#"{"alarm":"solar/pv1/stuck","within":"5m"}"#).kind
                == .alarm(pattern: "solar/pv1/stuck", after: noon, within: .minutes(5), clearsBy: nil))
        #expect(
            try expectation(#"{"alarm":"a","after":"2025-06-18T13:00Z","clears_by":"2025-06-18T14:00Z"}"#).kind
                == .alarm(pattern: "a", after: noon + .hours(1), within: nil, clearsBy: noon + .hours(2)))
        #expect(try expectation(#"{"no_alarm":"+/+/trip"}"#).kind == .noAlarm(pattern: "+/+/trip"))
        #expect(try expectation(#"{"no_alarm":"a"}"#).place == "x:1")
    }

    @Test("reads limits of a figure")
    func figures() throws {
        #expect(
            try expectation(#"{"kpi":"vehicles","between":[1,5]}"#).kind == .figure(path: "vehicles", low: 1, high: 5))
        #expect(try expectation(#"{"kpi":"vehicles","min":1}"#).kind == .figure(path: "vehicles", low: 1, high: nil))
        #expect(
            try expectation(#"{"kpi":"co2_kg.scope1","max":0}"#).kind
                == .figure(path: "co2_kg.scope1", low: nil, high: 0))
    }

    @Test(
        "names what is wrong with an expectation",
        arguments: [
            ("{}", .unknownKey), ("[]", .unknownKey), (#"{"alarms":"a"}"#, .unknownKey), (#"{"alarm":7}"#, .unknownKey),
            (#"{"alarm":"a","within":"soon"}"#, .wrongType), (#"{"alarm":"a","within":5}"#, .wrongType),
            (#"{"alarm":"a","after":"noon"}"#, .wrongType), (#"{"alarm":"a","clears_by":7}"#, .wrongType),
            (#"{"kpi":"x"}"#, .wrongType), (#"{"kpi":"x","between":[1]}"#, .wrongType),
            (#"{"kpi":"x","between":[1,2,3]}"#, .wrongType), (#"{"kpi":"x","between":[]}"#, .wrongType),
            (#"{"kpi":"x","between":["1","2"]}"#, .wrongType), (#"{"kpi":"x","between":[1,null]}"#, .wrongType),
            (#"{"kpi":"x","min":"1"}"#, .wrongType), (#"{"kpi":"x","min":"1","max":5}"#, .wrongType),
        ] as [(String, RejectReason)])
    func badExpectations(text: String, reason: RejectReason) {
        #expect(failure { try expectation(text) }?.reason == reason)
    }

    @Test(
        "matches alarms level by level",
        arguments: [
            ("storage/ess-1/not_acked", true), ("+/+/not_acked", true), ("storage/+/+", true),
            ("storage/*/not_acked", true),
            ("storage/ess-1/+", true), ("storage/ess-1", false), ("+", false), ("storage/ess-2/not_acked", false),
            ("storage/ess-1/not_acked/x", false), ("", false),
        ])
    func patterns(pattern: String, isMatch: Bool) {
        #expect(TwinCore.Expectation.matches(pattern, AlarmKey(.storage, "ess-1", .notAcked)) == isMatch)
    }
}
