public import TwinCore
import TwinUnits

/// What the plant does not control: weather, wind and sun before curtailment, the shops, the line and the grid's
/// intensity.
public struct SimulatedSurroundings: Sendable {
    /// What one step brought.
    public struct Step: Sendable {
        public var temperatureC: Double
        public var windKW: Double
        /// By park, before curtailment.
        public var solarKW: [Double]
        public var shopLoadKW: Double
        /// Models of the vehicles that were lined off, in order.
        public var lineOffs: [ModelMix.Model]
        /// Weather, wind, sun, shops in the written order.
        public var readings: [Reading]
        /// At the start of a half hour.
        public var intensity: SimulatedIntensity.Feed?

        /// Puts the output that inverters let through in place of what the sun offered.
        public mutating func curtail(_ parks: [SolarParks.Parameters], to outputKW: [Double]) {
            for (index, park) in parks.enumerated() where outputKW[index] < solarKW[index] {
                let path = AssetPath(.solar, park.asset)
                guard let place = readings.firstIndex(where: { $0.path == path }) else { continue }
                readings[place].value = min(readings[place].value, rounded(outputKW[index], decimals: 1))
            }
        }
    }

    /// What stands on the site, as the twin believes it to be.
    public struct Assets: Sendable {
        public var mast: String
        public var wind: [WindFarm.Parameters]
        public var solar: [SolarParks.Parameters]
        public var shops: [Shops.Parameters]
        public var intensity: String
        public var line: String

        public init(
            mast: String, wind: [WindFarm.Parameters], solar: [SolarParks.Parameters], shops: [Shops.Parameters],
            intensity: String, line: String
        ) {
            self.mast = mast
            self.wind = wind
            self.solar = solar
            self.shops = shops
            self.intensity = intensity
            self.line = line
        }
    }

    private struct ShopTruth: Sendable {
        var electricityScale: Double
        var gasScale: Double
        var loadNoise: SlowNoise
        var gasNoise: SlowNoise
        var gasKW: Double?
    }

    private let site: String
    private let location: SolarSite
    private let assets: Assets
    private let calendar: ProductionCalendar
    private let truth: PlantTruth
    private var temperatureNoise: SlowNoise
    private var windNoise: SlowNoise
    private var gust: SlowNoise
    private var cloud: SlowNoise
    private var cloudEdge: SlowNoise
    private var turbineNoise: [SlowNoise]
    private var parkNoise: [SlowNoise]
    private var shops: [ShopTruth]
    private var meter: SeedStream
    private var line: SimulatedLine
    private var intensity: SimulatedIntensity

    public init(
        site: String, location: SolarSite, assets: Assets, calendar: ProductionCalendar, truth: PlantTruth,
        seed: UInt64
    ) {
        self.site = site
        self.location = location
        self.assets = assets
        self.calendar = calendar
        self.truth = truth
        temperatureNoise = SlowNoise(seed: seed, name: "weather.temperature")
        windNoise = SlowNoise(seed: seed, name: "weather.wind")
        gust = SlowNoise(seed: seed, name: "weather.gust")
        cloud = SlowNoise(seed: seed, name: "weather.cloud")
        cloudEdge = SlowNoise(seed: seed, name: "weather.cloud-edge")
        turbineNoise = assets.wind.map { SlowNoise(seed: seed, name: "wind.\($0.asset)") }
        parkNoise = assets.solar.map { SlowNoise(seed: seed, name: "solar.\($0.asset)") }
        shops = assets.shops.map { shop in
            ShopTruth(
                electricityScale: truth.shops.electricityScale[shop.path] ?? 1,
                gasScale: truth.shops.gasScale[shop.path] ?? 1,
                loadNoise: SlowNoise(seed: seed, name: "\(shop.path.text).load"),
                gasNoise: SlowNoise(seed: seed, name: "\(shop.path.text).gas"))
        }
        meter = SeedStream(seed: seed, name: "meter")
        line = SimulatedLine(site: site, asset: assets.line, calendar: calendar, seed: seed)
        intensity = SimulatedIntensity(site: site, asset: assets.intensity, truth: truth.intensity, seed: seed)
    }

    /// Steps `from..<to`; `number` counts steps from 1.
    public mutating func step(from: PlantTime, to: PlantTime, number: Int) -> Step {
        let minutes = (to - from).seconds / 60
        let weather = weather(from: from, to: to, minutes)
        var readings: [Reading] = []
        readings.reserveCapacity(8 + assets.wind.count + assets.solar.count + 2 * assets.shops.count)
        let mast = AssetPath(.weather, assets.mast)
        readings.append(Reading(mast, "temperature_c", weather.temperatureC, decimals: 2))
        readings.append(Reading(mast, "wind_speed_m_per_s", weather.windMPerS, decimals: 2))
        readings.append(Reading(mast, "ghi_w_per_m2", weather.ghiWPerM2, decimals: 1))
        var windKW = 0.0
        for index in assets.wind.indices {
            let kw = turbineKW(index, weather.windMPerS, minutes)
            windKW += kw
            readings.append(Reading(AssetPath(.wind, assets.wind[index].asset), "power_kw", metered(kw)))
        }
        var solarKW: [Double] = []
        for index in assets.solar.indices {
            let kw = parkKW(index, weather, minutes)
            solarKW.append(kw)
            readings.append(Reading(AssetPath(.solar, assets.solar[index].asset), "power_kw", metered(kw)))
        }
        let loadKW = stepShops(from, weather.temperatureC, minutes, &readings)
        return Step(
            temperatureC: weather.temperatureC, windKW: windKW, solarKW: solarKW, shopLoadKW: loadKW,
            lineOffs: line.lineOffs(from: from, to: to), readings: readings,
            intensity: intensity.step(from: from, number: number))
    }

    /// The messages of a step: the line's events when they happen, telemetry at the end of the step.
    public mutating func messages(_ step: Step, from: PlantTime, to: PlantTime, number: Int) -> [PlantMessage] {
        var messages = line.events(step.lineOffs, from: from, to: to)
        messages += step.readings.messages(site: site, ts: from, seq: number, period: to - from)
        if let feed = step.intensity { messages.append(intensity.message(feed)) }
        return messages
    }

    // MARK: - Weather

    private struct Weather {
        var temperatureC: Double
        var windMPerS: Double
        var ghiWPerM2: Double
        var sun: SunPosition
    }

    private mutating func weather(from: PlantTime, to: PlantTime, _ minutes: Double) -> Weather {
        let (date, msOfDay) = calendar.zone.local(from)
        let dayPhase = Double(msOfDay) / 86_400_000
        let month = min(max(date.month - 1, 0), 11)
        // Warmest at 15:00 local: the sine passes zero six hours before.
        let afternoon = Wave.sine(phase: dayPhase - 9.0 / 24)
        let temperature =
            truth.weather.monthlyTemperatureC[month] + truth.weather.dailySwingK * afternoon
            + 1.5 * temperatureNoise.advance(step: minutes, timeConstant: 24 * 60)
        // A synoptic swing over hours and a sea breeze in the afternoon, with gusts on top.
        let slow = windNoise.advance(step: minutes, timeConstant: 6 * 60)
        let meanWind = max(0.3, truth.weather.monthlyWindMPerS[month] * (1 + 0.15 * afternoon) * (1 + 0.45 * slow))
        let gusts = gust.advance(step: minutes, timeConstant: 3)
        let mast = max(0, meanWind * (1 + truth.weather.turbulenceIntensity * gusts))
        let middle = from + Span(ms: (to - from).ms / 2)
        let sun = SunPosition(site: location, unixMilliseconds: middle.ms)
        let clear = ClearSky(site: location, sun: sun).globalHorizontalWPerM2
        // Cloud fields pass in hours, their edges in minutes.
        let cover =
            truth.weather.monthlyClearness[month] + 0.25 * cloud.advance(step: minutes, timeConstant: 4 * 60)
            + 0.08 * cloudEdge.advance(step: minutes, timeConstant: 4)
        return Weather(
            temperatureC: temperature, windMPerS: mast, ghiWPerM2: max(0, clear * min(max(cover, 0.08), 1.02)),
            sun: sun)
    }

    // MARK: - Generation

    private mutating func turbineKW(_ index: Int, _ mastMPerS: Double, _ minutes: Double) -> Double {
        let turbine = assets.wind[index]
        let own = 1 + truth.wind.spread * turbineNoise[index].advance(step: minutes, timeConstant: 30)
        let free = turbine.curve.powerKW(speedMPerS: max(0, mastMPerS * truth.wind.shearFactor * own))
        // Wakes cost most while the front row takes most of the wind's energy, below rated speed.
        let wake = truth.wind.wakeFraction * (1 - free / turbine.ratedKW)
        return Double(turbine.turbines) * truth.wind.availability * free * (1 - wake)
    }

    private mutating func parkKW(_ index: Int, _ weather: Weather, _ minutes: Double) -> Double {
        let passing = 1 + truth.solar.spread * parkNoise[index].advance(step: minutes, timeConstant: 10)
        return truth.solar.scale
            * assets.solar[index].array.acPowerKW(
                globalHorizontalWPerM2: weather.ghiWPerM2 * max(0, passing), airTemperatureC: weather.temperatureC,
                windSpeedMPerS: weather.windMPerS, sun: weather.sun)
    }

    // MARK: - Shops

    private mutating func stepShops(
        _ time: PlantTime, _ temperatureC: Double, _ minutes: Double, _ readings: inout [Reading]
    ) -> Double {
        let isProductionDay = calendar.isProductionDay(at: time)
        let rate = calendar.vehiclesPerHour(at: time)
        let dip = minutes < 30 && SimulatedLine.isBreak(at: time, calendar) ? 1 - truth.shops.breakDipFraction : 1
        var total = 0.0
        for index in assets.shops.indices {
            let shop = assets.shops[index]
            let noise = 1 + truth.shops.noiseFraction * shops[index].loadNoise.advance(step: minutes, timeConstant: 10)
            let load = max(
                0, shops[index].electricityScale * shop.model.electricityKW(vehiclesPerHour: rate) * dip * noise)
            total += load
            readings.append(Reading(shop.path, "load_kw", metered(load)))
            guard shop.gasMaxKW > 0 else { continue }
            let wanted =
                shops[index].gasScale
                * shop.model.gasKW(isProductionDay: isProductionDay, outdoorC: temperatureC, vehiclesPerHour: rate)
            let previous = shops[index].gasKW ?? wanted
            let now = previous + (wanted - previous) * minutes / (truth.shops.gasLagMinutes + minutes)
            shops[index].gasKW = now
            let flicker =
                1 + truth.shops.noiseFraction * shops[index].gasNoise.advance(step: minutes, timeConstant: 20)
            readings.append(Reading(shop.path, "gas_kw", metered(max(0, now * flicker))))
        }
        return total
    }

    private mutating func metered(_ kw: Double) -> Double {
        max(0, kw * (1 + truth.distribution.meterNoiseFraction * meter.normal()))
    }
}
