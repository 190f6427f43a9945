import Testing
import TwinCore
import TwinPlant

/// Forecasts of weather and prices that are told to a site.
@Suite("Told forecasts")
struct ForecastTopicTests {
    private static func station() -> WeatherStation {
        WeatherStation(
            site: "s",
            .init(
                asset: "mast", maxAge: .minutes(10), meanTemperatureC: 9, meanWindMPerS: 6,
                forecast: .init(asset: "forecast", maxAge: .hours(6))))
    }

    private static func told(_ body: String, arrives: Double = 1) -> Routed {
        Bench.message(.weather, "forecast", arrives: arrives, body)
    }

    private static let series =
        #""temperature_c":[10,11],"wind_speed_m_per_s":[5,6],"ghi_w_per_m2":[100,200]"#

    @Test("a forecast is handed on with the periods for which it holds, until it is too old")
    func weather() throws {
        var station = Self.station()
        let reply = station.tick(
            [
                Self.told(
                    #"{"ts":"2025-06-18T06:00:00Z","period_s":3600,"from":"2025-06-18T07:00:00Z",\#(Self.series)}"#)
            ],
            Bench.context(1), PlantImage())
        #expect(reply.counts.accepted == 1 && reply.counts.rejectedTotal == 0)
        let forecast = try #require(reply.image.weatherForecast)
        #expect(forecast.issued == Bench.start && forecast.temperatureC.from == Bench.start + .hours(1))
        func at(_ hours: Int64) -> [Double?] {
            [forecast.temperatureC, forecast.windMPerS, forecast.ghiWPerM2].map {
                $0.value(at: Bench.start + .hours(hours))
            }
        }
        #expect(
            at(0) == [nil, nil, nil] && at(1) == [10, 5, 100] && at(2) == [11, 6, 200] && at(3) == [nil, nil, nil])
        #expect(station.tick([], Bench.context(360), PlantImage()).image.weatherForecast == forecast)
        let old = station.tick([], Bench.context(361), PlantImage())
        #expect(old.image.weatherForecast == nil && old.alarmPaths.contains("weather/forecast/stale"))
    }

    @Test("without from and period_s it begins with its ts and has half hours; a hole keeps its place and is counted")
    func holes() throws {
        var station = Self.station()
        let reply = station.tick(
            [
                Self.told(
                    #"{"ts":"2025-06-18T06:00:00Z","temperature_c":[10,null,99],"wind_speed_m_per_s":[5,"x",7],"#
                        + #""ghi_w_per_m2":[-1,200,1e9]}"#)
            ], Bench.context(1), PlantImage())
        let forecast = try #require(reply.image.weatherForecast)
        #expect(forecast.temperatureC.values == [10, nil, nil] && forecast.windMPerS.values == [5, nil, 7])
        #expect(forecast.ghiWPerM2.values == [-1, 200, nil] && forecast.ghiWPerM2.period == .minutes(30))
        #expect(
            reply.counts.lost == [
                .wrongType: ["weather/forecast/temperature_c": 1, "weather/forecast/wind_speed_m_per_s": 1],
                .outOfRange: ["weather/forecast/temperature_c": 1, "weather/forecast/ghi_w_per_m2": 1],
            ])
    }

    @Test(
        "what cannot be used is refused with its reason, and the one before it stands",
        arguments: [
            (#"{"ts":"2025-06-18T06:00:00Z","temperature_c":[1]}"#, RejectReason.unknownKey),
            (
                #"{"ts":"2025-06-18T06:00:00Z","temperature_c":[1],"wind_speed_m_per_s":[1,2],"ghi_w_per_m2":[1]}"#,
                .wrongType
            ),
            (
                #"{"ts":"2025-06-18T06:00:00Z","temperature_c":1,"wind_speed_m_per_s":[1],"ghi_w_per_m2":[1]}"#,
                .wrongType
            ),
            (#"{"ts":"2025-06-18T06:00:00Z","temperature_c":[],"wind_speed_m_per_s":[],"ghi_w_per_m2":[]}"#, .tooLarge),
            (
                #"{"ts":"2025-06-18T06:00:00Z","temperature_c":[99],"wind_speed_m_per_s":[-1],"ghi_w_per_m2":[null]}"#,
                .outOfRange
            ),
            (#"{"ts":"2025-06-18T06:00:00Z","from":"2025-06-28T06:00:00Z",\#(series)}"#, .outOfRange),
            (#"{"ts":"2025-06-18T06:00:00Z","from":5,\#(series)}"#, .wrongType),
            (#"{"ts":"2025-06-18T06:00:00Z","period_s":1,\#(series)}"#, .outOfRange),
            (#"{"ts":"2025-06-18T06:00:00Z","period_s":1e99,\#(series)}"#, .outOfRange),
            (#"{"ts":"2025-06-18T07:00:00Z",\#(series)}"#, .clockFuture),
            (#"{"ts":"2025-06-17T07:00:00Z",\#(series)}"#, .clockPast), (#"[1]"#, .wrongType), ("", .parse),
        ])
    func refused(body: String, reason: RejectReason) throws {
        var station = Self.station()
        let good = station.tick(
            [Self.told(#"{"ts":"2025-06-18T05:30:00Z",\#(Self.series)}"#)], Bench.context(1), PlantImage())
        #expect(good.image.weatherForecast != nil)
        let reply = station.tick([Self.told(body, arrives: 61)], Bench.context(2), PlantImage())
        #expect(reply.counts.rejected == [reason: 1], "\(reply.refusals.map(\.failure.text))")
        #expect(reply.image.weatherForecast == good.image.weatherForecast)
    }

    @Test("too many values are refused; an older one that comes late and the same one again change nothing")
    func order() throws {
        var station = Self.station()
        let many = "[" + (0..<193).map { "\($0 % 20)" }.joined(separator: ",") + "]"
        let long = station.tick(
            [
                Self.told(
                    #"{"ts":"2025-06-18T06:00:00Z","temperature_c":\#(many),"wind_speed_m_per_s":\#(many),"#
                        + #""ghi_w_per_m2":\#(many)}"#)
            ], Bench.context(1), PlantImage())
        #expect(long.counts.rejected == [.tooLarge: 1] && long.image.weatherForecast == nil)
        let body = #"{"ts":"2025-06-18T06:00:00Z",\#(Self.series)}"#
        let first = station.tick([Self.told(body, arrives: 61)], Bench.context(2), PlantImage())
        let older = station.tick(
            [
                Self.told(#"{"ts":"2025-06-18T05:00:00Z",\#(Self.series)}"#, arrives: 121),
                Self.told(body, arrives: 122),
            ],
            Bench.context(3), PlantImage())
        #expect(older.counts.late == 1 && older.counts.duplicates == 1 && older.counts.accepted == 1)
        #expect(older.image.weatherForecast == first.image.weatherForecast)
    }

    @Test("without a ts it was made when it came")
    func unstamped() throws {
        var station = Self.station()
        let reply = station.tick([Self.told("{\(Self.series)}", arrives: 7)], Bench.context(1), PlantImage())
        #expect(reply.counts.accepted == 1 && reply.counts.rejectedTotal == 0)
        let forecast = try #require(reply.image.weatherForecast)
        #expect(forecast.issued == Bench.start + .seconds(7) && forecast.temperatureC.from == forecast.issued)
        #expect(forecast.temperatureC.value(at: Bench.start + .minutes(31)) == 11)
    }

    @Test("a site that declares no forecast refuses it as an unknown asset and has none")
    func undeclared() {
        var station = Bench.weather()
        let reply = station.tick(
            [Self.told(#"{"ts":"2025-06-18T06:00:00Z",\#(Self.series)}"#)], Bench.context(1), PlantImage())
        #expect(reply.counts.rejected == [.unknownTopic: 1] && reply.image.weatherForecast == nil)
    }

    // MARK: - Prices

    private static func grid() -> GridConnection {
        GridConnection(
            site: "s",
            .init(
                meter: "meter", intensity: "intensity", importMaxKW: 20_000, exportMaxKW: 5000,
                intensityRange: 0...1000, maxAge: .minutes(5), intensityMaxAge: .hours(2),
                price: .init(asset: "price", range: -500...5000, maxAge: .hours(2))))
    }

    private static func price(_ values: String, ts: String = "2025-06-18T06:00:00Z", arrives: Double = 1) -> Routed {
        Bench.message(.grid, "price", arrives: arrives, "{\"ts\":\"\(ts)\",\"period_s\":1800,\(values)}")
    }

    @Test("prices by the half hour: the present one, then those that are forecast, until they are too old")
    func prices() throws {
        var grid = Self.grid()
        let reply = grid.tick(
            [Self.price(#""import_per_mwh":200,"export_per_mwh":-5,"forecast":[210,null,9999,-20]"#)],
            Bench.context(1), PlantImage())
        let told = try #require(reply.image.priceForecast)
        #expect(told.importPerMWh.from == Bench.start && told.importPerMWh.values == [200, 210, nil, nil, -20])
        #expect(told.exportPerMWh == -5 && told.issued == Bench.start)
        #expect(reply.counts.lost[.outOfRange] == ["grid/price/forecast": 1])
        #expect(reply.counts.lost[.wrongType] == ["grid/price/forecast": 1])
        // At 06:30 the half hour of 210 begins.
        let next = grid.tick([], Bench.context(30), PlantImage()).image.priceForecast
        #expect(
            next?.importPerMWh.values == [210, nil, nil, -20] && next?.importPerMWh.from == Bench.start + .minutes(30))
        let late = grid.tick([], Bench.context(120), PlantImage()).image.priceForecast
        #expect(late?.importPerMWh.values == [-20])
        #expect(grid.tick([], Bench.context(151), PlantImage()).image.priceForecast == nil)
    }

    @Test(
        "a price message that says something else than half hours of a price is refused with its reason",
        arguments: [
            (
                #""period_s":1800,"import_per_mwh":200,"forecast":{"a":1}"#, RejectReason.wrongType,
                #""forecast" is not a list with one value a period: {"a":1}"#
            ),
            (
                #""period_s":1800,"import_per_mwh":200,"forecast":\#(long)"#, .tooLarge,
                #""forecast" has 5000 values, at most 192 are read"#
            ),
            (
                #""period_s":1800,"export_per_mwh":20,"forecast":[210]"#, .unknownKey,
                #""import_per_mwh" is missing; the others go with it"#
            ),
            (#""period_s":1800,"forecast":[210]"#, .unknownKey, #""import_per_mwh" is missing; the others go with it"#),
            (
                #""period_s":7,"import_per_mwh":200"#, .outOfRange,
                #""period_s" is 7; such a value holds for 60...86400 s"#
            ),
            (
                #""period_s":3600,"import_per_mwh":200,"forecast":[210]"#, .outOfRange,
                #""period_s" is 3600; "forecast" has one value a half hour, so write 1800 or leave it out"#
            ),
        ])
    func oddPrices(values: String, reason: RejectReason, text: String) {
        var grid = Self.grid()
        let reply = grid.tick(
            [Bench.message(.grid, "price", arrives: 1, "{\"ts\":\"2025-06-18T06:00:00Z\",\(values)}")],
            Bench.context(1), PlantImage())
        #expect(reply.counts.rejected == [reason: 1] && reply.refusals.map(\.failure.text) == [text])
        #expect(reply.image.priceForecast == nil)
    }

    private static let long = "[" + [String](repeating: "1", count: 5000).joined(separator: ",") + "]"

    @Test("the intensity's forecast is held to the same; what another asset calls a forecast is its own business")
    func oddForecasts() {
        var grid = Self.grid()
        func intensity(_ forecast: String) -> Routed {
            Bench.message(
                .grid, "intensity", arrives: 1,
                "{\"ts\":\"2025-06-18T06:00:00Z\",\"period_s\":1800,\"g_per_kwh\":150,\"forecast\":\(forecast)}")
        }
        let odd = grid.tick([intensity("\"sunny\"")], Bench.context(1), PlantImage())
        #expect(odd.counts.rejected == [.wrongType: 1])
        let none = grid.tick([intensity("null")], Bench.context(1), PlantImage())
        #expect(none.counts.accepted == 1 && none.counts.rejectedTotal == 0)
        var wind = Bench.wind()
        let message = Bench.minute(.wind, "farm", at: 0, #""power_kw":700,"forecast":{"a":1}"#)
        #expect(wind.tick([message], Bench.context(1), .windy(6.8)).counts.accepted == 1)
    }

    @Test(
        "a price alone holds for its half hour; what is no price is refused, and another asset's message is not taken")
    func priceAlone() throws {
        var grid = Self.grid()
        let reply = grid.tick([Self.price(#""import_per_mwh":200"#)], Bench.context(1), PlantImage())
        #expect(reply.image.priceForecast?.importPerMWh.values == [200])
        #expect(reply.image.priceForecast?.exportPerMWh == nil)
        let wrong = grid.tick(
            [Self.price(#""import_per_mwh":6000"#, ts: "2025-06-18T06:30:00Z", arrives: 1801)], Bench.context(31),
            PlantImage())
        #expect(wrong.counts.rejected == [.outOfRange: 1])
        var plain = Bench.grid()
        let undeclared = plain.tick([Self.price(#""import_per_mwh":200"#)], Bench.context(1), PlantImage())
        #expect(undeclared.image.priceForecast == nil && undeclared.counts.accepted == 0)
    }
}
