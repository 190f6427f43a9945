import TwinCore

/// So that Swift's own draws, such as `Int.random(in:using:)`, take their chance from a seed.
extension SeedStream: RandomNumberGenerator {}
