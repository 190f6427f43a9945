import Testing
import TwinCore
import TwinPlant
import TwinUnits

/// The meter of all gas.
@Suite("Gas main")
struct GasMainTests {
    static var main: GasMain {
        var main = GasMain()
        main.gasMaxKW = 40_000
        return main
    }

    private static func twin() -> AreaTwin { Bench.twin(.burner, [Bench.asset(.burner, "main", main)]) }

    @Test("what it tells is booked as a memo, by its power or by its register")
    func told() throws {
        var twin = Self.twin()
        let power = Bench.minute(.burner, "main", at: 0, "\"gas_kw\":12000")
        let reply = twin.tick([power], Bench.context(1), PlantImage())
        #expect(reply.used(.burner, "main", "gas_kw") == UsedValue(12_000, .good))
        let cell = try #require(reply.cell(.gasMain, at: 0))
        // 12,000 kW over a minute are 200 kWh.
        #expect(cell.energy.kilowattHours == 200 && cell.measuredMs == 60_000 && cell.estimatedMs == 0)
        #expect(reply.cells.map(\.meter.account) == [.gasMain])
        var counted = Self.twin()
        for (tick, kWh) in [500.0, 700].enumerated() {
            let register = Bench.minute(.burner, "main", at: Int64(tick) * 60, "\"gas_total_kwh\":\(kWh)")
            let reply = counted.tick([register], Bench.context(tick + 1), PlantImage())
            #expect(tick == 0 || reply.cell(.gasMain, at: 60)?.energy.kilowattHours == 200)
        }
    }

    @Test("what is above its largest flow is refused")
    func fault() {
        var twin = Self.twin()
        let reply = twin.tick(
            [Bench.minute(.burner, "main", at: 0, "\"gas_kw\":40001")], Bench.context(1), PlantImage())
        // Nothing else is in the message, so that all of it is refused.
        #expect(reply.counts.rejected == [.outOfRange: 1] && reply.cell(.gasMain, at: 0)?.measuredMs == 0)
    }

    @Test("a silent one is missing: no model stands in")
    func silent() throws {
        var twin = Self.twin()
        let reply = twin.tick([], Bench.context(1), PlantImage())
        #expect(reply.used(.burner, "main", "gas_kw") == UsedValue(0, .stale))
        let cell = try #require(reply.cell(.gasMain, at: 0))
        #expect(cell.energy == .zero && cell.measuredMs == 0 && cell.estimatedMs == 0)
    }

    @Test("in the simulated plant it sees all that burns, shops and what stands behind it in the file with them")
    func simulated() {
        var truth = ResponsivePlantTests.truth()
        truth[Shop.Truth.self].noiseFraction = 0
        var plant = ResponsivePlant(
            site: "s", location: Bench.location, meter: "meter",
            assets: [Bench.asset(.burner, "main", Self.main)] + Burners.kinds + [
                Bench.asset(.heat, "boiler", Bench.boiler), Bench.asset(.heat, "chips", BiomassBoilerTests.boiler()),
            ], network: Bench.network, calendar: Bench.calendar, truth: truth, seed: 1)
        for minute in 0..<3 {
            let from = Bench.start + Int64(minute) * .minutes(1)
            let gasKW = Double(minute) * 1000
            _ = plant.step(
                from: from, to: from + .minutes(1),
                .init(freeKW: 0, offeredKW: [], loadKW: 0, gasKW: gasKW, temperatureC: 5.5, electricVehicles: 0))
            let gas = plant.readings.filter { $0.key == "gas_kw" }
            let main = gas.filter { $0.path.asset == "main" }.map(\.value)
            let others = gas.filter { $0.path.asset != "main" }.map(\.value)
            #expect(others.count == 4 && others.allSatisfy { $0 > 0 } && main.count == 1)
            // Each is told to a tenth of a kW.
            #expect(abs((main.first ?? 0) - others.reduce(0, +) - gasKW) < 0.3, "\(main) \(others)")
        }
    }

    @Test("the shops' gas is that of their burners, before a meter's deviation")
    func surroundings() {
        var around = SimulatedSurroundings(
            site: "s", location: Bench.location, mast: "mast", intensity: "intensity", line: "final",
            assets: [
                Bench.asset(.shop, "paint", Bench.shop()), Bench.asset(.building, "halls", Bench.shop(gasMaxKW: 0)),
            ],
            calendar: Bench.calendar, truth: ResponsivePlantTests.truth(), seed: 1)
        let context = Bench.context(1)
        let step = around.step(from: context.from, to: context.to, number: 1)
        let gas = around.readings.filter { $0.key == "gas_kw" }
        #expect(gas.count == 1 && abs((gas.first?.value ?? 0) - step.gasKW) < 0.06 && step.gasKW > 0)
    }
}
