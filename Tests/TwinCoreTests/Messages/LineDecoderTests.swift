import Testing
import TwinCore

/// Texts of JSON by seeded chance: mostly what gateways write, sometimes what nobody should.
struct JSONTexts {
    private var chance: SeedStream

    init(seed: UInt64, name: String) { chance = SeedStream(seed: seed, name: name) }

    mutating func below(_ count: Int) -> Int { Int(chance.next() % UInt64(count)) }

    mutating func one(of texts: [String]) -> String { texts[below(texts.count)] }

    mutating func digits(_ most: Int) -> String {
        var text = ""
        for _ in 0...below(most) { text += String(below(10)) }
        return text
    }

    mutating func number() -> String {
        var text = below(5) == 0 ? "-" : ""
        text += below(8) == 0 ? digits(24) : String(below(100_000))
        if below(2) == 0 { text += "." + digits(below(6) == 0 ? 26 : 3) }
        if below(10) == 0 { text += one(of: ["e", "E"]) + one(of: ["", "+", "-"]) + digits(below(4) == 0 ? 4 : 2) }
        return text
    }

    mutating func value(depth: Int = 1) -> String {
        switch below(depth > 7 ? 8 : 12) {
        case 0...4: return number()
        case 5:
            return one(of: [
                "true", "false", "null", "tru", "nul", "True", "-", "01", ".5", "1.", "1e", "+1", "1e999", "",
            ])
        case 6:
            return one(of: [
                "\"\"", "\"on\"", "\"é\"", "\"a\\u00e9\"", "\"\\\"\"", "\"a\\/b\"", "\"tab\t\"", "\"open", "\"\u{7F}\"",
            ])
        case 7: return one(of: ["{}", "[]", "{ }", "[ 1]", "[1,]", "{\"a\"}", "{\"a\":1,}"])
        case 8, 9: return "[" + (0...below(4)).map { _ in value(depth: depth + 1) }.joined(separator: ",") + "]"
        default: return object(keys: ["a", "b", "aa", "Bb", "power_kw", "é", "a\\u0062"], depth: depth + 1)
        }
    }

    mutating func object(keys: [String], depth: Int = 1) -> String {
        let space = below(12) == 0 ? " " : ""
        let count = below(40) == 0 ? 20 : below(5)
        let members = (0..<count).map { place -> String in
            let key = below(3) == 0 ? one(of: keys) : keys[place % keys.count]
            return "\"\(key)\"\(space):\(space)\(value(depth: depth))"
        }
        return "{" + members.joined(separator: ",\(space)") + "}"
    }

    mutating func time() -> String {
        one(of: [
            "2025-06-18T06:00:00.000Z", "2025-06-18T06:00:00.000Z", "2025-06-18T06:01:00.000Z", "2025-06-18T06:01:00Z",
            "2025-06-18T07:01:00.5+01:00", "2025-06-31T07:01:00Z", "0000-06-18T07:01:00Z", "2025-06-18", "", "x",
            "2025-06-18T06:00:00.000\\u005a",
        ])
    }

    /// Takes away, adds or changes a byte or two now and then.
    mutating func spoiled(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        guard below(3) == 0 else { return bytes }
        for _ in 0...below(2) where !bytes.isEmpty {
            let place = below(bytes.count)
            switch below(3) {
            case 0: bytes[place] = UInt8(below(256))
            case 1: bytes.remove(at: place)
            default: bytes.insert(bytes[below(bytes.count)], at: place)
            }
        }
        return bytes
    }
}

@Suite("Lines one after the other")
struct LineDecoderTests {
    static let start = PlantTime(ms: 1_750_204_800_000)

    private func line(_ texts: inout JSONTexts) -> String {
        let t = texts.below(12) == 0 ? texts.number() : "\"\(texts.time())\""
        let topic = texts.one(of: [
            "v1/s/wind/t01/tele", "v1/s/wind/t02/tele", "v1/s/shop/paint-supply-air/tele", "", "a/é", "a\\/b", "$SYS/x",
        ])
        let payload = texts.value()
        switch texts.below(12) {
        case 0: return "{\"topic\":\"\(topic)\",\"t\":\(t),\"payload\":\(payload)}"
        case 1: return "{\"t\":\(t),\"topic\":\"\(topic)\",\"payload\":\(payload),\"q\":\(texts.number())}"
        case 2: return "{\"t\":\(t),\"topic\":\"\(topic)\",\"payload\":\(payload),\"r\":true,\"dup\":true}"
        case 3: return "{\"t\":\(t),\"topic\":\"\(topic)\",\"payload\":\(payload),\"t\":1}"
        case 4: return "{\"t\":\(t),\"tick\":\(texts.below(9)),\"n\":\(texts.below(9)),\"chain\":\"\"}"
        case 5: return "{\"t\":\(t),\"topic\":\"\(topic)\",\"payload64\":\"b25saW5l\"}"
        case 6: return " {\"t\":\(t),\"topic\":\"\(topic)\",\"payload\": \(payload) } "
        case 7...9: return "{\"t\":\(t),\"topic\":\"\(topic)\",\"payload\":\(payload),\"q\":\(texts.below(4))}"
        default: return "{\"t\":\(t),\"topic\":\"\(topic)\",\"payload\":\(payload)}"
        }
    }

    private func outcome(_ read: () throws(LineFailure) -> Line) -> Result<Line, LineFailure> {
        do throws(LineFailure) { return .success(try read()) } catch { return .failure(error) }
    }

    @Test(
        "reads 4,000 lines as each would be read alone, and refuses the same for the same reason",
        arguments: 0..<6 as Range<UInt64>)
    func alike(seed: UInt64) {
        var texts = JSONTexts(seed: seed, name: "lines")
        var decoder = LineDecoder(start: Self.start)
        var good = 0
        for number in 1...4000 {
            let bytes = texts.spoiled(line(&texts))
            let wanted = outcome { () throws(LineFailure) in try Line(bytes: bytes, start: Self.start, number: number) }
            let found = outcome { () throws(LineFailure) in try decoder.line(bytes, number: number) }
            if found != wanted { Issue.record("\(String(decoding: bytes, as: UTF8.self)): \(found), not \(wanted)") }
            if case .success = wanted { good += 1 }
        }
        #expect((400..<3600).contains(good), "both kinds should come up, \(good) were good")
    }

    @Test("reads back what it wrote, payloads byte for byte")
    func written() throws {
        var texts = JSONTexts(seed: 3, name: "written lines")
        var decoder = LineDecoder(start: Self.start)
        for number in 1...2000 {
            let arrival = Arrival(
                t: Self.start + .seconds(Int64(texts.below(3))), topic: "v1/s/wind/t0\(texts.below(4))/tele",
                payload: Array(texts.object(keys: ["ts", "power_kw", "seq"]).utf8), qos: texts.below(3), number: number)
            #expect(try decoder.line(Line.message(arrival).bytes, number: number) == .message(arrival))
        }
    }

    @Test("a flood of topics changes nothing")
    func manyTopics() throws {
        var decoder = LineDecoder(start: Self.start)
        for round in 0..<2 {
            for number in 0..<12_000 {
                let arrival = Arrival(t: Self.start, topic: "a/\(number)", payload: [0x31], number: round)
                #expect(try decoder.line(Line.message(arrival).bytes, number: round) == .message(arrival))
            }
        }
    }
}

@Suite("Values by slot")
struct SlotReaderTests {
    private static let keys = ["power_kw", "energy_total_kwh", "wind_speed_m_per_s", "soc"]
    private static let words = ["ts", "seq", "period_s", "modelled", "connected", "forecast"]

    private func member(_ key: String, _ texts: inout JSONTexts) -> String {
        if texts.below(12) == 0 { return "\"\(key)\":\(texts.value(depth: 2))" }
        switch key {
        case "ts": return "\"ts\":\"\(texts.time())\""
        case "seq": return "\"seq\":\(texts.below(1000))"
        case "period_s": return "\"period_s\":\(texts.one(of: ["60", "0.5", "1800", "0", "-1", "86400", "86401"]))"
        case "modelled", "connected": return "\"\(key)\":\(texts.one(of: ["true", "false", "1", "null"]))"
        case "forecast":
            let count = texts.below(20) == 0 ? 300 : texts.below(5)
            return "\"forecast\":[\((0..<count).map { _ in texts.number() }.joined(separator: ","))]"
        default: return "\"\(key)\":\(texts.below(6) == 0 ? texts.value(depth: 2) : texts.number())"
        }
    }

    private func payload(_ texts: inout JSONTexts) -> String {
        let all = Self.words.prefix(3) + Self.keys.prefix(1 + texts.below(4))
        var names = Array(all)
        if texts.below(4) == 0 {
            names = (0..<texts.below(9)).map { _ in texts.one(of: all + Self.words + ["note", "x"]) }
        }
        return "{" + names.map { member($0, &texts) }.joined(separator: ",") + "}"
    }

    @Test(
        "3,000 payloads say what they say to the general reader, and are refused for the same reason",
        arguments: 0..<6 as Range<UInt64>)
    func alike(seed: UInt64) {
        var texts = JSONTexts(seed: seed, name: "payloads")
        var reader = SlotReader(keys: Self.keys)
        var times = TimeMemory()
        var good = 0
        for _ in 0..<3000 {
            let arrival = Arrival(
                t: LineDecoderTests.start, topic: "v1/s/wind/t01/tele", payload: texts.spoiled(payload(&texts)))
            let text = String(decoding: arrival.payload, as: UTF8.self)
            var slots: [TelemetryValue?] = [.wrongType]
            do throws(LineFailure) {
                let wanted = try Telemetry(arrival)
                let found = try reader.read(arrival, &times, into: &slots)
                good += 1
                #expect(found.ts == wanted.ts && found.seq == wanted.seq && found.period == wanted.period, "\(text)")
                #expect(found.isModelled == wanted.isModelled && found.connected == wanted.connected, "\(text)")
                #expect(found.forecast.map(\.?.bitPattern) == wanted.forecast.map(\.?.bitPattern), "\(text)")
                #expect(found.values.isEmpty && slots.count == 1 + reader.count)
                for (slot, key) in Self.keys.enumerated() {
                    let value = wanted.values.first { $0.key == key }?.value
                    #expect(bits(slots[1 + slot]) == bits(value), "\(key) of \(text)")
                }
            } catch {
                var failure: LineFailure?
                do throws(LineFailure) { _ = try reader.read(arrival, &times, into: &slots) } catch { failure = error }
                #expect(failure == error, "\(text)")
            }
        }
        #expect((300..<2900).contains(good), "both kinds should come up, \(good) were good")
    }

    private func bits(_ value: TelemetryValue?) -> String {
        if case .number(let number)? = value { "\(number.bitPattern)" } else { "\(String(describing: value))" }
    }

    @Test("a payload beyond the limit is refused, however plain it is")
    func tooLarge() {
        var reader = SlotReader(keys: Self.keys)
        var times = TimeMemory()
        var slots: [TelemetryValue?] = []
        let text = "{\"power_kw\":1,\"note\":\"" + String(repeating: "x", count: Telemetry.payloadMax) + "\"}"
        let arrival = Arrival(t: LineDecoderTests.start, topic: "x", payload: Array(text.utf8))
        #expect(throws: LineFailure.self) { try reader.read(arrival, &times, into: &slots) }
    }
}
