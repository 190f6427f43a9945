import TwinCore
public import TwinUnits

/// Emissions of a window, each rounded once per settlement period, by the annual set of the period's year.
public struct CarbonSum: Sendable, Hashable {
    public var scope1 = Emissions.zero
    public var scope2Location = Emissions.zero
    /// Import times the half hour's intensity, over the periods that have one: a gap is a gap, so this sum is
    /// read together with `halfHourlyPeriods`.
    public var scope2HalfHourly = Emissions.zero
    public var halfHourlyPeriods = 0
    public var scope2Market = Emissions.zero
    public var scope3Upstream = Emissions.zero
    /// CO2 of biogenic origin, outside the scopes.
    public var biogenic = Emissions.zero
    public var avoidedExport = Emissions.zero

    public init() {}

    /// Adds one settlement period.
    mutating func add(_ row: PeriodRow, _ factors: Factors) {
        let set = factors.set(at: row.start)
        let imported = row[.gridImport].energy
        for fuel in Fuel.allCases {
            let burnt = row[fuel.account].energy
            let factors = set[fuel]
            scope1 += burnt * factors.direct
            biogenic += burnt * factors.biogenic
            scope3Upstream += burnt * factors.upstream
        }
        scope2Location += imported * set.gridGeneration
        if let intensity = row.intensity {
            scope2HalfHourly += imported * intensity
            halfHourlyPeriods += 1
        }
        scope2Market += imported * set.gridResidualMix
        scope3Upstream += imported * set.gridLosses
        scope3Upstream += imported * set.gridUpstream
        avoidedExport += row[.gridExport].energy * set.gridGeneration
    }
}
