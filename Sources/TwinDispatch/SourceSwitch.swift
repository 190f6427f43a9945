public import TwinCore

/// A dual-fuel oven: gas, or electric elements for a part of its heat.
public struct SourceSwitch: Sendable, Hashable {
    public var path: AssetPath
    /// Of the elements, kW.
    public var ratedKW: Double
    /// What the elements draw, and what they would draw if they were on, kW.
    public var loadKW: UsedValue
    public var canLoadKW: UsedValue
    /// Grid intensity below which the elements emit less than the gas that they replace, g/kWh.
    public var breakEvenGPerKWh: Double
    /// Of that gas, for each kWh that they draw; nil where it is not known.
    public var replacedPricePerKWh: Double?
    /// Its elements were switched off too short a while ago.
    public var mustRest: Bool

    public init(
        path: AssetPath, ratedKW: Double, loadKW: UsedValue, canLoadKW: UsedValue, breakEvenGPerKWh: Double,
        replacedPricePerKWh: Double? = nil, mustRest: Bool
    ) {
        self.path = path
        self.ratedKW = ratedKW
        self.loadKW = loadKW
        self.canLoadKW = canLoadKW
        self.breakEvenGPerKWh = breakEvenGPerKWh
        self.replacedPricePerKWh = replacedPricePerKWh
        self.mustRest = mustRest
    }

    /// What an hour of electricity costs more than the gas that it replaces, with carbon at a price: what is bought at its price,
    /// and the rest of it at what it would bring as export. Nil where a price is not known, or where a kWh that is bought pays
    /// by itself: that was weighed by the plan.
    func lossPerHour(boughtKW: Double, _ site: SiteView, _ perTonne: Double) -> Double? {
        guard let prices = site.prices, let replacedPricePerKWh, site.isIntensityKnown else { return nil }
        let saved = replacedPricePerKWh + breakEvenGPerKWh * perTonne / 1e6
        let buying = prices.importPerKWh + site.intensityGPerKWh.value * perTonne / 1e6
        guard saved < buying else { return nil }
        return boughtKW * buying + (electricKW - boughtKW) * prices.exportPerKWh - electricKW * saved
    }

    /// Whether its elements are on.
    var isElectric: Bool { loadKW.value > 0.05 * ratedKW }

    /// What it would draw on electricity; all it can where its controller does not tell.
    var electricKW: Double { canLoadKW.quality.isBad ? ratedKW : min(max(canLoadKW.value, 0), ratedKW) }
}
