public import TwinCore

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

    /// Import less export, kW.
    public var netKW: Double { importKW - exportKW }
}

/// One storage unit.
public struct StorageView: Sendable, Hashable {
    public var path: AssetPath
    public var powerMaxKW: Double
    public var capacityKWh: Double
    public var socMin: Double
    public var socMax: Double
    public var socReserve: Double
    public var chargeEfficiency: Double
    public var dischargeEfficiency: Double
    public var soc: UsedValue
    /// Positive discharges.
    public var powerKW: UsedValue
    /// How long a set-point holds: the step that follows the mark.
    public var step: Span

    public init(
        path: AssetPath, powerMaxKW: Double, capacityKWh: Double, socMin: Double, socMax: Double, socReserve: Double,
        chargeEfficiency: Double, dischargeEfficiency: Double, soc: UsedValue, powerKW: UsedValue,
        step: Span
    ) {
        self.path = path
        self.powerMaxKW = powerMaxKW
        self.capacityKWh = capacityKWh
        self.socMin = socMin
        self.socMax = socMax
        self.socReserve = socReserve
        self.chargeEfficiency = chargeEfficiency
        self.dischargeEfficiency = dischargeEfficiency
        self.soc = soc
        self.powerKW = powerKW
        self.step = step
    }

    /// AC to AC.
    public var roundTripEfficiency: Double { chargeEfficiency * dischargeEfficiency }

    /// Most power that may be held over the step without passing the window of charge or the reserve, kW.
    public var chargeMaxKW: Double { max(0, socMax - soc.value) * capacityKWh / chargeEfficiency / step.hours }

    public var dischargeMaxKW: Double {
        max(0, soc.value - socReserve) * capacityKWh * dischargeEfficiency / step.hours
    }
}

/// A fuel cell.
public struct FuelCellView: Sendable, Hashable {
    public var path: AssetPath
    public var ratedKW: Double
    public var minimumKW: Double
    public var rampKWPerStep: Double
    public var powerKW: UsedValue

    public init(
        path: AssetPath, ratedKW: Double, minimumKW: Double, rampKWPerStep: Double, powerKW: UsedValue
    ) {
        self.path = path
        self.ratedKW = ratedKW
        self.minimumKW = minimumKW
        self.rampKWPerStep = rampKWPerStep
        self.powerKW = powerKW
    }

    /// Whether it gives nothing now. A hot one steps to its minimum when it is told to, a cold one takes hours; which
    /// it is, no signal tells.
    public var isAtRest: Bool { powerKW.value <= 0 }

    /// What it can give in the coming step, as far as its ramp takes it; it may step to rest besides.
    public var reachKW: ClosedRange<Double> {
        let begin = min(max(powerKW.value, minimumKW), ratedKW)
        let high = min(begin + rampKWPerStep, ratedKW)
        return isAtRest ? 0...high : min(max(begin - rampKWPerStep, minimumKW), high)...high
    }

    /// What is to be counted on in the coming step under a set-point above 0; at rest nothing.
    func comingKW(setPointKW: Double) -> Double {
        isAtRest ? 0 : min(max(setPointKW, reachKW.lowerBound), reachKW.upperBound)
    }
}

/// Charging that can wait: a group of bays, the yard of finished cars, a group of AGVs. The group's own controller
/// shares the power among its vehicles and tells what it may be.
public struct FlexibleView: Sendable, Hashable {
    public var path: AssetPath
    public var action: Action
    /// Largest power of all its points, kW.
    public var ratingKW: Double
    /// Positive delivers: charging is negative.
    public var powerKW: UsedValue
    /// Least mean charging power that still keeps every departure, kW >= 0.
    public var mustKW: UsedValue
    /// Most charging and discharging power now, kW >= 0.
    public var canChargeKW: UsedValue
    public var canDischargeKW: UsedValue
    /// Works while it charges: it waits only for peaks.
    public var isWorking: Bool

    public init(
        path: AssetPath, action: Action, ratingKW: Double, powerKW: UsedValue, mustKW: UsedValue,
        canChargeKW: UsedValue, canDischargeKW: UsedValue, isWorking: Bool
    ) {
        self.path = path
        self.action = action
        self.ratingKW = ratingKW
        self.powerKW = powerKW
        self.mustKW = mustKW
        self.canChargeKW = canChargeKW
        self.canDischargeKW = canDischargeKW
        self.isWorking = isWorking
    }

    /// Whether its controller tells what it can do.
    public var isMeasured: Bool { powerKW.quality.isGood && mustKW.quality.isGood && canChargeKW.quality.isGood }

    /// Whether its charging can be moved; any other group goes on as its own controller wants.
    public var isFree: Bool { isMeasured && !isWorking }

    /// What it must charge, kW; nil where that is not known, which is never the same as no need.
    public var needKW: Double? {
        guard mustKW.quality.isGood || mustKW.quality == .lastKnown else { return nil }
        return min(max(mustKW.value, 0), ratingKW)
    }

    /// Most that it may draw, kW: its rating where nothing better is known.
    public var drawMaxKW: Double {
        canChargeKW.quality.isGood ? min(max(canChargeKW.value, needKW ?? 0), ratingKW) : ratingKW
    }

    /// Most that it may give back, kW. While one of its vehicles must charge the group gives nothing: its departures
    /// are a hard limit on the power of the whole group.
    public var giveMaxKW: Double {
        needKW == 0 && canDischargeKW.quality.isGood ? min(max(canDischargeKW.value, 0), ratingKW) : 0
    }

    /// The set-point for a charging power: signed for `set_power`, a ceiling for `set_limit`.
    func setPoint(chargingKW: Double) -> Double { action == .setPower ? -chargingKW : chargingKW }
}

/// An electric source of heat: a heat pump or an electric boiler.
public struct HeatSourceView: Sendable, Hashable {
    public var path: AssetPath
    /// Heat, kW.
    public var ratedKW: Double
    /// Heat per electricity: COP or efficiency.
    public var performance: Double
    /// Heat given now, kW.
    public var heatKW: UsedValue
    /// Grid intensity below which it emits less than the gas boiler it replaces, g/kWh.
    public var breakEvenGPerKWh: Double

    public init(
        path: AssetPath, ratedKW: Double, performance: Double, heatKW: UsedValue, breakEvenGPerKWh: Double
    ) {
        self.path = path
        self.ratedKW = ratedKW
        self.performance = performance
        self.heatKW = heatKW
        self.breakEvenGPerKWh = breakEvenGPerKWh
    }
}

/// The hot-water network.
public struct HeatView: Sendable, Hashable {
    /// What the network takes beside what fuel cell and recovery give, kW.
    public var openDemandKW: Double
    /// What the store can still take, kW.
    public var storeHeadroomKW: Double
    /// Best first.
    public var sources: [HeatSourceView]

    public init(openDemandKW: Double, storeHeadroomKW: Double, sources: [HeatSourceView]) {
        self.openDemandKW = openDemandKW
        self.storeHeadroomKW = storeHeadroomKW
        self.sources = sources
    }
}

/// A solar park that can be curtailed.
public struct SolarView: Sendable, Hashable {
    public var path: AssetPath
    public var ratedKW: Double
    public var powerKW: UsedValue
    /// What it would give without a limit, kW.
    public var availableKW: Double

    public init(path: AssetPath, ratedKW: Double, powerKW: UsedValue, availableKW: Double) {
        self.path = path
        self.ratedKW = ratedKW
        self.powerKW = powerKW
        self.availableKW = availableKW
    }
}

/// Everything that dispatch decides about.
public struct PlantView: Sendable, Hashable {
    public var site: SiteView
    public var storage: [StorageView]
    public var fuelCells: [FuelCellView]
    public var flexible: [FlexibleView]
    public var heat: HeatView?
    public var ovens: [OvenView]
    public var supplyAir: [SupplyAirView]
    public var oxidisers: [OxidiserView]
    public var solar: [SolarView]

    public init(
        site: SiteView, storage: [StorageView] = [], fuelCells: [FuelCellView] = [], flexible: [FlexibleView] = [],
        heat: HeatView? = nil, ovens: [OvenView] = [], supplyAir: [SupplyAirView] = [],
        oxidisers: [OxidiserView] = [], solar: [SolarView] = []
    ) {
        self.site = site
        self.storage = storage
        self.fuelCells = fuelCells
        self.flexible = flexible
        self.heat = heat
        self.ovens = ovens
        self.supplyAir = supplyAir
        self.oxidisers = oxidisers
        self.solar = solar
    }

    /// What the site would import with storage, free charging and electric heat at rest, the fuel cells as near to
    /// their rating as they come in a step and the sun uncurtailed, kW; negative is a surplus.
    public var netAtRestKW: Double {
        var net = site.netKW
        for unit in storage { net += unit.powerKW.value }
        for group in flexible where group.isFree { net += group.powerKW.value }
        for cell in fuelCells { net += cell.powerKW.value - cell.comingKW(setPointKW: cell.ratedKW) }
        for source in heat?.sources ?? [] { net -= source.heatKW.value / source.performance }
        for oven in ovens { net -= oven.loadKW.value }
        for park in solar { net -= max(0, park.availableKW - park.powerKW.value) }
        return net
    }
}
