import Testing
import TwinCore

/// Letters that a terminal obeys, that turn the direction of reading, or that XML has no word for.
private let obeyed: [UInt32] =
    Array(0..<0x20) + Array(0x7F...0x9F) + [
        0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0x206F,
        0xFEFF, 0xFFF9, 0xFFFB, 0xFFFE, 0xFFFF, 0xFDD0, 0xFDEF, 0xE0001, 0xE007F, 0x1FFFE, 0x10FFFF,
    ]

@Suite("Text for people")
struct PrintableTests {
    @Test("holds no letter that is obeyed, and every other one", arguments: obeyed)
    func one(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        #expect("a\(Character(scalar))b".unicodeScalars.count == 3)
        #expect("a\(Character(scalar))b".printable == "a?b")
        let line = JSON.fields(["é\(Character(scalar))": .string("\(Character(scalar))")]).printableLine
        #expect(line.unicodeScalars.allSatisfy { !obeyed.contains($0.value) })
        // A program reads the very text.
        #expect(
            try JSONReader.read(Array(line.utf8)) == .fields(["é\(Character(scalar))": .string("\(Character(scalar))")])
        )
    }

    @Test("keeps what people write")
    func kept() {
        let text = "Größe 5 % – „12 °C“ 日本 👨‍👩‍👧 e\u{301} ~ \u{A0}"
        #expect(text.printable == text)
        #expect(JSON.string(text).printableLine == JSON.string(text).line)
    }

    @Test("keeps line ends only where lines are meant")
    func lineEnds() {
        #expect("a\nb\r\nc\rd\r".printable == "a?b??c?d?")
        #expect("a\nb\r\nc\rd\r".printableLines == "a\nb\r\nc?d\r")
        #expect("".printable.isEmpty && "".printableLines.isEmpty)
    }
}
