import Testing
import TwinCore

@Suite("Columns in few bytes")
struct ColumnCodecTests {
    private func packed(_ words: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        ColumnCodec.pack(words, into: &bytes)
        return bytes
    }

    private func again(_ words: [Int64]) throws -> [Int64] {
        var bytes = packed(words)[...]
        let read = try ColumnCodec.unpack(&bytes)
        #expect(bytes.isEmpty)
        return read
    }

    @Test("an hour of minutes costs thirteen bytes, a decimal reading two at most")
    func sizes() throws {
        // Form and count. The first difference is 41 bits, six bytes of seven, and comes once. One of 60,000 is 120,000
        // as zigzag: 17 bits, three bytes; it comes 59 times.
        let minutes = (0..<60).map { 1_750_204_800_000 + Int64($0) * 60_000 }
        #expect(packed(minutes).count == 2 + 6 + 1 + 3 + 1)
        // 412.3, 412.4, …: tenths as whole numbers, one apart: two bytes for 4123, once, then one, 59 times.
        let tenths = (0..<60).map { Int64(bitPattern: ((4123 + Double($0)) / 10).bitPattern) }
        #expect(packed(tenths).count == 2 + 2 + 1 + 1 + 1)
        // 1, 4, 9, …: differences 1, 3, 5, … never repeat; the 32nd, 63, is the last that zigzag leaves one byte.
        let squares = (1...60).map { Int64($0 * $0) }
        #expect(packed(squares).count == 2 + 32 + 28 * 2)
        #expect(try again(minutes) == minutes && again(tenths) == tenths && again(squares) == squares)
    }

    @Test("a long column does without repetition, and a short one that claims to be long is refused")
    func longColumns() throws {
        let long = [Int64](repeating: 7, count: 70_000)
        #expect(try again(long) == long && packed(long).count > 70_000)
        let short = [Int64](repeating: 7, count: 60_000)
        // Form, count; 7, once; no difference, 59,999 times.
        #expect(try again(short) == short && packed(short).count == 1 + 3 + 1 + 1 + 1 + 3)
        // 2^27 words of one difference; a repetition beyond the count; none at all.
        for bytes: [UInt8] in [
            [32, 0x80, 0x80, 0x80, 0x40, 2, 0x80, 0x80, 0x80, 0x40], [32, 4, 2, 5], [32, 4, 2, 0], [32, 4, 2, 3],
        ] {
            var rest = bytes[...]
            #expect(throws: ColumnCodec.Failure.self) { try ColumnCodec.unpack(&rest) }
        }
    }

    @Test("any word comes back bit by bit", arguments: 0..<32 as Range<UInt64>)
    func anyWord(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "columns")
        let words = (0..<200).map { _ -> Int64 in
            switch chance.next() % 6 {
            case 0: Int64(bitPattern: chance.next())
            case 1: Int64(bitPattern: (Double(chance.next() % 100_000) / 1000).bitPattern)
            case 2: Int64(chance.next() % 100)
            case 3: Int64(bitPattern: chance.unit().bitPattern)
            case 4: [.min, .max, 0, -1][Int(chance.next() % 4)]
            default:
                Int64(
                    bitPattern: [Double.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, 1e300][
                        Int(chance.next() % 6)
                    ].bitPattern)
            }
        }
        for count in [0, 1, 2, 50, 200] {
            let some = Array(words.prefix(count))
            #expect(try again(some) == some, "seed \(seed)")
        }
        // Columns of one kind take the short forms.
        let decimals = (0..<100).map { _ in Double(Int64(chance.next() % 2_000_001) - 1_000_000) / 1e6 }
        var bytes: [UInt8] = []
        ColumnCodec.pack(decimals, into: &bytes)
        var rest = bytes[...]
        #expect(try ColumnCodec.unpackDoubles(&rest) == decimals, "seed \(seed)")
        #expect(bytes.count < 5 * decimals.count)
    }

    @Test("minus zero is not zero, and a value of seven decimals is kept whole")
    func exact() throws {
        for value in [-0.0, 0.1234567, 1.0 / 3, 9.2e18, 1e-7] {
            let word = Int64(bitPattern: value.bitPattern)
            #expect(try again([word]) == [word])
        }
    }

    @Test("damaged bytes are refused and reserve nothing", arguments: 0..<64 as Range<UInt64>)
    func damaged(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "damage")
        var bytes = packed((0..<40).map { _ in Int64(bitPattern: chance.next()) })
        for _ in 0..<3 { bytes[Int(chance.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: chance.next()) }
        for cut in [0, 1, 5, bytes.count] {
            var rest = bytes.prefix(cut)
            // It may read as another column; it may not trap or take memory for what is not there.
            if let words = try? ColumnCodec.unpack(&rest) { #expect(words.count <= max(bytes.count, 1 << 16)) }
        }
        var huge: ArraySlice<UInt8> = [0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1]
        #expect(throws: ColumnCodec.Failure.self) { try ColumnCodec.unpack(&huge) }
    }
}
