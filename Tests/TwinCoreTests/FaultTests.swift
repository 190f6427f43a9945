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
