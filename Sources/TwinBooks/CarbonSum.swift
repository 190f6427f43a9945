import TwinCore
public import TwinUnits

/// Emissions of a window, each rounded once per settlement period, by the annual set of the period's year.
public struct CarbonSum: Sendable, Hashable {
    /// Of fuels.
    public var scope1 = Emissions.zero
    /// The same, with certificates of gas that was fed in elsewhere.
    public var scope1Certified = Emissions.zero
    /// Of what is no energy.
    public var scope1Other = Emissions.zero
    /// Of the site, but of no production: Scope 1, and Scope 2 by location and by market. In none of the others.
    public var outside = Carbon.zero
    /// Of what was bought: import, and what cars brought from elsewhere.
    public var scope2Location = Emissions.zero
    /// Import times the half hour's intensity, over the periods that have one: a gap is a gap, so this sum is
    /// read together with `halfHourlyPeriods`.
    public var scope2HalfHourly = Emissions.zero
    public var halfHourlyPeriods = 0
    /// The same, and sun over a private wire without its certificates.
    public var scope2Market = Emissions.zero
    public var scope3Upstream = Emissions.zero
    /// CO2 of biogenic origin, outside the scopes.
    public var biogenic = Emissions.zero
    public var avoidedExport = Emissions.zero

    public init() {}

    /// Adds one settlement period.
    /// - Parameter ledger: behind the row.
    mutating func add(_ row: PeriodRow, _ factors: Factors, _ ledger: Ledger) {
        let without = ledger.outside
        let entered = ledger.entered - without
        outside += without
        scope1Other += ledger.others
        scope1 += entered[.scope1] - ledger.others
        scope1Certified += entered[.scope1Certified] - ledger.others
        scope2Location += entered[.location]
        scope2Market += entered[.market]
        let set = factors.set(at: row.start)
        let imported = row[.gridImport].energy
        for fuel in Fuel.allCases {
            let burnt = row[fuel.account].energy
            let factors = set[fuel]
            biogenic += burnt * factors.biogenic
            scope3Upstream += burnt * factors.upstream
        }
        if let intensity = row.intensity {
            scope2HalfHourly += imported * intensity - without[.locationHalfHourly]
            halfHourlyPeriods += 1
        }
        scope3Upstream += imported * set.gridLosses
        scope3Upstream += imported * set.gridUpstream
        // What others took, they answer for.
        biogenic -= without[.biogenic]
        scope3Upstream -= without[.upstream]
        avoidedExport += row[.gridExport].energy * set.gridGeneration
    }
}
