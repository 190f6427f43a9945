import Testing
import TwinCore

@Suite("Header of a replay file")
struct HeaderTests {
    private func header() -> Header {
        Header(
            site: "sunderland", run: "7f3a9c21", start: PlantTime(ms: 1_750_204_800_000), timeZone: "Europe/London",
            stepS: 60, seed: 42, mode: .control, loop: .closed, clock: .wall, marks: true, config: "sha256:00",
            build: "1.0")
    }

    private func reason(_ text: String) -> RejectReason? {
        do throws(LineFailure) {
            _ = try Header(bytes: Array(text.utf8))
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("writes the contract's keys in their order")
    func text() {
        #expect(
            String(decoding: header().bytes, as: UTF8.self)
                == #"{"twin":"replay/1","site":"sunderland","run":"7f3a9c21","start":"2025-06-18T00:00:00.000Z","#
                + #""tz":"Europe/London","step_s":60,"seed":42,"mode":"control","loop":"closed","clock":"wall","marks":true,"#
                + #""config":"sha256:00","build":"1.0"}"#)
    }

    @Test("reads what it wrote, segments and extreme seeds included")
    func roundTrip() throws {
        var one = header()
        #expect(try Header(bytes: one.bytes) == one)
        one.firstTick = 18
        one.chain = String(repeating: "a", count: 64)
        #expect(try Header(bytes: one.bytes) == one)
        for seed in [0, 1, 1 << 53, 1 << 53 + 1, .max] as [UInt64] {
            one.seed = seed
            #expect(try Header(bytes: one.bytes).seed == seed)
        }
    }

    @Test("takes the contract's defaults for what is missing")
    func defaults() throws {
        let header = try Header(
            bytes: Array(#"{"twin":"replay/1","site":"s","start":"2025-06-18T00:00:00Z","step_s":60}"#.utf8))
        #expect(header.mode == .shadow && header.loop == .open && header.clock == .event)
        #expect(!header.marks && header.seed == 0 && header.firstTick == 1 && header.chain == nil)
        #expect(header.timeZone == "UTC" && header.step == .seconds(60))
    }

    @Test("refuses a newer version and names both")
    func version() {
        #expect {
            try Header(bytes: Array(#"{"twin":"replay/2"}"#.utf8))
        } throws: { error in
            guard let failure = error as? LineFailure else { return false }
            return failure.reason == .version && failure.text.contains("replay/2") && failure.text.contains("replay/1")
        }
    }

    @Test(
        "names what is wrong",
        arguments: [
            ("site", "\"Sunderland\"", .wrongType), ("site", "1", .wrongType), ("start", "\"today\"", .wrongType),
            ("start", "\"2025-06-18T00:00:30Z\"", .parse), ("step_s", "0", .wrongType), ("step_s", "7", .wrongType),
            ("step_s", "3600", .wrongType), ("step_s", "\"60\"", .wrongType), ("mode", "\"auto\"", .wrongType),
            ("loop", "1", .wrongType), ("clock", "\"atomic\"", .wrongType), ("seed", "\"forty-two\"", .wrongType),
            ("seed", "-1", .wrongType), ("seed", "1.5", .wrongType), ("marks", "\"true\"", .wrongType),
            ("first_tick", "0", .wrongType), ("run", "7", .wrongType), ("tz", "1", .wrongType),
        ] as [(String, String, RejectReason)])
    func wrongValues(key: String, value: String, expected: RejectReason) {
        let good = ["twin": "\"replay/1\"", "site": "\"s\"", "start": "\"2025-06-18T00:00:00Z\"", "step_s": "60"]
        let fields = good.merging([key: value]) { $1 }.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        #expect(reason("{\(fields.joined(separator: ","))}") == expected)
    }

    @Test("refuses a first line that is no header")
    func noHeader() {
        #expect(reason("") == .parse)
        #expect(reason("{\"t\":0}") == .parse)
        #expect(reason("{\"twin\":1}") == .parse)
        #expect(reason(#"{"twin":"replay/1"}"#) == .parse)
        #expect(reason(#"{"twin":"replay/1","twin":"replay/1"}"#) == .duplicateKey)
    }

    @Test(
        "refuses what would name a folder, a file or a topic elsewhere, and ticks beyond the calendar",
        arguments: [
            #""run":"../x""#, #""run":"""#, #""run":"A""#, #""run":"a/b""#, #""run":"a+""#, #""run":"\u0000""#,
            #""config":"sha256:../..""#, #""config":"sha256:ABC""#, #""config":"x""#,
            #""first_tick":1000000000000000"#, #""first_tick":9223372036854775807"#, #""first_tick":0"#,
        ])
    func paths(member: String) {
        let text = #"{"twin":"replay/1","site":"a","start":"2025-06-18T09:00:00Z","step_s":60,\#(member)}"#
        let failure = #expect(throws: LineFailure.self) { try Header(bytes: Array(text.utf8)) }
        #expect(failure?.reason == .wrongType && failure?.text.hasPrefix("header ") == true)
    }
}
