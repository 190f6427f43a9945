public import TwinCore

/// What the plant does not control: weather, wind before curtailment, the shops, the line and the grid's intensity.
public struct SimulatedSurroundings: Sendable {
    /// What one step brought.
    public struct Step: Sendable {
        public var windAvailableKW: Double
        public var shopLoadKW: Double
        /// The line's events, then telemetry in the written order of areas: weather, wind, shops, intensity.
        public var messages: [PlantMessage]
    }

    private let site: String
    private let assets: AssetNames
    private let wind: [WindFarm.Parameters]
    private let calendar: ProductionCalendar
    private let truth: PlantTruth
    private var temperatureNoise: SlowNoise
    private var windNoise: SlowNoise
    private var gust: SlowNoise
    private var loadNoise: SlowNoise
    private var gasNoise: SlowNoise
    private var meter: SeedStream
    private var gasKW: Double?
    private var line: SimulatedLine
    private var intensity: SimulatedIntensity

    /// Asset ids by role.
    public struct AssetNames: Sendable {
        public var mast: String
        public var shop: String
        public var intensity: String
        public var line: String

        public init(mast: String, shop: String, intensity: String, line: String) {
            self.mast = mast
            self.shop = shop
            self.intensity = intensity
            self.line = line
        }
    }

    public init(
        site: String, assets: AssetNames, wind: [WindFarm.Parameters], calendar: ProductionCalendar, truth: PlantTruth,
        seed: UInt64
    ) {
        self.site = site
        self.assets = assets
        self.wind = wind
        self.calendar = calendar
        self.truth = truth
        temperatureNoise = SlowNoise(seed: seed, name: "weather.temperature")
        windNoise = SlowNoise(seed: seed, name: "weather.wind")
        gust = SlowNoise(seed: seed, name: "weather.gust")
        loadNoise = SlowNoise(seed: seed, name: "shop.load")
        gasNoise = SlowNoise(seed: seed, name: "shop.gas")
        meter = SeedStream(seed: seed, name: "meter")
        line = SimulatedLine(site: site, asset: assets.line, calendar: calendar, seed: seed)
        intensity = SimulatedIntensity(site: site, asset: assets.intensity, truth: truth, seed: seed)
    }

    /// Steps `from..<to`; `number` counts steps from 1 and becomes the sequence number.
    public mutating func step(from: PlantTime, to: PlantTime, number: Int) -> Step {
        let period = to - from
        let (date, msOfDay) = calendar.zone.local(from)
        let dayPhase = Double(msOfDay) / 86_400_000
        let minutes = period.seconds / 60
        let month = min(max(date.month - 1, 0), 11)
        // Warmest at 15:00 local: the sine passes zero six hours before.
        let temperature =
            truth.monthlyTemperatureC[month] + truth.dailySwingK * Wave.sine(phase: dayPhase - 9.0 / 24)
            + 1.5 * temperatureNoise.advance(step: minutes, timeConstant: 24 * 60)
        // A synoptic swing over hours and a sea breeze in the afternoon, with gusts on top.
        let slow = windNoise.advance(step: minutes, timeConstant: 6 * 60)
        let breeze = 1 + 0.15 * Wave.sine(phase: dayPhase - 9.0 / 24)
        let meanWind = max(0.3, truth.monthlyWindMPerS[month] * breeze * (1 + 0.45 * slow))
        let mast = max(0, meanWind * (1 + truth.turbulenceIntensity * gust.advance(step: minutes, timeConstant: 3)))
        let farmsKW = wind.map { farmKW($0, mastMPerS: mast) }
        let loadKW = shopLoadKW(at: from, minutes)
        let burnerKW = shopGasKW(at: from, temperature, minutes)

        // Events leave when they happen, telemetry at the end of the step.
        var messages = line.step(from: from, to: to)
        messages.append(
            .telemetry(
                site: site, .weather, assets.mast, ts: from, seq: number, period: period,
                [
                    ("temperature_c", printed(temperature, decimals: 2)),
                    ("wind_speed_m_per_s", printed(mast, decimals: 2)),
                ]))
        for (farm, kw) in zip(wind, farmsKW) {
            messages.append(
                .telemetry(
                    site: site, .wind, farm.asset, ts: from, seq: number, period: period,
                    [("power_kw", printed(metered(kw), decimals: 1))]))
        }
        messages.append(
            .telemetry(
                site: site, .shop, assets.shop, ts: from, seq: number, period: period,
                [
                    ("load_kw", printed(metered(loadKW), decimals: 1)),
                    ("gas_kw", printed(metered(burnerKW), decimals: 1)),
                ]))
        if let message = intensity.step(from: from, number: number) { messages.append(message) }
        return Step(windAvailableKW: farmsKW.reduce(0, +), shopLoadKW: loadKW, messages: messages)
    }

    private func farmKW(_ farm: WindFarm.Parameters, mastMPerS: Double) -> Double {
        let hub = mastMPerS * truth.windShearFactor
        let free = farm.curve.powerKW(speedMPerS: hub)
        // Wakes cost most while the front row takes most of the wind's energy, below rated speed.
        let wake = truth.wakeFraction * (1 - free / farm.ratedKW)
        return Double(farm.turbines) * truth.windAvailability * free * (1 - wake)
    }

    private mutating func shopLoadKW(at time: PlantTime, _ minutes: Double) -> Double {
        let rate = calendar.vehiclesPerHour(at: time)
        let noise = 1 + truth.shopNoiseFraction * loadNoise.advance(step: minutes, timeConstant: 10)
        let dip = SimulatedLine.isBreak(at: time, calendar) ? 1 - truth.breakDipFraction : 1
        return max(0, truth.shopModel.electricityKW(vehiclesPerHour: rate) * dip * noise)
    }

    private mutating func shopGasKW(at time: PlantTime, _ temperature: Double, _ minutes: Double) -> Double {
        let wanted = truth.shopModel.gasKW(
            isProductionDay: calendar.isProductionDay(at: time), outdoorC: temperature,
            vehiclesPerHour: calendar.vehiclesPerHour(at: time))
        let previous = gasKW ?? wanted
        let now = previous + (wanted - previous) * minutes / (truth.gasLagMinutes + minutes)
        gasKW = now
        return max(0, now * (1 + truth.shopNoiseFraction * gasNoise.advance(step: minutes, timeConstant: 20)))
    }

    private mutating func metered(_ kw: Double) -> Double {
        max(0, kw * (1 + truth.meterNoiseFraction * meter.normal()))
    }
}
