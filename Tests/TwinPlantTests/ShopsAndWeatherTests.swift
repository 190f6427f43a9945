import Testing
import TwinCore
import TwinPlant
import TwinUnits

@Suite("Shops")
struct ShopsTests {
    private func image(_ temperature: Double) -> PlantImage {
        var image = PlantImage()
        image.airTemperatureC = UsedValue(temperature, .good)
        return image
    }

    @Test("models load and gas from the calendar and the weather")
    func model() throws {
        var shops = Bench.shops()
        let reply = shops.tick([], Bench.context(1), image(5))
        // Wednesday 06:00Z is a shift: 75 vehicles an hour. Load 4000 + 200 x 75 = 19000 kW.
        // Gas 3000 + (100 + 50) x (15 - 5) + 30 x 75 = 6750 kW.
        #expect(reply.total("load_kw") == UsedValue(19_000, .estimated))
        #expect(reply.total("gas_kw") == UsedValue(6750, .estimated))
        // x 60,000 ms.
        let load = try #require(reply.cell(.load, at: 0))
        #expect(load.energy.wattSeconds == 1_140_000_000 && load.estimatedMs == 60_000 && load.measuredMs == 0)
        #expect(reply.cell(.gas, at: 0)?.energy.wattSeconds == 405_000_000)
    }

    @Test("models a day without production")
    func idleDay() throws {
        var shops = Bench.shops()
        // Saturday 2025-06-21 06:00Z is 3 days and so 4320 ticks later: load 4000, gas 800 + 100 x 10 = 1800 kW.
        let reply = shops.tick([], Bench.context(4321), image(5))
        #expect(reply.total("load_kw") == UsedValue(4000, .estimated))
        #expect(reply.total("gas_kw") == UsedValue(1800, .estimated))
    }

    @Test("uses what the meters say")
    func measured() throws {
        var shops = Bench.shops()
        let reply = shops.tick(
            [Bench.minute(.shop, "paint", at: 0, #""load_kw":9000.5,"gas_kw":2000"#)], Bench.context(1), image(5))
        #expect(reply.total("load_kw") == UsedValue(9000.5, .good))
        #expect(reply.total("gas_kw") == UsedValue(2000, .good))
        #expect(reply.cell(.load, at: 0)?.energy.wattSeconds == 540_030_000)
        #expect(reply.cell(.gas, at: 0)?.energy.wattSeconds == 120_000_000)
        #expect(reply.counts.readings == 2)
        #expect(reply.value("load_kw") == UsedValue(9000.5, .good))
        #expect(reply.value("gas_kw") == UsedValue(2000, .good))
    }

    @Test("reads a gas register")
    func gasRegister() {
        var shops = Bench.shops()
        _ = shops.tick([Bench.minute(.shop, "paint", at: 0, #""gas_total_kwh":500"#)], Bench.context(1), image(5))
        let reply = shops.tick(
            [Bench.minute(.shop, "paint", at: 60, #""gas_total_kwh":530"#)], Bench.context(2), image(5))
        // 30 kWh are 108,000,000 Ws.
        #expect(reply.cell(.gas, at: 60)?.energy.wattSeconds == 108_000_000)
        #expect(reply.cell(.gas, at: 60)?.measuredMs == 60_000)
    }

    @Test("refuses a negative load")
    func negative() {
        var shops = Bench.shops()
        let reply = shops.tick([Bench.minute(.shop, "paint", at: 0, #""load_kw":-501"#)], Bench.context(1), image(5))
        #expect(reply.counts.rejected == [.outOfRange: 1])
        #expect(reply.alarmPaths == ["shop/paint/out_of_range"])
    }
}

@Suite("Weather station")
struct WeatherStationTests {
    @Test("gives air and wind to the stages that follow, and the annual means while it is silent")
    func values() {
        var mast = Bench.weather()
        let silent = mast.tick([], Bench.context(1), PlantImage())
        #expect(silent.image.airTemperatureC == UsedValue(9, .estimated))
        #expect(silent.image.windSpeedMPerS == UsedValue(6, .estimated))
        let reply = mast.tick(
            [Bench.minute(.weather, "mast", at: 60, #""temperature_c":17.5,"wind_speed_m_per_s":8.2"#)],
            Bench.context(2), PlantImage())
        #expect(reply.image.airTemperatureC == UsedValue(17.5, .good))
        #expect(reply.image.windSpeedMPerS == UsedValue(8.2, .good))
        #expect(reply.values.map(\.key) == ["temperature_c", "wind_speed_m_per_s", "ghi_w_per_m2"])
        #expect(reply.cells.isEmpty)
    }

    @Test(
        "refuses weather that is none",
        arguments: [#""temperature_c":61"#, #""wind_speed_m_per_s":-0.8"#, #""wind_speed_m_per_s":76"#])
    func outOfRange(values: String) {
        var mast = Bench.weather()
        let reply = mast.tick([Bench.minute(.weather, "mast", at: 0, values)], Bench.context(1), PlantImage())
        #expect(reply.counts.rejected == [.outOfRange: 1])
        #expect(reply.alarmPaths == ["weather/mast/out_of_range"])
    }
}
