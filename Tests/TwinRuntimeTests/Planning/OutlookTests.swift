import Testing
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinTesting

@testable import TwinRuntime

@Suite("What lies ahead of a mark")
struct OutlookTests {
    private static func time(_ text: String) -> PlantTime { PlantTime(rfc3339: "\(text).000Z") ?? PlantTime(ms: 0) }

    @Test(
        "periods follow each other without a gap from any mark, whole half hours but the first, over clock changes too",
        arguments: [
            "2025-06-18T12:00:00", "2025-06-18T12:00:01", "2025-06-18T12:13:00", "2025-06-18T12:29:59",
            "2025-03-29T12:07:00", "2025-10-25T12:00:00", "2025-10-25T23:45:00",
        ])
    func tiled(text: String) {
        let mark = Self.time(text)
        let periods = Forecaster.starts(from: mark)
        #expect(periods.first?.from == mark)
        #expect(zip(periods, periods.dropFirst()).allSatisfy { $0.to == $1.from })
        #expect(periods.allSatisfy { $0.to.floored(to: .minutes(30)) == $0.to && $0.to > $0.from })
        #expect(periods.dropFirst().allSatisfy { $0.to - $0.from == .minutes(30) })
        let last = periods.last?.to ?? mark
        #expect(last >= mark + .hours(48) && last < mark + .hours(48) + .minutes(30))
        #expect(periods.count == (mark.floored(to: .minutes(30)) == mark ? 96 : 97))
    }

    private static func image(_ forecast: [Double?], from: String?, now: UsedValue = UsedValue(150, .good))
        -> PlantImage
    {
        var image = PlantImage()
        image.intensityForecast = forecast
        image.forecastFrom = from.map(time)
        image.intensityGPerKWh = now
        return image
    }

    @Test("the grid's forecast as far as it goes, then the same hours of the day before")
    func forecast() {
        // 60 half hours from 12:30 on: 30 hours.
        let list = (0..<60).map { 100 + Double($0) }
        let outlook = IntensityOutlook(
            Self.image(list, from: "2025-06-18T12:30:00"), at: Self.time("2025-06-18T12:10:00"))
        func at(_ text: String) -> Double? { outlook.gramsPerKWh(at: Self.time(text)) }
        #expect(
            at("2025-06-18T12:10:00") == 150 && at("2025-06-18T12:30:00") == 100 && at("2025-06-18T12:59:00") == 100)
        #expect(at("2025-06-19T18:00:00") == 159)
        // 18:30 of the next day is the 61st; 48 before it is the 13th.
        #expect(at("2025-06-19T18:30:00") == 112 && at("2025-06-20T12:00:00") == 147)
    }

    @Test("a hole is what was told last before it; what is old is of the same hour; nothing is nothing")
    func holes() {
        let mark = Self.time("2025-06-18T12:00:00")
        let holed = IntensityOutlook(Self.image([nil, 100, nil, .nan, 200], from: "2025-06-18T12:30:00"), at: mark)
        func at(_ outlook: IntensityOutlook, _ halfHours: Int64) -> Double? {
            outlook.gramsPerKWh(at: mark + halfHours * .minutes(30))
        }
        #expect((0..<8).map { at(holed, $0) } == [150, 150, 100, 100, 100, 200, 200, 200])
        let silent = IntensityOutlook(Self.image([], from: nil, now: UsedValue(150, .stale)), at: mark)
        #expect(at(silent, 0) == nil && at(silent, 90) == nil)
        let mute = IntensityOutlook(
            Self.image([nil, 80], from: "2025-06-18T12:30:00", now: UsedValue(0, .stale)), at: mark)
        #expect(at(mute, 0) == 80 && at(mute, 1) == nil && at(mute, 2) == 80)
        // Of two days before: the same hour.
        let old = IntensityOutlook(
            Self.image((0..<48).map { Double($0) }, from: "2025-06-16T12:00:00", now: UsedValue(150, .lastKnown)),
            at: mark)
        #expect(at(old, 3) == 3 && at(old, 60) == 12)
    }

    /// The engine's view after some minutes, and a forecaster that has heard them.
    private static func scene(
        _ ticks: Int, _ config: SiteConfig? = nil, _ change: (inout PlantView) -> Void = { _ in }
    ) async throws -> (now: PlantView, periods: [PlanProblem.Period]) {
        let config = try config ?? Repository.config()
        let plan = RunPlan(run: "one", start: SmallRecording.start, stepS: 60, mode: .control, clock: .event)
        let engine = TwinEngine(config: config, plan: plan, seating: .plain)
        var plant = PlantSimulator(config: config, start: SmallRecording.start, seed: 7)
        var forecaster = Forecaster(config, step: config.step)
        for _ in 0..<ticks {
            var input = TickInput()
            input.arrivals = plant.advance().map { Arrival(t: plant.now, topic: $0.topic, payload: $0.payload) }
            _ = await engine.close(input)
            if let scene = engine.scene {
                forecaster.hear(scene.plant, scene.image, at: engine.state.grid.to(engine.state.tick))
            }
        }
        var (now, image) = try #require(engine.scene)
        change(&now)
        return (now, forecaster.periods(now, image, at: engine.state.grid.to(engine.state.tick)))
    }

    @Test("what is measured above the models' word now is expected in the next hours too, and less later")
    func bias() async throws {
        let (now, plain) = try await Self.scene(5)
        let (_, more) = try await Self.scene(5) {
            $0.site.importKW += 600
            $0.openHeatKW += 90
        }
        #expect(abs((plain.first?.view.netBesideGeneratorsKW ?? 0) - now.netBesideGeneratorsKW) < 400)
        for (one, other) in zip(plain, more) {
            let hours = (one.start - (plain.first?.start ?? one.start)).hours
            // Half is left after six hours.
            #expect(abs(other.view.netAtRestKW - one.view.netAtRestKW - 600 / (1 + hours / 6)) < 0.01)
            #expect(other.view.openHeatKW - one.view.openHeatKW <= 90 / (1 + hours / 6) + 0.01)
        }
    }

    @Test("a deviation counts once a half hour, however many plans are asked for in it")
    func onceAHalfHour() async throws {
        let (now, plain) = try await Self.scene(5)
        let mark = try #require(plain.first?.start).floored(to: .minutes(30)) + .minutes(30)
        var forecaster = Forecaster(try Repository.config(), step: .minutes(1))
        _ = forecaster.periods(now, PlantImage(), at: mark - .minutes(30))
        var more = now
        more.site.importKW += 600
        let first = forecaster.periods(more, PlantImage(), at: mark)
        #expect(first == forecaster.periods(more, PlantImage(), at: mark))
    }

    @Test("switched off, nothing that is measured moves what the models say")
    func uncorrected() async throws {
        var config = try Repository.config()
        config.correctsForecasts = false
        let (_, plain) = try await Self.scene(5, config)
        let (_, more) = try await Self.scene(5, config) {
            $0.site.importKW += 600
            $0.openHeatKW += 90
        }
        #expect(plain == more)
        let (_, corrected) = try await Self.scene(5)
        #expect(plain != corrected)
    }

    /// A forecast of a gale without sun from the mark on for six hours, and of a price of 400 for two.
    @Test("what is told of weather and prices counts in the hours that it covers, and in no other")
    func told() async throws {
        let config = try Repository.config()
        let (now, plain) = try await Self.scene(5)
        let mark = plain.first?.start ?? SmallRecording.start
        func series(_ value: Double, _ count: Int) -> ForecastSeries {
            ForecastSeries(
                from: mark.floored(to: .minutes(30)), period: .minutes(30),
                values: [Double?](repeating: value, count: count))
        }
        var image = PlantImage()
        let (first, second) = (Forecaster(config, step: config.step), Forecaster(config, step: config.step))
        var (without, with) = (first, second)
        let own = without.periods(now, image, at: mark)
        image.weatherForecast = WeatherForecast(
            issued: mark, temperatureC: series(5, 12), windMPerS: series(12, 12), ghiWPerM2: series(0, 12))
        image.priceForecast = PriceForecast(issued: mark, importPerMWh: series(400, 4), exportPerMWh: 33)
        let told = with.periods(now, image, at: mark)
        for (place, (one, other)) in zip(own, told).enumerated() {
            if place < 12 {
                #expect(other.view.sunKW == 0 && other.view.windKW > 4000)
            } else {
                #expect(other.view.sunKW == one.view.sunKW && other.view.windKW == one.view.windKW)
            }
            let prices = other.view.site.prices
            #expect(prices?.importPerKWh == (place < 4 ? 0.4 : one.view.site.prices?.importPerKWh))
            #expect(prices?.exportPerKWh == (place < 4 ? 0.033 : one.view.site.prices?.exportPerKWh))
        }
        let basis = ForecastWords(told, image, with.record, isCorrected: true, at: mark).json["basis"]?.text ?? ""
        #expect(basis.hasPrefix("weather as forecast at 2025-06-18T") && basis.contains("; prices as told at 2025"))
    }

    /// At rest it gives no 1,000 kW and no heat; the models of the period have it at its rating. That is no error of theirs.
    @Test("a generator that rests now is not expected to be missing twice")
    func resting() async throws {
        let (_, plain) = try await Self.scene(5)
        let (_, resting) = try await Self.scene(5) { now in
            var gone = (kW: 0.0, heatKW: 0.0)
            let offers = now.offers.map { offer -> Offer in
                guard case .generator(var cell) = offer.shape else { return offer }
                gone = (gone.kW + cell.powerKW.value, gone.heatKW + cell.heatPerKWh * cell.powerKW.value)
                cell.powerKW.value = 0
                return Offer(cell)
            }
            #expect(gone.kW > 100)
            var site = now.site
            site.importKW += gone.kW
            now = PlantView(
                site: site, openHeatKW: now.openHeatKW + gone.heatKW, heatHeadroomKW: now.heatHeadroomKW, offers: offers
            )
        }
        for (one, other) in zip(plain, resting) {
            #expect(abs(one.view.netBesideGeneratorsKW - other.view.netBesideGeneratorsKW) < 0.01)
            #expect(abs(one.view.heatDemandKW - other.view.heatDemandKW) < 0.01)
        }
    }
}
