public import TwinCore
import RealModule

/// What was heard of the weather, and what it lets expect: the air keeps its daily course, the wind dies down or freshens
/// to its mean, and of a clear sky as much comes through as lately did.
///
/// Persistence is hard to beat for hours and easy for days; a site that has a forecast should bring it (see
/// ``Rehearsal``). Figures that are assumed stand beside their constants.
public struct WeatherOutlook: Sendable, Hashable {
    private let location: SolarSite
    private let zone: LocalZone
    private let meanWindMPerS: Double
    private let dailySwingK: Double
    /// What was heard, smoothed, and when last.
    private struct Heard: Sendable, Hashable {
        var value: Double
        var at: PlantTime

        func hours(until time: PlantTime) -> Double { max(0, (time - at).hours) }
    }

    /// Each nil before it was heard.
    private var airC: Heard?
    private var windMPerS: Heard?
    private var clearness: Heard?

    /// ASM: clouds pass in hours, and gusts within minutes.
    private static let cloudHours = 2.0
    private static let gustHours = 0.5
    /// ASM: how far the present carries; weather systems pass in half a day.
    private static let windHours = 8.0
    private static let clearnessHours = 10.0
    /// General knowledge: mean share of clear-sky irradiance at 55 degrees north.
    private static let meanClearness = 0.5
    /// Below this the sun says nothing about the sky, W/m2.
    private static let clearSkyMin = 50.0

    /// - Parameter dailySwingK: half of what the air gains from the coldest to the warmest hour of a day.
    public init(location: SolarSite, zone: LocalZone, meanWindMPerS: Double, dailySwingK: Double) {
        (self.location, self.zone) = (location, zone)
        (self.meanWindMPerS, self.dailySwingK) = (meanWindMPerS, dailySwingK)
    }

    /// Takes the weather of a step that ends at `time`; what nobody measured says nothing.
    public mutating func hear(airC: UsedValue, windMPerS: UsedValue, irradianceWPerM2: UsedValue, at time: PlantTime) {
        func smoothed(_ old: Heard?, _ new: Double, _ constant: Double) -> Heard {
            guard let old else { return Heard(value: new, at: time) }
            let kept = Double.exp(-old.hours(until: time) / constant)
            return Heard(value: new + (old.value - new) * kept, at: time)
        }
        func isHeard(_ used: UsedValue) -> Bool { used.quality.isGood && used.value.isFinite }
        if isHeard(airC) { self.airC = Heard(value: airC.value, at: time) }
        if isHeard(windMPerS) {
            self.windMPerS = smoothed(self.windMPerS, windMPerS.value, WeatherOutlook.gustHours)
        }
        let clear = clearSkyWPerM2(at: time)
        if isHeard(irradianceWPerM2), clear > WeatherOutlook.clearSkyMin {
            let share = min(max(irradianceWPerM2.value / clear, 0), 1.1)
            clearness = smoothed(clearness, share, WeatherOutlook.cloudHours)
        }
    }

    /// What is expected of a step, seen from when each part of it was last heard.
    /// - Parameter meanAirC: where no air temperature was heard.
    public func around(from: PlantTime, to: PlantTime, meanAirC: Double) -> Around {
        let middle = from + Span(ms: (to - from).ms / 2)
        func relaxed(_ heard: Heard?, _ mean: Double, _ constant: Double) -> Double {
            guard let heard else { return mean }
            return mean + (heard.value - mean) * Double.exp(-heard.hours(until: middle) / constant)
        }
        let air = airC.map { $0.value + dailySwingK * (course(middle) - course($0.at)) } ?? meanAirC
        let share = relaxed(clearness, WeatherOutlook.meanClearness, WeatherOutlook.clearnessHours)
        return Around(
            from: from, to: to, airC: air, windMPerS: relaxed(windMPerS, meanWindMPerS, WeatherOutlook.windHours),
            irradianceWPerM2: share * clearSkyWPerM2(at: middle))
    }

    private func clearSkyWPerM2(at time: PlantTime) -> Double {
        ClearSky(site: location, sun: SunPosition(site: location, unixMilliseconds: time.ms)).globalHorizontalWPerM2
    }

    /// -1 at the coldest hour of a day, 1 at the warmest, 15:00 local.
    private func course(_ time: PlantTime) -> Double {
        Wave.sine(phase: Double(zone.local(time).msOfDay) / 86_400_000 - 9.0 / 24)
    }
}
