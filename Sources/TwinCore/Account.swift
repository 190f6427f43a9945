public import TwinUnits

/// The accounts of the books, in their written order; energies are not negative, but for
/// `unmetered` and the own use of a standing wind farm.
public enum Account: String, Sendable, Hashable, Codable, CaseIterable {
    case wind, solar, fuelcell
    case storageDischarge = "storage_discharge"
    case storageCharge = "storage_charge"
    case bayCharge = "bay_charge"
    case bayDischarge = "bay_discharge"
    case gridImport = "grid_import"
    case gridExport = "grid_export"
    case load, losses, unmetered, curtailed
    /// Natural gas, gross calorific value.
    case gas

    public var index: Int { Account.indices[self] ?? 0 }
    private static let indices = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}

/// What one tick put on one account, and how much of the tick was measured.
public struct Cell: Sendable, Hashable {
    /// Start of the tick.
    public var tick: PlantTime
    public var account: Account
    public var energy: Energy
    /// Part of the tick that readings cover, ms.
    public var measuredMs: Int64
    /// Part that the model fills, ms; the rest of the tick is missing.
    public var estimatedMs: Int64

    public init(tick: PlantTime, account: Account, energy: Energy, measuredMs: Int64, estimatedMs: Int64) {
        self.tick = tick
        self.account = account
        self.energy = energy
        self.measuredMs = measuredMs
        self.estimatedMs = estimatedMs
    }
}

/// The grid's carbon intensity over one settlement period, as far as readings cover it.
public struct PeriodIntensity: Sendable, Hashable {
    public var period: PlantTime
    public var factor: EmissionFactor
    public var coveredMs: Int64

    public init(period: PlantTime, factor: EmissionFactor, coveredMs: Int64) {
        self.period = period
        self.factor = factor
        self.coveredMs = coveredMs
    }
}

/// Settlement periods lie on UTC half hours.
public let settlementPeriod = Span.minutes(30)
