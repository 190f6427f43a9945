import TwinCore
import TwinPlant
import TwinUnits

/// Messages and ticks for the tests of components: one-minute ticks from 2025-06-18T06:00:00Z on.
enum Bench {
    /// A whole half hour, so that a settlement period begins with the first tick.
    static let start = PlantTime(ms: 1_750_226_400_000)
    static let step = Span.minutes(1)

    static func context(_ tick: Int, setPoints: [AssetPath: Double] = [:]) -> TickContext {
        let from = start + Int64(tick - 1) * step
        return TickContext(
            tick: tick, from: from, to: from + step, lateness: .seconds(30), lead: .seconds(5), setPoints: setPoints
        )
    }

    /// A message of our dialect.
    /// - Parameters:
    ///   - arrives: seconds after the start.
    static func message(
        _ area: Area, _ asset: String, _ kind: TopicKind = .tele, arrives: Double, retain: Bool = false,
        number: Int = 0,
        _ payload: String
    ) -> Routed {
        let arrival = Arrival(
            t: start + Span(ms: Int64(arrives * 1000)), topic: Topic.text(site: "s", area, asset, kind),
            payload: Array(payload.utf8), retain: retain, number: number)
        return Routed(arrival, area: area, asset: asset, kind: kind)
    }

    /// Telemetry that holds for the minute from `seconds` on and arrives at its end.
    static func minute(
        _ area: Area, _ asset: String, at seconds: Int64, seq: Int? = nil, arrives: Double? = nil, _ values: String
    ) -> Routed {
        let ts = (start + .seconds(seconds)).rfc3339
        let seq = seq.map { "\"seq\":\($0)," } ?? ""
        return message(
            area, asset, arrives: arrives ?? Double(seconds) + 60, "{\"ts\":\"\(ts)\",\(seq)\"period_s\":60,\(values)}")
    }

    static let curve = PowerCurve([
        .init(speedMPerS: 3, powerKW: 0), .init(speedMPerS: 5, powerKW: 100), .init(speedMPerS: 12, powerKW: 1000),
        .init(speedMPerS: 25, powerKW: 1000),
    ])

    static let model = EnergyModel(
        electricityFixedKW: 4000, electricityPerVehicleKWh: 200, gasProductionDayKW: 3000, gasIdleDayKW: 800,
        gasHallKWPerK: 100, gasPaintKWPerK: 50, gasPerVehicleKWh: 30, heatingBaseC: 15)

    /// Three of ten vehicles are electric.
    static let models = ModelMix([
        .init("leaf", share: 0.3, isElectric: true), .init("juke", share: 0.7, isElectric: false),
    ])

    /// 75 vehicles an hour from 05:00 to 21:00 UTC on weekdays.
    static let calendar = ProductionCalendar(
        zone: .utc, shifts: [.init(name: "day", start: 5 * 3_600_000, end: 21 * 3_600_000)], workdays: [1, 2, 3, 4, 5],
        closed: [], vehiclesPerDay: 1200, models: models)

    static func grid() -> GridConnection {
        GridConnection(
            site: "s",
            .init(
                meter: "meter", intensity: "intensity", importMaxKW: 20_000, exportMaxKW: 5000,
                intensityRange: 0...1000, maxAge: .minutes(5), intensityMaxAge: .hours(2)))
    }

    static func weather() -> WeatherStation {
        WeatherStation(
            site: "s", .init(asset: "mast", maxAge: .minutes(10), meanTemperatureC: 9, meanWindMPerS: 6))
    }
}

extension ComponentReply {
    /// The cell of an account at the tick that starts `seconds` after the bench's start.
    func cell(_ account: Account, at seconds: Int64) -> Cell? {
        cells.first { $0.meter.account == account && $0.tick == Bench.start + .seconds(seconds) }
    }

    func value(_ key: String) -> UsedValue? { values.first { $0.key == key }?.used }

    /// What is used of a signal; no number where it is not among the values.
    func used(_ area: Area, _ asset: String, _ key: String) -> UsedValue {
        values.first { $0.area == area && $0.asset == asset && $0.key == key }?.used ?? UsedValue(.nan, .stale)
    }

    /// What is used of a signal of all assets together, worth what its worst part is; no number where nothing is.
    func total(_ key: String) -> UsedValue {
        let parts = values.filter { $0.key == key }.map(\.used)
        guard let worst = parts.map(\.quality).max(by: { $0.rank < $1.rank }) else { return UsedValue(.nan, .stale) }
        return UsedValue(parts.reduce(0) { $0 + $1.value }, worst)
    }

    var alarmPaths: [String] { alarms.map(\.path) }
}

extension PlantImage {
    /// With a mast wind speed, m/s.
    static func windy(_ speed: Double) -> PlantImage {
        var image = PlantImage()
        image.windSpeedMPerS = UsedValue(speed, .good)
        return image
    }
}
