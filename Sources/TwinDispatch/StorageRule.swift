import TwinCore

/// Rules for storage, first match wins: failsafe, dirty hours, peak, clean hours, surplus, rest. Dirty hours come
/// before a peak, and clean hours before a surplus, because they move the more of the two.
public struct StorageRule: Sendable, Hashable {
    /// Import above this is shaved, kW.
    public var peakImportKW: Double
    /// The cleanest share of the forecast charges, the dirtiest share discharges, each 0...0.5.
    public var cleanFraction: Double
    public var dirtyFraction: Double
    /// Of the storage alone: a new set-point this near to the last one keeps the last one, kW.
    public var deadbandKW: Double

    public init(peakImportKW: Double, cleanFraction: Double, dirtyFraction: Double, deadbandKW: Double) {
        self.peakImportKW = peakImportKW
        self.cleanFraction = cleanFraction
        self.dirtyFraction = dirtyFraction
        self.deadbandKW = deadbandKW
    }

    /// Decides for the tick that follows a mark.
    /// - Parameters:
    ///   - net: what the site would import with this unit at rest, kW; negative is a surplus.
    ///   - signal: nil without a forecast.
    ///   - ceiling: nil where nothing is judged by its price.
    func decide(
        _ unit: Store, net: Double, signal: CarbonSignal?, ceiling: CostCeiling? = nil
    ) -> (kw: Double, reason: Reason, haste: Haste) {
        guard unit.powerKW.quality.isGood, unit.soc.quality.isGood else {
            return (0, Reason("failsafe: storage is not measured", quality: unit.powerKW.quality), .always)
        }
        let (wish, reason, haste) = wish(unit, net, signal, ceiling)
        // What it cannot do is left to the others; whole tenths, so that rounding does not pass the window.
        let charge = (min(unit.powerMaxKW, unit.chargeMaxKW) * 10).rounded(.down) / 10
        let discharge = (min(unit.powerMaxKW, unit.dischargeMaxKW) * 10).rounded(.down) / 10
        let wanted = inTenths(wish)
        if wanted > discharge {
            return (
                inTenths(discharge), discharge < unit.powerMaxKW - 0.1 ? reason.adding("held by reserve") : reason,
                haste
            )
        }
        if wanted < -charge {
            return (
                inTenths(0 - charge), charge < unit.powerMaxKW - 0.1 ? reason.adding("held by full") : reason, haste
            )
        }
        return (wanted, reason, haste)
    }

    private func inTenths(_ kw: Double) -> Double { (kw * 10).rounded(.toNearestOrEven) / 10 }

    /// What it would do with any state of charge.
    private func wish(
        _ unit: Store, _ net: Double, _ signal: CarbonSignal?, _ ceiling: CostCeiling?
    ) -> (kw: Double, reason: Reason, haste: Haste) {
        let isWorthIt = signal?.paysRoundTrip(efficiency: unit.roundTripEfficiency) ?? false
        if let signal, isWorthIt, signal.now >= signal.dirty, net >= 0 {
            return (
                min(unit.powerMaxKW, net),
                Reason("dirty hours: % g/kWh is among the highest ahead (from %)", signal.now, signal.dirty), .none
            )
        }
        if net > peakImportKW {
            return (
                min(unit.powerMaxKW, net - peakImportKW),
                Reason("peak: import % kW is above % kW", net, peakImportKW), .up
            )
        }
        let isClean = isWorthIt && signal.map { $0.now <= $0.clean } ?? false
        let cost = signal.flatMap {
            ceiling?.roundTrip(unit.roundTripEfficiency, inGPerKWh: $0.now, outGPerKWh: $0.dirty)
        }
        if let signal, isClean, cost?.isPaid ?? true {
            return (
                -min(unit.powerMaxKW, peakImportKW - net),
                Reason("clean hours: % g/kWh is among the lowest ahead (to %)", signal.now, signal.clean).at(cost),
                .none
            )
        }
        if net < 0 { return (-min(unit.powerMaxKW, -net), Reason("surplus: % kW would be exported", -net), .none) }
        guard let signal else { return (0, Reason("rest: no grid intensity forecast"), .none) }
        guard isWorthIt else {
            return (
                0, Reason("rest: % and % g/kWh ahead differ less than the losses", signal.clean, signal.dirty),
                .none
            )
        }
        if isClean {
            return (
                0,
                Reason("left for its price: % g/kWh now would save % g/kWh later", signal.now, signal.dirty).at(cost),
                .none
            )
        }
        return (0, Reason("rest: % g/kWh lies between % and %", signal.now, signal.clean, signal.dirty), .none)
    }
}
