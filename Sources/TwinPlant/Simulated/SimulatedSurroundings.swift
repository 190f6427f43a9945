public import TwinCore
import TwinUnits

/// What the plant does not control: weather, wind and sun before curtailment, the shops, the line and the grid's
/// intensity.
public struct SimulatedSurroundings: Sendable {
    /// What one step brought.
    public struct Step: Sendable {
        public var temperatureC: Double
        public var windMPerS: Double
        public var irradianceWPerM2: Double
        /// From what no command limits, kW.
        public var freeKW: Double
        /// By asset that obeys a limit, before it.
        public var offeredKW: [Double]
        public var loadKW: Double
        /// The part of it behind each circuit that can be switched.
        public var circuitKW: [Double]
        /// Gas that the shops burnt, kW gross.
        public var gasKW: Double
        /// Models of the vehicles that were lined off, in order.
        public var lineOffs: [ModelMix.Model]
        /// At the start of a half hour.
        public var intensity: SimulatedIntensity.Feed?
    }

    private let location: SolarSite
    private let calendar: ProductionCalendar
    private let truth: PlantTruth.Weather
    private let mast: AssetPath
    private let mastTopic: String
    private static let mastTexts = ["temperature_c", "wind_speed_m_per_s", "ghi_w_per_m2"].map(JSONText.Key.init)
    private var assets: SimulatedAssets
    /// Places of the assets that obey a limit.
    private let limited: [Int]
    /// Places of the loads that can be switched, and of the others.
    private let circuits: [Int]
    private let unswitched: [Int]
    /// Of the last step.
    private var weather = Weather(temperatureC: 0, windMPerS: 0, ghiWPerM2: 0)
    private var temperatureNoise: SlowNoise
    private var windNoise: SlowNoise
    private var gust: SlowNoise
    private var cloud: SlowNoise
    private var cloudEdge: SlowNoise
    private var line: SimulatedLine
    private var intensity: SimulatedIntensity

    /// - Parameters:
    ///   - mast: asset id of the weather mast; `intensity` and `line` alike.
    ///   - assets: those of the site that are of the surroundings.
    public init(
        site: String, location: SolarSite, mast: String, intensity feed: String, line name: String,
        assets: [PlantAsset], calendar: ProductionCalendar, truth: PlantTruth, seed: UInt64
    ) {
        self.location = location
        self.calendar = calendar
        self.truth = truth.weather
        self.mast = AssetPath(.weather, mast)
        mastTopic = Topic.text(site: site, .weather, mast, .tele)
        temperatureNoise = SlowNoise(seed: seed, name: "weather.temperature")
        windNoise = SlowNoise(seed: seed, name: "weather.wind")
        gust = SlowNoise(seed: seed, name: "weather.gust")
        cloud = SlowNoise(seed: seed, name: "weather.cloud")
        cloudEdge = SlowNoise(seed: seed, name: "weather.cloud-edge")
        let own = assets.filter { type(of: $0.kind).isSurroundings }
        limited = own.indices.filter { own[$0].kind.obeysLimit }
        circuits = own.indices.filter { own[$0].kind.isCircuit }
        unswitched = own.indices.filter { own[$0].kind.control == nil && own[$0].kind is Shop }
        self.assets = SimulatedAssets(
            site: site, own, calendar: calendar, location: location, orders: Orders(site: site, rules: [:]),
            truth: truth,
            isMetered: true, seed: seed)
        line = SimulatedLine(site: site, asset: name, calendar: calendar, seed: seed)
        intensity = SimulatedIntensity(site: site, asset: feed, truth: truth.intensity, seed: seed)
    }

    /// Steps `from..<to`; `number` counts steps from 1.
    public mutating func step(from: PlantTime, to: PlantTime, number: Int) -> Step {
        let minutes = (to - from).seconds / 60
        weather = weather(from: from, to: to, minutes)
        assets.step(
            Around(
                from: from, to: to, airC: weather.temperatureC, windMPerS: weather.windMPerS,
                irradianceWPerM2: weather.ghiWPerM2))
        let offered = limited.map { assets.port.exact($0, 0) }
        return Step(
            temperatureC: weather.temperatureC, windMPerS: weather.windMPerS, irradianceWPerM2: weather.ghiWPerM2,
            freeKW: assets.port.givenKW - offered.reduce(0, +), offeredKW: offered,
            loadKW: assets.port.drawnKW, circuitKW: circuits.map { assets.port.exact($0, 0) }, gasKW: assets.port.gasKW,
            lineOffs: line.lineOffs(from: from, to: to),
            intensity: intensity.step(from: from, number: number))
    }

    /// Puts the output that inverters let through in place of what the sun offered.
    public mutating func curtail(to outputKW: [Double]) {
        for (place, asset) in limited.enumerated() { assets.curtail(asset, to: outputKW[place]) }
    }

    /// The same of what the plant drew where loads can be switched, and what inverters let through.
    public mutating func take(_ step: ResponsivePlant.Step) {
        curtail(to: step.limitedKW)
        for (place, asset) in circuits.enumerated() { assets.curtail(asset, to: step.circuitKW[place]) }
        guard !circuits.isEmpty, step.servedShare < 1 else { return }
        for asset in unswitched { assets.curtail(asset, to: step.servedShare * assets.port.exact(asset, 0)) }
    }

    /// Weather, then the assets in configuration order.
    public var readings: [Reading] {
        [
            Reading(mast, "temperature_c", weather.temperatureC, decimals: 2),
            Reading(mast, "wind_speed_m_per_s", weather.windMPerS, decimals: 2),
            Reading(mast, "ghi_w_per_m2", weather.ghiWPerM2, decimals: 1),
        ] + assets.readings
    }

    /// The messages of a step: the line's events when they happen, telemetry at the end of the step.
    public mutating func messages(_ step: Step, from: PlantTime, to: PlantTime, number: Int) -> [PlantMessage] {
        var messages = line.events(step.lineOffs, from: from, to: to)
        var writer = TelemetryWriter(ts: from, seq: number, period: to - from)
        let weather = toldWeather
        let told = [weather.temperatureC, weather.windMPerS, weather.ghiWPerM2]
        for (key, value) in zip(SimulatedSurroundings.mastTexts, told) { writer.add(key, value) }
        messages.append(PlantMessage(topic: mastTopic, payload: writer.take()))
        assets.write(&writer, into: &messages)
        if let feed = step.intensity { messages.append(intensity.message(feed)) }
        return messages
    }

    /// What the mast told last.
    public var toldWeather: Weather {
        Weather(
            temperatureC: rounded(weather.temperatureC, decimals: 2),
            windMPerS: rounded(weather.windMPerS, decimals: 2), ghiWPerM2: rounded(weather.ghiWPerM2, decimals: 1))
    }

    /// What was told last, and what it is called.
    public var told: SimulatedAssets { assets }

    // MARK: - Weather

    public struct Weather: Sendable {
        public var temperatureC: Double
        public var windMPerS: Double
        public var ghiWPerM2: Double
    }

    private mutating func weather(from: PlantTime, to: PlantTime, _ minutes: Double) -> Weather {
        let (date, msOfDay) = calendar.zone.local(from)
        let dayPhase = Double(msOfDay) / 86_400_000
        let month = min(max(date.month - 1, 0), 11)
        // Warmest at 15:00 local: the sine passes zero six hours before.
        let afternoon = Wave.sine(phase: dayPhase - 9.0 / 24)
        let temperature =
            truth.monthlyTemperatureC[month] + truth.dailySwingK * afternoon
            + 1.5 * temperatureNoise.advance(step: minutes, timeConstant: 24 * 60)
        // A synoptic swing over hours and a sea breeze in the afternoon, with gusts on top.
        let slow = windNoise.advance(step: minutes, timeConstant: 6 * 60)
        let meanWind = max(0.3, truth.monthlyWindMPerS[month] * (1 + 0.15 * afternoon) * (1 + 0.45 * slow))
        let gusts = gust.advance(step: minutes, timeConstant: 3)
        let mast = max(0, meanWind * (1 + truth.turbulenceIntensity * gusts))
        let middle = from + Span(ms: (to - from).ms / 2)
        let sun = SunPosition(site: location, unixMilliseconds: middle.ms)
        let clear = ClearSky(site: location, sun: sun).globalHorizontalWPerM2
        // Cloud fields pass in hours, their edges in minutes.
        let cover =
            truth.monthlyClearness[month] + 0.25 * cloud.advance(step: minutes, timeConstant: 4 * 60)
            + 0.08 * cloudEdge.advance(step: minutes, timeConstant: 4)
        return Weather(
            temperatureC: temperature, windMPerS: mast, ghiWPerM2: max(0, clear * min(max(cover, 0.08), 1.02)))
    }
}
