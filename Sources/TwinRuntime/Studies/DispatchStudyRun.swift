import TwinBooks
public import TwinConfiguration
public import TwinCore
public import TwinDispatch
public import TwinStudies
import TwinUnits

/// Steps the simulated plant through the same days under several controls, each straight into the books.
public struct DispatchStudyRun: Sendable {
    /// Local days without a break.
    public struct Window: Sendable, Hashable {
        public var from: PlantTime
        public var to: PlantTime

        /// - Parameters:
        ///   - from, to: whole settlement periods, one after the other.
        public init(from: PlantTime, to: PlantTime) { (self.from, self.to) = (from, to) }
    }

    public let config: SiteConfig
    /// Where plans come from; nil where no case needs one.
    public let planner: Planner?
    public let windows: [Window]
    public let cases: [DispatchStudy.Case]
    /// At which the optimiser is run once more, ascending.
    public let carbonPrices: [Double]
    /// Divides the settlement period.
    public let step: Span
    public let seed: UInt64

    public init(
        config: SiteConfig, planner: Planner?, windows: [Window], cases: [DispatchStudy.Case],
        carbonPrices: [Double] = [], step: Span, seed: UInt64
    ) {
        (self.config, self.planner, self.windows, self.cases) = (config, planner, windows, cases)
        (self.carbonPrices, self.step, self.seed) = (carbonPrices.sorted(), step, seed)
    }

    /// - Parameter onProgress: called once a settlement period with the share that is done; false stops the study.
    /// - Returns: nil where it was stopped.
    public func study(onProgress: @escaping (Double) -> Bool = { _ in true }) -> DispatchStudy? {
        var progress = StudyProgress(self, onProgress)
        var study = DispatchStudy(
            site: config.site, zone: config.zone, currency: currency, step: step, seed: seed,
            terms: config.objectiveTerms(currency), windows: [])
        for window in windows {
            var outcomes = DispatchOutcomes()
            for name in cases {
                guard let run = outcome(config, window, name, &progress, keepsForecasts: name == .optimiser) else {
                    return nil
                }
                outcomes[name] = run.outcome
                study.forecasts.add(run.forecasts)
            }
            study.windows.append(DispatchStudy.Window(from: window.from, to: window.to, outcomes: outcomes))
        }
        for price in carbonPrices {
            guard let outcome = outcome(at: price, known: study.total, &progress) else { return nil }
            study.pareto.append(DispatchStudy.PricedPoint(carbonPerTonne: price, outcome: outcome))
        }
        return study
    }

    private var currency: String { config.method.tariffs.last?.value.currency ?? "" }

    /// The optimiser over all windows at a price of carbon.
    private func outcome(
        at price: Double, known: DispatchOutcomes, _ progress: inout StudyProgress
    ) -> DispatchOutcome? {
        if price == config.objective.carbonPerTonne, let known = known[.optimiser] { return known }
        var priced = config
        priced.objective.carbonPerTonne = price
        var sum: DispatchOutcome?
        for window in windows {
            guard let next = outcome(priced, window, .optimiser, &progress)?.outcome else { return nil }
            sum = sum.map { $0 + next } ?? next
        }
        return sum
    }

    private func outcome(
        _ config: SiteConfig, _ window: Window, _ name: DispatchStudy.Case, _ progress: inout StudyProgress,
        keepsForecasts: Bool = false
    ) -> (outcome: DispatchOutcome, forecasts: ForecastRecord)? {
        var run = SimulatedRun(
            config: config, from: window.from, to: window.to, step: step, seed: seed, control: name.control,
            planner: planner, keepsForecasts: keepsForecasts)
        var sum = WindowSum(config.method)
        var (peakKWh, intensity, told) = (0.0, 0.0, 0.0)
        let peakKW = config.rules.storage.peakImportKW
        progress.begin(name, window)
        run.forEachRow(onProgress: { progress.show($0) }) { row in
            sum.add(row)
            peakKWh += max(0, row[.gridImport].energy.kilowattHours - peakKW * settlementPeriod.hours)
            if let grams = row.intensity?.gramsPerKWh {
                intensity += grams
                told += 1
            }
        }
        if progress.isStopped { return nil }
        let facts = RunFacts(
            stepS: Int(step.ms / 1000), mode: name == .none ? .off : .control, loop: .closed)
        guard let summary = Summary(sum, facts: facts) else { return nil }
        let prices = config.levelPrices(at: window.from, step: step, meanGPerKWh: told > 0 ? intensity / told : nil)
        let outcome = DispatchOutcome(
            summary, config.objectiveTerms(currency), peakKWh: peakKWh,
            level: LevelCorrection(from: run.levelAtBegin, to: run.level, prices), events: DispatchEvents(run.figures))
        return (outcome, run.forecasts)
    }
}

/// How far a study is: plans take the time, and all the rest next to none of it.
private struct StudyProgress {
    private let onProgress: (Double) -> Bool
    private var all = 0.0
    private var before = 0.0
    private var now = 0.0
    private(set) var isStopped = false

    init(_ study: DispatchStudyRun, _ onProgress: @escaping (Double) -> Bool) {
        self.onProgress = onProgress
        for window in study.windows {
            for name in study.cases { all += StudyProgress.weight(name, window) }
            all += Double(study.carbonPrices.count) * StudyProgress.weight(.optimiser, window)
        }
    }

    private static func weight(_ name: DispatchStudy.Case, _ window: DispatchStudyRun.Window) -> Double {
        (window.to - window.from).hours * (name == .optimiser || name == .perfect ? 1 : 0.02)
    }

    mutating func begin(_ name: DispatchStudy.Case, _ window: DispatchStudyRun.Window) {
        before += now
        now = StudyProgress.weight(name, window)
    }

    mutating func show(_ share: Double) -> Bool {
        isStopped = !onProgress(all > 0 ? (before + now * share) / all : 1)
        return !isStopped
    }
}

extension DispatchStudy.Case {
    var control: SimulatedRun.Control {
        switch self {
        case .none: .none
        case .rules: .rules
        case .optimiser: .optimiser
        case .perfect: .perfect
        }
    }

    public var needsPlanner: Bool { self == .optimiser || self == .perfect }
}

extension DispatchEvents {
    fileprivate init(_ figures: SimulatedRun.Figures) {
        self.init()
        peakKW = figures.peakImportKW
        cycles = figures.storageCycles
        setPointChanges = figures.setPointChanges
        departures = figures.departures
        missedDepartures = figures.missedDepartures
        limitBreaches = figures.limitBreaches
        plans = figures.plans
        failedPlans = figures.failedPlans
    }
}

extension SiteConfig {
    fileprivate func objectiveTerms(_ currency: String) -> ObjectiveTerms {
        let signal: BySignal.Signal =
            switch objective.signal {
            case .annual: .annual
            case .average: .halfHourly
            case .marginal: .marginal
            }
        return ObjectiveTerms(
            sentence: objective.sentence(currency), signal: signal, isWithUpstream: objective.boundary == .upstream,
            carbonPerTonne: objective.carbonPerTonne, marginalGPerKWh: objective.marginalGPerKWh,
            wearPerKWh: objective.wearPerKWh, peakPerKWh: objective.peakPerKWh)
    }

    /// What stored energy replaces.
    /// - Parameter meanGPerKWh: of the window's half hours; nil where nobody told.
    fileprivate func levelPrices(at time: PlantTime, step: Span, meanGPerKWh: Double?) -> LevelPrices {
        let tariffs = method.tariffs[method.tariffs.index(at: time)].value
        let set = method.factors.set(at: time)
        let direct = filling(.operational, at: time, step)
        let whole = filling(.upstream, at: time, step)
        return LevelPrices(
            heatCost: direct.pricePerKWh ?? 0, heatKg: direct.gramsPerKWh / 1000,
            heatUpstreamKg: (whole.gramsPerKWh - direct.gramsPerKWh) / 1000,
            importCost: tariffs.importPerMWh / 1000,
            importKg: BySignal(
                annual: set.gridGeneration.kilogramsPerKWh, halfHourly: meanGPerKWh.map { $0 / 1000 },
                marginal: objective.marginalGPerKWh / 1000),
            importUpstreamKg: set.gridLosses.kilogramsPerKWh + set.gridUpstream.kilogramsPerKWh)
    }

    /// Of the heat that fills what all others leave open.
    private func filling(_ boundary: PlanObjective.Boundary, at time: PlantTime, _ step: Span) -> HeatFilling {
        var config = self
        config.objective.boundary = boundary
        let nobody = SiteView(
            importKW: 0, exportKW: 0, isGridMeasured: false, isGridConnected: false,
            intensityGPerKWh: UsedValue(0, .stale), outlook: Outlook())
        return MarkView(config, keys: [], step: step).plant(
            [], site: nobody, outdoorC: UsedValue(0, .stale), at: time, changedAt: { _, _ in nil }
        ).heatFilling
    }
}
