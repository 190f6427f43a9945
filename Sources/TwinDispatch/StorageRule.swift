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
    public func decide(_ unit: Store, net: Double, signal: CarbonSignal?) -> SetPoint {
        func point(_ kw: Double, _ reason: String) -> SetPoint {
            SetPoint(unit.path, .setPower, (kw * 10).rounded(.toNearestOrEven) / 10, reason: reason)
        }
        guard unit.powerKW.quality.isGood, unit.soc.quality.isGood else {
            return point(0, "failsafe: storage is not measured (\(unit.powerKW.quality.rawValue))")
        }
        let wish = wish(unit, net, signal)
        // What it cannot do is left to the others; whole tenths, so that rounding does not pass the window.
        let charge = (min(unit.powerMaxKW, unit.chargeMaxKW) * 10).rounded(.down) / 10
        let discharge = (min(unit.powerMaxKW, unit.dischargeMaxKW) * 10).rounded(.down) / 10
        let wanted = point(wish.kw, wish.reason)
        if wanted.value > discharge {
            return point(discharge, discharge < unit.powerMaxKW - 0.1 ? "\(wish.reason); held by reserve" : wish.reason)
        }
        if wanted.value < -charge {
            return point(0 - charge, charge < unit.powerMaxKW - 0.1 ? "\(wish.reason); held by full" : wish.reason)
        }
        return wanted
    }

    /// What it would do with any state of charge.
    private func wish(_ unit: Store, _ net: Double, _ signal: CarbonSignal?) -> (kw: Double, reason: String) {
        let isWorthIt = signal?.paysRoundTrip(efficiency: unit.roundTripEfficiency) ?? false
        if let signal, isWorthIt, signal.now >= signal.dirty, net >= 0 {
            return (
                min(unit.powerMaxKW, net),
                "dirty hours: \(whole(signal.now)) g/kWh is among the highest ahead (from \(whole(signal.dirty)))"
            )
        }
        if net > peakImportKW {
            return (
                min(unit.powerMaxKW, net - peakImportKW),
                "peak: import \(whole(net)) kW is above \(whole(peakImportKW)) kW"
            )
        }
        if let signal, isWorthIt, signal.now <= signal.clean {
            return (
                -min(unit.powerMaxKW, peakImportKW - net),
                "clean hours: \(whole(signal.now)) g/kWh is among the lowest ahead (to \(whole(signal.clean)))"
            )
        }
        if net < 0 { return (-min(unit.powerMaxKW, -net), "surplus: \(whole(-net)) kW would be exported") }
        guard let signal else { return (0, "rest: no grid intensity forecast") }
        let (now, clean, dirty) = (whole(signal.now), whole(signal.clean), whole(signal.dirty))
        guard isWorthIt else { return (0, "rest: \(clean) and \(dirty) g/kWh ahead differ less than the losses") }
        return (0, "rest: \(now) g/kWh lies between \(clean) and \(dirty)")
    }
}
