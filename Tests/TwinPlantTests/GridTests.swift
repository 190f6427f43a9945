import Testing
import TwinCore
import TwinPlant
import TwinUnits

@Suite("Grid connection")
struct GridTests {
    private func intensity(_ ts: String, period: Int = 1800, arrives: Double, _ rest: String) -> Routed {
        Bench.message(.grid, "intensity", arrives: arrives, "{\"ts\":\"\(ts)\",\"period_s\":\(period),\(rest)}")
    }

    @Test("reads the settlement meter")
    func meter() throws {
        var grid = Bench.grid()
        let reply = grid.tick(
            [Bench.minute(.grid, "meter", at: 0, #""import_kw":4000,"export_kw":0,"connected":true"#)],
            Bench.context(1),
            PlantImage())
        #expect(reply.total("import_kw") == UsedValue(4000, .good))
        #expect(reply.total("export_kw") == UsedValue(0, .good))
        #expect(reply.image.gridConnected)
        #expect(reply.cell(.gridImport, at: 0)?.energy.wattSeconds == 240_000_000)
        #expect(reply.cell(.gridExport, at: 0)?.energy.wattSeconds == 0)
        #expect(reply.cell(.gridExport, at: 0)?.measuredMs == 60_000)
        #expect(reply.alarms.isEmpty)
    }

    @Test("never fills in for its meter: the books know better")
    func silentMeter() throws {
        var grid = Bench.grid()
        let reply = grid.tick([], Bench.context(1), PlantImage())
        #expect(reply.total("import_kw").quality == .estimated)
        let cell = try #require(reply.cell(.gridImport, at: 0))
        #expect(cell.energy == .zero && cell.measuredMs == 0 && cell.estimatedMs == 0)
    }

    @Test("raises trip while the breaker is open")
    func trip() {
        var grid = Bench.grid()
        let open = grid.tick(
            [Bench.minute(.grid, "meter", at: 0, #""import_kw":0,"export_kw":0,"connected":false"#)], Bench.context(1),
            PlantImage())
        #expect(open.alarmPaths == ["grid/meter/trip"])
        #expect(!open.image.gridConnected)
        #expect(open.cell(.gridImport, at: 0)?.measuredMs == 60_000)
        let closed = grid.tick(
            [Bench.minute(.grid, "meter", at: 60, #""import_kw":10,"export_kw":0,"connected":true"#)], Bench.context(2),
            PlantImage())
        #expect(closed.alarms.isEmpty && closed.image.gridConnected)
    }

    @Test("reads settlement registers")
    func registers() {
        var grid = Bench.grid()
        func tick(_ number: Int, _ into: Int, _ out: Int) -> ComponentReply {
            let values =
                "\"import_kw\":1,\"export_kw\":1,\"energy_in_total_kwh\":\(into),\"energy_out_total_kwh\":\(out)"
            return grid.tick(
                [Bench.minute(.grid, "meter", at: Int64(number - 1) * 60, values)], Bench.context(number), PlantImage())
        }
        _ = tick(1, 1000, 500)
        let reply = tick(2, 1070, 502)
        // 70 kWh and 2 kWh.
        #expect(reply.cell(.gridImport, at: 60)?.energy.wattSeconds == 252_000_000)
        #expect(reply.cell(.gridExport, at: 60)?.energy.wattSeconds == 7_200_000)
    }

    @Test("gives the mean intensity of the settlement period, as far as readings cover it")
    func means() throws {
        var grid = Bench.grid()
        let first = grid.tick(
            [intensity("2025-06-18T06:00:00Z", period: 600, arrives: 1, #""g_per_kwh":100"#)], Bench.context(1),
            PlantImage())
        #expect(
            first.intensities == [
                PeriodIntensity(
                    period: Bench.start, factor: EmissionFactor(microgramsPerKWh: 100_000_000), coveredMs: 600_000)
            ])
        // 100 g for 10 min, 250 g for 20 min: (100 x 10 + 250 x 20) / 30 = 200 g/kWh.
        let second = grid.tick(
            [intensity("2025-06-18T06:10:00Z", period: 1200, arrives: 661, #""g_per_kwh":250"#)], Bench.context(12),
            PlantImage())
        #expect(
            second.intensities == [
                PeriodIntensity(
                    period: Bench.start, factor: EmissionFactor(microgramsPerKWh: 200_000_000), coveredMs: 1_800_000)
            ])
        #expect(second.image.intensityGPerKWh == UsedValue(250, .good))
    }

    @Test("restates the mean of an earlier period when its reading comes late")
    func lateMean() {
        var grid = Bench.grid()
        _ = grid.tick(
            [intensity("2025-06-18T06:00:00Z", arrives: 1, #""g_per_kwh":100"#)], Bench.context(1), PlantImage())
        let reply = grid.tick(
            [intensity("2025-06-18T06:15:00Z", period: 900, arrives: 2000, #""g_per_kwh":200"#)], Bench.context(34),
            PlantImage())
        // 100 g for 15 min, 200 g for 15 min. The present period has no reading yet.
        #expect(
            reply.intensities == [
                PeriodIntensity(
                    period: Bench.start, factor: EmissionFactor(microgramsPerKWh: 150_000_000), coveredMs: 1_800_000)
            ])
    }

    @Test("says how old the intensity is")
    func age() {
        var grid = Bench.grid()
        #expect(grid.tick([], Bench.context(1), PlantImage()).image.intensityGPerKWh.quality == .stale)
        let reading = intensity("2025-06-18T06:00:00Z", arrives: 1, #""g_per_kwh":100"#)
        #expect(grid.tick([reading], Bench.context(2), PlantImage()).image.intensityGPerKWh == UsedValue(100, .good))
        #expect(grid.tick([], Bench.context(30), PlantImage()).image.intensityGPerKWh == UsedValue(100, .good))
        #expect(grid.tick([], Bench.context(31), PlantImage()).image.intensityGPerKWh == UsedValue(100, .lastKnown))
        // The reading ends at 30 min; two hours later it is too old.
        #expect(grid.tick([], Bench.context(150), PlantImage()).image.intensityGPerKWh == UsedValue(100, .lastKnown))
        #expect(grid.tick([], Bench.context(151), PlantImage()).image.intensityGPerKWh == UsedValue(100, .stale))
    }

    @Test("refuses an intensity out of range")
    func range() {
        var grid = Bench.grid()
        let reply = grid.tick(
            [intensity("2025-06-18T06:00:00Z", arrives: 1, #""g_per_kwh":1001"#)], Bench.context(1), PlantImage())
        #expect(reply.counts.rejected == [.outOfRange: 1])
        #expect(reply.alarmPaths == ["grid/intensity/out_of_range"])
        #expect(reply.intensities.isEmpty)
    }

    @Test("hands the newest forecast on, with the half hour from which it holds")
    func forecast() {
        var grid = Bench.grid()
        let first = grid.tick(
            [intensity("2025-06-18T06:00:00Z", arrives: 1, #""g_per_kwh":100,"forecast":[1,2,3]"#)], Bench.context(1),
            PlantImage())
        #expect(first.image.intensityForecast == [1, 2, 3])
        #expect(first.image.forecastFrom == Bench.start + .minutes(30))
        let second = grid.tick(
            [intensity("2025-06-18T06:30:00Z", arrives: 1801, #""g_per_kwh":100,"forecast":[4,5,6]"#)],
            Bench.context(31),
            PlantImage())
        #expect(second.image.intensityForecast == [4, 5, 6])
        #expect(second.image.forecastFrom == Bench.start + .hours(1))
        let late = grid.tick(
            [intensity("2025-06-18T05:30:00Z", arrives: 1870, #""g_per_kwh":100,"forecast":[7,8,9]"#)],
            Bench.context(32),
            PlantImage())
        #expect(late.image.intensityForecast == [4, 5, 6])
        #expect(late.image.forecastFrom == Bench.start + .hours(1))
    }
}
