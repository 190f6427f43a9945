public import TwinCore
public import TwinUnits

/// What a product footprint says of one vehicle: all of it comes from the vehicle's passport, the report's method and the
/// configuration.
public struct FootprintFacts: Sendable, Hashable {
    /// CO2e of Scope 1 and 2 together, by each way of counting Scope 2.
    public struct Views: Sendable, Hashable {
        public var location: Emissions
        public var locationHalfHourly: Emissions
        public var market: Emissions

        public init(location: Emissions, locationHalfHourly: Emissions, market: Emissions) {
            self.location = location
            self.locationHalfHourly = locationHalfHourly
            self.market = market
        }

        static func + (a: Views, b: Views) -> Views {
            Views(
                location: a.location + b.location, locationHalfHourly: a.locationHalfHourly + b.locationHalfHourly,
                market: a.market + b.market)
        }
    }

    public enum Status: String, Sendable, Hashable { case provisional, final }

    /// Who answers for the figure. A footprint without it cannot be exchanged.
    public struct Company: Sendable, Hashable {
        public var name: String
        /// URNs, such as `urn:bpn:BPNL000000000DWF`; not empty.
        public var ids: [String]
        /// `example.com`; nil leaves the product with the id that is made here.
        public var domain: String?

        public init(name: String, ids: [String], domain: String? = nil) {
            (self.name, self.ids, self.domain) = (name, ids, domain)
        }
    }

    /// Where the vehicle is made, by the names of the United Nations' M49 and ISO 3166-1.
    public struct Place: Sendable, Hashable {
        public var country: String
        public var subregion: String

        public init(country: String, subregion: String) { (self.country, self.subregion) = (country, subregion) }

        public static let unitedKingdom = Place(country: "GB", subregion: "Northern Europe")
    }

    // MARK: The vehicle

    public var site: String
    public var siteName: String
    public var vehicle: String
    public var model: String?
    /// kg, without packaging; nil where the configuration does not say what the model weighs.
    public var massKg: Double?
    public var entered: PlantTime
    public var finished: PlantTime
    /// When the figure became what it is: the books decide it, no clock.
    public var issued: PlantTime
    /// 1 when it was issued, one more with each change.
    public var revision: Int
    public var status: Status

    // MARK: The figure

    /// Spent on the vehicle where it was, and its part of what was spent on all.
    public var direct: Views
    public var overhead: Views
    /// By which of the two the footprint is told; the others stand in its comment.
    public var isMarketBased = false
    /// Of both, CH4 and N2O of biogenic fuels: they are in the figure, and told apart from what is fossil.
    public var biogenicNonCO2 = Emissions.zero
    /// CO2 of biogenic fuels: outside the scopes, and in no total.
    public var biogenicCO2 = Emissions.zero
    /// Scope 3, from the well to the site: not in the figure.
    public var upstream: Emissions?

    // MARK: What it rests on

    public var boundary: String
    /// `uk-2025`.
    public var factorSets: [String]
    public var convention: String
    /// Years that the data of the factors are older than the vehicle; the UK's sets are two years old when they appear.
    public var factorDataAgeYears = 2
    /// By whose warming potentials CH4 and N2O are counted.
    public var assessmentReport = "AR5"
    /// Of the energy, %; nil where nothing is known of it.
    public var measuredPct: Double?
    public var estimatedPct: Double?
    public var missingPct: Double?
    public var isSimulated = false
    public var company: Company?
    public var place = Place.unitedKingdom
    /// UN CPC 49113: motor cars for the transport of persons.
    public var classifications = ["urn:pact:productclassification:un-cpc:49113"]

    public init(
        site: String, siteName: String, vehicle: String, model: String?, entered: PlantTime, finished: PlantTime,
        issued: PlantTime, revision: Int, status: Status, direct: Views, overhead: Views, boundary: String,
        factorSets: [String], convention: String
    ) {
        self.site = site
        self.siteName = siteName
        self.vehicle = vehicle
        self.model = model
        self.entered = entered
        self.finished = finished
        self.issued = issued
        self.revision = revision
        self.status = status
        self.direct = direct
        self.overhead = overhead
        self.boundary = boundary
        self.factorSets = factorSets
        self.convention = convention
    }
}

/// Why a vehicle has no footprint that could be exchanged.
public struct FootprintProblem: Error, Sendable, Hashable {
    /// What is missing or wrong, and what to do; for people.
    public var sentences: [String]
}

extension FootprintFacts {
    var total: Views { direct + overhead }
    var figure: Emissions { isMarketBased ? total.market : total.location }
    var fossil: Emissions { figure - biogenicNonCO2 }

    /// What stands against stating it; empty when nothing does.
    var problems: [String] {
        var sentences: [String] = []
        if company?.name.isEmpty != false {
            sentences.append("a footprint names the company that answers for it; the configuration has none")
        }
        let ids = company?.ids ?? []
        if ids.isEmpty || ids.contains(where: { !$0.lowercased().hasPrefix("urn:") }) {
            sentences.append("a footprint needs ids of the company as URNs, such as urn:bpn:BPNL000000000DWF")
        }
        if massKg.map({ $0 > 0 && $0 < 1e9 }) != true {
            sentences.append(
                "a footprint says what the product weighs; nothing is known of model \(model ?? "unknown")")
        }
        if factorSets.isEmpty { sentences.append("a footprint names its emission factors, and there are none") }
        if finished <= entered || issued < finished {
            sentences.append(
                "vehicle \(vehicle) was not in the plant: it left when it came, or was told before it left")
        }
        if biogenicNonCO2 < .zero || biogenicCO2 < .zero || fossil < .zero {
            sentences.append("vehicle \(vehicle) has emissions below zero, which no footprint can state")
        }
        return sentences
    }

    /// Of the whole figure, 1 the best and 5 the worst, with two decimals.
    ///
    /// Meters of the site count 1, what models filled in 3, what nobody knows 5; what was only simulated is 5 throughout.
    var technologicalRating: Double {
        guard !isSimulated, let measuredPct, let estimatedPct, let missingPct else { return 5 }
        let sum = measuredPct + estimatedPct + missingPct
        guard sum > 0 else { return 5 }
        let rating = (measuredPct + 3 * estimatedPct + 5 * missingPct) / sum
        return (min(max(rating, 1), 5) * 100).rounded() / 100
    }

    /// By the age of the factors, as the pedigree matrix has it: under 3, 6, 10 and 15 years.
    var temporalRating: Double { Double(1 + [3, 6, 10, 15].count { factorDataAgeYears >= $0 }) }

    /// The energy is metered at the site, and the factors are those of its country.
    var geographicalRating: Double { 1 }

    /// A simulated meter measures nothing.
    var primaryDataPct: Double { isSimulated ? 0 : min(max(measuredPct ?? 0, 0), 100) }
}
