import TwinCore

/// What the site will import in the coming step, kW; negative exports. It starts from what the meter says now, with
/// every asset as it is; asset by asset the present gives way to what a set-point will bring.
public struct ExpectedNet: Sendable, Hashable {
    /// The export limit is held against the least import, the import limit against the most: they differ by what
    /// loads do as they please.
    public private(set) var leastKW: Double
    public private(set) var mostKW: Double

    public init(netKW: Double) {
        leastKW = netKW
        mostKW = netKW
    }

    /// Puts what a set-point will bring in the place of what the asset does now.
    public mutating func plan(_ asset: Offer, _ setPoint: Double) {
        let now = asset.measured.value * asset.busKWPerKW
        leastKW += now
        mostKW += now
        add(asset, setPoint)
    }

    mutating func add(_ asset: Offer, _ setPoint: Double) {
        let coming = asset.comingOnBus(setPoint)
        leastKW -= coming.upperBound
        mostKW -= coming.lowerBound
    }

    mutating func remove(_ asset: Offer, _ setPoint: Double) {
        let coming = asset.comingOnBus(setPoint)
        leastKW += coming.upperBound
        mostKW += coming.lowerBound
    }
}
