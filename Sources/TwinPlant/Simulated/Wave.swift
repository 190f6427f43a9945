import TwinCore

/// A day's swing and slow noise for the simulated plant, without C library functions: the same bits everywhere.
enum Wave {
    /// Sine of a full turn at `phase` 0..<1 by Bhaskara I's rational approximation; error below 0.002.
    static func sine(phase: Double) -> Double {
        let turn = phase - phase.rounded(.down)
        let half = turn < 0.5 ? turn * 2 : (turn - 0.5) * 2
        let product = half * (1 - half)
        let value = 16 * product / (5 - 4 * product)
        return turn < 0.5 ? value : -value
    }
}

/// First-order noise with mean 0 and deviation 1 that forgets itself with a time constant.
struct SlowNoise: Sendable {
    private var value = 0.0
    private var stream: SeedStream

    init(seed: UInt64, name: String) {
        stream = SeedStream(seed: seed, name: name)
        value = stream.normal()
    }

    /// - Parameters: step and time constant in the same unit.
    mutating func advance(step: Double, timeConstant: Double) -> Double {
        let keep = timeConstant / (timeConstant + step)
        // Scaled so that the deviation stays 1 whatever the step.
        value = keep * value + (1 - keep * keep).squareRoot() * stream.normal()
        return value
    }
}
