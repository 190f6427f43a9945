public import TwinCore
import TwinUnits

/// How the carbon of the books comes to vehicles.
public struct PassportTerms: Sendable, Hashable {
    /// A part of the process, the meters behind it and the hours that a vehicle takes there.
    public struct Shop: Sendable, Hashable {
        /// How it is known which vehicle is in it.
        public enum Passage: String, Sendable, Hashable, CaseIterable {
            /// Events say when a vehicle enters and leaves.
            case events
            /// Only the line's end is told: as many are in the shop as are lined off.
            case lineOff = "line_off"
        }

        public var name: String
        /// All that these use is spent in the shop.
        public var assets: [AssetPath]
        public var passage: Passage
        /// Asset id under which its events come.
        public var line: String
        /// Hours in which a vehicle passes it as planned; by model where one differs.
        public var standardHours: Double
        public var hoursByModel: [String: Double]

        public init(
            name: String, assets: [AssetPath], passage: Passage = .lineOff, line: String? = nil, standardHours: Double,
            hoursByModel: [String: Double] = [:]
        ) {
            (self.name, self.assets, self.passage, self.line) = (name, assets, passage, line ?? name)
            (self.standardHours, self.hoursByModel) = (standardHours, hoursByModel)
        }

        func hours(_ model: String?) -> Double { model.flatMap { hoursByModel[$0] } ?? standardHours }
    }

    /// What was published for a year before it began, by shop: micrograms per standard hour.
    public struct Rate: Sendable, Hashable {
        public var year: Int
        /// By `Shop.name`.
        public var perHour: [String: Carbon]

        public init(year: Int, perHour: [String: Carbon]) { (self.year, self.perHour) = (year, perHour) }
    }

    /// Who answers for a vehicle's footprint when it is exchanged, and what a vehicle weighs.
    public struct Product: Sendable, Hashable {
        public var company: String
        /// URNs.
        public var companyIDs: [String]
        public var domain: String?
        /// kg, by model.
        public var massKg: [String: Double]

        public init(company: String, companyIDs: [String], domain: String?, massKg: [String: Double]) {
            (self.company, self.companyIDs, self.domain, self.massKg) = (company, companyIDs, domain, massKg)
        }
    }

    /// Nil where footprints are not exchanged.
    public var product: Product?
    /// In the order of the process.
    public var shops: [Shop]
    public var rates: [Rate]
    /// What the plant makes when it runs as planned: below it, what a shop takes is not all spent on the vehicles in it.
    public var normalVehiclesPerHour: Double
    /// Planned share of each model, 0...1; empty where nothing is planned.
    public var mix: [String: Double]

    public init(
        shops: [Shop] = [], rates: [Rate] = [], normalVehiclesPerHour: Double = 0, mix: [String: Double] = [:]
    ) {
        (self.shops, self.rates, self.normalVehiclesPerHour, self.mix) = (shops, rates, normalVehiclesPerHour, mix)
    }

    /// Standard hours that the planned mix brings to a shop in an hour.
    func normalHours(_ shop: Shop) -> Double {
        let hours =
            mix.isEmpty
            ? shop.standardHours : mix.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * shop.hours($1.key) }
        return normalVehiclesPerHour * hours
    }

    func rate(_ year: Int) -> Rate? { rates.last { $0.year == year } }
}
