/// What the plant buys and sells electricity at now, with all that comes with the price but that of carbon.
public struct ElectricityPrices: Sendable, Hashable {
    /// `GBP`.
    public var currency: String
    public var importPerKWh: Double
    public var exportPerKWh: Double

    public init(currency: String, importPerKWh: Double, exportPerKWh: Double) {
        self.currency = currency
        self.importPerKWh = importPerKWh
        self.exportPerKWh = exportPerKWh
    }
}

/// What is paid for a tonne that is saved, against the most that may be paid.
struct CostPerTonne: Sendable {
    var currency: String
    /// 0 or less where nothing more is paid.
    var value: Double
    var most: Double

    var isPaid: Bool { value <= most }

    var text: String {
        if value <= 0 { return "no dearer" }
        let price = value < 1e6 ? "\(whole(value)) \(currency)/t" : "more than 1000000 \(currency)/t"
        return isPaid ? price : "\(price) is above \(whole(most)) \(currency)/t"
    }
}

/// Judges wishes that cost money for carbon: nobody pays any price for a tonne.
struct CostCeiling {
    var prices: ElectricityPrices
    var mostPerTonne: Double

    /// - Parameters:
    ///   - cost: more than without the wish, for each kWh; nil where a price is not known.
    ///   - grams: less than without the wish, for each kWh.
    /// - Returns: nil where nothing can be judged.
    func price(cost: Double?, grams: Double) -> CostPerTonne? {
        guard let cost, cost.isFinite, grams.isFinite else { return nil }
        let value = cost <= 0 ? 0 : grams > 0 ? cost / grams * 1e6 : .greatestFiniteMagnitude
        return CostPerTonne(currency: prices.currency, value: value, most: mostPerTonne)
    }

    /// Electricity in the place of what costs and emits so much, by the kWh of electricity.
    func electric(
        replacing pricePerKWh: Double?, _ gramsPerKWh: Double, at intensityGPerKWh: Double, isSurplus: Bool
    ) -> CostPerTonne? {
        let own = isSurplus ? prices.exportPerKWh : prices.importPerKWh
        return price(
            cost: pricePerKWh.map { own - $0 }, grams: gramsPerKWh - (isSurplus ? 0 : intensityGPerKWh))
    }

    /// Import that is stored now and given back later, by the kWh that comes back: its losses are bought too.
    func roundTrip(_ efficiency: Double, inGPerKWh: Double, outGPerKWh: Double) -> CostPerTonne? {
        guard efficiency > 0 else { return nil }
        return price(cost: prices.importPerKWh * (1 / efficiency - 1), grams: outGPerKWh - inGPerKWh / efficiency)
    }
}
