import Testing
import TwinCore

@Suite("Digest")
struct DigestTests {
    private func bytes(_ fill: (inout DigestRecord) -> Void) -> [UInt8] {
        var record = DigestRecord()
        fill(&record)
        return record.bytes
    }

    @Test("lays integers and booleans down little-endian")
    func integers() {
        #expect(bytes { $0.add(Int64(0x0102_0304_0506_0708)) } == [8, 7, 6, 5, 4, 3, 2, 1])
        #expect(bytes { $0.add(1) } == [1, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes { $0.add(-2) } == [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(bytes { $0.add(true) } == [1])
        #expect(bytes { $0.add(false) } == [0])
    }

    /// The value a double is laid down as, read back by hand.
    private func fixed(_ value: Double) -> Int64 {
        var result: UInt64 = 0
        for (index, byte) in bytes({ $0.add(value) }).enumerated() { result |= UInt64(byte) << UInt64(8 * index) }
        return Int64(bitPattern: result)
    }

    @Test(
        "rounds doubles to 1e-6, half to even, and holds them inside Int64",
        arguments: [
            (1.5, 1_500_000), (0, 0), (-0.0, 0), (-1.25, -1_250_000), (0.000_000_4, 0), (0.000_000_6, 1),
            (0.000_000_5, 0), (0.000_001_5, 2), (0.000_002_5, 2), (-0.000_000_5, 0), (-0.000_001_5, -2),
            (412.3, 412_300_000), (9.3e12, .max), (-9.3e12, .min), (.infinity, .max), (-.infinity, .min), (.nan, .min),
            (.greatestFiniteMagnitude, .max),
        ] as [(Double, Int64)])
    func doubles(value: Double, expected: Int64) {
        #expect(fixed(value) == expected)
    }

    @Test("does not tell -0 from +0, but tells neighbours of 1e-6 apart")
    func zeros() {
        #expect(bytes { $0.add(-0.0) } == bytes { $0.add(0.0) })
        #expect(bytes { $0.add(0.000_001) } != bytes { $0.add(0.000_002) })
    }

    @Test("prefixes text and records with their length")
    func text() {
        #expect(bytes { $0.add("é1") } == [3, 0, 0, 0, 0, 0, 0, 0, 0xC3, 0xA9, 0x31])
        #expect(bytes { $0.add("") } == [0, 0, 0, 0, 0, 0, 0, 0])
        var inner = DigestRecord()
        inner.add(true)
        #expect(bytes { $0.add(inner) } == [1, 0, 0, 0, 0, 0, 0, 0, 1])
        // Without lengths these two would be the same bytes.
        func pair(_ a: String, _ b: String) -> [UInt8] {
            bytes {
                $0.add(a)
                $0.add(b)
            }
        }
        #expect(pair("ab", "c") != pair("a", "bc"))
    }

    /// Expected values from Python's hashlib: sha256(bytes(32) + struct.pack('<q', 1)), and so on.
    @Test("chains SHA-256 over the ticks")
    func chain() {
        var chain = DigestChain()
        #expect(chain.hex == String(repeating: "0", count: 64))
        var first = DigestRecord()
        first.add(1)
        chain.extend(with: first)
        #expect(chain.hex == "19ea44be89eece0fd4ec7482049f472a11af19384bffb38a88e77b3b1dd54c19")
        var second = DigestRecord()
        second.add(2)
        second.add(true)
        second.add("x")
        chain.extend(with: second)
        #expect(chain.hex == "1ff24a16d8394c762733fe62d8b6ee8016777def634361a81f468efafdcd55e5")
        var empty = DigestChain()
        empty.extend(with: DigestRecord())
        #expect(empty.hex == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925")
    }

    @Test("reads a chain back from 64 hex digits and nothing else")
    func hex() throws {
        var chain = DigestChain()
        chain.extend(with: DigestRecord())
        #expect(DigestChain(hex: chain.hex) == chain)
        #expect(DigestChain(hex: chain.hex.uppercased()) == chain)
        #expect(DigestChain(hex: "") == nil)
        #expect(DigestChain(hex: String(chain.hex.dropLast())) == nil)
        #expect(DigestChain(hex: chain.hex + "0") == nil)
        #expect(DigestChain(hex: String(repeating: "g", count: 64)) == nil)
        #expect(DigestChain(hex: String(repeating: "é", count: 32)) == nil)
        #expect(hexText([0, 15, 16, 255]) == "000f10ff")
    }

    /// sha256(b"a.yaml\0" b"3\0" b"abc" b"b.yaml\0" b"0\0") by Python's hashlib.
    @Test("hashes named files in the order of their names")
    func contents() {
        let expected = "sha256:9ff1cbe3d83eec62e54fbd298cafba9d6818123bab3ec028e1bccac2ca5b2e46"
        let a = (name: "a.yaml", bytes: Array("abc".utf8))
        let b = (name: "b.yaml", bytes: [UInt8]())
        #expect(contentHash(of: [a, b]) == expected)
        #expect(contentHash(of: [b, a]) == expected)
        #expect(contentHash(of: [a]) != expected)
        #expect(contentHash(of: []) == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}

@Suite("Seeded chance")
struct SeedTests {
    @Test("gives SplitMix64's published numbers")
    func golden() {
        var zero = SeedStream(seed: 0)
        #expect(
            [zero.next(), zero.next(), zero.next()] == [
                0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F,
            ])
        var other = SeedStream(seed: 1_234_567)
        #expect(
            [other.next(), other.next(), other.next()] == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    /// SplitMix64 seeded with 42 xor FNV-1a("wind"), its first number dropped; worked out in Python.
    @Test("gives each name its own stream")
    func named() {
        var wind = SeedStream(seed: 42, name: "wind")
        #expect(
            [wind.next(), wind.next(), wind.next()] == [
                0xC8C0_3905_B0B7_18C9, 0x7FE5_40F2_98D0_CD68, 0x5211_BA79_21A0_3DE4,
            ])
        var solar = SeedStream(seed: 42, name: "solar")
        #expect(solar.next() != 0xC8C0_3905_B0B7_18C9)
        var again = SeedStream(seed: 43, name: "wind")
        #expect(again.next() != 0xC8C0_3905_B0B7_18C9)
    }

    @Test("turns the top 53 bits into a uniform number")
    func unit() {
        var stream = SeedStream(seed: 0)
        // 0xE220A8397B1DCDAF >> 11 over 2^53.
        #expect(stream.unit() == 0.8833108082136426)
        #expect(stream.unit() == 0.43152799704850997)
    }

    /// 100,000 draws: the mean of a uniform has deviation 0.29 / 316 = 0.0009, its variance is 1/12 = 0.0833; the
    /// mean of a unit normal has deviation 0.0032, its variance 0.0045. The limits are over 5 deviations wide.
    @Test("has the mean and variance it promises", arguments: [1, 2, 3] as [UInt64])
    func moments(seed: UInt64) {
        func moments(_ draw: (inout SeedStream) -> Double) -> (
            mean: Double, variance: Double, low: Double, high: Double
        ) {
            var stream = SeedStream(seed: seed, name: "moments")
            var sum = 0.0
            var squares = 0.0
            var low = Double.infinity
            var high = -Double.infinity
            for _ in 0..<100_000 {
                let value = draw(&stream)
                sum += value
                squares += value * value
                low = min(low, value)
                high = max(high, value)
            }
            let mean = sum / 100_000
            return (mean, squares / 100_000 - mean * mean, low, high)
        }
        let uniform = moments { $0.unit() }
        #expect(abs(uniform.mean - 0.5) < 0.005)
        #expect(abs(uniform.variance - 1.0 / 12) < 0.002)
        #expect(uniform.low >= 0 && uniform.high < 1)
        let normal = moments { $0.normal() }
        #expect(abs(normal.mean) < 0.02)
        #expect(abs(normal.variance - 1) < 0.025)
        #expect(normal.low >= -6 && normal.high <= 6)
        #expect(normal.low < -3 && normal.high > 3)
    }
}
