public import TwinBooks
public import TwinConfiguration
public import TwinCore
import TwinDispatch
import TwinPlant
import TwinUnits

/// The simulated plant straight into the books, without messages: a year in seconds. Every figure of it is modelled,
/// and says so.
public struct SimulatedRun {
    public enum Control: String, Sendable, Hashable, CaseIterable {
        /// Everything that can be commanded is left to itself.
        case none
        /// The rules decide, the gate holds back, the plant obeys one step later: the control of a live run.
        case rules
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

        public var text: String {
            let peak = Int(saturating: peakImportKW.rounded())
            let cycles = (storageCycles * 100).rounded() / 100
            return "dispatch: peak import \(peak) kW, storage cycles \(cycles), departures \(departures),"
                + " missed \(missedDepartures), steps beyond the connection \(limitBreaches)"
        }
    }

    public private(set) var figures = Figures()

    /// - Parameters:
    ///   - from, to: whole settlement periods.
    ///   - step: divides the settlement period.
    public init(
        config: SiteConfig, from: PlantTime, to: PlantTime, step: Span, seed: UInt64, control: Control
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
        deskRules = CommandDesk.Rules(step: step, followToleranceFraction: config.followToleranceFraction)
    }

    /// Steps to the end and hands out each row of the books: a year of them has no place in memory.
    /// - Parameter onProgress: called once a simulated day with the share that is done; false stops the run.
    public mutating func forEachRow(
        onProgress: (Double) -> Bool = { _ in true }, _ body: (PeriodRow) throws -> Void
    ) rethrows {
        let begin = now
        var count = 0
        while now < end {
            try body(period())
            count += 1
            if count % 48 == 0, !onProgress((now - begin).hours / (end - begin).hours) { break }
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
        return row
    }

    /// One step of the plant; adds its energies, kW x ms, to `sums`.
    private mutating func advance(_ sums: inout [Double]) -> SimulatedSurroundings.Step {
        let from = now
        now = now + step
        number += 1
        let around = surroundings.step(from: from, to: now, number: number)
        let answer = plant.step(from: from, to: now, ResponsivePlant.Surroundings(around))
        surroundings.curtail(to: answer.limitedKW)
        if let feed = around.intensity {
            intensity = feed
            forecast = feed.forecast
        }
        if answer.importKW > config.gate.importMaxKW || answer.exportKW > config.gate.exportMaxKW + 1e-6 {
            figures.limitBreaches += 1
        }
        posts.add(surroundings, plant, ms: Double(step.ms), to: &sums)
        if control == .rules { decide(from) }
        return around
    }

    /// What a live twin would decide from what the plant told; the plant obeys with the next step.
    private mutating func decide(_ from: PlantTime) {
        outlook.look(at: forecast, from: intensity.map { $0.period + settlementPeriod }, at: now)
        let (importKW, exportKW) = plant.metered
        let site = SiteView(
            importKW: importKW, exportKW: exportKW, isGridMeasured: true, isGridConnected: true,
            intensityGPerKWh: UsedValue(intensity?.gramsPerKWh ?? 0, intensity == nil ? .stale : .good),
            outlook: outlook)
        let context = TickContext(
            tick: number, from: from, to: now, lateness: Span(ms: 0), lead: Span(ms: 0), setPoints: desk.setPoints)
        var used = surroundings.told.used + plant.told.used
        belief.say(&used, surroundings.toldWeather, context)
        let seen = view.plant(
            used, site: site, outdoorC: UsedValue(surroundings.toldWeather.temperatureC, .good), at: from,
            changedAt: desk.changedAt)
        for command in config.control.commands(seen, &desk, context: context, rules: deskRules) {
            plant.order(command.path, command.point.value, until: now + .seconds(Int64(command.leaseS)))
        }
        desk.takeAsAccepted()
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
