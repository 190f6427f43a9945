import Testing
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinStudies
import TwinTesting

@testable import TwinRuntime

@Suite("Forecasts held against what came")
struct ForecastWatchTests {
    private static let start = SmallRecording.start

    private static func values(_ netKW: Double, grams: Double? = nil) -> ForecastValues {
        ForecastValues(netKW: netKW, sunKW: 0, windKW: 0, heatKW: 0, gramsPerKWh: grams)
    }

    private static func isHalfHour(_ time: PlantTime) -> Bool { time.floored(to: .minutes(30)) == time }

    /// A run in minutes: what comes at a minute, and what is told at each half hour of another.
    private static func run(
        minutes: Int64, came: (Int64) -> ForecastValues?, told: (Int64) -> ForecastValues?
    ) -> ForecastWatch {
        var watch = ForecastWatch(step: .minutes(1))
        for minute in 1...minutes {
            let mark = start + .minutes(minute)
            watch.hear(came(minute), at: mark)
            if isHalfHour(mark) { watch.keep(at: mark) { told(($0 - start).ms / 60_000) } }
        }
        return watch
    }

    /// Comes: the number of the half hour, 1 from the first on, times 100 kW. Told is 10 kW more. So each forecast errs by 10,
    /// and the half hour before it by 100 a half hour.
    @Test("a forecast is scored when its half hour is over, at each horizon")
    func scored() {
        func number(_ minute: Int64) -> Double { 100 * Double(minute / 30 + 1) }
        let watch = Self.run(
            minutes: 49 * 60, came: { Self.values(number($0 - 1)) }, told: { Self.values(number($0) + 10) })
        // Made at half hours 1 to 98; the half hour ends h later, so at an hour 96 of them are over by the 98th.
        for (hours, count) in [(0.5, 97), (1, 96), (6, 86), (24, 50), (48, 2)] {
            let score = watch.record.score(.net, horizonHours: hours)
            #expect(score?.count == count, "\(hours) \(score?.count ?? 0)")
            #expect(abs((score?.bias ?? 0) - 10) < 1e-6 && abs((score?.meanAbsoluteError ?? 0) - 10) < 1e-6)
        }
        // One hour ahead the half hour that just ended is two of them behind; that of the day before 48.
        #expect(abs((watch.record.score(.net, horizonHours: 1)?.persistenceError ?? 0) - 200) < 1e-6)
    }

    @Test("a half hour of which little was seen is not judged, and a silence leaves no forecast open for ever")
    func gaps() {
        // Of each second half hour four minutes are missing.
        let watch = Self.run(
            minutes: 240, came: { ($0 - 1) / 30 % 2 == 1 && $0 % 30 < 4 ? nil : Self.values(1) },
            told: { _ in Self.values(1) })
        // Half hours 1 to 8 have a forecast of the next; 3, 5 and 7 were seen whole.
        #expect(watch.record.score(.net, horizonHours: 0.5)?.count == 3)
        let silent = Self.run(minutes: 600, came: { _ in nil }, told: { _ in Self.values(1) })
        #expect(silent.record.count == 0)
        let wrong = Self.run(minutes: 240, came: { _ in Self.values(.nan) }, told: { _ in Self.values(.infinity) })
        #expect(wrong.record.score(.net, horizonHours: 0.5) == nil)
    }

    @Test("memory is bounded: a month is as large as a week")
    func bounded() {
        func size(_ days: Int64) -> Int {
            let watch = Self.run(
                minutes: days * 1440, came: { Self.values(Double($0)) }, told: { Self.values(Double($0)) })
            return Mirror(reflecting: watch).children.reduce(0) { sum, child in
                sum + ((child.value as? any Collection)?.count ?? 0)
            }
        }
        #expect(size(3) == size(6))
    }

    @Test("a plan's line has what is expected at each horizon with its quantiles, and says what it is made of")
    func words() throws {
        let config = try Repository.config()
        var record = ForecastRecord()
        let told = Self.values(20_000)
        for error in 1...60 {
            record.add(
                ForecastRecord.Sample(
                    issued: Self.start, horizonHours: 6, forecast: told, actual: Self.values(20_000 + Double(error))))
        }
        let forecaster = Forecaster(config, step: config.step)
        var planned = forecaster
        let view = MarkView(config, keys: [], step: config.step).plant(
            [],
            site: SiteView(
                importKW: 20_000, exportKW: 0, isGridMeasured: true, isGridConnected: true,
                intensityGPerKWh: UsedValue(150, .good), outlook: Outlook()),
            outdoorC: UsedValue(15, .good), at: Self.start, changedAt: { _, _ in nil })
        let periods = planned.periods(view, PlantImage(), at: Self.start)
        let json = ForecastWords(periods, PlantImage(), record, isCorrected: false, at: Self.start).json
        #expect(json["basis"]?.text == "weather by persistence; nothing corrected by measurements")
        #expect(json["hours"]?.items?.compactMap(\.double) == ForecastRecord.horizonsHours)
        for quantity in ["net_load_kw", "sun_kw", "wind_kw"] {
            let quantiles = try #require(json["quantiles"]?[quantity])
            for key in ["p10", "p50", "p90"] {
                let items = try #require(quantiles[key]?.items)
                let values = items.compactMap(\.double)
                #expect(values.count == 7 && values.allSatisfy { $0.rounded() == $0 })
            }
            #expect(
                quantiles["assumed"]?.items?.map(\.bool)
                    == [true, true, true, quantity == "sun_kw", true, true, true])
        }
        #expect(json["errors"]?["net_load_kw"]?["count"]?.items?.map(\.double) == [0, 0, 0, 60, 0, 0, 0])
        #expect(json["errors"]?["net_load_kw"]?["bias"]?.items?[3].double == -31)
        #expect(json["errors"]?["net_load_kw"]?["persistence"]?.items?[3] == .null)
        // The same input, the same bytes.
        var again = forecaster
        let twice = ForecastWords(
            again.periods(view, PlantImage(), at: Self.start), PlantImage(), record, isCorrected: false, at: Self.start)
        #expect(twice.json.bytes == json.bytes)
        #expect(json.bytes.count < 4000)
    }
}
