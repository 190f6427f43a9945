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
        guard now.quality.isGood || now.quality == .lastKnown, site.forecast.count >= 4 else { return nil }
        let sorted = ([now.value] + site.forecast).sorted()
        self.now = now.value
        clean = CarbonSignal.quantile(sorted, cleanFraction)
        middle = CarbonSignal.quantile(sorted, 0.5)
        dirty = CarbonSignal.quantile(sorted, 1 - dirtyFraction)
    }

    /// Moving energy from clean to dirty hours pays only if it beats the losses of the round trip.
    public func paysRoundTrip(efficiency: Double) -> Bool { clean < dirty * efficiency }

    private static func quantile(_ sorted: [Double], _ fraction: Double) -> Double {
        let last = Double(sorted.count - 1)
        let place = min(max(fraction * last, 0), last)
        let lower = Int(exactly: place.rounded(.down)) ?? 0
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (sorted[upper] - sorted[lower]) * (place - Double(lower))
    }
}
