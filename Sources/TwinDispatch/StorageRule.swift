public import TwinCore

/// One storage unit as dispatch sees it at a mark.
public struct StorageView: Sendable, Hashable {
    public var asset: String
    public var powerMaxKW: Double
    public var capacityKWh: Double
    public var socMin: Double
    public var socMax: Double
    public var socReserve: Double
    /// AC to AC.
    public var roundTripEfficiency: Double
    public var chargeEfficiency: Double
    public var dischargeEfficiency: Double
    public var soc: UsedValue
    /// Positive discharges.
    public var powerKW: UsedValue

    public init(
        asset: String, powerMaxKW: Double, capacityKWh: Double, socMin: Double, socMax: Double, socReserve: Double,
        chargeEfficiency: Double, dischargeEfficiency: Double, soc: UsedValue, powerKW: UsedValue
    ) {
        self.asset = asset
        self.powerMaxKW = powerMaxKW
        self.capacityKWh = capacityKWh
        self.socMin = socMin
        self.socMax = socMax
        self.socReserve = socReserve
        self.chargeEfficiency = chargeEfficiency
        self.dischargeEfficiency = dischargeEfficiency
        roundTripEfficiency = chargeEfficiency * dischargeEfficiency
        self.soc = soc
        self.powerKW = powerKW
    }
}

/// The site as dispatch sees it at a mark.
public struct SiteView: Sendable, Hashable {
    public var importKW: Double
    public var exportKW: Double
    public var isGridMeasured: Bool
    public var isGridConnected: Bool
    public var intensityGPerKWh: UsedValue
    /// Intensities of the half hours ahead, g/kWh.
    public var forecast: [Double]

    public init(
        importKW: Double, exportKW: Double, isGridMeasured: Bool, isGridConnected: Bool, intensityGPerKWh: UsedValue,
        forecast: [Double]
    ) {
        self.importKW = importKW
        self.exportKW = exportKW
        self.isGridMeasured = isGridMeasured
        self.isGridConnected = isGridConnected
        self.intensityGPerKWh = intensityGPerKWh
        self.forecast = forecast
    }
}

/// A wish for one asset, with its reason for people.
public struct SetPoint: Sendable, Hashable, Codable {
    public var asset: String
    /// Positive discharges into the plant bus.
    public var powerKW: Double
    public var reason: String

    public init(asset: String, powerKW: Double, reason: String) {
        self.asset = asset
        self.powerKW = powerKW
        self.reason = reason
    }
}

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
    public func decide(_ unit: StorageView, _ site: SiteView) -> SetPoint {
        func point(_ kw: Double, _ reason: String) -> SetPoint {
            SetPoint(asset: unit.asset, powerKW: (kw * 10).rounded(.toNearestOrEven) / 10, reason: reason)
        }
        guard unit.powerKW.quality.isGood, unit.soc.quality.isGood else {
            return point(0, "failsafe: storage is not measured (\(unit.powerKW.quality.rawValue))")
        }
        guard site.isGridConnected else { return point(0, "failsafe: the grid breaker is open") }
        guard site.isGridMeasured else { return point(0, "failsafe: the grid meter is not measured") }
        // What the site would import with this storage at rest; negative is a surplus.
        let net = site.importKW - site.exportKW + unit.powerKW.value
        if net > peakImportKW {
            let wanted = min(net - peakImportKW, unit.powerMaxKW)
            return point(wanted, "peak: import \(whole(net)) kW is above \(whole(peakImportKW)) kW")
        }
        if net < 0 {
            return point(-min(-net, unit.powerMaxKW), "surplus: \(whole(-net)) kW would be exported")
        }
        return carbonPoint(unit, site, net, point)
    }

    private func carbonPoint(
        _ unit: StorageView, _ site: SiteView, _ net: Double, _ point: (Double, String) -> SetPoint
    ) -> SetPoint {
        let now = site.intensityGPerKWh
        guard now.quality.isGood || now.quality == .lastKnown, site.forecast.count >= 4 else {
            return point(0, "rest: no grid intensity forecast")
        }
        let sorted = ([now.value] + site.forecast).sorted()
        let clean = quantile(sorted, cleanFraction)
        let dirty = quantile(sorted, 1 - dirtyFraction)
        // Moving energy from clean to dirty hours pays only if it beats the losses of the round trip.
        guard clean < dirty * unit.roundTripEfficiency else {
            return point(0, "rest: \(whole(clean)) and \(whole(dirty)) g/kWh ahead differ less than the losses")
        }
        if now.value >= dirty {
            return point(
                min(unit.powerMaxKW, net),
                "dirty hours: \(whole(now.value)) g/kWh is among the highest ahead (from \(whole(dirty)))")
        }
        if now.value <= clean {
            return point(
                -min(unit.powerMaxKW, max(0, peakImportKW - net)),
                "clean hours: \(whole(now.value)) g/kWh is among the lowest ahead (to \(whole(clean)))")
        }
        return point(0, "rest: \(whole(now.value)) g/kWh lies between \(whole(clean)) and \(whole(dirty))")
    }

    private func quantile(_ sorted: [Double], _ fraction: Double) -> Double {
        let last = Double(sorted.count - 1)
        let place = min(max(fraction * last, 0), last)
        let lower = Int(exactly: place.rounded(.down)) ?? 0
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (sorted[upper] - sorted[lower]) * (place - Double(lower))
    }
}

/// Text of a number without its fraction.
func whole(_ value: Double) -> String { "\(Int64(exactly: value.rounded(.toNearestOrEven)) ?? 0)" }
