/// A fuel that is bought and burnt. What configuration, factors, prices and reports say of one stands in its row.
public enum Fuel: Int, Sendable, Hashable, CaseIterable {
    case gas, ethanol, biomass, biomethane

    /// The compiler asks for the row of a new fuel here.
    private var definition: FuelRow {
        switch self {
        case .gas:
            FuelRow(
                "gas", .gas, isGross: true, priceKey: "gas_per_mwh", priceUnit: "MWh gross", priceMax: 10_000,
                kWhPerPriced: 1000)
        case .ethanol:
            // Net calorific value: UK Government fuel properties 2025.
            FuelRow(
                "ethanol", .ethanol, isGross: false, isBiogenic: true, priceKey: "ethanol_per_litre", priceUnit: "l",
                priceMax: 100, kWhPerPriced: 5.911, kWhPerLitre: 5.911)
        case .biomass:
            FuelRow(
                "biomass", .biomass, isGross: false, isBiogenic: true, priceKey: "biomass_per_mwh",
                priceUnit: "MWh net", priceMax: 10_000, kWhPerPriced: 1000)
        case .biomethane:
            FuelRow(
                "biomethane", .biomethane, isGross: false, isBiogenic: true, priceKey: "biomethane_per_mwh",
                priceUnit: "MWh net", priceMax: 10_000, kWhPerPriced: 1000)
        }
    }

    public static let rows = allCases.map(\.definition)

    public var index: Int { rawValue }
    public var row: FuelRow { Fuel.rows[rawValue] }
    public var name: String { row.name }
    public var account: Account { row.account }
}

/// A row of the table of fuels.
public struct FuelRow: Sendable, Hashable {
    /// In configuration and reports.
    public let name: String
    public let account: Account
    /// Whether kWh are on the gross calorific value; else on the net one.
    public let isGross: Bool
    /// Its CO2 stands outside the scopes.
    public let isBiogenic: Bool
    /// In `tariffs.yaml`.
    public let priceKey: String
    /// What the price is for, and how many kWh that is.
    public let priceUnit: String
    public let priceMax: Double
    public let kWhPerPriced: Double
    /// Nil for what is not told in litres.
    public let kWhPerLitre: Double?

    /// kWh on the net calorific value that one kWh on this row's basis has. UK Government factors 2025: gross over net of
    /// natural gas is 1.108.
    public var netPerKWh: Double { isGross ? 1 / 1.108 : 1 }

    public var basis: String { isGross ? "gross" : "net" }
    /// In the summary: `gas_kwh`, `ethanol_l`.
    public var summaryKey: String { kWhPerLitre == nil ? "\(name)_kwh" : "\(name)_l" }

    init(
        _ name: String, _ account: Account, isGross: Bool, isBiogenic: Bool = false, priceKey: String,
        priceUnit: String, priceMax: Double, kWhPerPriced: Double, kWhPerLitre: Double? = nil
    ) {
        self.name = name
        self.account = account
        self.isGross = isGross
        self.isBiogenic = isBiogenic
        self.priceKey = priceKey
        self.priceUnit = priceUnit
        self.priceMax = priceMax
        self.kWhPerPriced = kWhPerPriced
        self.kWhPerLitre = kWhPerLitre
    }
}
