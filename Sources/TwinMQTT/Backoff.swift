/// How long to wait before the next attempt: 1 s doubling to 30 s, each drawn from the upper half of its range, so that
/// many clients of one broker do not come back at the same moment. The draw is seeded: the same client id gives the
/// same delays.
struct Backoff {
    /// The longest delay, milliseconds.
    static let longestMs = 30_000
    private static let firstMs = 1_000

    private var state: UInt64
    private var failures = 0

    init(name: String) {
        // FNV-1a 64 of the name.
        state = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The delay before the next attempt, milliseconds.
    mutating func nextMs() -> Int {
        let range = min(Self.longestMs, Self.firstMs << min(failures, 5))
        failures += 1
        let half = range / 2
        return half + Int(next() % UInt64(half + 1))
    }

    /// The link has held: begin again with the shortest delay.
    mutating func reset() { failures = 0 }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
