import RealModule
import Testing
import TwinCore
import TwinPlant

@Suite("What is expected of the weather")
struct WeatherOutlookTests {
    /// - Parameter change: when the clock goes an hour forward.
    private static func outlook(change: String? = nil) throws -> WeatherOutlook {
        let changes =
            [LocalZone.Change(from: time("1970-01-01T00:00"), offset: .hours(0))]
            + (change.map { [LocalZone.Change(from: time($0), offset: .hours(1))] } ?? [])
        return WeatherOutlook(
            location: Bench.location, zone: LocalZone(name: "z", changes: changes), meanWindMPerS: 6, dailySwingK: 3)
    }

    private static func time(_ text: String) -> PlantTime { PlantTime(rfc3339: "\(text):00.000Z") ?? PlantTime(ms: 0) }
    private static let never = UsedValue(99, .stale)

    /// As it is expected in the minute about a time.
    private func around(_ outlook: WeatherOutlook, _ text: String) -> Around {
        let middle = Self.time(text)
        return outlook.around(from: middle - .seconds(30), to: middle + .seconds(30), meanAirC: 9)
    }

    @Test("before anything was heard it is as it is in the mean, with 0.61 of a clear sky")
    func nothing() throws {
        let outlook = try Self.outlook()
        let noon = around(outlook, "2025-06-18T12:00")
        #expect(noon.airC == 9 && noon.windMPerS == 6 && noon.irradianceWPerM2 > 300)
        #expect(around(outlook, "2025-06-18T00:00").irradianceWPerM2 == 0)
    }

    /// 3 K about the mean, warmest at 15:00 and coldest at 03:00: from 09:00, in the middle of both, 3 up to 15:00, 6 down
    /// from there to 03:00. The wave is told to 0.002.
    @Test("the air keeps its daily course from what was heard last")
    func air() throws {
        var outlook = try Self.outlook()
        outlook.hear(
            airC: UsedValue(12, .good), windMPerS: Self.never, irradianceWPerM2: Self.never,
            at: Self.time("2025-06-18T09:00"))
        for (text, expected) in [
            ("2025-06-18T09:00", 12.0), ("2025-06-18T15:00", 15), ("2025-06-18T21:00", 12), ("2025-06-19T03:00", 9),
            ("2025-06-20T15:00", 15),
        ] { #expect(abs(around(outlook, text).airC - expected) < 0.02, "\(text)") }
        // Silent until 15:00, it is no warmer for that.
        outlook.hear(
            airC: Self.never, windMPerS: Self.never, irradianceWPerM2: Self.never, at: Self.time("2025-06-18T15:00"))
        #expect(abs(around(outlook, "2025-06-18T15:00").airC - 15) < 0.02)
        // A value that is none says nothing.
        outlook.hear(
            airC: UsedValue(.nan, .good), windMPerS: UsedValue(.infinity, .good),
            irradianceWPerM2: UsedValue(.nan, .good),
            at: Self.time("2025-06-18T16:00"))
        #expect(around(outlook, "2025-06-18T16:00").airC.isFinite && around(outlook, "2025-06-18T16:00").windMPerS == 6)
    }

    @Test("the course is that of local time, on both sides of a change of the clock")
    func clockChange() throws {
        var outlook = try Self.outlook(change: "2025-03-30T01:00")
        // 15:00 of the next day comes an hour early.
        outlook.hear(
            airC: UsedValue(12, .good), windMPerS: Self.never, irradianceWPerM2: Self.never,
            at: Self.time("2025-03-29T15:00"))
        #expect(abs(around(outlook, "2025-03-30T14:00").airC - 12) < 0.02)
    }

    /// 14 m/s, 8 above the mean; after 8 hours 8 / e = 2.943 of it are left. The mean itself has a week of 6 m/s behind it and
    /// hardly moves.
    @Test("the wind dies down to its mean")
    func wind() throws {
        var outlook = try Self.outlook()
        let start = Self.time("2025-06-18T00:00")
        outlook.hear(airC: Self.never, windMPerS: UsedValue(14, .good), irradianceWPerM2: Self.never, at: start)
        #expect(abs(around(outlook, "2025-06-18T00:00").windMPerS - 14) < 1e-9)
        #expect(abs(around(outlook, "2025-06-18T08:00").windMPerS - (6 + 8 / Double.exp(1))) < 0.01)
        #expect(abs(around(outlook, "2025-06-20T08:00").windMPerS - 6) < 0.03)
        // Half an hour later 8 m/s are heard: gusts within minutes count for little, 14 + (8 - 14)(1 - 1/e) = 10.207.
        outlook.hear(
            airC: Self.never, windMPerS: UsedValue(8, .good), irradianceWPerM2: Self.never, at: start + .minutes(30))
        #expect(abs(around(outlook, "2025-06-18T00:30").windMPerS - (8 + 6 / Double.exp(1))) < 1e-9)
    }

    /// A week of 9 m/s counts as much as the week of 6 that is known beforehand: (9 + 6) / 2, less what is forgotten of it.
    @Test("a site that is windier than it was said to be is known after some weeks")
    func windier() throws {
        var outlook = try Self.outlook()
        for minute in 1...(7 * 24 * 12) {
            outlook.hear(
                airC: Self.never, windMPerS: UsedValue(9, .good), irradianceWPerM2: Self.never,
                at: Self.time("2025-06-11T00:00") + .minutes(5 * Int64(minute)))
        }
        let mean = around(outlook, "2025-06-25T00:00").windMPerS
        #expect((7.3...7.5).contains(mean), "\(mean)")
    }

    /// A wind that is not known is a distribution: its points have its mean, they spread from one to those of a Rayleigh
    /// distribution, and the mean power over them is that of a fine sum.
    @Test("what the wind may be widens, and its mean power is that of its distribution", arguments: [3.5, 5, 6, 8])
    func distribution(mean: Double) throws {
        var outlook = WeatherOutlook(
            location: Bench.location, zone: try Self.zone(), meanWindMPerS: mean, dailySwingK: 3)
        let start = Self.time("2025-06-18T00:00")
        outlook.hear(airC: Self.never, windMPerS: UsedValue(mean, .good), irradianceWPerM2: Self.never, at: start)
        let now = outlook.around(from: start, to: start, meanAirC: 9)
        #expect(now.windPointsMPerS == [mean])
        var before = 0.0
        for hours in [1, 3, 6, 12, 24, 48] as [Int64] {
            let later = outlook.around(from: start + .hours(hours), to: start + .hours(hours), meanAirC: 9)
            let points = later.windPointsMPerS
            #expect(points.count == 16 && points == points.sorted() && points.allSatisfy { $0 >= 0 })
            #expect(abs(points.reduce(0, +) / 16 - later.windMPerS) < 1e-9)
            let spread = (points.last ?? 0) - (points.first ?? 0)
            #expect(spread > before)
            before = spread
        }
        // After two days: a Weibull distribution with shape 0.5227^-1.086 = 2.0226 and the mean, summed at 200,000 points.
        let shape = Double.pow(0.5227232, -1.086)
        let scale = mean / Double.gamma(1 + 1 / shape)
        let count = 200_000
        let fine =
            (0..<count).reduce(0.0) { sum, place in
                let speed = scale * Double.pow(-Double.log(1 - (Double(place) + 0.5) / Double(count)), 1 / shape)
                return sum + Bench.farm.modelKW(mastMPerS: speed)
            } / Double(count)
        let points = outlook.around(from: start + .hours(48), to: start + .hours(48), meanAirC: 9).windPointsMPerS
        let power = points.reduce(0) { $0 + Bench.farm.modelKW(mastMPerS: $1) } / Double(points.count)
        #expect(abs(power / fine - 1) < 0.04, "\(power) \(fine)")
        if mean < 6 { #expect(power > 1.15 * Bench.farm.modelKW(mastMPerS: mean)) }
    }

    private static func zone() throws -> LocalZone { .utc }

    @Test("of a clear sky as much comes through as lately did; at night nothing is learnt")
    func sun() throws {
        var outlook = try Self.outlook()
        // 0.61 of a clear sky is what is expected unheard.
        let clear = around(outlook, "2025-06-18T12:00").irradianceWPerM2 / 0.61
        outlook.hear(
            airC: Self.never, windMPerS: Self.never, irradianceWPerM2: UsedValue(0.8 * clear, .good),
            at: Self.time("2025-06-18T12:00"))
        #expect(abs(around(outlook, "2025-06-18T12:00").irradianceWPerM2 - 0.8 * clear) < 0.01 * clear)
        // 0.19 above the mean; 24 hours are 4 times 6.
        let next = around(outlook, "2025-06-19T12:00").irradianceWPerM2 / clear
        #expect(abs(next - (0.61 + 0.19 * Double.exp(-4))) < 0.01)
        // A dark night changes nothing, and makes what was heard no younger.
        var dark = outlook
        for hour in 22..<28 {
            dark.hear(
                airC: Self.never, windMPerS: Self.never, irradianceWPerM2: UsedValue(0, .good),
                at: Self.time("2025-06-18T00:00") + .hours(Int64(hour)))
        }
        #expect(
            around(dark, "2025-06-19T12:00").irradianceWPerM2 == around(outlook, "2025-06-19T12:00").irradianceWPerM2)
        // A mirror of a cloud is no sky of its own.
        outlook.hear(
            airC: Self.never, windMPerS: Self.never, irradianceWPerM2: UsedValue(1e6, .good),
            at: Self.time("2025-06-19T12:00"))
        #expect(around(outlook, "2025-06-19T12:00").irradianceWPerM2 <= 1.1 * clear * 1.01)
    }

    /// Two hours of memory: of a clear morning e^-1 is left after two hours of cover, a tenth and a bit after four and a half.
    @Test("a step change of clouds is followed within hours, and does not carry to the day after next")
    func clouds() throws {
        var outlook = try Self.outlook()
        func clear(_ time: PlantTime) -> Double {
            let sun = SunPosition(site: Bench.location, unixMilliseconds: time.ms)
            return ClearSky(site: Bench.location, sun: sun).globalHorizontalWPerM2
        }
        func hear(_ share: Double, from: String, minutes: Int64) {
            for minute in 1...minutes {
                let time = Self.time(from) + .minutes(minute)
                outlook.hear(
                    airC: Self.never, windMPerS: Self.never, irradianceWPerM2: UsedValue(share * clear(time), .good),
                    at: time)
            }
        }
        func share(_ text: String) -> Double { around(outlook, text).irradianceWPerM2 / clear(Self.time(text)) }
        hear(1, from: "2025-06-18T06:00", minutes: 360)
        #expect(abs(share("2025-06-18T12:00") - 1) < 0.01)
        hear(0.2, from: "2025-06-18T12:00", minutes: 120)
        let soon = share("2025-06-18T14:00")
        #expect((0.4...0.55).contains(soon), "\(soon)")
        hear(0.2, from: "2025-06-18T14:00", minutes: 150)
        #expect(share("2025-06-18T16:30") < 0.33)
        let later = share("2025-06-20T12:00")
        #expect((0.55...0.68).contains(later), "\(later)")
    }

    // MARK: - Told forecasts

    @Test("what is told to the site counts as far as it goes, and what it does not tell is by persistence")
    func told() throws {
        var outlook = try Self.outlook()
        let start = Self.time("2025-06-18T12:00")
        outlook.hear(
            airC: UsedValue(12, .good), windMPerS: UsedValue(6, .good), irradianceWPerM2: Self.never, at: start)
        func series(_ values: [Double?]) -> ForecastSeries {
            ForecastSeries(from: start, period: .minutes(30), values: values)
        }
        let forecast = WeatherForecast(
            issued: start, temperatureC: series([20, nil, 22]), windMPerS: series([8, 9, .nan]),
            ghiWPerM2: series([100, -5, 300]))
        func at(_ halfHours: Int64) -> (told: Around, own: Around) {
            let from = start + halfHours * .minutes(30)
            return (
                outlook.around(from: from, to: from + .minutes(30), meanAirC: 9, told: forecast),
                outlook.around(from: from, to: from + .minutes(30), meanAirC: 9)
            )
        }
        #expect(at(0).told.airC == 20 && at(0).told.windMPerS == 8 && at(0).told.irradianceWPerM2 == 100)
        #expect(at(1).told.airC == at(1).own.airC && at(1).told.windMPerS == 9 && at(1).told.irradianceWPerM2 == 0)
        #expect(at(2).told.airC == 22 && at(2).told.windMPerS == at(2).own.windMPerS)
        #expect(at(3).told.airC == at(3).own.airC && at(3).told.irradianceWPerM2 == at(3).own.irradianceWPerM2)
        // A wind that is told errs too.
        #expect(at(0).told.windPointsMPerS.count == 16)
    }
}
