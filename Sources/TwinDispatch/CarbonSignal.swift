import TwinCore

/// The grid's intensity now against the half hours ahead.
public struct CarbonSignal: Sendable, Hashable {
    /// g/kWh, all.
    public var now: Double
    /// At and below it an hour counts as clean, at and above the other as dirty.
    public var clean: Double
    public var middle: Double
    public var dirty: Double

    /// Nil without a usable intensity and at least two hours of forecast.
    /// - Parameters:
    ///   - cleanFraction, dirtyFraction: shares of the hours ahead, each 0...0.5.
    public init?(_ site: SiteView, cleanFraction: Double, dirtyFraction: Double) {
        let now = site.intensityGPerKWh
        guard now.quality.isGood || now.quality == .lastKnown, site.outlook.sorted.count >= 4 else { return nil }
        self.now = now.value
        let ahead = site.outlook.sorted
        let place = ahead.firstIndex { now.value <= $0 } ?? ahead.count
        /// Of the hours ahead and now, by size.
        func intensity(_ index: Int) -> Double {
            index == place ? now.value : ahead[index < place ? index : index - 1]
        }
        func quantile(_ fraction: Double) -> Double {
            let last = Double(ahead.count)
            let rank = min(max(fraction * last, 0), last)
            let lower = Int(exactly: rank.rounded(.down)) ?? 0
            let upper = min(lower + 1, ahead.count)
            return intensity(lower) + (intensity(upper) - intensity(lower)) * (rank - Double(lower))
        }
        clean = quantile(cleanFraction)
        middle = quantile(0.5)
        dirty = quantile(1 - dirtyFraction)
    }

    /// Moving energy from clean to dirty hours pays only if it beats the losses of the round trip.
    public func paysRoundTrip(efficiency: Double) -> Bool { clean < dirty * efficiency }
}
