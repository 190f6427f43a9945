/// What is expected of a half hour, or what it was.
public struct ForecastValues: Sendable, Hashable {
    /// By the keys that JSON has for them.
    public enum Quantity: String, Sendable, Hashable, CaseIterable {
        /// Import with all that obeys left to itself and generators at rest; below 0 a surplus.
        case net = "net_load_kw"
        case sun = "sun_kw"
        case wind = "wind_kw"
        /// That the hot-water network takes.
        case heat = "hot_water_kw"
        case intensity = "grid_g_per_kwh"
        /// Of import.
        case price = "import_per_mwh"
        /// That comes to be charged at bays, whenever it is.
        case charging = "charging_kw"
    }

    /// Means, kW.
    public var netKW: Double
    public var sunKW: Double
    public var windKW: Double
    public var heatKW: Double
    /// Nil where nobody tells.
    public var gramsPerKWh: Double?
    /// Of import, money by the MWh; nil where nothing has a price.
    public var pricePerMWh: Double?
    /// What cars that plug in will draw, kWh over the hours in which they come; nil where nobody tells.
    public var chargingKW: Double?

    public init(
        netKW: Double, sunKW: Double, windKW: Double, heatKW: Double, gramsPerKWh: Double?, pricePerMWh: Double? = nil
    ) {
        (self.netKW, self.sunKW, self.windKW) = (netKW, sunKW, windKW)
        (self.heatKW, self.gramsPerKWh, self.pricePerMWh) = (heatKW, gramsPerKWh, pricePerMWh)
    }

    public subscript(quantity: Quantity) -> Double? {
        switch quantity {
        case .net: netKW
        case .sun: sunKW
        case .wind: windKW
        case .heat: heatKW
        case .intensity: gramsPerKWh
        case .price: pricePerMWh
        case .charging: chargingKW
        }
    }
}
