public import TwinCore

/// The same days under several controls, and what one is worth against the others.
public struct DispatchStudy: Sendable {
    public enum Case: String, Sendable, Hashable, CaseIterable {
        /// All is left to itself.
        case none
        case rules
        /// Plans from forecasts.
        case optimiser
        /// Plans from what will really be.
        case perfect
    }

    /// Days without a break.
    public struct Window: Sendable {
        public var from: PlantTime
        public var to: PlantTime
        public var outcomes: DispatchOutcomes

        public init(from: PlantTime, to: PlantTime, outcomes: DispatchOutcomes) {
            (self.from, self.to, self.outcomes) = (from, to, outcomes)
        }
    }

    /// The optimiser at a price of carbon, over all windows.
    public struct PricedPoint: Sendable, Hashable {
        public var carbonPerTonne: Double
        public var outcome: DispatchOutcome

        public init(carbonPerTonne: Double, outcome: DispatchOutcome) {
            (self.carbonPerTonne, self.outcome) = (carbonPerTonne, outcome)
        }
    }

    public var site: String
    public var zone: LocalZone
    public var currency: String
    public var step: Span
    public var seed: UInt64
    public var terms: ObjectiveTerms
    public var windows: [Window]
    /// Ascending by price; empty where nobody asked.
    public var pareto: [PricedPoint]
    public var forecasts: ForecastRecord

    public init(
        site: String, zone: LocalZone, currency: String, step: Span, seed: UInt64, terms: ObjectiveTerms,
        windows: [Window], pareto: [PricedPoint] = [], forecasts: ForecastRecord = ForecastRecord()
    ) {
        (self.site, self.zone, self.currency) = (site, zone, currency)
        (self.step, self.seed, self.terms) = (step, seed, terms)
        (self.windows, self.pareto, self.forecasts) = (windows, pareto, forecasts)
    }

    /// Over all windows.
    public var total: DispatchOutcomes {
        windows.dropFirst().reduce(windows.first?.outcomes ?? DispatchOutcomes()) { $0 + $1.outcomes }
    }

    public static let levelSentence =
        "stores level: what hot-water stores and batteries hold less at the end than after the first step, and what plugged-in"
        + " cars lack more, is added as gas through the boiler and as import at the window's mean; the charge of AGVs is not"
}

/// Outcomes of one window, by case.
public struct DispatchOutcomes: Sendable, Hashable {
    private var byCase: [DispatchStudy.Case: DispatchOutcome] = [:]

    public init() {}

    public subscript(case: DispatchStudy.Case) -> DispatchOutcome? {
        get { byCase[`case`] }
        set { byCase[`case`] = newValue }
    }

    /// Those that were run, in their order.
    public var all: [(case: DispatchStudy.Case, outcome: DispatchOutcome)] {
        DispatchStudy.Case.allCases.compactMap { name in byCase[name].map { (name, $0) } }
    }

    /// A saving below this is none: the arithmetic of a year of tonnes, kg.
    private static let leastKg = 1.0

    /// Money for a tonne that is saved against doing nothing, carbon not counted; below 0 it is earned. Nil where nothing is
    /// saved.
    public func costPerTonne(_ name: DispatchStudy.Case, _ signal: BySignal.Signal = .annual) -> Double? {
        guard name != .none, let idle = byCase[.none], let own = byCase[name], let before = idle.kg[signal],
            let after = own.kg[signal], before - after >= DispatchOutcomes.leastKg
        else { return nil }
        return (own.cost - idle.cost) / (before - after) * 1000
    }

    /// What lies between doing nothing and perfect foresight by the objective; nil where foresight saves nothing.
    public var possibleSaving: Double? {
        guard let idle = byCase[.none], let perfect = byCase[.perfect] else { return nil }
        let saving = idle.objective - perfect.objective
        return saving > 1e-6 * abs(idle.objective) ? saving : nil
    }

    /// What of the possible saving a case leaves, %: 100 is doing nothing, 0 is perfect foresight. Below 0 it did better than
    /// plans with foresight, which are no bound: they too see a model of the plant.
    public func regretPct(_ name: DispatchStudy.Case) -> Double? {
        guard let possibleSaving, let perfect = byCase[.perfect], let own = byCase[name] else { return nil }
        return (own.objective - perfect.objective) / possibleSaving * 100
    }

    /// How far a case lies above the line of cost against CO2e from doing nothing to the rules, in money; nil where both emit
    /// alike.
    public func costAboveLine(_ name: DispatchStudy.Case, _ signal: BySignal.Signal) -> Double? {
        guard let idle = byCase[.none], let rules = byCase[.rules], let own = byCase[name],
            let from = idle.kg[signal], let to = rules.kg[signal], let at = own.kg[signal],
            abs(from - to) >= DispatchOutcomes.leastKg
        else { return nil }
        return own.cost - idle.cost - (rules.cost - idle.cost) * (from - at) / (from - to)
    }

    static func + (a: DispatchOutcomes, b: DispatchOutcomes) -> DispatchOutcomes {
        var sum = DispatchOutcomes()
        for (name, outcome) in a.all { if let other = b[name] { sum[name] = outcome + other } }
        return sum
    }
}
