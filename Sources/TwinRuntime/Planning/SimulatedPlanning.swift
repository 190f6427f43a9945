import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinStudies
import TwinUnits

/// Plans of a simulated run: made anew each half hour, from forecasts or from what will really be.
struct SimulatedPlanning: Sendable {
    private let config: SiteConfig
    private let planner: Planner
    private let step: Span
    private var forecaster: Forecaster
    private var demands: DemandWatch
    /// Empty where nobody knows.
    private let foresight: Foresight
    /// Whether plans are made of it.
    private let seesAhead: Bool
    private(set) var forecasts = ForecastRecord()
    private(set) var plan: DispatchPlan?
    /// When the next one is due; nil before the first.
    private var due: PlantTime?
    /// Plans that were made, and those that failed.
    private(set) var made = 0
    private(set) var failed = 0

    init(
        _ config: SiteConfig, planner: Planner, step: Span, foresight: Foresight = Foresight(), seesAhead: Bool = false
    ) {
        (self.config, self.planner, self.step) = (config, planner, step)
        (self.foresight, self.seesAhead) = (foresight, seesAhead)
        forecaster = Forecaster(config, step: step)
        demands = DemandWatch(config.method)
    }

    /// Takes what was heard until a mark, and plans if a half hour begins there.
    mutating func look(_ plant: PlantView, _ image: PlantImage, at mark: PlantTime) {
        forecaster.hear(plant, image, at: mark)
        demands.hear(importKW: plant.site.isGridMeasured ? plant.site.importKW : nil, step, at: mark)
        guard due.map({ mark >= $0 }) ?? true else { return }
        due = mark.floored(to: settlementPeriod) + settlementPeriod
        let periods = seesAhead ? known(from: mark) : forecaster.periods(plant, image, at: mark)
        if !seesAhead, !foresight.periods.isEmpty { keep(periods, at: mark) }
        // What will really be has the cars' power in it.
        let cars = seesAhead ? [:] : forecaster.cars
        let demand = demands.demand(at: mark)
        switch planner.plan(config.planProblem(plant, periods, cars: cars, demand: demand, step: step)) {
        case .success(let plan):
            self.plan = plan
            made += 1
        case .failure: failed += 1
        }
    }

    /// Keeps what was told beside what will come; only of whole half hours.
    private mutating func keep(_ periods: [PlanProblem.Period], at mark: PlantTime) {
        guard mark.floored(to: settlementPeriod) == mark else { return }
        for hours in ForecastRecord.horizonsHours {
            let start = mark + Span(ms: Int64(hours * 3_600_000)) - settlementPeriod
            guard let period = periods.first(where: { $0.start == start }), let actual = foresight.values(of: start)
            else { continue }
            forecasts.add(
                ForecastRecord.Sample(
                    issued: mark, horizonHours: hours, forecast: ForecastValues(period.view), actual: actual,
                    persistence: ForecastRecord.Persistence(of: start, at: mark, foresight.values)))
        }
    }

    private func known(from mark: PlantTime) -> [PlanProblem.Period] {
        let all = foresight.periods
        let first = all.firstIndex { $0.start + settlementPeriod > mark } ?? all.count
        let count = Int(Forecaster.horizon.ms / settlementPeriod.ms)
        var periods = Array(all[first...].prefix(count))
        guard let begin = periods.first, begin.start < mark else { return periods }
        periods[0].start = mark
        periods[0].hours = (begin.start + settlementPeriod - mark).hours
        return periods
    }
}
