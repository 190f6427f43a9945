import Testing
import TwinCore

@Suite("Lines of a replay file")
struct LineTests {
    static let start = PlantTime(ms: 1_750_204_800_000)

    private func read(_ text: String) throws(LineFailure) -> Line {
        try Line(bytes: Array(text.utf8), start: Self.start, number: 7)
    }

    private func reason(_ text: String) -> RejectReason? { reason(Array(text.utf8)) }

    private func reason(_ bytes: [UInt8]) -> RejectReason? {
        do throws(LineFailure) {
            _ = try Line(bytes: bytes, start: Self.start, number: 7)
            return nil
        } catch {
            return error.reason
        }
    }

    private func message(_ payload: [UInt8]) -> Arrival {
        Arrival(t: Self.start, topic: "v1/s/wind/farm/tele", payload: payload, number: 7)
    }

    @Test(
        "carries a JSON payload byte for byte",
        arguments: [
            #"{"power_kw":412.30,"ts":"x"}"#, #"{ "b" : 1.0 ,  "a":[ ] }"#, #"{"z":1,"a":2}"#, "{}", "1e3",
            "\"online\"",
            "null", #"{"a":"é€🚗\u00e9\/"}"#, #"{"payload":1,"t":2,"topic":"x"}"#, #"{"a":0.10}"#, "{\"a\":\t1}",
            "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", "{\"a\":\"\u{2028}\"}",
        ])
    func verbatim(payload: String) throws {
        let arrival = message(Array(payload.utf8))
        let bytes = Line.message(arrival).bytes
        #expect(!bytes.contains(0x0A))
        #expect(try Line(bytes: bytes, start: Self.start, number: 7) == .message(arrival))
    }

    @Test("writes a JSON payload into the line as it came")
    func verbatimText() {
        let bytes = Line.message(message(Array(#"{ "b" : 1.0 ,  "a":[ ] }"#.utf8))).bytes
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"t":"2025-06-18T00:00:00.000Z","topic":"v1/s/wind/farm/tele","payload":{ "b" : 1.0 ,  "a":[ ] }}"#
        )
    }

    @Test(
        "packs into base 64 what is not JSON on one line",
        arguments: [
            "", "online", "{\"a\":\n1}", "{\"a\":1}\r", "{\"a\":1,\"a\":2}", "{\"a\":1e999}", " {}", "{} ", "\t{}",
            "{}\t",
            "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "{\"a\":1}{", "NaN",
        ])
    func packed(payload: String) throws {
        let arrival = message(Array(payload.utf8))
        let bytes = Line.message(arrival).bytes
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("\"payload64\":\"") && !text.contains("\"payload\":"), "\(text)")
        #expect(try Line(bytes: bytes, start: Self.start, number: 7) == .message(arrival))
    }

    @Test("carries 500 random payloads byte for byte")
    func randomPayloads() throws {
        var chance = SeedStream(seed: 3, name: "payloads")
        for _ in 0..<500 {
            let payload = (0..<chance.next() % 40).map { _ in UInt8(chance.next() % 256) }
            let arrival = message(payload)
            let bytes = Line.message(arrival).bytes
            #expect(!bytes.contains(0x0A) && !bytes.contains(0x0D))
            #expect(try Line(bytes: bytes, start: Self.start, number: 7) == .message(arrival), "\(payload)")
        }
    }

    @Test("keeps quality of service, retain, duplicate and correlation, and writes them only when set")
    func properties() throws {
        var arrival = message(Array("{}".utf8))
        #expect(!String(decoding: Line.message(arrival).bytes, as: UTF8.self).contains("\"q\""))
        arrival.qos = 1
        arrival.retain = true
        arrival.duplicate = true
        arrival.correlation = "7f3a-1\"2"
        let bytes = Line.message(arrival).bytes
        #expect(
            String(decoding: bytes, as: UTF8.self).hasSuffix(
                #","q":1,"r":true,"dup":true,"props":{"corr":"7f3a-1\"2"}}"#))
        #expect(try Line(bytes: bytes, start: Self.start, number: 7) == .message(arrival))
    }

    @Test("reads time as RFC 3339 or as seconds since the start")
    func times() throws {
        #expect(try read(#"{"t":"2025-06-18T01:00:00+01:00","link":"up"}"#).t == Self.start)
        #expect(try read(#"{"t":0,"link":"up"}"#).t == Self.start)
        #expect(try read(#"{"t":90.5,"link":"up"}"#).t == Self.start + Span(ms: 90_500))
        #expect(try read(#"{"t":0.0005,"link":"up"}"#).t == Self.start)  // half a millisecond, to even
        #expect(try read(#"{"t":-1,"link":"up"}"#).t == Self.start - .seconds(1))
        for bad in ["\"now\"", "1e10", "-1e10", "true", "null", "[]"] {
            #expect(reason("{\"t\":\(bad),\"link\":\"up\"}") == .parse, "\(bad)")
        }
        #expect(reason(#"{"link":"up"}"#) == .parse)
    }

    @Test("round trips marks, links, operators, plans, faults and expectations")
    func otherLines() throws {
        let chain = String(repeating: "0a", count: 32)
        let value: JSON = .fields(["b": .number(1.5), "a": .array([.string("é\n")])])
        let lines = [
            Line(t: Self.start, .mark(Mark(t: Self.start, tick: 17, n: 118, chain: chain))),
            Line(t: Self.start, .link("session_lost")), Line(t: Self.start, .op(value)),
            Line(t: Self.start, .plan(value)),
            Line(t: Self.start, .fault(value)), Line(t: Self.start, .expect(value)),
        ]
        for line in lines {
            #expect(try Line(bytes: line.bytes, start: Self.start, number: 1) == line)
        }
        let mark = String(decoding: lines[0].bytes, as: UTF8.self)
        #expect(mark == #"{"t":"2025-06-18T00:00:00.000Z","tick":17,"n":118,"chain":"\#(chain)"}"#)
    }

    @Test("a mark's sum changes with every line, their order, and whatever the mark says")
    func lineSum() throws {
        let alarm = MarkedAlarm(path: "grid/main/stale", cause: "silent")
        let mark = Mark(t: Self.start, tick: 17, n: 2, chain: "0a", alarms: [alarm])
        func sum(_ lines: [String], _ edit: (inout Mark) -> Void = { _ in }) -> String {
            var (sum, mark) = (LineSum(), mark)
            for line in lines { sum.add(Array(line.utf8).span) }
            edit(&mark)
            return sum.closed(by: mark)
        }
        let sums = [
            sum(["ab", "c"]), sum(["a", "bc"]), sum(["c", "ab"]), sum(["abc"]), sum(["ab", "c", ""]), sum([]),
            sum(["ab", "c"]) { $0.t = Self.start + Span(ms: 1) }, sum(["ab", "c"]) { $0.tick = 18 },
            sum(["ab", "c"]) { $0.n = 3 }, sum(["ab", "c"]) { $0.chain = "0b" }, sum(["ab", "c"]) { $0.alarms = [] },
            sum(["ab", "c"]) { $0.alarms[0].cause = "Silent" },
        ]
        #expect(Set(sums).count == sums.count && sums.allSatisfy { $0.count == 16 })
        var marked = mark
        marked.sum = sums[0]
        let line = Line(t: Self.start, .mark(marked))
        guard case .mark(let read) = try Line(bytes: line.bytes, start: Self.start, number: 1).body else { return }
        #expect(read == marked && read.isOther(than: LineSum()))
        #expect(!mark.isOther(than: LineSum()), "a mark without one proves nothing of its lines")
    }

    @Test("a mark says which alarms came and went, in a line of bounded length; one without has no word of it")
    func alarmsInMark() throws {
        let alarms = [
            MarkedAlarm(path: "wind/t01/stuck", cause: "power_kw \"4\" does not move"),
            MarkedAlarm(path: "grid/main/stale", cause: nil),
        ]
        let line = Line(t: Self.start, .mark(Mark(t: Self.start, tick: 1, n: 0, chain: "ab", alarms: alarms)))
        #expect(try Line(bytes: line.bytes, start: Self.start, number: 1) == line)
        #expect(
            String(decoding: line.bytes, as: UTF8.self).hasSuffix(
                #"\#("\"alarms\""):[{"raised":"wind/t01/stuck","cause":"power_kw \"4\" does not move"},{"over":"grid/main/stale"}]}"#
            ))
        let many = (0..<5000).map {
            MarkedAlarm(path: "shop/s\($0)/stale", cause: String(repeating: "x", count: 300))
        }
        let long = Line(t: Self.start, .mark(Mark(t: Self.start, tick: 1, n: 0, chain: "ab", alarms: many)))
        #expect(long.bytes.count < Mark.bytesMax)
        guard case .mark(let read) = try Line(bytes: long.bytes, start: Self.start, number: 1).body else {
            Issue.record("no mark")
            return
        }
        #expect(read.alarms.count > 500 && read.alarms.first == many.first)
        // Whatever else a mark says, its tick is closed.
        let odd = #"{"t":0,"tick":1,"n":0,"alarms":[1,{"raised":2},{}]}"#
        guard case .mark(let mark) = try Line(bytes: Array(odd.utf8), start: Self.start, number: 1).body else {
            Issue.record("no mark")
            return
        }
        #expect(mark.alarms.isEmpty)
    }

    @Test(
        "names why a line is refused",
        arguments: [
            ("", .parse), ("{", .parse), ("[]", .parse), ("{}", .parse), (#"{"t":0}"#, .unknownKey),
            (#"{"t":0,"foo":1}"#, .unknownKey), (#"{"t":0,"topic":1,"payload":{}}"#, .wrongType),
            (#"{"t":0,"topic":"a"}"#, .parse), (#"{"t":0,"topic":"a","payload64":"*"}"#, .parse),
            (#"{"t":0,"topic":"a","payload64":1}"#, .parse), (#"{"t":0,"tick":0,"n":1}"#, .parse),
            (#"{"t":0,"tick":1.5,"n":1}"#, .parse), (#"{"t":0,"tick":1}"#, .parse),
            (#"{"t":0,"tick":1,"n":-1}"#, .parse),
            (#"{"t":0,"tick":1e15,"n":1}"#, .parse), (#"{"t":0,"link":1}"#, .unknownKey),
            (#"{"t":0,"t":1,"link":"up"}"#, .duplicateKey), (#"{"t":0,"topic":"a","payload":1e999}"#, .notFinite),
            (#"{"t":0,"topic":"a","payload":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}"#, .tooDeep),
            (#"{"t":0,"topic":"a","payload":{"b":1,"b":2}}"#, .duplicateKey), (#"{"t":0,"op":1}x"#, .parse),
        ] as [(String, RejectReason)])
    func badLines(text: String, expected: RejectReason) {
        #expect(reason(text) == expected)
    }

    @Test("refuses a line that is no UTF-8")
    func badUTF8() {
        #expect(reason(Array(#"{"t":0,"link":""#.utf8) + [0xFF] + Array("\"}".utf8)) == .notUTF8)
    }

    @Test("holds quality of service inside 0 to 2")
    func qualityOfService() throws {
        func qos(_ text: String) throws -> Int? {
            guard case .message(let arrival) = try read(#"{"t":0,"topic":"a","payload":1,"q":\#(text)}"#).body else {
                return nil
            }
            return arrival.qos
        }
        #expect(try qos("2") == 2)
        #expect(try qos("9") == 2)
        #expect(try qos("-1") == 0)
        #expect(try qos("\"1\"") == 0)
    }
}
