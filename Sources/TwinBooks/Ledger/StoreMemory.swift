import TwinCore
public import TwinUnits

/// What a store remembers of the energy in it: how much it can still give, and the carbon with which it came.
///
/// No state of charge is needed. What was lost on the way leaves its carbon to the rest: a store that gives less than was
/// promised holds at most its capacity, one that gives more is emptied to the last microgram. What was in a store before
/// the first row carries nothing: it was counted when it came.
public struct StoreMemory: Sendable, Hashable {
    public private(set) var content = Energy.zero
    public private(set) var carbon = Carbon.zero

    public init() {}

    mutating func charge(_ energy: Energy, _ carbon: Carbon, _ terms: StoreTerms) {
        let kept = Int128(energy.wattSeconds) * Int128(terms.efficiencyPPM) / 1_000_000
        content = min(content + Energy(wattSeconds: Int64(clamping: kept)), terms.capacity)
        self.carbon += carbon
    }

    /// Takes energy out, with its part of the carbon.
    mutating func discharge(_ energy: Energy) -> Carbon {
        guard energy > .zero else { return .zero }
        guard energy < content else {
            defer { self = StoreMemory() }
            return carbon
        }
        let part = carbon.portion(Int128(energy.wattSeconds), of: Int128(content.wattSeconds))
        content -= energy
        carbon -= part
        return part
    }
}
