public import TwinCore

/// The grid's carbon intensity by half hour, with a forecast of the next day.
public struct SimulatedIntensity: Sendable {
    static let forecastPeriods = 48

    /// What the feed publishes at the start of a half hour.
    public struct Feed: Sendable {
        public var period: PlantTime
        public var seq: Int
        public var gramsPerKWh: Double
        /// The half hours that follow.
        public var forecast: [Double]
    }

    private let site: String
    private let asset: String
    private let truth: PlantTruth.Intensity
    private var regime: SlowNoise
    private var errors: SeedStream
    /// Half hours from `first` on.
    private var values: [Double] = []
    private var first: PlantTime?

    init(site: String, asset: String, truth: PlantTruth.Intensity, seed: UInt64) {
        self.site = site
        self.asset = asset
        self.truth = truth
        regime = SlowNoise(seed: seed, name: "grid.intensity")
        errors = SeedStream(seed: seed, name: "grid.forecast")
    }

    /// What the feed says when a settlement period begins with this step or the run does; else nil.
    mutating func step(from: PlantTime, number: Int) -> Feed? {
        let period = from.floored(to: settlementPeriod)
        guard period == from || number == 1 else { return nil }
        let start = first ?? period
        first = start
        let index = Int((period - start).ms / settlementPeriod.ms)
        while values.count <= index + SimulatedIntensity.forecastPeriods { extend(start) }
        let ahead = values[(index + 1)...(index + SimulatedIntensity.forecastPeriods)].map {
            rounded(max(15, $0 + truth.forecastError * errors.normal()), decimals: 0)
        }
        return Feed(
            period: period, seq: index + 1, gramsPerKWh: rounded(values[index], decimals: 0), forecast: ahead)
    }

    func message(_ feed: Feed) -> PlantMessage {
        let payload = JSON.fields([
            "ts": .string(feed.period.rfc3339), "seq": .integer(feed.seq),
            "period_s": .number(settlementPeriod.seconds), "g_per_kwh": .number(feed.gramsPerKWh),
            "forecast": .array(feed.forecast.map(JSON.number)),
        ])
        return PlantMessage(
            topic: Topic.text(site: site, .grid, asset, .tele), payload: payload.bytes)
    }

    private mutating func extend(_ start: PlantTime) {
        let period = start + Int64(values.count) * settlementPeriod
        let halfHours = (period.ms / settlementPeriod.ms) % 48
        let hour = Int(halfHours < 0 ? halfHours + 48 : halfHours) / 2
        // Several windy or calm days in a row: the regime forgets itself in two days.
        let offset = truth.deviation * regime.advance(step: 0.5, timeConstant: 48)
        let month = min(max(CivilDate(daysSinceEpoch: period.ms / 86_400_000).month - 1, 0), 11)
        let summer = truth.summerShare[month]
        let mean = truth.summerByHour[hour] * summer + truth.winterByHour[hour] * (1 - summer)
        values.append(min(max(20, mean + offset), 350))
    }
}
