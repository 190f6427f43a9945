public import TwinBooks
public import TwinConfiguration
public import TwinCore
public import TwinDispatch
import TwinPlant
public import TwinStudies
import TwinUnits

/// The simulated plant straight into the books, without messages: a year in seconds. Every figure of it is modelled,
/// and says so.
public struct SimulatedRun {
    public enum Control: String, Sendable, Hashable, CaseIterable {
        /// Everything that can be commanded is left to itself.
        case none
        /// The rules decide, the gate holds back, the plant obeys one step later: the control of a live run.
        case rules
        /// Plans from forecasts, followed by the same control; without a solver the rules.
        case optimiser
        /// The same from what will really be: what forecasts cost is the difference.
        case perfect
    }

    private let config: SiteConfig
    private let control: Control
    private let step: Span
    private let end: PlantTime
    private var surroundings: SimulatedSurroundings
    private var plant: ResponsivePlant
    /// Where what is told goes in the books.
    private let posts: ToldPosts
    private let view: MarkView
    private var outlook = Outlook()
    private var belief: UnmeasuredBelief
    private var desk = CommandDesk()
    private let deskRules: CommandDesk.Rules
    private var planning: SimulatedPlanning?
    /// For tests.
    package var trial: (any SimulationTrial)?
    private var number = 0
    private var now: PlantTime
    private var intensity: SimulatedIntensity.Feed?
    /// What it says of the half hours ahead.
    private var forecast: [Double?] = []
    private var chain = DigestChain()

    /// What dispatch is judged by, beside the summary.
    public struct Figures: Sendable, Hashable {
        /// Highest mean import of a half hour, kW.
        public var peakImportKW = 0.0
        /// Energy out of the storage over its capacity.
        public var storageCycles = 0.0
        /// Staff cars that left, and those that left without the energy they could have had.
        public var departures = 0
        public var missedDepartures = 0
        /// Steps whose import or export passed the connection.
        public var limitBreaches = 0
        /// Commands that told an asset another set-point than the one before.
        public var setPointChanges = 0
        /// Plans that were made, and those that the solver had no answer for.
        public var plans = 0
        public var failedPlans = 0

        public var text: String {
            let peak = Int(saturating: peakImportKW.rounded())
            let cycles = (storageCycles * 100).rounded() / 100
            return "dispatch: peak import \(peak) kW, storage cycles \(cycles), departures \(departures),"
                + " missed \(missedDepartures), steps beyond the connection \(limitBreaches)"
        }
    }

    public private(set) var figures = Figures()
    /// What stands in the stores after the first step, which no command reaches, and now.
    public private(set) var levelAtBegin = StoredLevel()
    public var level: StoredLevel { StoredLevel(config, plant.told) }
    /// Forecasts beside what came, where a run with plans was asked to keep them.
    public var forecasts: ForecastRecord { planning?.forecasts ?? ForecastRecord() }

    /// - Parameters:
    ///   - from, to: whole settlement periods.
    ///   - step: divides the settlement period.
    ///   - keepsForecasts: whether forecasts are kept beside what came; only a run with plans makes any.
    public init(
        config: SiteConfig, from: PlantTime, to: PlantTime, step: Span, seed: UInt64, control: Control,
        planner: Planner? = nil, keepsForecasts: Bool = false
    ) {
        self.config = config
        self.control = control
        self.step = step
        end = to
        now = from
        surroundings = SimulatedSurroundings(config, seed: seed)
        plant = ResponsivePlant(config, seed: seed)
        posts = ToldPosts(surroundings, plant, config.method.chart)
        let keys = surroundings.told.keys + plant.told.keys
        view = MarkView(config, keys: keys, step: step)
        belief = UnmeasuredBelief(config, keys: keys)
        if let planner, control == .optimiser || control == .perfect {
            let foresight =
                control == .perfect || keepsForecasts
                ? SimulatedRun.foresight(config, from: from, to: to + Forecaster.horizon, step: step, seed: seed)
                : Foresight()
            planning = SimulatedPlanning(
                config, planner: planner, step: step, foresight: foresight, seesAhead: control == .perfect)
        }
        deskRules = CommandDesk.Rules(step: step, followToleranceFraction: config.followToleranceFraction)
    }

    /// Steps to the end and hands out each row of the books: a year of them has no place in memory.
    /// - Parameter onProgress: called once a settlement period with the share that is done; false stops the run.
    public mutating func forEachRow(
        onProgress: (Double) -> Bool = { _ in true }, _ body: (PeriodRow) throws -> Void
    ) rethrows {
        let begin = now
        while now < end {
            try body(period())
            if !onProgress((now - begin).hours / (end - begin).hours) { break }
        }
    }

    /// One settlement period.
    private mutating func period() -> PeriodRow {
        let start = now
        var sums = [Double](repeating: 0, count: config.method.chart.meters.count)
        var heatingKMs = 0.0
        var vehicles: [String: Int] = [:]
        let base = config.method.heatingBaseC
        while now < start + settlementPeriod {
            let around = advance(&sums)
            heatingKMs += max(0, base - around.temperatureC) * Double(step.ms)
            for model in around.lineOffs { vehicles[model.id, default: 0] += 1 }
        }
        var meters = SumList(count: sums.count)
        for (line, sum) in sums.enumerated() {
            meters[line] = AccountSum(
                Energy(roundingWattSeconds: sum), measuredMs: 0, estimatedMs: settlementPeriod.ms)
        }
        var row = PeriodRow(start: start, meters: meters, chart: config.method.chart, losses: config.losses)
        row.steppedMs = settlementPeriod.ms
        row.steppedFrom = start
        row.steppedTo = now
        row.vehiclesByModel = vehicles
        row.vehicles = vehicles.values.reduce(0, +)
        row.vehiclesModelled = row.vehicles
        row.heatingKMs = Int64(saturatingRound: heatingKMs)
        row.productionDayMs = config.calendar.isProductionDay(at: start) ? settlementPeriod.ms : 0
        row.intensity = intensity.map { EmissionFactor(gramsPerKWh: $0.gramsPerKWh) }
        var record = DigestRecord()
        row.write(config.method.chart, into: &record)
        chain.extend(with: record)
        row.chain = chain
        figures.peakImportKW = max(
            figures.peakImportKW, row[.gridImport].energy.meanPower(milliseconds: settlementPeriod.ms).kilowatts)
        let capacity = config.assets.of(BatteryUnit.self).reduce(0) { $0 + $1.kind.capacityKWh }
        if capacity > 0 { figures.storageCycles += row[.storageDischarge].energy.kilowattHours / capacity }
        figures.departures = plant.departures
        figures.missedDepartures = plant.missedDepartures
        figures.plans = planning?.made ?? 0
        figures.failedPlans = planning?.failed ?? 0
        return row
    }

    /// One step of the plant; adds its energies, kW x ms, to `sums`.
    private mutating func advance(_ sums: inout [Double]) -> SimulatedSurroundings.Step {
        let from = now
        now = now + step
        number += 1
        let around = surroundings.step(from: from, to: now, number: number)
        trial?.begin(&plant, at: from)
        let answer = plant.step(from: from, to: now, ResponsivePlant.Surroundings(around))
        surroundings.take(answer)
        if let feed = around.intensity {
            intensity = feed
            forecast = feed.forecast
        }
        if answer.importKW > config.gate.importMaxKW || answer.exportKW > config.gate.exportMaxKW + 1e-6 {
            figures.limitBreaches += 1
        }
        posts.add(surroundings, plant, ms: Double(step.ms), to: &sums)
        if number == 1 { levelAtBegin = level }
        if control != .none { decide(from, answer) }
        return around
    }

    /// What a live twin would decide from what the plant told; the plant obeys with the next step.
    private mutating func decide(_ from: PlantTime, _ step: ResponsivePlant.Step) {
        let context = context(from)
        let seen = seen(used(context), plant.metered, context)
        let image = image
        planning?.look(seen, image, at: now)
        let commands = order(seen, context)
        trial?.end(seen, step, commands, at: now)
    }

    private mutating func context(_ from: PlantTime) -> TickContext {
        outlook.look(at: forecast, from: intensity.map { $0.period + settlementPeriod }, at: now)
        return TickContext(
            tick: number, from: from, to: now, lateness: Span(ms: 0), lead: Span(ms: 0), setPoints: desk.setPoints)
    }

    /// - Parameter isObeying: whether the plant gets commands for an asset at all.
    @discardableResult
    private mutating func order(
        _ seen: PlantView, _ context: TickContext, where isObeying: (AssetPath) -> Bool = { _ in true }
    ) -> [Command] {
        let commands = config.control.commands(
            seen, &desk, plan: trial?.plan(at: now) ?? planning?.plan, context: context, rules: deskRules)
        for command in commands where isObeying(command.path) {
            if command.point.value != context.setPoints[command.path] ?? 0 { figures.setPointChanges += 1 }
            plant.order(command.path, command.point.value, until: now + .seconds(Int64(command.leaseS)))
        }
        desk.takeAsAccepted()
        return commands
    }

    /// What a live twin would use at the end of a step.
    private mutating func used(_ context: TickContext) -> [UsedValue] {
        var used = surroundings.told.used + plant.told.used
        belief.say(&used, surroundings.toldWeather, context)
        return used
    }

    /// What it would see of the plant.
    private func seen(
        _ used: [UsedValue], _ metered: (importKW: Double, exportKW: Double), _ context: TickContext
    ) -> PlantView {
        let site = SiteView(
            importKW: metered.importKW, exportKW: metered.exportKW,
            isGridMeasured: trial?.isGridMeasured(at: now) ?? true, isGridConnected: !plant.isOutage,
            intensityGPerKWh: UsedValue(intensity?.gramsPerKWh ?? 0, intensity == nil ? .stale : .good),
            outlook: outlook)
        var seen = view.plant(
            used, site: site, outdoorC: UsedValue(surroundings.toldWeather.temperatureC, .good), at: context.from,
            changedAt: desk.changedAt)
        seen.tripped = plant.tripped
        return seen
    }

    private var image: PlantImage {
        var image = PlantImage()
        let weather = surroundings.toldWeather
        image.airTemperatureC = UsedValue(weather.temperatureC, .good)
        image.windSpeedMPerS = UsedValue(weather.windMPerS, .good)
        image.irradianceWPerM2 = UsedValue(weather.ghiWPerM2, .good)
        image.intensityGPerKWh = UsedValue(intensity?.gramsPerKWh ?? 0, intensity == nil ? .stale : .good)
        image.intensityForecast = forecast
        image.forecastFrom = intensity.map { $0.period + settlementPeriod }
        return image
    }

    /// What the same plant does while all that a plan decides about is left to itself, as the mean of each half hour. What no
    /// plan decides about, windows and duties, goes by the rules, as it will.
    private static func foresight(
        _ config: SiteConfig, from: PlantTime, to: PlantTime, step: Span, seed: UInt64
    ) -> Foresight {
        var run = SimulatedRun(config: config, from: from, to: to, step: step, seed: seed, control: .none)
        var sums = [Double](repeating: 0, count: config.method.chart.meters.count)
        var foresight = Foresight()
        while run.now < to {
            let start = run.now
            var mean = SeenMean()
            var context = run.context(start)
            while run.now < start + settlementPeriod {
                let before = run.now
                _ = run.advance(&sums)
                context = run.context(before)
                let used = run.used(context)
                let seen = run.seen(used, run.plant.metered, context)
                mean.add(used, run.plant.metered)
                let ruled = Set(seen.offers.filter(\.shape.isRuled).map(\.path))
                run.order(seen, context) { ruled.contains($0) }
            }
            foresight.periods.append(
                PlanProblem.Period(
                    start: start, hours: settlementPeriod.hours, view: run.seen(mean.used, mean.metered, context),
                    gramsPerKWh: config.gramsPerKWh(run.intensity?.gramsPerKWh, at: start)))
        }
        return foresight
    }
}

extension Int {
    /// Held inside Int; not a number becomes 0.
    fileprivate init(saturating value: Double) { self = Int(Int64(saturatingRound: value)) }
}

/// What a twin believes of signals that nobody measures, such as what the sun offers above a limit: the plant knows it,
/// the twin does not.
private struct UnmeasuredBelief {
    private var twins: [AreaTwin] = []
    /// Where each such signal stands among what is told.
    private var places: [AssetPath: [String: Int]] = [:]
    /// The same for all values that the twins use, in their order; looked up once.
    private var valuePlaces: [Int?] = []

    init(_ config: SiteConfig, keys: [(path: AssetPath, key: String)]) {
        func isUnmeasured(_ signal: Signal) -> Bool { signal.form == .derived && signal.isShown }
        let assets = config.assets.filter { $0.kind.signals.contains(where: isUnmeasured) }
        for asset in assets {
            for signal in asset.kind.signals.filter(isUnmeasured) {
                places[asset.path, default: [:]][signal.key] = keys.firstIndex {
                    $0.path == asset.path && $0.key == signal.key
                }
            }
        }
        twins = Kinds.areas.compactMap { area in
            let own = assets.filter { $0.path.area == area }
            return own.isEmpty
                ? nil
                : AreaTwin(
                    site: config.site, area: area, location: config.location, calendar: config.calendar,
                    network: config.network, own)
        }
    }

    mutating func say(
        _ used: inout [UsedValue], _ weather: SimulatedSurroundings.Weather, _ context: TickContext
    ) {
        var image = PlantImage()
        image.airTemperatureC = UsedValue(weather.temperatureC, .good)
        image.windSpeedMPerS = UsedValue(weather.windMPerS, .good)
        image.irradianceWPerM2 = UsedValue(weather.ghiWPerM2, .good)
        var values: [NamedValue] = []
        for index in twins.indices { values += twins[index].tick([], context, image).values }
        if valuePlaces.count != values.count {
            valuePlaces = values.map { places[AssetPath($0.area, $0.asset)]?[$0.key] }
        }
        for (value, place) in zip(values, valuePlaces) {
            if let place { used[place] = value.used }
        }
    }
}

/// Where what the simulated plant tells goes in the books, by the kinds' own posts.
private struct ToldPosts {
    private struct Line: Sendable {
        let place: Int
        let line: Int
        let post: Post
    }

    private let surroundings: [Line]
    private let plant: [Line]
    private let meter: [Line]

    init(_ surroundings: SimulatedSurroundings, _ plant: ResponsivePlant, _ chart: Chart) {
        func lines(_ assets: SimulatedAssets) -> [Line] {
            zip(assets.keys, assets.posts).enumerated().flatMap { place, told in
                told.1.compactMap { post in
                    chart.index(of: Meter(post.account, told.0.path)).map { Line(place: place, line: $0, post: post) }
                }
            }
        }
        self.surroundings = lines(surroundings.told)
        self.plant = lines(plant.told)
        meter = [Account.gridImport, .gridExport].enumerated().compactMap { place, account in
            chart.index(of: Meter(account, plant.meter)).map { Line(place: place, line: $0, post: Post(account)) }
        }
    }

    func add(
        _ around: SimulatedSurroundings, _ answer: ResponsivePlant, ms: Double, to sums: inout [Double]
    ) {
        let (first, second) = (around.told, answer.told)
        for line in surroundings { sums[line.line] += line.post.kw(first.value(line.place)) * ms }
        for line in plant { sums[line.line] += line.post.kw(second.value(line.place)) * ms }
        let metered = [answer.metered.importKW, answer.metered.exportKW]
        for line in meter { sums[line.line] += metered[line.place] * ms }
    }
}
