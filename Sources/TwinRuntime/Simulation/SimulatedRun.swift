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
        /// The rules decide, the gate holds back, the plant obeys one step later.
        case rules
    }

    private let config: SiteConfig
    private let control: Control
    private let step: Span
    private let end: PlantTime
    private var surroundings: SimulatedSurroundings
    private var plant: ResponsivePlant
    private let lines: ReadingLines
    private var number = 0
    private var now: PlantTime
    private var intensity: SimulatedIntensity.Feed?
    /// By place among the controllables, whose order is the configuration's; nil before the first one.
    private var setPoints: [Double?] = []
    private var places: [AssetPath: Int] = [:]
    private var changedAt: [AssetPath: PlantTime] = [:]
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
        lines = ReadingLines(config)
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
        let base = config.method.baseline.energy.heatingBaseC
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
        let capacity = config.storage.reduce(0) { $0 + $1.capacityKWh }
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
        var around = surroundings.step(from: from, to: now, number: number)
        let answer = plant.step(from: from, to: now, ResponsivePlant.Surroundings(around))
        let offered = around.solarKW
        around.curtail(config.solar, to: answer.solarKW)
        if let feed = around.intensity { intensity = feed }
        if answer.importKW > config.gate.importMaxKW || answer.exportKW > config.gate.exportMaxKW + 1e-6 {
            figures.limitBreaches += 1
        }
        lines.add(around.readings, answer.readings, ms: Double(step.ms), to: &sums)
        lines.addCurtailed(offered: offered, output: answer.solarKW, ms: Double(step.ms), to: &sums)
        if control == .rules { decide(around, answer, offered) }
        return around
    }

    private mutating func decide(
        _ around: SimulatedSurroundings.Step, _ answer: ResponsivePlant.Step, _ offered: [Double]
    ) {
        let begun = now.floored(to: settlementPeriod)
        var forecast = intensity?.forecast ?? []
        if let feed = intensity {
            forecast.removeFirst(min(forecast.count, Int(max(0, (begun - feed.period).ms / settlementPeriod.ms))))
        }
        let site = SiteView(
            importKW: answer.importKW, exportKW: answer.exportKW, isGridMeasured: true, isGridConnected: true,
            intensityGPerKWh: UsedValue(intensity?.gramsPerKWh ?? 0, intensity == nil ? .stale : .good),
            forecast: forecast)
        lines.beginQuestions()
        let outdoorC = UsedValue(around.temperatureC, .good)
        let views = DispatchViews(
            config, site: site, outdoorC: outdoorC, at: now, step: step, changedAt: { changedAt[$0] }
        ) { path, key in
            if key == "available_kw", let index = config.solar.firstIndex(where: { $0.asset == path.asset }) {
                return UsedValue(offered[index], .good)
            }
            return lines.value(path, key, around.readings, answer.readings).map { UsedValue($0, .good) }
                ?? UsedValue(0, .stale)
        }
        let assets = views.controllables
        if setPoints.isEmpty {
            setPoints = assets.map { _ in nil }
            places = Dictionary(assets.enumerated().map { ($1.path, $0) }) { first, _ in first }
        }
        let requests = config.rules.decide(views.plant).compactMap { wish -> SafetyGate.Request? in
            guard let place = places[wish.path] else { return nil }
            return SafetyGate.Request(wish, assets[place], last: setPoints[place] ?? assets[place].resting)
        }
        for point in config.gate.pass(requests, netKW: site.netKW) {
            guard let place = places[point.path] else { continue }
            if setPoints[place] != point.value { changedAt[point.path] = now }
            setPoints[place] = point.value
            plant.order(point.path, point.value, until: now + 3 * step)
        }
    }
}

extension Int {
    /// Held inside Int; not a number becomes 0.
    fileprivate init(saturating value: Double) { self = Int(Int64(saturatingRound: value)) }
}

/// Where the readings of the simulated plant go in the books. The plant tells the same keys in the same order at
/// every step, so places are looked up once.
private final class ReadingLines {
    private struct Key: Hashable {
        var path: AssetPath
        var key: String
    }

    /// What a reading puts on a line.
    private struct Post {
        var line: Int
        var part: Part
        var factor: Double
    }

    private enum Part { case whole, positive, negative }

    private let config: SiteConfig
    /// By reading: the surroundings' first, then the plant's.
    private var posts: [[Post]] = []
    private var places: [Key: Int] = [:]
    /// The questions of the step before: dispatch asks the same ones in the same order at every step.
    private var asked: [(key: Key, place: Int?)] = []
    private var question = 0
    private var curtailedLines: [Int?] = []

    init(_ config: SiteConfig) { self.config = config }

    func add(_ first: [Reading], _ second: [Reading], ms: Double, to sums: inout [Double]) {
        if posts.count != first.count + second.count { lookUp(first + second) }
        for (index, reading) in first.enumerated() { add(reading.value, posts[index], ms, &sums) }
        for (index, reading) in second.enumerated() { add(reading.value, posts[first.count + index], ms, &sums) }
    }

    private func add(_ value: Double, _ posts: [Post], _ ms: Double, _ sums: inout [Double]) {
        for post in posts {
            let part =
                switch post.part {
                case .whole: value
                case .positive: max(0, value)
                case .negative: max(0, -value)
                }
            sums[post.line] += part * post.factor * ms
        }
    }

    func addCurtailed(offered: [Double], output: [Double], ms: Double, to sums: inout [Double]) {
        for (index, line) in curtailedLines.enumerated() {
            if let line { sums[line] += max(0, offered[index] - output[index]) * ms }
        }
    }

    func value(_ path: AssetPath, _ key: String, _ first: [Reading], _ second: [Reading]) -> Double? {
        guard let place = place(Key(path: path, key: key)) else { return nil }
        return place < first.count ? first[place].value : second[place - first.count].value
    }

    func beginQuestions() { question = 0 }

    private func place(_ key: Key) -> Int? {
        defer { question += 1 }
        if question < asked.count, asked[question].key == key { return asked[question].place }
        asked.removeSubrange(question...)
        asked.append((key, places[key]))
        return places[key]
    }

    private func lookUp(_ readings: [Reading]) {
        let chart = config.method.chart
        asked = []
        curtailedLines = config.solar.map { chart.index(of: Meter(.curtailed, .solar, $0.asset)) }
        places = Dictionary(
            readings.enumerated().map { (Key(path: $1.path, key: $1.key), $0) }, uniquingKeysWith: { first, _ in first }
        )
        posts = readings.map { reading in
            chart.meters.enumerated().compactMap { line, meter in
                guard meter.path == reading.path, let post = post(meter, reading.key) else { return nil }
                return Post(line: line, part: post.part, factor: post.factor)
            }
        }
    }

    private func post(_ meter: Meter, _ key: String) -> (part: Part, factor: Double)? {
        switch (meter.account, key) {
        case (.wind, "power_kw"), (.solar, "power_kw"), (.fuelcell, "power_kw"), (.load, "load_kw"), (.gas, "gas_kw"),
            (.gridImport, "import_kw"), (.gridExport, "export_kw"), (.ethanol, "ethanol_kw"),
            (.heatFuelcell, "heat_kw"), (.heatBoiler, "heat_kw"), (.heatPump, "heat_kw"), (.heatElectric, "heat_kw"),
            (.heatRecovered, "heat_kw"):
            (.whole, 1)
        case (.storageDischarge, "power_kw"), (.bayDischarge, "power_kw"), (.heatStoreDischarge, "heat_kw"):
            (.positive, 1)
        case (.storageCharge, "power_kw"), (.bayCharge, "power_kw"), (.heatStoreCharge, "heat_kw"): (.negative, 1)
        case (.heatDirectFired, "gas_kw"):
            (
                .whole,
                config.shops.first { $0.path == meter.path }?.burnerEfficiency
                    ?? config.burners.first { $0.path == meter.path }?.burner.efficiency ?? 1
            )
        case (.heatElectric, "load_kw"):
            config.burners.first { $0.path == meter.path }?.burner.elements.map { (.whole, $0.efficiency) }
        default: nil
        }
    }
}
