public import TwinCore
public import TwinUnits

/// What a kWh of a fuel emits, on the calorific value of its row.
public struct FuelFactors: Sendable, Hashable {
    /// Scope 1; of a biogenic fuel CH4 and N2O alone.
    public var direct: EmissionFactor
    /// CO2 of biogenic origin, outside the scopes.
    public var biogenic: EmissionFactor
    /// From the well, or the field, to the tank.
    public var upstream: EmissionFactor

    public init(direct: EmissionFactor, biogenic: EmissionFactor, upstream: EmissionFactor) {
        self.direct = direct
        self.biogenic = biogenic
        self.upstream = upstream
    }

    static let none = FuelFactors(
        direct: EmissionFactor(microgramsPerKWh: 0), biogenic: EmissionFactor(microgramsPerKWh: 0),
        upstream: EmissionFactor(microgramsPerKWh: 0))
}

/// The emission factors of one yearly set, per kWh.
public struct FactorSet: Sendable, Hashable {
    public var id: String
    public var gridGeneration: EmissionFactor
    public var gridLosses: EmissionFactor
    public var gridUpstream: EmissionFactor
    public var gridResidualMix: EmissionFactor
    /// By `Fuel.index`; nil where nothing is said of a fuel.
    public private(set) var fuels: [FuelFactors?]

    public init(
        id: String, gridGeneration: EmissionFactor, gridLosses: EmissionFactor, gridUpstream: EmissionFactor,
        gridResidualMix: EmissionFactor, fuels: [FuelFactors?]
    ) {
        self.id = id
        self.gridGeneration = gridGeneration
        self.gridLosses = gridLosses
        self.gridUpstream = gridUpstream
        self.gridResidualMix = gridResidualMix
        self.fuels = Fuel.allCases.map { $0.index < fuels.count ? fuels[$0.index] : nil }
    }

    /// Of a fuel that nothing is said of, nothing: no asset burns it.
    public subscript(fuel: Fuel) -> FuelFactors { fuels[fuel.index] ?? FuelFactors.none }
}

/// How a calendar year finds its set: the set published for that year (its data are two years older), or the set
/// whose data describe that year. One convention holds for all years of a comparison.
public enum FactorConvention: String, Sendable, Hashable, Codable, CaseIterable {
    case setYear = "set_year"
    case dataYear = "data_year"
}

/// The yearly sets under one convention.
public struct Factors: Sendable, Hashable {
    public var convention: FactorConvention
    /// By calendar year, ascending, not empty.
    public var byYear: [(year: Int, set: FactorSet)]
    /// Whether a year without a set may have that of the year before it, with a word beside the figure.
    public var allowsNearest = false

    /// - Precondition: `byYear` is not empty.
    public init(convention: FactorConvention, byYear: [(year: Int, set: FactorSet)]) {
        precondition(!byYear.isEmpty, "at least one factor set")
        self.convention = convention
        self.byYear = byYear.sorted { $0.year < $1.year }
    }

    /// The set of the calendar year that holds `time`; where that year is missing, the last one before it.
    public func set(at time: PlantTime) -> FactorSet { set(year: CivilDate(daysSinceEpoch: time.ms / 86_400_000).year) }

    public func set(year: Int) -> FactorSet {
        byYear.last { $0.year <= year }?.set ?? byYear[0].set
    }

    /// Whether a calendar year has a set of its own.
    public func knows(_ year: Int) -> Bool { byYear.contains { $0.year == year } }

    public static func == (a: Factors, b: Factors) -> Bool {
        a.convention == b.convention && a.allowsNearest == b.allowsNearest
            && a.byYear.map(\.year) == b.byYear.map(\.year)
            && a.byYear.map(\.set) == b.byYear.map(\.set)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(convention)
        for entry in byYear { hasher.combine(entry.set) }
    }
}
