/// Energy that stands in a plant's stores, and what it still owes to vehicles that wait, kWh.
public struct StoredLevel: Sendable, Hashable {
    /// Of heat in hot-water stores.
    public var heatKWh: Double
    /// Of batteries, as they can give it to the bus.
    public var electricityKWh: Double
    /// That plugged-in vehicles lack, as their charging will take it from the bus.
    public var owedKWh: Double

    public init(heatKWh: Double = 0, electricityKWh: Double = 0, owedKWh: Double = 0) {
        (self.heatKWh, self.electricityKWh, self.owedKWh) = (heatKWh, electricityKWh, owedKWh)
    }
}

/// What a stored kWh replaces: heat the boilers' fuel, electricity import at the window's mean.
public struct LevelPrices: Sendable, Hashable {
    /// For each kWh: money without carbon, kg CO2e direct, and kg before it.
    public var heatCost: Double
    public var heatKg: Double
    public var heatUpstreamKg: Double
    public var importCost: Double
    public var importKg: BySignal
    public var importUpstreamKg: Double

    public init(
        heatCost: Double, heatKg: Double, heatUpstreamKg: Double = 0, importCost: Double, importKg: BySignal,
        importUpstreamKg: Double = 0
    ) {
        (self.heatCost, self.heatKg, self.heatUpstreamKg) = (heatCost, heatKg, heatUpstreamKg)
        (self.importCost, self.importKg, self.importUpstreamKg) = (importCost, importKg, importUpstreamKg)
    }
}

/// What a window gets added so that its stores end as full as they began: who empties them has saved nothing, and who
/// charges cars tomorrow has not saved today.
public struct LevelCorrection: Sendable, Hashable {
    public var cost: Double
    public var kg: BySignal
    public var upstreamKg: Double

    public static let none = LevelCorrection(cost: 0, kg: .zero, upstreamKg: 0)

    init(cost: Double, kg: BySignal, upstreamKg: Double) {
        (self.cost, self.kg, self.upstreamKg) = (cost, kg, upstreamKg)
    }

    /// - Parameters:
    ///   - begin, end: of one window.
    public init(from begin: StoredLevel, to end: StoredLevel, _ prices: LevelPrices) {
        let heat = begin.heatKWh - end.heatKWh
        let bought = begin.electricityKWh - end.electricityKWh + end.owedKWh - begin.owedKWh
        cost = heat * prices.heatCost + bought * prices.importCost
        kg =
            BySignal(annual: heat * prices.heatKg, halfHourly: heat * prices.heatKg, marginal: heat * prices.heatKg)
            + bought * prices.importKg
        upstreamKg = heat * prices.heatUpstreamKg + bought * prices.importUpstreamKg
    }

    static func + (a: LevelCorrection, b: LevelCorrection) -> LevelCorrection {
        LevelCorrection(cost: a.cost + b.cost, kg: a.kg + b.kg, upstreamKg: a.upstreamKg + b.upstreamKg)
    }
}
