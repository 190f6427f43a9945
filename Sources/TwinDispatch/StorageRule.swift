import TwinCore

/// Rules for storage, first match wins: failsafe, peak, surplus, dirty hours, clean hours, rest.
public struct StorageRule: Sendable, Hashable {
    /// Import above this is shaved, kW.
    public var peakImportKW: Double
    /// The cleanest share of the forecast charges, the dirtiest share discharges, each 0...0.5.
    public var cleanFraction: Double
    public var dirtyFraction: Double
    /// A new set-point this near to the last one keeps the last one, kW.
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
    public func decide(_ unit: StorageView, net: Double, signal: CarbonSignal?) -> SetPoint {
        func point(_ kw: Double, _ reason: String) -> SetPoint {
            SetPoint(unit.path, .setPower, (kw * 10).rounded(.toNearestOrEven) / 10, reason: reason)
        }
        guard unit.powerKW.quality.isGood, unit.soc.quality.isGood else {
            return point(0, "failsafe: storage is not measured (\(unit.powerKW.quality.rawValue))")
        }
        if net > peakImportKW {
            let wanted = min(net - peakImportKW, unit.powerMaxKW)
            return point(wanted, "peak: import \(whole(net)) kW is above \(whole(peakImportKW)) kW")
        }
        if net < 0 {
            return point(-min(-net, unit.powerMaxKW), "surplus: \(whole(-net)) kW would be exported")
        }
        guard let signal else { return point(0, "rest: no grid intensity forecast") }
        let (now, clean, dirty) = (whole(signal.now), whole(signal.clean), whole(signal.dirty))
        guard signal.paysRoundTrip(efficiency: unit.roundTripEfficiency) else {
            return point(0, "rest: \(clean) and \(dirty) g/kWh ahead differ less than the losses")
        }
        if signal.now >= signal.dirty {
            return point(
                min(unit.powerMaxKW, net), "dirty hours: \(now) g/kWh is among the highest ahead (from \(dirty))")
        }
        if signal.now <= signal.clean {
            return point(
                -min(unit.powerMaxKW, max(0, peakImportKW - net)),
                "clean hours: \(now) g/kWh is among the lowest ahead (to \(clean))")
        }
        return point(0, "rest: \(now) g/kWh lies between \(clean) and \(dirty)")
    }
}
