import Testing
import TwinCore

@Suite("Base 64")
struct Base64Tests {
    /// RFC 4648 section 10.
    @Test(
        "agrees with the vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, packed: String) {
        #expect(Base64.encode(Array(plain.utf8)) == packed)
        #expect(Base64.decode(packed) == Array(plain.utf8))
    }

    @Test("uses plus and slash for the last two letters")
    func lastLetters() {
        #expect(Base64.encode([0xFB, 0xEF, 0xFF]) == "++//")
        #expect(Base64.decode("++//") == [0xFB, 0xEF, 0xFF])
    }

    @Test(
        "refuses malformed text",
        arguments: [
            "Z", "Zg", "Zg=", "Zg===", "=", "====", "A===", "=AAA", "Zg=A", "Z=g=", "Zg==Zg==", "Zm9v ", "Zm9v\n",
            "Zm9*",
            "Zm-_", "Zmé=", "\u{0}\u{0}\u{0}\u{0}",
        ])
    func malformed(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("round trips every length and byte")
    func roundTrip() {
        var chance = SeedStream(seed: 4, name: "base64")
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8(chance.next() >> 56) }
            let text = Base64.encode(bytes)
            #expect(text.utf8.count == (length + 2) / 3 * 4)
            #expect(Base64.decode(text) == bytes)
        }
        let all = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(all)) == all)
    }
}
