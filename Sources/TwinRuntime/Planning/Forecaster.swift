import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinStudies
import TwinUnits

/// What lies ahead of the plant, from what is heard: the weather by a forecast that is told to the site or by persistence,
/// loads, sun and wind by the twin's own models in it, the grid by its own forecast.
///
/// It stands outside of the step: what it makes enters as a plan, which is a line of the journal.
struct Forecaster: Sendable {
    /// How far a plan looks, and in which steps.
    static let horizon = Span.hours(48)
    static let period = settlementPeriod

    private let config: SiteConfig
    private let step: Span
    private let rehearsal: Rehearsal
    private let view: MarkView
    private var weather: WeatherOutlook
    /// What was measured above what the models said, kW of the loads and of hot water, smoothed. Sun and wind have no part in
    /// it: what the weather made of them is over with the weather.
    private var bias: (loadKW: Double, heatKW: Double)?
    /// The half hour that it was learnt in last.
    private var correctedIn: PlantTime?
    private var watch: ForecastWatch
    /// Of bays whose cars the calendar tells of, and what was heard of each.
    private let bays: [(outlook: PlugInOutlook, powerPlace: Int)]
    private var plugged: [PlugInWatch]
    /// What the periods that were asked for last expect of cars.
    private(set) var cars: [AssetPath: ExpectedCars] = [:]

    /// ASM: half of a deviation is gone after six hours.
    private static let biasHours = 6.0
    /// ASM: half of the range of 6 K between night and afternoon.
    private static let dailySwingK = 3.0

    init(_ config: SiteConfig, step: Span) {
        self.config = config
        rehearsal = Rehearsal(
            config.assets, calendar: config.calendar, location: config.location, network: config.network,
            lossFraction: config.losses.electricity)
        view = MarkView(config, keys: rehearsal.keys, step: step)
        weather = WeatherOutlook(
            location: config.location, zone: config.zone, meanWindMPerS: config.weather.meanWindMPerS,
            dailySwingK: Forecaster.dailySwingK)
        watch = ForecastWatch(step: step)
        self.step = step
        let keys = rehearsal.keys
        bays = config.assets.of(ChargingBays.self).compactMap { asset in
            guard let outlook = PlugInOutlook(asset.kind, asset.path, config.calendar) else { return nil }
            return keys.firstIndex { $0.path == asset.path && $0.key == "power_kw" }.map { (outlook, $0) }
        }
        plugged = bays.map { _ in PlugInWatch() }
    }

    /// Cars that will plug in, by group of bays.
    var plugIns: [PlugInOutlook] { bays.map(\.outlook) }

    /// How well it did so far.
    var record: ForecastRecord { watch.record }

    /// Takes what was heard in a step that ends at `time`.
    mutating func hear(_ plant: PlantView, _ image: PlantImage, at time: PlantTime) {
        weather.hear(
            airC: image.airTemperatureC, windMPerS: image.windSpeedMPerS, irradianceWPerM2: image.irradianceWPerM2,
            at: time)
        let isSeen = plant.site.isGridConnected && plant.site.isGridMeasured
        var values = ForecastValues(plant)
        values.chargingKW = came(plant, at: time)
        watch.hear(isSeen ? values : nil, at: time)
    }

    /// What came to be charged in a step, kW; nil where one group does not tell, or there is none.
    private mutating func came(_ plant: PlantView, at time: PlantTime) -> Double? {
        var sum: Double? = bays.isEmpty ? nil : 0
        for place in bays.indices {
            let outlook = bays[place].outlook
            let own = plugged[place].hear(plant.load(outlook.path), step, due: outlook.firstDue(at: time))
            sum = sum.flatMap { sum in own.map { sum + $0 } }
        }
        return sum
    }

    /// What is expected of cars from a mark on, and what bays draw in each period while all charge at once, kW.
    private func expectCars(
        _ now: PlantView, _ periods: [(from: PlantTime, to: PlantTime)], at mark: PlantTime
    ) -> (cars: [AssetPath: ExpectedCars], drawnKW: [(place: Int, kW: [Double])]) {
        var cars: [AssetPath: ExpectedCars] = [:]
        var drawn: [(place: Int, kW: [Double])] = []
        for (place, group) in bays.enumerated() {
            guard let load = now.load(group.outlook.path), load.isFree else { continue }
            let given = plugged[place].givenKWh(due: group.outlook.firstDue(at: mark))
            let own = group.outlook.cars(periods, load, givenKWh: given, at: mark)
            cars[group.outlook.path] = own
            var (left, before) = (load.openOrUsualKWh, 0.0)
            let kW = zip(periods, own.soonestKWh).map { period, soonest in
                let hours = (period.to - period.from).hours
                let now = min(left, load.drawMaxKW * hours)
                defer { (left, before) = (left - now, soonest) }
                return min((now + soonest - before) / hours, load.ratingKW)
            }
            drawn.append((group.powerPlace, kW))
        }
        return (cars, drawn)
    }

    /// The periods ahead of a mark.
    mutating func periods(_ now: PlantView, _ image: PlantImage, at mark: PlantTime) -> [PlanProblem.Period] {
        // Once a half hour, however many plans are asked for in it: the same deviation would count again with each.
        let halfHour = mark.floored(to: Forecaster.period)
        if config.correctsForecasts, correctedIn != halfHour {
            correct(now, image, at: mark)
            correctedIn = halfHour
        }
        let grid = IntensityOutlook(image, at: mark)
        var rehearsal = rehearsal
        let starts = Forecaster.starts(from: mark)
        let expectedCars = expectCars(now, starts, at: mark)
        cars = expectedCars.cars
        var periods = starts.enumerated().map { number, bounds in
            let (from, to) = bounds
            let around = weather.around(
                from: from, to: to, meanAirC: config.weather.meanTemperatureC, told: image.weatherForecast)
            let intensity = grid.gramsPerKWh(at: from)
            var step = rehearsal.step(around)
            for (place, kW) in expectedCars.drawnKW { step.charge(kW[number], at: place) }
            var view = expected(step, around, intensity)
            let carries = biasCarries(from, since: mark)
            view.site.shift(netKW: (bias?.loadKW ?? 0) * carries)
            view.openHeatKW = max(0, view.openHeatKW + (bias?.heatKW ?? 0) * carries)
            view.site.prices = view.site.prices.map { $0.told(image.priceForecast, at: from) }
            var period = PlanProblem.Period(
                start: from, hours: (to - from).hours, view: view,
                gramsPerKWh: config.gramsPerKWh(intensity, at: from))
            period.annualGPerKWh = config.gramsPerKWh(intensity, at: from, by: .annual)
            period.halfHourlyGPerKWh = config.gramsPerKWh(intensity, at: from, by: .average)
            return period
        }
        let margins = record.netMarginsKW(
            periods.map { (($0.start - mark).hours + $0.hours, ForecastValues($0.view)) })
        for (place, margin) in zip(periods.indices, margins) { periods[place].marginKW = margin }
        let charging = bays.map { $0.outlook.comesKW(starts) }
        watch.keep(at: mark) { start in
            guard let place = periods.firstIndex(where: { $0.start == start }) else { return nil }
            var values = ForecastValues(periods[place].view)
            values.chargingKW = bays.isEmpty ? nil : charging.reduce(0) { $0 + $1[place] }
            return values
        }
        return periods
    }

    /// Bounds of the periods: whole half hours but the first, to at least the horizon.
    static func starts(from mark: PlantTime) -> [(from: PlantTime, to: PlantTime)] {
        var all: [(PlantTime, PlantTime)] = []
        var from = mark
        while from < mark + horizon {
            let next = from.floored(to: period) + period
            all.append((from, next))
            from = next
        }
        return all
    }

    private func expected(_ step: Rehearsal.Step, _ around: Around, _ intensity: Double?) -> PlantView {
        let site = SiteView(
            importKW: max(0, step.netKW), exportKW: max(0, -step.netKW), isGridMeasured: true, isGridConnected: true,
            intensityGPerKWh: intensity.map { UsedValue($0, .good) } ?? UsedValue(0, .stale), outlook: Outlook())
        return view.plant(
            step.values, site: site, outdoorC: UsedValue(around.airC, .good), at: around.from,
            changedAt: { _, _ in nil })
    }

    /// Holds what is measured against what the models say of the same time.
    private mutating func correct(_ now: PlantView, _ image: PlantImage, at mark: PlantTime) {
        guard now.site.isGridMeasured else { return bias = nil }
        var rehearsal = rehearsal
        let around = Around(
            from: mark - Forecaster.period, to: mark, airC: image.airTemperatureC.value,
            windMPerS: image.windSpeedMPerS.value, irradianceWPerM2: image.irradianceWPerM2.value)
        let model = expected(rehearsal.step(around), around, nil)
        let found = (loadKW: now.loadKW - model.loadKW, heatKW: now.heatDemandKW - model.heatDemandKW)
        guard found.loadKW.isFinite, found.heatKW.isFinite else { return }
        guard let before = bias else { return bias = found }
        bias = ((before.loadKW + found.loadKW) / 2, (before.heatKW + found.heatKW) / 2)
    }

    private func biasCarries(_ time: PlantTime, since mark: PlantTime) -> Double {
        1 / (1 + max(0, (time - mark).hours) / Forecaster.biasHours)
    }
}

extension PlantView {
    /// What all that does not obey draws, kW.
    fileprivate var loadKW: Double { netBesideGeneratorsKW + sunKW + windKW }
}

extension PlantView {
    /// Charging at a path; nil where it is not offered.
    func load(_ path: AssetPath) -> DeferrableLoad? {
        for offer in offers where offer.path == path {
            if case .deferrable(let load) = offer.shape { return load }
        }
        return nil
    }
}

extension Rehearsal.Step {
    /// With so much charging at bays in place of what the model has: cars are expected by the calendar. What is planned beside
    /// charging does not change by it, because a plan takes it off and adds what it decides.
    fileprivate mutating func charge(_ kW: Double, at place: Int) {
        guard values.indices.contains(place) else { return }
        netKW += kW + values[place].value
        values[place].value = -kW
    }
}

extension ElectricityPrices {
    /// With what is told of a time in the place of the tariff's.
    fileprivate func told(_ forecast: PriceForecast?, at time: PlantTime) -> ElectricityPrices {
        guard let forecast, let perMWh = forecast.importPerMWh.value(at: time) else { return self }
        var prices = self
        prices.importPerKWh = perMWh / 1000
        if let out = forecast.exportPerMWh { prices.exportPerKWh = out / 1000 }
        return prices
    }
}

extension SiteView {
    /// The same with so much more import.
    fileprivate mutating func shift(netKW: Double) {
        let net = self.netKW + netKW
        (importKW, exportKW) = (max(0, net), max(0, -net))
    }
}

/// The grid's intensity over the hours ahead: its forecast as far as that goes, then the same hours of the day before.
struct IntensityOutlook: Sendable {
    private let from: PlantTime
    private let forecast: [Double?]
    private let now: Double?

    init(_ image: PlantImage, at mark: PlantTime) {
        from = image.forecastFrom ?? mark.floored(to: settlementPeriod) + settlementPeriod
        forecast = image.intensityForecast
        let told = image.intensityGPerKWh
        now = told.quality.isGood || told.quality == .lastKnown ? told.value : nil
    }

    /// Nil where nothing is known.
    func gramsPerKWh(at time: PlantTime) -> Double? {
        let perDay: Int64 = 48
        var place = (time - from).ms.quotientRoundedDown(settlementPeriod.ms)
        guard place >= 0 else { return now ?? forecast.first { $0?.isFinite ?? false }.flatMap(\.self) }
        // The same half hour of the last day that it reaches.
        let beyond = place - Int64(forecast.count)
        if beyond >= 0 { place = max(place % perDay, place - (beyond / perDay + 1) * perDay) }
        if forecast.indices.contains(Int(place)), let told = forecast[Int(place)], told.isFinite { return told }
        // Nearest before it that is told.
        return forecast.prefix(Int(place)).last { $0?.isFinite ?? false } ?? now
    }
}

extension Int64 {
    fileprivate func quotientRoundedDown(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : -((-self + divisor - 1) / divisor)
    }
}
