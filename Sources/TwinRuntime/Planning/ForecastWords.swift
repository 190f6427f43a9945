import TwinCore
import TwinDispatch
import TwinPlant
import TwinStudies

/// What a plan's line says of the forecasts that it is made of.
struct ForecastWords: Sendable {
    /// Expected values with their quantiles, ascending by horizon.
    private let expected: [(hours: Double, values: ForecastValues)]
    private let record: ForecastRecord
    /// In a sentence.
    private let basis: String
    private let cars: [JSON]

    init(
        _ periods: [PlanProblem.Period], _ image: PlantImage, _ record: ForecastRecord,
        _ plugIns: [PlugInOutlook] = [], _ now: PlantView? = nil, isCorrected: Bool, at mark: PlantTime
    ) {
        cars = plugIns.map { $0.words(now?.load($0.path)?.openKWh, at: mark) }
        self.record = record
        expected = ForecastRecord.horizonsHours.compactMap { hours in
            let end = mark + Span(ms: Int64(hours * 3_600_000))
            return periods.last { $0.start < end }.map { (hours, ForecastValues($0.view)) }
        }
        var parts = ["weather by persistence"]
        if let told = image.weatherForecast {
            parts = ["weather as forecast at \(told.issued.rfc3339) until \(told.end.rfc3339), then by persistence"]
        }
        if let told = image.priceForecast {
            parts.append("prices as told at \(told.issued.rfc3339) until \(told.importPerMWh.end.rfc3339)")
        }
        parts.append(isCorrected ? "loads and heat corrected by what is measured" : "nothing corrected by measurements")
        basis = parts.joined(separator: "; ")
    }

    /// Powers are whole kW: what they are good for is not finer.
    var json: JSON {
        func list(_ values: [Double?]) -> JSON { .array(values.map { .optional($0?.rounded()) }) }
        func spread(_ quantity: ForecastValues.Quantity) -> JSON.Member {
            let told = expected.map { record.quantiles(quantity, horizonHours: $0.hours, of: $0.values) }
            return JSON.Member(
                quantity.rawValue,
                .fields([
                    "p10": list(told.map { $0?.p10 }), "p50": list(told.map { $0?.p50 }),
                    "p90": list(told.map { $0?.p90 }),
                    "assumed": .array(
                        expected.map { .bool(record.isPrior(quantity, horizonHours: $0.hours)) }),
                ]))
        }
        func score(_ quantity: ForecastValues.Quantity) -> JSON.Member? {
            let scores = expected.map { record.score(quantity, horizonHours: $0.hours) }
            guard scores.contains(where: { $0 != nil }) else { return nil }
            return JSON.Member(
                quantity.rawValue,
                .fields([
                    "count": .array(scores.map { .integer($0?.count ?? 0) }),
                    "mean_absolute_error": list(scores.map { $0?.meanAbsoluteError }),
                    "bias": list(scores.map { $0?.bias }), "persistence": list(scores.map { $0?.persistenceError }),
                ]))
        }
        let all = ForecastValues.Quantity.allCases
        return .fields([
            "basis": .string(basis), "hours": .array(expected.map { .number($0.hours) }),
            "quantiles": .object(all.filter(\.hasSpread).map(spread)), "errors": .object(all.compactMap(score)),
            "cars": .array(cars),
        ])
    }
}

extension PlugInOutlook {
    private static let hoursTold: Int64 = 24

    /// What it expects of a day: by when those that are plugged in are due, and what comes for each shift.
    fileprivate func words(_ openKWh: Double?, at mark: PlantTime) -> JSON {
        let visits = visits(from: mark, to: mark + .hours(PlugInOutlook.hoursTold))
        func whole(_ value: Double) -> JSON { .number(value.rounded()) }
        return .fields([
            "bays": .string(path.text), "open_kwh": .optional(openKWh?.rounded()),
            "open_due": firstDue(at: mark).map { .string($0.rfc3339) } ?? .null,
            "shifts": .array(
                visits.map { visit in
                    let (need, cars) = (visit.shift.needKWh, visit.shift.carsMost)
                    return .fields([
                        "due": .string(visit.due.rfc3339), "need_kwh_p50": whole(need.p50),
                        "need_kwh_p90": whole(need.p90), "cars_p50": whole(cars.p50), "cars_p90": whole(cars.p90),
                        "lent_kwh_p10": bays.isBidirectional ? whole(visit.shift.lendKWh.max() ?? 0) : .null,
                    ])
                }),
        ])
    }
}

extension WeatherForecast {
    /// Where the first of its series ends: from there on it is no whole weather.
    var end: PlantTime { min(temperatureC.end, windMPerS.end, ghiWPerM2.end) }
}
