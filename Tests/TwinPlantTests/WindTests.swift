import Testing
import TwinCore
import TwinPlant
import TwinUnits

@Suite("Wind")
struct WindTests {
    @Test(
        "interpolates the power curve",
        arguments: [
            // Between 3 m/s, 0 kW and 5 m/s, 100 kW: 50 kW a m/s. Between 5 and 12 m/s: 900 kW over 7 m/s.
            (0, 0), (2.999, 0), (3, 0), (4, 50), (5, 100), (8.5, 550), (12, 1000), (20, 1000), (25, 1000), (25.001, 0),
            (60, 0), (-1, 0), (.nan, 0),
        ] as [(Double, Double)])
    func curve(speed: Double, kilowatts: Double) {
        #expect(Bench.curve.powerKW(speedMPerS: speed) == kilowatts)
    }

    @Test("never leaves the curve's own range")
    func curveRange() {
        for step in 0...6000 {
            let power = Bench.curve.powerKW(speedMPerS: Double(step) / 100)
            #expect((0...1000).contains(power), "\(step)")
        }
    }

    @Test("models the farm from the mast's wind speed")
    func model() {
        let farm = Bench.farm
        // 6.8 m/s at the mast is 8.5 m/s at the hub: 550 kW a turbine, two turbines, nine tenths: 990 kW.
        #expect(abs(farm.modelKW(mastMPerS: 6.8) - 990) < 1e-9)
        #expect(farm.farmRatedKW == 2000)
        // 2.4 m/s is 3 m/s at the hub: cut-in.
        #expect(farm.modelKW(mastMPerS: 2.4) == 0)
    }

    @Test("uses the measured mean where readings cover the tick")
    func measured() throws {
        var wind = Bench.wind()
        // 600 kW for 15 s, then 1000 kW for 45 s: (600 x 15 + 1000 x 45) / 60 = 900 kW, 54,000,000 Ws.
        let reply = wind.tick(
            [
                Bench.message(
                    .wind, "farm", arrives: 15, #"{"ts":"2025-06-18T06:00:00Z","period_s":15,"power_kw":600}"#),
                Bench.message(
                    .wind, "farm", arrives: 60, #"{"ts":"2025-06-18T06:00:15Z","period_s":45,"power_kw":1000}"#),
            ], Bench.context(1), .windy(6.8))
        #expect(reply.total("power_kw") == UsedValue(900, .good))
        #expect(reply.values == [NamedValue(.wind, "farm", "power_kw", UsedValue(900, .good))])
        #expect(
            reply.cells == [
                Cell(
                    tick: Bench.start, meter: Meter(.wind, .wind, "farm"), energy: Energy(wattSeconds: 54_000_000),
                    measuredMs: 60_000,
                    estimatedMs: 0)
            ])
        #expect(reply.counts.readings == 2)
        #expect(reply.alarms.isEmpty && reply.refusals.isEmpty)
    }

    @Test("fills with the model where nothing is known")
    func estimated() throws {
        var wind = Bench.wind()
        let reply = wind.tick([], Bench.context(1), .windy(6.8))
        #expect(reply.total("power_kw").quality == .estimated)
        #expect(abs(reply.total("power_kw").value - 990) < 1e-9)
        // 990 kW x 60,000 ms.
        let cell = try #require(reply.cell(.wind, at: 0))
        #expect(cell.energy.wattSeconds == 59_400_000)
        #expect(cell.measuredMs == 0 && cell.estimatedMs == 60_000)
    }

    @Test("holds the last known value while it is young enough, then falls back to the model and calls it stale")
    func lastKnown() {
        var wind = Bench.wind(maxAge: .minutes(2))
        _ = wind.tick([Bench.minute(.wind, "farm", at: 0, #""power_kw":700"#)], Bench.context(1), .windy(6.8))
        let second = wind.tick([], Bench.context(2), .windy(6.8))
        #expect(second.total("power_kw") == UsedValue(700, .lastKnown))
        // The books do not hold it: the model fills what no reading covers.
        #expect(second.cell(.wind, at: 60)?.measuredMs == 0)
        #expect(second.cell(.wind, at: 60)?.energy.wattSeconds == 59_400_000)
        let third = wind.tick([], Bench.context(3), .windy(6.8))
        #expect(third.total("power_kw") == UsedValue(700, .lastKnown))
        #expect(third.alarms.isEmpty)
        // At the end of tick 4 the reading has been over for 3 minutes: its own period and the 2 minutes.
        let fourth = wind.tick([], Bench.context(4), .windy(6.8))
        #expect(fourth.total("power_kw") == UsedValue(700, .lastKnown))
        let fifth = wind.tick([], Bench.context(5), .windy(6.8))
        #expect(fifth.total("power_kw").quality == .estimated)
        #expect(fifth.alarmPaths == ["wind/farm/stale"])
        let sixth = wind.tick([Bench.minute(.wind, "farm", at: 300, #""power_kw":710"#)], Bench.context(6), .windy(6.8))
        #expect(sixth.total("power_kw") == UsedValue(710, .good))
        // It is back, and the four minutes between are missing.
        #expect(sixth.alarmPaths == ["wind/farm/gap"])
    }

    @Test("lets a reading without a period hold for the maximum age and no longer")
    func withoutPeriod() {
        var wind = Bench.wind(maxAge: .minutes(2))
        let message = Bench.message(.wind, "farm", arrives: 1, #"{"ts":"2025-06-18T06:00:00Z","power_kw":700}"#)
        #expect(wind.tick([message], Bench.context(1), .windy(6.8)).total("power_kw") == UsedValue(700, .good))
        let second = wind.tick([], Bench.context(2), .windy(6.8))
        #expect(second.total("power_kw") == UsedValue(700, .good))
        #expect(second.cell(.wind, at: 60)?.measuredMs == 60_000)
        let third = wind.tick([], Bench.context(3), .windy(6.8))
        #expect(third.total("power_kw").quality == .estimated)
        #expect(third.alarmPaths == ["wind/farm/stale"])
    }

    @Test("fills the rest of a tick with the last known value for use, with the model for the books")
    func partlyCovered() throws {
        var wind = Bench.wind()
        let reply = wind.tick(
            [
                Bench.message(
                    .wind, "farm", arrives: 30, #"{"ts":"2025-06-18T06:00:00Z","period_s":30,"power_kw":600}"#)
            ],
            Bench.context(1), .windy(6.8))
        #expect(reply.total("power_kw") == UsedValue(600, .lastKnown))
        // 600 kW x 30 s + 990 kW x 30 s = 18,000,000 + 29,700,000 Ws.
        let cell = try #require(reply.cell(.wind, at: 0))
        #expect(cell.energy.wattSeconds == 47_700_000)
        #expect(cell.measuredMs == 30_000 && cell.estimatedMs == 30_000)
    }

    @Test("says that modelled telemetry is estimated")
    func modelled() throws {
        var wind = Bench.wind()
        let reply = wind.tick(
            [Bench.minute(.wind, "farm", at: 0, #""power_kw":700,"modelled":true"#)], Bench.context(1), .windy(6.8))
        #expect(reply.total("power_kw") == UsedValue(700, .estimated))
        let cell = try #require(reply.cell(.wind, at: 0))
        #expect(cell.energy.wattSeconds == 42_000_000)
        #expect(cell.measuredMs == 0 && cell.estimatedMs == 60_000)
    }

    @Test("uses the model of an asset that is offline")
    func offline() {
        var wind = Bench.wind()
        let reply = wind.tick(
            [
                Bench.minute(.wind, "farm", at: 0, #""power_kw":700"#),
                Bench.message(.wind, "farm", .status, arrives: 59, "offline"),
            ], Bench.context(1), .windy(6.8))
        #expect(reply.total("power_kw").quality == .notConnected)
        #expect(abs(reply.total("power_kw").value - 990) < 1e-9)
        let back = wind.tick(
            [
                Bench.message(.wind, "farm", .status, arrives: 61, "online"),
                Bench.minute(.wind, "farm", at: 60, #""power_kw":700"#),
            ], Bench.context(2), .windy(6.8))
        #expect(back.total("power_kw") == UsedValue(700, .good))
    }

    @Test("adds farms up, own use included; the sum is worth what its worst part is")
    func severalFarms() throws {
        var wind = Bench.wind(assets: ["north", "south"])
        let reply = wind.tick(
            [
                Bench.minute(.wind, "north", at: 0, #""power_kw":700"#),
                Bench.minute(.wind, "south", at: 0, #""power_kw":-10"#),
            ], Bench.context(1), .windy(6.8))
        // 700 - 10 = 690 kW over 60 s.
        #expect(reply.total("power_kw") == UsedValue(690, .good))
        // One line of the books for each meter.
        let cells = reply.cells.filter { $0.tick == Bench.start }
        #expect(cells.map(\.meter.path.asset) == ["north", "south"])
        #expect(cells.map(\.energy.wattSeconds) == [42_000_000, -600_000])
        #expect(cells.allSatisfy { $0.measuredMs == 60_000 && $0.estimatedMs == 0 })
        let next = wind.tick([Bench.minute(.wind, "north", at: 60, #""power_kw":700"#)], Bench.context(2), .windy(6.8))
        #expect(next.total("power_kw").quality == .lastKnown)
        // One of two farms is measured, the other estimated.
        let later = next.cells.filter { $0.tick == Bench.start + .seconds(60) }
        #expect(later.map(\.measuredMs) == [60_000, 0] && later.map(\.estimatedMs) == [0, 60_000])
    }
}
