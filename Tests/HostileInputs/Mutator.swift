import TwinCore
import TwinTesting

/// Changes bytes as bad links, bad disks and bad people do. The same seed makes the same changes.
package struct Mutator {
    /// More is refused by length alone.
    package static let bytesMax = 70_000

    private var chance: SeedStream

    package init(seed: UInt64) { chance = SeedStream(seed: seed) }

    private static let numbers = [
        "0", "-0", "-1", "1e308", "-1e308", "1e999", "5e-324", "1e-300", "9007199254740993", "9223372036854775807",
        "-9223372036854775808", "18446744073709551616", "0.1", "NaN", "1e15", "01", "1.", "+1", "0x10", "1_000",
        "99999999999999999999999999", "4294967296", "253402300800000",
    ]
    private static let scraps = [
        "\u{0}", "\u{7}", "\u{1B}[2J", "\u{7F}", "\u{9B}31m", "\u{202E}", "\u{2066}", "\u{200F}", "\u{2028}",
        "\u{FEFF}",
        "\u{FFFE}", "\u{FFFF}", "\u{10FFFF}", "e\u{301}\u{301}", "👨‍👩‍👧", "\r", "\n", "\r\n", "\t", "\"", "\\", "\\u0000",
        "\\ud800", "{", "}", "[", "]", ",", ":", ",,", "null", "true", "{}", "[]", "\"\"", "&a ", "*a", "!!x ", "? ",
        "- ",
        "|", ">", "#", "+", "/", "../", "$SYS", "=1+1", "@", "'", ";", "--- ", "2025-06-18T09:00:00Z",
        "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00+23:59", "36500d",
    ]
    private static let openings = ["[", "{\"a\":", "[[", "{a: ", "- ", "? ", "(", "\"", "a:\n "]

    package mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &chance) }

    package mutating func pick<T>(_ list: [T]) -> T? { list.randomElement(using: &chance) }

    /// - Parameter others: inputs of the same kind, to splice from.
    package mutating func mutated(_ bytes: [UInt8], others: [[UInt8]]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(4) { change(&bytes, others) }
        return bytes.count > Mutator.bytesMax ? Array(bytes.prefix(Mutator.bytesMax)) : bytes
    }

    private mutating func change(_ bytes: inout [UInt8], _ others: [[UInt8]]) {
        let place = below(bytes.count + 1)
        let end = min(bytes.count, place + 1 + below(40))
        switch below(12) {
        case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8(below(8)) }
        case 1: bytes.removeLast(bytes.count - place)
        case 2: bytes.removeSubrange(place..<end)
        case 3: repeatPart(&bytes, place..<end)
        case 4: splice(&bytes, at: place, others)
        case 5, 6: replaceNumber(&bytes, from: place)
        case 7: doubleKey(&bytes, from: place)
        case 8:
            let opening = Array((pick(Mutator.openings) ?? "").utf8)
            let count = pick([1, 2, 17, 600, 20_000]) ?? 1
            bytes.insert(contentsOf: (0..<count).flatMap { _ in opening }, at: place)
        case 9, 10: bytes.insert(contentsOf: Array((pick(Mutator.scraps) ?? "").utf8), at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: chance.next()), at: place)
        }
    }

    private mutating func repeatPart(_ bytes: inout [UInt8], _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        let part = Array(bytes[range])
        let count = pick([1, 2, 40, 65_536 / part.count]) ?? 1
        bytes.insert(contentsOf: (0..<count).flatMap { _ in part }, at: range.upperBound)
    }

    private mutating func splice(_ bytes: inout [UInt8], at place: Int, _ others: [[UInt8]]) {
        guard let other = pick(others), !other.isEmpty else { return }
        let start = below(other.count)
        bytes.replaceSubrange(place..., with: other[start...])
    }

    /// The next number behind a place becomes an extreme one.
    private mutating func replaceNumber(_ bytes: inout [UInt8], from place: Int) {
        func isNumeric(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || byte == 0x2E || byte == 0x2D }
        guard let start = bytes[place...].firstIndex(where: isNumeric) else { return }
        let end = bytes[start...].firstIndex { !isNumeric($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: Array((pick(Mutator.numbers) ?? "0").utf8))
    }

    /// The next key behind a place stands there again, or thousands of its like do.
    private mutating func doubleKey(_ bytes: inout [UInt8], from place: Int) {
        guard let colon = bytes[place...].firstIndex(of: 0x3A) else { return }
        let isSeparator: (UInt8) -> Bool = { $0 == 0x7B || $0 == 0x2C || $0 == 0x0A }
        let start = bytes[..<colon].lastIndex(where: isSeparator).map { $0 + 1 } ?? 0
        let end = bytes[colon...].firstIndex(where: isSeparator) ?? bytes.count
        let member = Array(bytes[start..<end])
        let separator: UInt8 = bytes.first == 0x7B ? 0x2C : 0x0A
        let count = pick([1, 1, 1, 5000]) ?? 1
        for index in 0..<count where bytes.count < Mutator.bytesMax {
            var next = member
            // A key of its own, in letters that are not ASCII.
            if count > 1, let letter = next.firstIndex(where: { $0 > 0x40 }) {
                next.insert(contentsOf: Array("é\(index)".utf8), at: letter)
            }
            bytes.insert(contentsOf: [separator] + next, at: end)
        }
    }
}
