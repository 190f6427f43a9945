public import TwinCore

/// The line-off events of the simulated plant.
public struct SimulatedLine: Sendable {
    static let models = ["leaf", "qashqai", "juke"]
    /// Breaks: minutes after the start of a shift, and their length.
    static let breaks: [(after: Int64, length: Int64)] = [(120, 15), (240, 30), (390, 10)]

    private let site: String
    private let asset: String
    private let calendar: ProductionCalendar
    private let isModelled: Bool
    private var stream: SeedStream
    /// Vehicles that are due, with the fraction of the next one.
    private var due = 0.0
    /// Number of the last event.
    private var sequence = 0

    /// - Parameter isModelled: marks each event as modelled, for days whose other signals were measured.
    public init(site: String, asset: String, calendar: ProductionCalendar, seed: UInt64, isModelled: Bool = false) {
        self.site = site
        self.asset = asset
        self.calendar = calendar
        self.isModelled = isModelled
        stream = SeedStream(seed: seed, name: "line")
        due = stream.unit()
    }

    static func isBreak(at time: PlantTime, _ calendar: ProductionCalendar) -> Bool {
        guard calendar.isShift(at: time) else { return false }
        let ms = calendar.zone.local(time).msOfDay
        guard let shift = calendar.shifts.first(where: { $0.start <= ms && ms < $0.end }) else { return false }
        let minute = (ms - shift.start) / 60_000
        return breaks.contains { $0.after <= minute && minute < $0.after + $0.length }
    }

    /// The plan runs faster outside breaks, so that the day's plan is met in the mean.
    private var breakShare: Double {
        let shiftMinutes = calendar.shifts.reduce(0) { $0 + ($1.end - $1.start) / 60_000 }
        let breakMinutes = SimulatedLine.breaks.reduce(0) { $0 + $1.length } * Int64(calendar.shifts.count)
        return shiftMinutes > 0 ? Double(breakMinutes) / Double(shiftMinutes) : 0
    }

    /// Events of `from..<to`, in order of time.
    public mutating func step(from: PlantTime, to: PlantTime) -> [PlantMessage] {
        guard !SimulatedLine.isBreak(at: from, calendar) else { return [] }
        let rate = calendar.vehiclesPerHour(at: from) / (1 - breakShare)
        due += rate * (to - from).hours * (0.9 + 0.2 * stream.unit())
        let count = min(max(0, Int(exactly: due.rounded(.down)) ?? 0), 100_000)
        due -= Double(count)
        return (0..<count).map { index in
            // Spread over the step; the id is the instant, so a day can be told from another.
            let ts = from + Span(ms: (to - from).ms * Int64(index) / Int64(max(count, 1)))
            let model = SimulatedLine.models[Int(stream.next() % 3)]
            let day = calendar.zone.local(ts).date.text
            sequence += 1
            var members: [JSON.Member] = [
                .init("ts", .string(ts.rfc3339)), .init("seq", .integer(sequence)),
                .init("vehicle", .string("\(day)-\(ts.ms % 86_400_000)")),
                .init("model", .string(model)), .init("event", .string("line_off")),
            ]
            if isModelled { members.append(.init("modelled", .bool(true))) }
            return PlantMessage(
                topic: Topic.text(site: site, .line, asset, .vehicle), payload: Array(JSON.object(members).line.utf8),
                sent: ts)
        }
    }
}

/// The grid's carbon intensity by half hour, with a forecast of the next day.
struct SimulatedIntensity: Sendable {
    static let forecastPeriods = 48

    private let site: String
    private let asset: String
    private let truth: PlantTruth
    private var regime: SlowNoise
    private var errors: SeedStream
    /// Half hours from `first` on.
    private var values: [Double] = []
    private var first: PlantTime?

    init(site: String, asset: String, truth: PlantTruth, seed: UInt64) {
        self.site = site
        self.asset = asset
        self.truth = truth
        regime = SlowNoise(seed: seed, name: "grid.intensity")
        errors = SeedStream(seed: seed, name: "grid.forecast")
    }

    /// The feed's message when a settlement period begins with this step or the run does; else nil.
    mutating func step(from: PlantTime, number: Int) -> PlantMessage? {
        let period = from.floored(to: settlementPeriod)
        guard period == from || number == 1 else { return nil }
        let start = first ?? period
        first = start
        let index = Int((period - start).ms / settlementPeriod.ms)
        while values.count <= index + SimulatedIntensity.forecastPeriods { extend(start) }
        let ahead = values[(index + 1)...(index + SimulatedIntensity.forecastPeriods)].map {
            printed(max(15, $0 + truth.intensityForecastError * errors.normal()), decimals: 0)
        }
        return .telemetry(
            site: site, .grid, asset, ts: period, seq: index + 1, period: settlementPeriod,
            [("g_per_kwh", printed(values[index], decimals: 0)), ("forecast", .array(ahead))])
    }

    private mutating func extend(_ start: PlantTime) {
        let period = start + Int64(values.count) * settlementPeriod
        let halfHours = (period.ms / settlementPeriod.ms) % 48
        let hour = Int(halfHours < 0 ? halfHours + 48 : halfHours) / 2
        // Several windy or calm days in a row: the regime forgets itself in two days.
        let offset = truth.intensityDeviation * regime.advance(step: 0.5, timeConstant: 48)
        values.append(min(max(20, truth.intensityByHour[hour] + offset), 350))
    }
}
