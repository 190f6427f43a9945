import Testing
import TwinCore

@Suite("Telemetry payloads")
struct TelemetryTests {
    private let arrivalTime = PlantTime(ms: 1_750_204_800_000)

    private func arrival(_ payload: [UInt8]) -> Arrival {
        Arrival(t: arrivalTime, topic: "v1/s/wind/farm/tele", payload: payload)
    }

    private func telemetry(_ text: String) throws(LineFailure) -> Telemetry {
        try Telemetry(arrival(Array(text.utf8)))
    }

    private func reason(_ payload: [UInt8]) -> RejectReason? {
        do throws(LineFailure) {
            _ = try Telemetry(arrival(payload))
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("takes the known keys apart and keeps the others as values")
    func keys() throws {
        let found = try telemetry(
            #"{"ts":"2025-06-18T01:00:00Z","seq":17,"period_s":60,"modelled":true,"connected":false,"power_kw":412.3,"#
                + #""note":"x","forecast":[1,2.5,"x",3]}"#)
        #expect(found.ts == arrivalTime + .hours(1))
        #expect(found.seq == 17)
        #expect(found.period == .seconds(60))
        #expect(found.isModelled)
        #expect(found.connected == false)
        #expect(found.values.map(\.key) == ["power_kw", "note"])
        #expect(found.values.map(\.value) == [.number(412.3), .wrongType])
        #expect(found.forecast == [1, 2.5, nil, 3])
    }

    @Test("uses the time of arrival without a ts")
    func defaults() throws {
        let found = try telemetry(#"{"power_kw":1}"#)
        #expect(found.ts == arrivalTime)
        #expect(found.seq == nil && found.period == nil && found.connected == nil && !found.isModelled)
    }

    @Test("takes a forecast of at most 192 values, in either way of reading; of a longer one none")
    func longForecast() throws {
        for (count, taken) in [(192, 192), (193, 0)] {
            let text = "{\"forecast\":[\((0..<count).map(String.init).joined(separator: ","))]}"
            #expect(try telemetry(text).forecast == (0..<taken).map(Double.init))
            var (reader, times, slots) = (SlotReader(keys: []), TimeMemory(), [TelemetryValue?]())
            let found = try reader.read(arrival(Array(text.utf8)), &times, into: &slots)
            #expect(found.forecast == (0..<taken).map(Double.init))
        }
    }

    @Test("a byte-order mark before the payload and NULs behind it are passed over, in either way of reading")
    func frame() throws {
        var reader = SlotReader(keys: ["power_kw"])
        var times = TimeMemory()
        let plain = Array(#"{"ts":"2025-06-18T01:00:00Z","power_kw":412.3}"#.utf8)
        for payload in [[0xEF, 0xBB, 0xBF] + plain, plain + [0], plain + [0, 0], [0xEF, 0xBB, 0xBF] + plain + [0]] {
            var slots: [TelemetryValue?] = []
            #expect(try reader.read(arrival(payload), &times, into: &slots).ts == arrivalTime + .hours(1))
            #expect(slots == [.number(412.3)])
            // A line must hold it as bytes.
            #expect(!JSONReader.accepts(payload))
        }
        #expect(AssetStatus(Array("offline".utf8) + [0]) == .offline)
    }

    @Test(
        "names the byte that is none of JSON's",
        arguments: [
            ("{\"a\":1}\u{0}{", "payload: parse at byte 8, which is 0x00"),
            ("{\"a\":1\u{0}}", "payload: parse at byte 7, which is 0x00"),
            (" \u{FEFF}{\"a\":1}", "payload: parse at byte 2, which is 0xEF"),
            ("{\"a\":1", "payload: parse at byte 7, where it ends"), ("", "payload: parse at byte 1, where it ends"),
        ])
    func place(text: String, expected: String) {
        do throws(LineFailure) {
            _ = try Telemetry(arrival(Array(text.utf8)))
            Issue.record("\(text) was read")
        } catch { #expect(error.text == expected) }
    }

    @Test("a forecast keeps the place of what it does not tell, in either way of reading")
    func forecastHoles() throws {
        let text = #"{"forecast":[null,1,null,2.5],"power_kw":1}"#
        #expect(try telemetry(text).forecast == [nil, 1, nil, 2.5])
        var reader = SlotReader(keys: ["power_kw"])
        var times = TimeMemory()
        var slots: [TelemetryValue?] = []
        #expect(try reader.read(arrival(Array(text.utf8)), &times, into: &slots).forecast == [nil, 1, nil, 2.5])
    }

    @Test(
        "names why a payload cannot be used",
        arguments: [
            ("", .parse), ("{", .parse), ("[]", .wrongType), ("7", .wrongType), (#"{"ts":7}"#, .wrongType),
            (#"{"ts":"yesterday"}"#, .wrongType), (#"{"period_s":0}"#, .outOfRange), (#"{"period_s":-1}"#, .outOfRange),
            (#"{"period_s":86401}"#, .outOfRange), (#"{"period_s":"60"}"#, .outOfRange),
            (#"{"a":1,"a":2}"#, .duplicateKey),
            (#"{"a":1e999}"#, .notFinite), (#"{"a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"#, .tooDeep),
            (#"{"a":NaN}"#, .parse),
        ] as [(String, RejectReason)])
    func refuses(text: String, expected: RejectReason) {
        #expect(reason(Array(text.utf8)) == expected)
    }

    @Test("refuses a payload above 65,536 bytes")
    func size() {
        let fill = { (count: Int) in
            Array("{\"a\":\"".utf8) + [UInt8](repeating: 0x78, count: count - 8) + Array("\"}".utf8)
        }
        #expect(reason(fill(65_536)) == nil)
        #expect(reason(fill(65_537)) == .tooLarge)
    }

    @Test("refuses bytes that are no UTF-8")
    func badUTF8() {
        #expect(reason(Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8)) == .notUTF8)
    }
}

@Suite("Codes")
struct CodesTests {
    /// The contract's names; nothing may be renamed.
    @Test("keeps the contract's reject reasons")
    func rejectReasons() {
        #expect(
            RejectReason.allCases.map(\.rawValue).joined(separator: " ")
                == "parse not_utf8 too_large too_deep duplicate_key unknown_topic unknown_key wrong_type not_finite "
                + "out_of_range unit clock.future clock.past retained_command command.unknown_asset command.expired "
                + "command.repeated command.limit command.issuer command.mode fault_needs_closed_loop version quality")
    }

    @Test("ranks quality from best to worst by the contract's names")
    func qualities() {
        #expect(
            Quality.allCases.map(\.rawValue).joined(separator: " ")
                == "good good.backfill uncertain.last_known uncertain.out_of_range uncertain.estimated uncertain.stuck "
                + "bad.stale bad.parse bad.unit bad.not_connected bad.sensor contradicted")
        #expect(Quality.allCases.map(\.rank) == Array(0..<12))
        #expect(Quality.allCases.filter(\.isGood) == [.good, .goodBackfill])
    }

    @Test("adds counts up")
    func counts() {
        var counts = Counts()
        counts.messages = 3
        counts.reject(.parse)
        var other = Counts()
        other.messages = 2
        other.readings = 4
        other.duplicates = 1
        other.late = 5
        other.reject(.parse)
        other.reject(.version)
        counts.add(other)
        #expect(counts.messages == 5 && counts.readings == 4 && counts.duplicates == 1 && counts.late == 5)
        #expect(counts.rejected == [.parse: 2, .version: 1])
        #expect(counts.rejectedTotal == 3)
    }
}
