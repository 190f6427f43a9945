import TwinBooks
import TwinCore
import TwinDispatch
import TwinStudies

/// Holds what was forecast against what came, as the half hours end.
///
/// What is open is at most one forecast of each half hour at each horizon, what is remembered of the past two days: its
/// memory does not grow.
struct ForecastWatch: Sendable {
    private(set) var record = ForecastRecord()

    /// A forecast whose half hour is not over.
    private struct Issued: Sendable {
        var at: PlantTime
        var horizonHours: Double
        var start: PlantTime
        var forecast: ForecastValues
        var persistence: ForecastRecord.Persistence?
    }

    private let step: Span
    private var open: [Issued] = []
    /// Half hours that are over, ascending.
    private var past: [(start: PlantTime, values: ForecastValues)] = []
    /// The one that is not.
    private var mean: ForecastMean?

    /// As far back as persistence looks.
    private static let pastSpan = Span.hours(48)
    /// A half hour of which less was seen is not judged.
    private static let leastShare = 0.9

    init(step: Span) { self.step = step }

    /// Takes what was seen in a step that ends at `mark`.
    /// - Parameter values: nil where the grid is not measured.
    mutating func hear(_ values: ForecastValues?, at mark: PlantTime) {
        let start = (mark - Span(ms: 1)).floored(to: settlementPeriod)
        if mean?.start != start { mean = ForecastMean(start: start) }
        if let values { mean?.add(values, step) }
        guard mark >= start + settlementPeriod, let ended = mean else { return }
        mean = nil
        open.removeAll { $0.start < start }
        guard Double(ended.seenMs) >= ForecastWatch.leastShare * Double(settlementPeriod.ms) else { return }
        let actual = ended.values
        for issued in open where issued.start == start {
            record.add(
                ForecastRecord.Sample(
                    issued: issued.at, horizonHours: issued.horizonHours, forecast: issued.forecast, actual: actual,
                    persistence: issued.persistence))
        }
        open.removeAll { $0.start == start }
        past.removeAll { $0.start < start - ForecastWatch.pastSpan }
        past.append((start, actual))
    }

    /// Keeps what is told at a mark, if a half hour begins there.
    /// - Parameter told: of the half hour that starts at a time; nil where nothing is told of it.
    mutating func keep(at mark: PlantTime, _ told: (PlantTime) -> ForecastValues?) {
        guard mark.floored(to: settlementPeriod) == mark else { return }
        for hours in ForecastRecord.horizonsHours {
            let start = mark + Span(ms: Int64(hours * 3_600_000)) - settlementPeriod
            let isKept = open.contains { $0.start == start && $0.horizonHours == hours }
            guard !isKept, let forecast = told(start) else { continue }
            open.append(
                Issued(
                    at: mark, horizonHours: hours, start: start, forecast: forecast,
                    persistence: persistence(of: start, at: mark)))
        }
    }

    private func persistence(of start: PlantTime, at mark: PlantTime) -> ForecastRecord.Persistence? {
        ForecastRecord.Persistence(of: start, at: mark) { wanted in past.last { $0.start == wanted }?.values }
    }
}

extension ForecastRecord.Persistence {
    /// What persistence tells at a mark of the half hour from `start` on; nil where one of both half hours is not known.
    init?(of start: PlantTime, at mark: PlantTime, _ known: (PlantTime) -> ForecastValues?) {
        var day = start - .hours(24)
        while day > mark - settlementPeriod { day = day - .hours(24) }
        guard let last = known(mark - settlementPeriod), let lastDay = known(day) else { return nil }
        self.init(last: last, lastDay: lastDay)
    }
}

/// What was seen of a half hour so far, as its mean.
private struct ForecastMean: Sendable {
    let start: PlantTime
    private(set) var seenMs: Int64 = 0
    private var sum = ForecastValues(netKW: 0, sunKW: 0, windKW: 0, heatKW: 0, gramsPerKWh: nil)
    private var grams: (count: Double, sum: Double) = (0, 0)
    private var price: (count: Double, sum: Double) = (0, 0)
    private var charging: (count: Double, sum: Double) = (0, 0)
    private var count = 0.0

    init(start: PlantTime) { self.start = start }

    mutating func add(_ values: ForecastValues, _ step: Span) {
        seenMs += step.ms
        count += 1
        sum.netKW += values.netKW
        sum.sunKW += values.sunKW
        sum.windKW += values.windKW
        sum.heatKW += values.heatKW
        if let told = values.gramsPerKWh { grams = (grams.count + 1, grams.sum + told) }
        if let told = values.pricePerMWh { price = (price.count + 1, price.sum + told) }
        if let told = values.chargingKW { charging = (charging.count + 1, charging.sum + told) }
    }

    var values: ForecastValues {
        func mean(_ of: (count: Double, sum: Double)) -> Double? { of.count > 0 ? of.sum / of.count : nil }
        let n = max(count, 1)
        var values = ForecastValues(
            netKW: sum.netKW / n, sunKW: sum.sunKW / n, windKW: sum.windKW / n, heatKW: sum.heatKW / n,
            gramsPerKWh: mean(grams), pricePerMWh: mean(price))
        values.chargingKW = mean(charging)
        return values
    }
}

extension ForecastValues {
    /// Of a time that is seen or expected so. What a plan decides about does not count in it: all that obeys is left to itself
    /// and generators are at rest, so what is told and what came are the same measure under any control.
    init(_ view: PlantView) {
        let intensity = view.site.intensityGPerKWh
        self.init(
            netKW: view.netBesideGeneratorsKW, sunKW: view.sunKW, windKW: view.windKW, heatKW: view.heatDemandKW,
            gramsPerKWh: intensity.quality.isGood ? intensity.value : nil,
            pricePerMWh: view.site.prices.map { $0.importPerKWh * 1000 })
    }
}

extension PlantView {
    /// What the sun offers, kW, curtailed or not.
    var sunKW: Double {
        offers.reduce(0) { sum, offer in
            guard case .curtailable(let source) = offer.shape else { return sum }
            return sum + source.availableKW
        }
    }
}
