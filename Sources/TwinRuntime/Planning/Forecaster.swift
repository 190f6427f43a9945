import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinUnits

/// What lies ahead of the plant, from what is heard: the weather by persistence, loads, sun and wind by the twin's own models
/// in it, the grid by its own forecast.
///
/// It stands outside of the step: what it makes enters as a plan, which is a line of the journal.
struct Forecaster: Sendable {
    /// How far a plan looks, and in which steps.
    static let horizon = Span.hours(48)
    static let period = settlementPeriod

    private let config: SiteConfig
    private let rehearsal: Rehearsal
    private let view: MarkView
    /// Where a rehearsed step tells the wind's power.
    private let windPlaces: [Int]
    /// Of the periods that were told last, kW.
    private(set) var windKW: [Double] = []
    private var weather: WeatherOutlook
    /// What was measured above what the models said, kW of import and of hot water, smoothed.
    private var bias: (netKW: Double, heatKW: Double)?

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
        let posts = config.assets.flatMap { $0.kind.signals.map(\.posts) }
        windPlaces = posts.indices.filter { place in posts[place].contains { $0.account == .wind } }
        weather = WeatherOutlook(
            location: config.location, zone: config.zone, meanWindMPerS: config.weather.meanWindMPerS,
            dailySwingK: Forecaster.dailySwingK)
    }

    /// Takes what was heard in a step that ends at `time`.
    mutating func hear(_ image: PlantImage, at time: PlantTime) {
        weather.hear(
            airC: image.airTemperatureC, windMPerS: image.windSpeedMPerS, irradianceWPerM2: image.irradianceWPerM2,
            at: time)
    }

    /// The periods ahead of a mark.
    mutating func periods(_ now: PlantView, _ image: PlantImage, at mark: PlantTime) -> [PlanProblem.Period] {
        correct(now, image, at: mark)
        let grid = IntensityOutlook(image, at: mark)
        var rehearsal = rehearsal
        windKW = []
        return Forecaster.starts(from: mark).map { from, to in
            let around = weather.around(from: from, to: to, meanAirC: config.weather.meanTemperatureC)
            let intensity = grid.gramsPerKWh(at: from)
            let step = rehearsal.step(around)
            windKW.append(windPlaces.reduce(0) { $0 + step.values[$1].value })
            var view = expected(step, around, intensity)
            let carries = biasCarries(from, since: mark)
            view.site.shift(netKW: (bias?.netKW ?? 0) * carries)
            view.openHeatKW = max(0, view.openHeatKW + (bias?.heatKW ?? 0) * carries)
            var period = PlanProblem.Period(
                start: from, hours: (to - from).hours, view: view,
                gramsPerKWh: config.gramsPerKWh(intensity, at: from))
            period.annualGPerKWh = config.gramsPerKWh(intensity, at: from, by: .annual)
            period.halfHourlyGPerKWh = config.gramsPerKWh(intensity, at: from, by: .average)
            return period
        }
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
        let found = (
            netKW: now.netBesideGeneratorsKW - model.netBesideGeneratorsKW,
            heatKW: now.heatDemandKW - model.heatDemandKW
        )
        guard found.netKW.isFinite, found.heatKW.isFinite else { return }
        guard let before = bias else { return bias = found }
        bias = ((before.netKW + found.netKW) / 2, (before.heatKW + found.heatKW) / 2)
    }

    private func biasCarries(_ time: PlantTime, since mark: PlantTime) -> Double {
        1 / (1 + max(0, (time - mark).hours) / Forecaster.biasHours)
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
