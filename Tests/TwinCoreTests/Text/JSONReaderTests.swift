import ProcessorTime
import Testing
import TwinCore

@Suite("JSON reader")
struct JSONReaderTests {
    private func read(_ text: String) throws(JSONFailure) -> JSON { try JSONReader.read(Array(text.utf8)) }

    private func failure(_ text: String) -> JSONFailure? { failure(Array(text.utf8)) }

    private func failure(_ bytes: [UInt8]) -> JSONFailure? {
        do throws(JSONFailure) {
            _ = try JSONReader.read(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test("reads every kind of value")
    func values() throws {
        let json = try read(#" { "a" : [ 1 , -2.5 , true , false , null , "x" , [ ] , { } ] , "b" : { "c" : "" } } "#)
        #expect(
            json
                == .fields([
                    "a": .array([
                        .number(1), .number(-2.5), .bool(true), .bool(false), .null, .string("x"), .array([]),
                        .object([]),
                    ]), "b": .fields(["c": .string("")]),
                ]))
        #expect(try read("\t\r\n 7 \t\r\n") == .number(7))
        #expect(try read("\"\"") == .string(""))
        #expect(try read("null") == .null)
    }

    @Test("keeps members in file order")
    func memberOrder() throws {
        #expect(try read(#"{"z":1,"a":2,"m":3}"#).members?.map(\.key) == ["z", "a", "m"])
    }

    @Test("reads every escape of RFC 8259")
    func escapes() throws {
        #expect(try read(#""\"\\\/\b\f\n\r\t""#) == .string("\"\\/\u{8}\u{C}\n\r\t"))
        #expect(try read(#""\u00e9\u00E9\u20ac\u0000""#) == .string("éé€\u{0}"))
        #expect(try read(#""\ud83d\ude97 \uD83D\uDE97""#) == .string("🚗 🚗"))
        #expect(try read("\"é€🚗 \u{7F}\"") == .string("é€🚗 \u{7F}"))
        #expect(try read(#""a\nb€c""#) == .string("a\nb€c"))
    }

    @Test(
        "reads numbers of RFC 8259",
        arguments: [
            ("0", 0), ("-0", -0.0), ("1e0", 1), ("1E+2", 100), ("1e-2", 0.01), ("0.5", 0.5), ("-12.75", -12.75),
            ("1.7976931348623157e308", .greatestFiniteMagnitude), ("5e-324", .leastNonzeroMagnitude), ("0.1e1", 1),
            ("0e9", 0),
            ("123456789012345678901234567890", 123_456_789_012_345_677_877_719_597_056), ("1e-400", 0),
        ] as [(String, Double)])
    func numbers(text: String, value: Double) throws {
        let found = try #require(try read(text).double)
        #expect(found.bitPattern == value.bitPattern)
    }

    @Test(
        "refuses what RFC 8259 forbids",
        arguments: [
            "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
            "{a:1}", "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}", "\"", "\"a", "'a'", "\"\\\"", "\"\\x\"", "\"\\u12\"",
            "\"\\u12g4\"", "\"\\u\"", "\"\n\"", "\"\t\"", "\"\u{1}\"", "\"a\\n\u{1}\"", "01", "-", "-a", "+1", ".5",
            "1.",
            "1.e1", "1e", "1e+", "1ea", "0x10", "--1", "1_000", "NaN", "nan", "Infinity", "-Infinity", "inf", "True",
            "tru", "truE", "nul", "undefined", "1 1", "{} {}", "{}x", "// x", "/* */1", " \u{FEFF}1", "1\u{0} ", "[1]]",
            "-01",
        ])
    func refuses(text: String) {
        #expect(failure(text) == .parse)
    }

    @Test("refuses the same key twice, at any depth")
    func duplicateKeys() {
        #expect(failure(#"{"a":1,"a":1}"#) == .duplicate_key)
        #expect(failure(#"{"a":1,"b":[{"c":1,"d":2,"c":3}]}"#) == .duplicate_key)
        #expect(failure(#"{"a":1,"\u0061":2}"#) == .duplicate_key)
        #expect(failure(#"{"a":{"a":1},"b":{"a":1}}"#) == nil)
    }

    /// An object of `count` keys that differ, and `more` members after them.
    private func object(_ count: Int, key: (Int) -> String = { "key \($0)" }, _ more: String...) -> [UInt8] {
        Array("{\(((0..<count).map { "\"\(key($0))\":1" } + more).joined(separator: ","))}".utf8)
    }

    @Test("finds a doubled key among few and among many", arguments: [1, 15, 16, 17, 18, 5000])
    func duplicateAmongMany(count: Int) {
        #expect(failure(object(count)) == nil)
        #expect(JSONReader.accepts(object(count)))
        for again in [0, count / 2, count - 1] {
            let bytes = object(count, "\"key \(again)\":2")
            #expect(failure(bytes) == .duplicate_key, "\(again)")
            #expect(!JSONReader.accepts(bytes))
            #expect(throws: JSONFailure.duplicate_key) { try JSONReader.readMembers(bytes) }
            let inside = Array("{\"payload\":".utf8) + bytes + Array("}".utf8)
            #expect(throws: JSONFailure.duplicate_key) {
                try JSONReader.readMembers(inside, passingOver: "payload")
            }
        }
        // Keys are text: one letter may be written in two ways.
        #expect(failure(object(count, "\"\u{E9}\":1", "\"e\u{301}\":2")) == .duplicate_key)
        #expect(failure(object(count, "\"a\":1", "\"A\":2", "\"a \":3")) == nil)
    }

    @Test("a key costs as much in a large object as in a small one")
    func costOfKeys() throws {
        // 32 times the keys: 32 times the time, or 1024 times if each is compared with all before it.
        func reading(_ bytes: [UInt8]) throws -> Duration {
            try processorTime {
                _ = try JSONReader.read(bytes)
                _ = JSONReader.accepts(bytes)
                _ = try JSONReader.readMembers(bytes)
            }
        }
        let small = try reading(object(400) { "schlüssel \($0)" })
        let large = try reading(object(12_800) { "schlüssel \($0)" })
        #expect(large < small * 160, "\(large) against \(small)")
    }

    @Test("reads 16 levels and refuses the 17th")
    func depth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        func objects(_ depth: Int) -> String {
            String(repeating: "{\"a\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
        }
        #expect(failure(nested(16)) == nil)
        #expect(failure(nested(17)) == .too_deep)
        #expect(failure(objects(16)) == nil)
        #expect(failure(objects(17)) == .too_deep)
        #expect(failure(String(repeating: "[", count: 100_000)) == .too_deep)
    }

    @Test("refuses numbers beyond a finite double")
    func notFinite() {
        #expect(failure("1e999") == .not_finite)
        #expect(failure("-1e999") == .not_finite)
        #expect(failure("1.8e308") == .not_finite)
        #expect(failure("{\"power_kw\":1e400}") == .not_finite)
        #expect(failure(String(repeating: "9", count: 400)) == .not_finite)
    }

    @Test(
        "refuses bytes that are no UTF-8",
        arguments: [
            [0xFF], [0xC3], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
            [0x5C, 0x6E, 0xFF],  // after an escape, on the slow path
        ] as [[UInt8]])
    func badUTF8(inside: [UInt8]) {
        #expect(failure([0x22] + inside + [0x22]) == .not_utf8)
    }

    @Test(
        "refuses lone surrogates",
        arguments: [#""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\ud83d\u0041""#])
    func loneSurrogates(text: String) {
        #expect(failure(text) == .parse)
    }

    @Test("gives each member with the bytes of its value")
    func members() throws {
        let bytes = Array(#"{"t": 1.50 ,"payload":{ "b":1,  "a" : [ ] },"x":"y"}"#.utf8)
        let found = try JSONReader.readMembers(bytes)
        #expect(found.map(\.key) == ["t", "payload", "x"])
        #expect(
            found.map { String(decoding: bytes[$0.range], as: UTF8.self) } == [
                "1.50", #"{ "b":1,  "a" : [ ] }"#, "\"y\"",
            ])
        #expect(throws: JSONFailure.parse) { try JSONReader.readMembers(Array("[1]".utf8)) }
        #expect(throws: JSONFailure.parse) { try JSONReader.readMembers(Array("{} 1".utf8)) }
    }

    @Test("passes over a member's value, and refuses what it would refuse in reading it")
    func passingOver() throws {
        let bytes = Array(#"{"t":1,"payload":{"b":[1,{"c":"\u00e9"}],"a":null},"x":"y"}"#.utf8)
        let read = try JSONReader.readMembers(bytes)
        let passed = try JSONReader.readMembers(bytes, passingOver: "payload")
        #expect(passed.map(\.key) == read.map(\.key) && passed.map(\.range) == read.map(\.range))
        #expect(passed.map(\.value) == [.number(1), nil, .string("y")])
        // The key means the outermost object's member only.
        #expect(try JSONReader.readMembers(Array(#"{"a":{"payload":2}}"#.utf8), passingOver: "payload")[0].value != nil)
    }

    @Test("accepts exactly what it reads: 20,000 texts with one byte changed")
    func accepts() {
        let good = Array(#"{"a":[1,-2.5e3,"é\n\ud83d\ude97"],"b":{"a":true,"b":null},"c":[[],{}]," d ":0.1}"#.utf8)
        #expect(JSONReader.accepts(good) && !JSONReader.accepts([]))
        var chance = SeedStream(seed: 5, name: "accepts")
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = good
            // Bytes of the text itself keep many of the changes well-formed.
            let new =
                chance.next() % 2 == 0 ? good[Int(chance.next() % UInt64(good.count))] : UInt8(chance.next() % 256)
            bytes[Int(chance.next() % UInt64(good.count))] = new
            var line = Array(#"{"payload":"#.utf8)
            line += bytes + [0x7D]
            func failure(_ body: () throws(JSONFailure) -> Void) -> JSONFailure? {
                do throws(JSONFailure) { try body() } catch { return error }
                return nil
            }
            let read = failure { () throws(JSONFailure) in _ = try JSONReader.read(bytes) }
            #expect(JSONReader.accepts(bytes) == (read == nil), "\(String(decoding: bytes, as: UTF8.self))")
            #expect(
                failure { () throws(JSONFailure) in _ = try JSONReader.readMembers(line) }
                    == failure { () throws(JSONFailure) in
                        _ = try JSONReader.readMembers(line, passingOver: "payload")
                    }, "\(String(decoding: line, as: UTF8.self))")
            accepted += read == nil ? 1 : 0
        }
        // Both answers came up.
        #expect((1000...19_000).contains(accepted))
    }

    @Test("gives whole numbers only where they are exact")
    func integers() {
        #expect(JSON.number(9_007_199_254_740_992).integer == 9_007_199_254_740_992)
        #expect(JSON.number(9_007_199_254_740_994).integer == nil)
        #expect(JSON.number(-3).integer == -3)
        #expect(JSON.number(0.5).integer == nil)
        #expect(JSON.string("3").integer == nil)
    }

    @Test("converts 5,000 number texts to the same bits as the standard library", arguments: 0..<5 as Range<UInt64>)
    func numberConversion(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "number texts")
        func digits(_ most: UInt64) -> String {
            var text = ""
            for _ in 0..<(1 + chance.next() % most) { text += String(chance.next() % 10) }
            return text
        }
        for _ in 0..<1000 {
            let whole = digits(20)
            var text = whole.count > 1 ? String(1 + chance.next() % 9) + whole : whole
            if chance.next() % 3 > 0 { text += "." + (chance.next() % 4 == 0 ? "000000" : "") + digits(24) }
            if chance.next() % 3 == 0 { text += "e" + ["", "+", "-"][Int(chance.next() % 3)] + digits(2) }
            if chance.next() % 2 == 0 { text = "-" + text }
            let wanted = try #require(Double(text), "\(text)")
            let found = try #require(try read(text).double, "\(text)")
            if found.bitPattern != wanted.bitPattern { Issue.record("\(text): \(found), expected \(wanted)") }
        }
    }

    @Test(
        "never traps on 2,000 broken payloads, and what it still reads it writes the same",
        arguments: 0..<4 as Range<UInt64>)
    func brokenBytes(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "broken payloads")
        let whole = Array(
            #"{"ts":"2025-06-18T06:00:00.000Z","seq":17,"a":[1.5e3,-0.25,true,null],"é\u20ac\n":"x🚗"}"#.utf8)
        var readable = 0
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<(1 + chance.next() % 2) {
                let place = Int(chance.next() % UInt64(bytes.count))
                switch chance.next() % 3 {
                case 0: bytes[place] = UInt8(chance.next() % 256)
                case 1: bytes.remove(at: place)
                default: bytes.insert(bytes[Int(chance.next() % UInt64(bytes.count))], at: place)
                }
            }
            do throws(JSONFailure) {
                let json = try JSONReader.read(bytes)
                readable += 1
                #expect(try read(json.line) == json)
            } catch {
                continue
            }
        }
        #expect((1..<500).contains(readable), "the mutations should leave some payloads readable and spoil others")
    }
}
