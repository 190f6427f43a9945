/// A stream of seeded chance: SplitMix64 (Steele, Lea and Flood, 2014). The same seed gives the same numbers on
/// every machine, and each component draws from its own stream, so that a new device does not shift the others.
public struct SeedStream: Sendable, Hashable, Codable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// The stream of one component: the run's seed mixed with its name (FNV-1a 64).
    public init(seed: UInt64, name: String) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        self.init(seed: seed ^ hash)
        _ = next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in 0..<1 with 53 bits.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Nearly normal with mean 0 and deviation 1: the sum of 12 uniforms less 6, so without a C library function
    /// whose last bit may differ between machines. Its tails end at +/-6.
    public mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += unit() }
        return sum
    }
}
