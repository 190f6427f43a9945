import Testing
import TwinCore

@Suite("JSON writer")
struct JSONWriterTests {
    @Test("writes one line without spaces")
    func line() {
        let json: JSON = .fields([
            "a": .array([.number(1), .null, .bool(true), .bool(false)]), "b": .fields([:]), "c": .array([]),
            "d": .string("x"),
        ])
        #expect(json.line == #"{"a":[1,null,true,false],"b":{},"c":[],"d":"x"}"#)
    }

    @Test(
        "writes numbers as short as they read back",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-17, "-17"), (0.1, "0.1"), (412.3, "412.3"), (1e16, "1e+16"),
            (999_999_999_999_999, "999999999999999"), (1.0 / 3, "0.3333333333333333"),
            (.leastNonzeroMagnitude, "5e-324"),
            (1e300, "1e+300"), (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        #expect(JSON.number(value).line == text)
    }

    @Test("writes doubles that read back to the same bits, 5,000 patterns")
    func doublesRoundTrip() throws {
        var chance = SeedStream(seed: 7, name: "doubles")
        for _ in 0..<5000 {
            let value = Double(bitPattern: chance.next())
            guard value.isFinite, value != 0 else { continue }
            let text = JSON.number(value).line
            let back = try JSONReader.read(Array(text.utf8)).double
            if back?.bitPattern != value.bitPattern { Issue.record("\(value) was written \(text)") }
        }
    }

    @Test("writes numbers of few decimals as the standard library does", arguments: [0, 1, 2, 3, 4, 5])
    func fewDecimals(_ decimals: Int) {
        var chance = SeedStream(seed: 11, name: "decimals \(decimals)")
        let scale = [1.0, 10, 100, 1000, 10_000, 100_000][decimals]
        for size in [10, 1000, 1e6, 1e11, 1e15, 1e17] {
            for _ in 0..<1000 {
                let value = (size * (chance.unit() - 0.5)).rounded() / scale
                for near in [value, value.nextUp, value.nextDown]
                where JSON.number(near).line != JSON.numberText(near) {
                    Issue.record("\(near) was written \(JSON.number(near).line)")
                }
            }
        }
    }

    @Test("writes an object member by member as it writes its tree")
    func memberByMember() {
        var text = JSONText()
        #expect(text.object == Array("{}".utf8))
        let members: [JSON.Member] = [
            .init("ts", .string("2025-06-18T06:00:00.000Z")), .init("é\"", .array([.number(0.1), .null])),
            .init("seq", .integer(17)),
        ]
        for member in members { text.add(member.key, member.value) }
        #expect(text.object == JSON.object(members).bytes)
        let count = text.count
        text.add(JSONText.Key("kw\n"), 412.3)
        #expect(text.object == JSON.object(members + [.init("kw\n", .number(412.3))]).bytes)
        text.shorten(to: count)
        #expect(text.object == JSON.object(members).bytes)
        #expect(
            String(decoding: text.object, as: UTF8.self)
                == #"{"ts":"2025-06-18T06:00:00.000Z","é\"":[0.1,null],"seq":17}"#)
    }

    @Test("escapes quotes, backslashes, control characters and line separators")
    func escapes() throws {
        #expect(JSON.string("\"\\\n\r\t").line == #""\"\\\n\r\t""#)
        #expect(
            JSON.string("\u{0}\u{1F}\u{7F}\u{9F}\u{2028}\u{2029}").line == #""\u0000\u001f\u007f\u009f\u2028\u2029""#)
        #expect(JSON.string("é€🚗 /").line == "\"é€🚗 /\"")
        #expect(JSON.fields(["a\"b": .null]).line == #"{"a\"b":null}"#)
    }

    @Test("writes every low code point so that the line is printable and reads back")
    func allControls() throws {
        for code in UInt32(0)..<0x2100 {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let text = "a" + String(Character(scalar)) + "b"
            let line = JSON.string(text).line
            #expect(!line.utf8.contains { $0 < 0x20 }, "U+\(String(code, radix: 16))")
            let back = try JSONReader.read(Array(line.utf8)).text
            #expect(back.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars), "U+\(String(code, radix: 16))")
        }
    }

    @Test("round trips 200 seeded trees, on one line and on several", arguments: 0..<4 as Range<UInt64>)
    func treesRoundTrip(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "trees")
        func tree(_ depth: Int) -> JSON {
            switch chance.next() % (depth > 0 ? 7 : 5) {
            case 0: return .null
            case 1: return .bool(chance.next() % 2 == 0)
            case 2: return .number((chance.unit() - 0.5) * 1e6)
            case 3: return .number(Double(chance.next() % 1000))
            case 4: return .string("é\u{1}\"" + String(chance.next(), radix: 36))
            case 5: return .array((0..<chance.next() % 4).map { _ in tree(depth - 1) })
            default: return .object((0..<chance.next() % 4).map { .init("k\($0)", tree(depth - 1)) })
            }
        }
        for _ in 0..<50 {
            let json = tree(5)
            #expect(try JSONReader.read(Array(json.line.utf8)) == json)
            #expect(try JSONReader.read(Array(json.pretty().utf8)) == json)
        }
    }

    @Test("indents by two spaces for people")
    func pretty() {
        let json: JSON = .fields(["a": .array([.number(1), .number(2)]), "b": .fields(["c": .array([.fields([:])])])])
        #expect(
            json.pretty() == """
                {
                  "a": [1,2],
                  "b": {
                    "c": [
                      {}
                    ]
                  }
                }
                """)
    }

    @Test("finds members and kinds, and nothing where there are none")
    func access() {
        let json: JSON = .fields(["a": .number(1.5), "b": .string("x"), "c": .bool(true), "d": .array([.null])])
        #expect(json["a"]?.double == 1.5)
        #expect(json["b"]?.text == "x")
        #expect(json["c"]?.bool == true)
        #expect(json["d"]?.items == [.null])
        #expect(json["e"] == nil)
        #expect(json["a"]?["b"] == nil)
        #expect(json["a"]?.text == nil)
        #expect(json.double == nil)
        #expect(JSON.optional(nil) == .null)
        #expect(JSON.integer(42) == .number(42))
    }
}
