import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinUnits

/// When plans are made, and of what: it hears what the twin knows at each mark and asks for a plan where a half hour begins,
/// and where something happened that the last one could not know.
struct PlanDesk: Sendable {
    /// What a plan is asked of.
    struct Question: Sendable {
        var problem: PlanProblem
        /// What it is for, in a sentence.
        var purpose: String
        /// What forecasts it is made of, and how good they are.
        var forecast: JSON
    }

    private let config: SiteConfig
    private let epoch: Int
    private let step: Span
    private var forecaster: Forecaster
    private var demands: DemandWatch
    /// When the next one is due; nil before the first.
    private var due: PlantTime?
    private var wasConnected = true
    /// What the last plan knew of.
    private var requests: [GridRequest] = []

    /// - Parameter config: as it holds in the epoch.
    init(_ config: SiteConfig, epoch: Int, step: Span) {
        (self.config, self.epoch, self.step) = (config, epoch, step)
        forecaster = Forecaster(config, step: step)
        demands = DemandWatch(config.method)
    }

    /// Whether it still plans for what is in force.
    func isOf(_ other: SiteConfig, epoch: Int) -> Bool { config.hash == other.hash && self.epoch == epoch }

    /// Takes what the twin saw at a mark.
    /// - Parameter asked: what others want of the exchange with the grid.
    /// - Returns: what to solve, if a plan is due.
    mutating func look(
        _ plant: PlantView, _ image: PlantImage, requests asked: [GridRequest] = [], at mark: PlantTime
    ) -> Question? {
        forecaster.hear(plant, image, at: mark)
        demands.hear(importKW: plant.site.isGridMeasured ? plant.site.importKW : nil, step, at: mark)
        // Without a view of the grid everything is in its failsafe: there is nothing to plan.
        let isSeen = plant.site.isGridConnected && plant.site.isGridMeasured
        defer { wasConnected = isSeen }
        guard isSeen else { return nil }
        // A plan that is older than the half hour, an outage that is over, or a request that it knows nothing of.
        guard due.map({ mark >= $0 }) ?? true || !wasConnected || asked != requests else { return nil }
        requests = asked
        due = mark.floored(to: settlementPeriod) + settlementPeriod
        let periods = forecaster.periods(plant, image, at: mark)
        let (demand, currency) = (demands.demand(at: mark), plant.site.prices?.currency ?? "")
        let purposes = [config.objective.sentence(currency), demand?.sentence(currency)]
        return Question(
            problem: config.planProblem(
                plant, periods, cars: forecaster.cars, requests: asked, demand: demand, step: step),
            purpose: purposes.compactMap(\.self).joined(separator: "; "),
            forecast: ForecastWords(
                periods, image, forecaster.record, forecaster.plugIns, plant, isCorrected: config.correctsForecasts,
                at: mark
            ).json)
    }
}

/// What becomes of a question, as lines: the plan, and a trouble that begins or ends.
struct PlanAnswer: Sendable {
    var plan: JSON?
    /// What the plan cannot keep of limits and departures; nil where it keeps all.
    var unkept: String?
    /// Why there is none; nil when there is.
    var failure: String?

    init(_ question: PlanDesk.Question, _ planner: Planner) {
        switch planner.plan(question.problem) {
        case .success(let plan):
            let members = plan.json(purpose: question.purpose).members ?? []
            self.plan = .object(members + [.init("forecast", question.forecast)])
            unkept = plan.unkept
        case .failure(let why): failure = why.description
        }
    }
}

extension AlarmKey {
    /// Plans cannot be made; the rules decide.
    static let ownSolver = AlarmKey(.twin, "plan", .solver)
    /// The plan in force cannot keep all that it must.
    static let ownPlan = AlarmKey(.twin, "plan", .planInfeasible)
}
