public import TwinUnits

/// What a store is like, as far as its memory needs it.
public struct StoreTerms: Sendable, Hashable {
    /// What comes out again of what goes in, millionths.
    public var efficiencyPPM: Int64
    /// What it can give when full.
    public var capacity: Energy

    public init(efficiency: Double, capacity: Energy) {
        efficiencyPPM = Int64(saturatingRound: min(max(efficiency, 0.01), 1) * 1e6)
        self.capacity = max(capacity, .zero)
    }
}

extension StoreTerms {
    /// Gives what it takes, without a bound.
    public static let lossless = StoreTerms(efficiency: 1, capacity: Energy(wattSeconds: .max))
}
