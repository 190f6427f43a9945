import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinUnits

extension SiteConfig {
    /// What a kWh from the grid counts in a plan.
    /// - Parameters:
    ///   - intensity: of the half hour; without one the year's factor counts.
    ///   - signal: nil for the objective's.
    func gramsPerKWh(
        _ intensity: Double?, at time: PlantTime, by signal: PlanObjective.Signal? = nil
    ) -> Double {
        let set = method.factors.set(at: time)
        let before =
            objective.boundary == .upstream ? set.gridLosses.gramsPerKWh + set.gridUpstream.gramsPerKWh : 0
        let own =
            switch signal ?? objective.signal {
            case .annual: set.gridGeneration.gramsPerKWh
            case .average: intensity ?? set.gridGeneration.gramsPerKWh
            case .marginal: objective.marginalGPerKWh
            }
        return own + before
    }

    /// By `Fuel.index`, direct, and with what comes before it where the boundary says so.
    func fuelGramsPerKWh(at time: PlantTime) -> [Double] {
        let set = method.factors.set(at: time)
        return Fuel.allCases.map { fuel in
            let before = objective.boundary == .upstream ? set[fuel].upstream.gramsPerKWh : 0
            return set[fuel].direct.gramsPerKWh + before
        }
    }

    /// What a plan at a mark is made of.
    func planProblem(
        _ now: PlantView, _ periods: [PlanProblem.Period], cars: [AssetPath: ExpectedCars],
        requests: [GridRequest] = [],
        demand: PlanProblem.Demand?, step: Span
    ) -> PlanProblem {
        var periods = periods
        for place in periods.indices where !requests.isEmpty {
            let from = periods[place].start
            let until = from + Span(ms: Int64(saturatingRound: periods[place].hours * 3_600_000))
            periods[place].requests = requests.filter { $0.from < until && from < $0.until }
        }
        var problem = PlanProblem(
            now: now, periods: periods,
            connection: PlanProblem.Connection(
                importMaxKW: gate.importMaxKW, exportMaxKW: rules.exportMaxKW, peakKW: rules.storage.peakImportKW),
            step: step, objective: objective)
        (problem.demand, problem.cars) = (demand, cars)
        return problem
    }
}
