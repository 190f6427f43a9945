import Testing
import TwinCore

@testable import TwinPlant

/// The hot-water network of the simulated plant, which its assets share step by step.
@Suite("Hot-water network")
struct HotWaterTests {
    /// A boiler of 1000 kW, a heat pump of 300, an electric boiler of 200, a store of 500 kWh and 100 kW, 5 % of losses.
    /// The uses take 20 kW for each kelvin below 15 degC. A fuel cell gives half of its power in heat.
    private struct Network {
        var plant: ResponsivePlant
        private let heatAssets: [String]

        init(store: Double = 0.5, recoveredKW: Double = 0, cellKW: Double = 200) {
            var cell = SolidOxideFuelCell()
            cell.cell = FuelCell.Parameters(
                ratedKW: cellKW, minimumFraction: 0, ratedEfficiency: 0.5, rampFractionPerMinute: 1,
                coldStartHours: 0, warmStartHours: 0, standbyFuelFraction: 0, heatFraction: 0.25)
            var water = Bench.heat(HotWaterStore(), 100, 1)
            water.capacityKWh = 500
            let heat = [
                Bench.asset(.heat, "boiler", Bench.heat(GasBoiler(), 1000, 0.8)),
                Bench.asset(.heat, "pump", Bench.heat(HeatPump(), 300, 3)),
                Bench.asset(.heat, "electrode", Bench.heat(ElectrodeBoiler(), 200, 1)),
                Bench.asset(.heat, "recovery", Bench.heat(HeatRecovery(), 500, 1)),
                Bench.asset(.heat, "store", water),
            ]
            heatAssets = heat.map(\.path.asset)
            var truth = PlantTruth()
            truth[HeatTruth.self].initialStoreFraction = store
            truth[HeatTruth.self].recoveredKW = recoveredKW
            truth[SolidOxideFuelCell.Truth.self].tankInitialLitres = 1e6
            var tank = EthanolStore()
            tank.capacityLitres = 1e6
            plant = ResponsivePlant(
                site: "s", location: Bench.location, meter: "meter",
                assets: [Bench.asset(.fuelcell, "cell", cell), Bench.asset(.ethanol, "tank", tank)] + heat,
                network: HotWaterNetwork(
                    demand: HeatDemand(
                        productionDayKW: 0, idleDayKW: 0, hallKWPerK: 20, perVehicleKWh: 0, heatingBaseC: 15),
                    lossFraction: 0.05), calendar: Bench.calendar, truth: truth, seed: 1)
        }

        mutating func step(
            demandKW: Double, pumpKW: Double, electrodeKW: Double, cellKW: Double? = nil, from: PlantTime = Bench.start,
            length: Span
        ) {
            for (path, wish) in [
                (AssetPath(.heat, "pump"), pumpKW), (AssetPath(.heat, "electrode"), electrodeKW),
                (AssetPath(.fuelcell, "cell"), cellKW),
            ] as [(AssetPath, Double?)] {
                if let wish { plant.order(path, wish, until: from + length) }
            }
            _ = plant.step(
                from: from, to: from + length,
                .init(freeKW: 0, offeredKW: [], loadKW: 0, temperatureC: 15 - demandKW / 20, electricVehicles: 0))
        }

        /// Not as a meter prints it. The fuel cell and its tank stand before the heat's assets.
        func exact(_ asset: String, _ place: Int = 0) -> Double {
            guard let index = heatAssets.firstIndex(of: asset) else { return .nan }
            return plant.told.port.exact(index + 2, place)
        }

        /// What the cell made; what the network does not take goes to the air.
        var cellHeatKW: Double { plant.told.port.exact(0, 1) }
        var storedKWh: Double { exact("store", 1) * 500 }
        /// What is still wanted.
        var openKW: Double { plant.told.port.heat.openKW }
    }

    @Test("uses what is there, then the store, then boilers")
    func order() {
        // 950 of demand is 1000 carried: 50 recovered, 100 of the cell, 200 pumped, 100 out of the store, 550 boiled.
        var network = Network(recoveredKW: 50)
        network.step(demandKW: 950, pumpKW: 200, electrodeKW: 0, length: .minutes(30))
        #expect(abs(network.exact("boiler") - 550) < 1e-9 && abs(network.exact("boiler", 1) - 687.5) < 1e-9)
        #expect(network.exact("store") == 100 && network.exact("recovery") == 50 && network.cellHeatKW == 100)
        #expect(network.exact("pump") == 200 && abs(network.exact("pump", 1) - 200 / 3.0) < 1e-9)
        #expect(abs(network.openKW) < 1e-9)
        #expect(abs(network.storedKWh - 200) < 1e-9)
    }

    @Test("stores a surplus and turns electric heat down when the store is full")
    func surplus() {
        // 100 kW carried: 40 of the cell, 60 pumped, nothing of the electric boiler, nothing into the store.
        var full = Network(store: 1, cellKW: 80)
        full.step(demandKW: 95, pumpKW: 300, electrodeKW: 200, length: .hours(1))
        #expect(full.cellHeatKW == 40 && abs(full.exact("pump") - 60) < 1e-9)
        #expect(full.exact("electrode") == 0 && full.exact("store") == 0 && full.exact("boiler") == 0)
        // With room for 100 kW the store takes them: 160 pumped.
        var half = Network(store: 0.5, cellKW: 80)
        half.step(demandKW: 95, pumpKW: 300, electrodeKW: 200, length: .hours(1))
        #expect(abs(half.exact("pump") - 160) < 1e-9 && half.exact("electrode") == 0)
        #expect(abs(half.exact("store") + 100) < 1e-9 && abs(half.storedKWh - 350) < 1e-9)
    }

    @Test("closes its balance and keeps its bounds", arguments: 0..<200 as Range<UInt64>)
    func balance(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "heat")
        var network = Network(store: chance.unit(), recoveredKW: chance.unit() * 120)
        var from = Bench.start
        for _ in 0..<50 {
            func any(_ most: Double) -> Double { (chance.unit() * 1.2 - 0.1) * most }
            let length = Span(ms: Int64((0.01 + chance.unit()) * 3_600_000))
            let demand = any(2000)
            let before = network.storedKWh.isNaN || from == Bench.start ? nil : Optional(network.storedKWh)
            network.step(
                demandKW: demand, pumpKW: any(400), electrodeKW: any(300), cellKW: any(400), from: from,
                length: length)
            from = from + length
            let store = network.exact("store")
            let sources = ["boiler", "pump", "electrode", "recovery"].map { network.exact($0) }
            #expect(sources.allSatisfy { $0 >= 0 } && abs(store) <= 100 + 1e-9, "seed \(seed)")
            #expect(zip(sources, [1000.0, 300, 200, 500]).allSatisfy { $0 <= $1 + 1e-9 }, "seed \(seed)")
            #expect((-1e-9...500 + 1e-9).contains(network.storedKWh), "seed \(seed)")
            // Sources and store give what uses and losses take, but for what no rating could give.
            let carried = max(0, demand) / 0.95
            if let before {
                #expect(abs(before - store * length.hours - network.storedKWh) < 1e-6, "seed \(seed)")
                let room = min(100, (500 - before) / length.hours)
                let taken = min(network.cellHeatKW, carried + room)
                let error = carried - network.openKW - taken - sources.reduce(0, +) - store
                #expect(abs(error) < 1e-6, "seed \(seed): \(error)")
            }
            #expect(network.openKW >= -1e-6, "seed \(seed): more than uses and store take")
            if network.openKW > 1e-6 {
                #expect(sources[0] == 1000, "seed \(seed)")
                #expect(store > 99.999 || network.storedKWh < 1e-6, "seed \(seed)")
            }
            // Boilers come last: none burns beside a store that is filled.
            #expect(store >= -1e-9 || sources[0] < 1e-9, "seed \(seed)")
        }
    }

    @Test("undefined demand and orders below nothing count as none", arguments: [Double.nan, -5, -Double.infinity])
    func undefined(value: Double) {
        var network = Network(store: 0)
        let order = value.isNaN ? 0 : value
        network.step(demandKW: value, pumpKW: order, electrodeKW: order, cellKW: 0, length: .minutes(30))
        for asset in ["boiler", "pump", "electrode", "store"] { #expect(network.exact(asset) == 0, "\(asset)") }
        #expect(network.storedKWh == 0)
    }

    @Test("the twin believes in its orders, in no store that nobody meters, and that boilers fill the rest")
    func belief() {
        var heat = Bench.heat()
        var image = PlantImage()
        image.airTemperatureC = UsedValue(5, .good)
        image.heatKW = 75
        let told = [AssetPath(.heat, "pump"): 300.0, AssetPath(.heat, "electrode"): 99]
        let reply = heat.tick([], Bench.context(1, setPoints: told), image)
        // 500 + 10 x (15 - 5) + 5 x 75 = 975 of demand, 1026.316 carried; 75 + 300 + 99 are there: 552.316 boiled.
        #expect(reply.used(.heat, "pump", "heat_kw") == UsedValue(300, .estimated))
        #expect(reply.used(.heat, "pump", "load_kw") == UsedValue(100, .estimated))
        #expect(reply.used(.heat, "electrode", "load_kw") == UsedValue(100, .estimated))
        #expect(reply.used(.heat, "recovery", "heat_kw") == UsedValue(0, .estimated))
        #expect(reply.used(.heat, "store", "heat_kw") == UsedValue(0, .estimated))
        #expect(reply.used(.heat, "store", "soc_fraction") == UsedValue(0.5, .estimated))
        #expect(abs(reply.used(.heat, "boiler", "heat_kw").value - 552.316) < 0.001)
        #expect(abs(reply.used(.heat, "boiler", "gas_kw").value - 690.395) < 0.001)
    }
}
