public import TwinCore
import RealModule

/// What was heard of the weather, and what it lets expect: the air keeps its daily course, the wind dies down or freshens
/// to its mean while what it may be widens, and of a clear sky as much comes through as lately did, then as mostly does.
///
/// Persistence is hard to beat for hours and easy for days; a site that has a forecast should bring it (see
/// `Forecasts` in the documentation of `TwinRuntime`). Figures that are assumed stand beside their constants.
public struct WeatherOutlook: Sendable, Hashable {
    private let location: SolarSite
    private let zone: LocalZone
    private let dailySwingK: Double

    /// Each nil before it was heard.
    private var airC: Heard?
    private var windMPerS: Heard?
    /// When the sky was heard last by day.
    private var skyAt: PlantTime?
    /// Irradiance over that of a clear sky at the same times, lately and over weeks.
    private var sky = FadingMean(memoryHours: WeatherOutlook.cloudHours)
    private var skyClimate = FadingMean(
        memoryHours: WeatherOutlook.climateHours, prior: WeatherOutlook.priorClearness,
        priorHours: WeatherOutlook.priorSkyHours)
    private var windClimate: FadingMean

    /// ASM: clouds pass in hours, and gusts within minutes.
    private static let cloudHours = 2.0
    private static let gustHours = 0.5
    /// ASM: how far the present carries; weather systems pass in half a day.
    private static let windHours = 8.0
    private static let clearnessHours = 6.0
    /// ASM: what a site's weather is like, over so long.
    private static let climateHours = 720.0
    /// 900 to 950 kWh/m2 a year come down on a plant in the North East of England, and 1,518 would from a clear sky (Ineichen
    /// and Perez with a Linke turbidity of 3 at 54.9 degrees north): 0.61.
    private static let priorClearness = 0.61
    /// ASM: days differ three times as much as places and seasons do, so what is known beforehand counts as much as a week of
    /// wind and six days of daylight.
    private static let priorWindHours = 168.0
    private static let priorSkyHours = 72.0
    /// Below this the sun says nothing about the sky, W/m2.
    private static let clearSkyMin = 50.0

    /// - Parameter dailySwingK: half of what the air gains from the coldest to the warmest hour of a day.
    public init(location: SolarSite, zone: LocalZone, meanWindMPerS: Double, dailySwingK: Double) {
        (self.location, self.zone, self.dailySwingK) = (location, zone, dailySwingK)
        windClimate = FadingMean(
            memoryHours: WeatherOutlook.climateHours, prior: meanWindMPerS, priorHours: WeatherOutlook.priorWindHours)
    }

    /// Takes the weather of a step that ends at `time`; what nobody measured says nothing.
    public mutating func hear(airC: UsedValue, windMPerS: UsedValue, irradianceWPerM2: UsedValue, at time: PlantTime) {
        func isHeard(_ used: UsedValue) -> Bool { used.quality.isGood && used.value.isFinite }
        if isHeard(airC) { self.airC = Heard(value: airC.value, at: time) }
        if isHeard(windMPerS) {
            windClimate.hear(windMPerS.value, weight: 1, at: time)
            self.windMPerS =
                self.windMPerS?.smoothed(windMPerS.value, at: time, hours: WeatherOutlook.gustHours)
                ?? Heard(value: windMPerS.value, at: time)
        }
        let clear = clearSkyWPerM2(at: time)
        if isHeard(irradianceWPerM2), clear > WeatherOutlook.clearSkyMin {
            // A mirror of a cloud is no sky of its own. High sun tells more of it than low sun.
            let share = min(max(irradianceWPerM2.value / clear, 0), 1.1)
            sky.hear(share, weight: clear, at: time)
            skyClimate.hear(share, weight: clear, at: time)
            skyAt = time
        }
    }

    /// What is expected of a step, seen from when each part of it was last heard.
    /// - Parameters:
    ///   - meanAirC: where no air temperature was heard.
    ///   - forecast: what is told to the site; it counts as far as it goes.
    public func around(
        from: PlantTime, to: PlantTime, meanAirC: Double, told forecast: WeatherForecast? = nil
    ) -> Around {
        let middle = from + Span(ms: (to - from).ms / 2)
        let air =
            forecast?.temperatureC.value(at: middle)
            ?? airC.map { $0.value + dailySwingK * (course(middle) - course($0.at)) } ?? meanAirC
        let wind = forecast?.windMPerS.value(at: middle).map { ExpectedWind(toldMPerS: $0) } ?? wind(at: middle)
        let irradiance =
            forecast?.ghiWPerM2.value(at: middle).map { max(0, $0) } ?? clearness(at: middle)
            * clearSkyWPerM2(at: middle)
        var around = Around(
            from: from, to: to, airC: air, windMPerS: wind.meanMPerS, irradianceWPerM2: irradiance)
        around.windPointsMPerS = wind.pointsMPerS
        return around
    }

    /// Share of a clear sky's irradiance.
    private func clearness(at time: PlantTime) -> Double {
        let climate = skyClimate.mean ?? WeatherOutlook.priorClearness
        guard let skyAt, let lately = sky.mean else { return climate }
        let kept = Double.exp(-max(0, (time - skyAt).hours) / WeatherOutlook.clearnessHours)
        return climate + (lately - climate) * kept
    }

    /// The wind forgets itself with a time constant, and what it may be widens to what it is over a year.
    private func wind(at time: PlantTime) -> ExpectedWind {
        let climate = max(windClimate.mean ?? 0, 0)
        guard let windMPerS else {
            return ExpectedWind(meanMPerS: climate, deviationMPerS: ExpectedWind.rayleigh * climate)
        }
        let kept = Double.exp(-windMPerS.hours(until: time) / WeatherOutlook.windHours)
        return ExpectedWind(
            meanMPerS: climate + (windMPerS.value - climate) * kept,
            deviationMPerS: ExpectedWind.rayleigh * climate * max(0, 1 - kept * kept).squareRoot())
    }

    private func clearSkyWPerM2(at time: PlantTime) -> Double {
        ClearSky(site: location, sun: SunPosition(site: location, unixMilliseconds: time.ms)).globalHorizontalWPerM2
    }

    /// -1 at the coldest hour of a day, 1 at the warmest, 15:00 local.
    private func course(_ time: PlantTime) -> Double {
        Wave.sine(phase: Double(zone.local(time).msOfDay) / 86_400_000 - 9.0 / 24)
    }
}

/// What was heard, and when last.
private struct Heard: Sendable, Hashable {
    var value: Double
    var at: PlantTime

    func hours(until time: PlantTime) -> Double { max(0, (time - at).hours) }

    /// The new value, with what is left of the old one.
    func smoothed(_ new: Double, at time: PlantTime, hours constant: Double) -> Heard {
        let kept = Double.exp(-hours(until: time) / constant)
        return Heard(value: new + (value - new) * kept, at: time)
    }
}

/// Mean of what was heard, weighted, that forgets with a time constant.
private struct FadingMean: Sendable, Hashable {
    let memoryHours: Double
    /// What is known before anything is heard, and how many hours of hearing it counts as.
    var prior = 0.0
    var priorHours = 0.0
    private var sum = 0.0
    private var weight = 0.0
    private var hours = 0.0
    private var at: PlantTime?

    /// The longest time for which one value stands: what was heard after a silence says nothing of it.
    private static let stretchMaxHours = 0.5

    init(memoryHours: Double, prior: Double = 0, priorHours: Double = 0) {
        (self.memoryHours, self.prior, self.priorHours) = (memoryHours, prior, priorHours)
    }

    /// Takes a value that holds since the one before it.
    mutating func hear(_ value: Double, weight: Double, at time: PlantTime) {
        let passed = max(0, (time - (at ?? time)).hours)
        let kept = Double.exp(-passed / memoryHours)
        // The first one counts for a minute.
        let stretch = at == nil ? 1.0 / 60 : min(passed, FadingMean.stretchMaxHours)
        sum = sum * kept + value * weight * stretch
        self.weight = self.weight * kept + weight * stretch
        hours = hours * kept + stretch
        at = time
    }

    /// Nil where nothing was heard and nothing is known.
    var mean: Double? {
        let all = hours + priorHours
        guard all > 0 else { return nil }
        let heard = weight > 0 ? sum / weight : prior
        return heard.isFinite ? (heard * hours + prior * priorHours) / all : prior
    }
}
