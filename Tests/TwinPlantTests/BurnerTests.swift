import Testing
import TwinCore
import TwinPlant
import TwinUnits

/// An oven, an oxidiser and supply air with round numbers.
enum Burners {
    private static func demand(production: Double = 0, idle: Double = 0, vehicle: Double = 0, air: Double = 0)
        -> EnergyModel
    {
        var model = EnergyModel.none
        model.gasProductionDayKW = production
        model.gasIdleDayKW = idle
        model.gasPerVehicleKWh = vehicle
        model.gasPaintKWPerK = air
        return model
    }

    /// 1,000 kW and 20 kWh a vehicle of gas at 0.7; elements of 600 kW at 0.95.
    static let oven = ProcessBurner(
        kind: .oven, demand: demand(production: 1000, idle: 300, vehicle: 20), efficiency: 0.7, gasMaxKW: 5000,
        elements: .init(ratedKW: 600, efficiency: 0.95, rest: .minutes(30)))
    static let oxidiser = ProcessBurner(
        kind: .oxidiser, demand: demand(production: 400, idle: 100, vehicle: 4), efficiency: 0.98, gasMaxKW: 1000,
        idleFraction: 0.3)
    /// 50 kW/K below 15.5 degC at a design of 23 degC.
    static let air = ProcessBurner(
        kind: .supplyAir, demand: demand(air: 50), efficiency: 0.98, gasMaxKW: 2000,
        air: .init(low: 21, design: 23, high: 25))

    static let all = [("oven", oven), ("oxidiser", oxidiser), ("air", air)]

    static var kinds: [PlantAsset] {
        var dual = Oven()
        dual.burner = oven
        dual.hasElements = true
        if let elements = oven.elements { dual.elements = elements }
        var thermal = Oxidiser()
        thermal.burner = oxidiser
        var booth = SupplyAir()
        booth.burner = air
        if let window = air.air { booth.window = window }
        return [
            Bench.asset(.burner, "oven", dual), Bench.asset(.burner, "oxidiser", thermal),
            Bench.asset(.burner, "air", booth),
        ]
    }

    static func component() -> AreaTwin { Bench.twin(.burner, kinds) }
}

@Suite("Process burners")
struct ProcessBurnerTests {
    private func gas(
        _ burner: ProcessBurner, _ setting: ProcessBurner.Setting = .init(), production: Bool = true,
        outdoorC: Double = 5.5, vehicles: Double = 75
    ) -> ProcessBurner.Output {
        burner.output(setting, isProductionDay: production, outdoorC: outdoorC, vehiclesPerHour: vehicles)
    }

    @Test("an oven takes a part of its heat from its elements, and the heat stays the same")
    func oven() {
        // 1000 + 20 x 75 = 2500 kW of gas, 1750 kW of heat.
        let onGas = gas(Burners.oven)
        #expect(onGas.gasKW == 2500 && onGas.electricKW == 0 && onGas.canElectricKW == 600)
        // 600 x 0.95 = 570 kW of heat replace 570 / 0.7 = 814.29 kW of gas.
        let electric = gas(Burners.oven, .init(isElectric: true))
        #expect(electric.electricKW == 600 && abs(electric.gasKW - 1685.714) < 0.001)
        #expect(abs(electric.gasKW * 0.7 + electric.electricKW * 0.95 - 1750) < 1e-9)
        // Idle day: 300 kW of gas, 210 kW of heat, all of it from 221.05 kW of elements.
        let idle = gas(Burners.oven, .init(isElectric: true), production: false, vehicles: 0)
        #expect(abs(idle.electricKW - 221.0526) < 0.001 && abs(idle.gasKW) < 1e-9)
    }

    @Test("supply air two degrees cooler burns as much less as two degrees of outdoor air")
    func supplyAir() {
        // 50 x (15.5 - 5.5) = 500; at 21 degC 50 x (13.5 - 5.5) = 400.
        #expect(gas(Burners.air).gasKW == 500)
        #expect(gas(Burners.air, .init(airC: 21)).gasKW == 400)
        // Outside the window it is held at its edge.
        #expect(gas(Burners.air, .init(airC: 10)).gasKW == 400)
        #expect(gas(Burners.air, .init(airC: 40)).gasKW == 600)
        #expect(gas(Burners.air, production: false).gasKW == 0 && gas(Burners.air, outdoorC: 20).gasKW == 0)
    }

    @Test("an oxidiser turned down burns a share of a production day's base, and never more than it would")
    func oxidiser() {
        // 400 + 4 x 75 = 700; idle 0.3 x 400 = 120; an idle day's own 100 is less.
        #expect(gas(Burners.oxidiser).gasKW == 700)
        #expect(gas(Burners.oxidiser, .init(mode: .idle)).gasKW == 120)
        #expect(gas(Burners.oxidiser, .init(mode: .idle), production: false, vehicles: 0).gasKW == 100)
        #expect(gas(Burners.oxidiser, .init(mode: .off)).gasKW == 0)
    }

    @Test("over seeds: gas within its range, and an oven's heat the same from either source", arguments: 0..<200)
    func seeds(seed: Int) {
        var chance = SeedStream(seed: UInt64(seed), name: "burners")
        let (outdoor, vehicles) = (40 * chance.unit() - 15, 120 * chance.unit())
        let production = chance.unit() < 0.7
        for (_, burner) in Burners.all {
            let setting = ProcessBurner.Setting(
                airC: 60 * chance.unit(), isElectric: chance.unit() < 0.5,
                mode: [.off, .idle, .run][Int(chance.next() % 3)])
            let out = gas(burner, setting, production: production, outdoorC: outdoor, vehicles: vehicles)
            let plain = gas(burner, production: production, outdoorC: outdoor, vehicles: vehicles)
            #expect((0...burner.gasMaxKW).contains(out.gasKW) && (0...600).contains(out.electricKW))
            if burner.kind == .oven {
                let heat = out.gasKW * 0.7 + out.electricKW * 0.95
                #expect(abs(heat - plain.gasKW * 0.7) < 1e-6)
            } else if burner.kind == .oxidiser {
                #expect(out.gasKW <= plain.gasKW)
            }
        }
    }
}

@Suite("Process burners as the twin sees them")
struct ProcessBurnersTests {
    private var image: PlantImage {
        var image = PlantImage()
        image.airTemperatureC = UsedValue(5.5, .good)
        return image
    }

    private func value(_ reply: ComponentReply, _ asset: String, _ key: String) -> UsedValue? {
        reply.values.first { $0.asset == asset && $0.key == key }?.used
    }

    private func energy(_ reply: ComponentReply, _ account: Account, _ asset: String) -> Int64? {
        reply.cells.first { $0.meter == Meter(account, .burner, asset) && $0.tick == Bench.start }?.energy.wattSeconds
    }

    @Test("without a meter the model stands in, as it was told")
    func estimated() {
        var burners = Burners.component()
        let told = [AssetPath(.burner, "oven"): 1.0, AssetPath(.burner, "air"): 21, AssetPath(.burner, "oxidiser"): 1]
        let reply = burners.tick([], Bench.context(1, setPoints: told), image)
        #expect(value(reply, "oven", "load_kw") == UsedValue(600, .estimated))
        #expect(value(reply, "air", "gas_kw") == UsedValue(400, .estimated))
        #expect(value(reply, "air", "temperature_c") == UsedValue(21, .estimated))
        #expect(value(reply, "oxidiser", "gas_kw") == UsedValue(120, .estimated))
        // 1685.714 + 400 + 120 kW of gas, 600 kW of load.
        #expect(abs(reply.total("gas_kw").value - 2205.714) < 0.001 && reply.total("load_kw").value == 600)
    }

    @Test("meters beat the model; gas and elements make their heat in place")
    func measured() {
        var burners = Burners.component()
        let reply = burners.tick(
            [
                Bench.minute(.burner, "oven", at: 0, #""gas_kw":1500,"load_kw":590,"can_load_kw":600"#),
                Bench.minute(.burner, "oxidiser", at: 0, #""gas_kw":650"#),
            ], Bench.context(1), image)
        #expect(value(reply, "oven", "gas_kw") == UsedValue(1500, .good))
        #expect(value(reply, "oven", "can_load_kw") == UsedValue(600, .good))
        // 1500 kW for a minute are 90,000 kWs; x 0.7 and 590 x 60 x 0.95.
        #expect(energy(reply, .gas, "oven") == 90_000_000)
        #expect(energy(reply, .heatDirectFired, "oven") == 63_000_000)
        #expect(energy(reply, .load, "oven") == 35_400_000)
        #expect(energy(reply, .heatElectric, "oven") == 33_630_000)
        #expect(energy(reply, .load, "oxidiser") == nil)
    }

    @Test("a register of gas beats the power beside it")
    func register() {
        var burners = Burners.component()
        _ = burners.tick(
            [Bench.minute(.burner, "oven", at: 0, #""gas_kw":1500,"gas_total_kwh":100"#)], Bench.context(1), image)
        let reply = burners.tick(
            [Bench.minute(.burner, "oven", at: 60, #""gas_kw":1500,"gas_total_kwh":130"#)], Bench.context(2), image)
        // 30 kWh in the second minute where the power says 25.
        let cell = reply.cells.first {
            $0.meter == Meter(.gas, .burner, "oven") && $0.tick == Bench.start + .minutes(1)
        }
        #expect(cell?.energy.wattSeconds == 108_000_000)
    }

    @Test(
        "wrong payloads are counted by reason, and the model stands in",
        arguments: [
            (#""gas_kw":"much""#, RejectReason.wrongType), (#""gas_kw":-56"#, .outOfRange),
            (#""gas_kw":5501"#, .outOfRange), (#""load_kw":700"#, .outOfRange), (#""steam_kw":5"#, .unknownKey),
            (#""gas_kw":NaN"#, .parse), (#""gas_kw":1e999"#, .notFinite),
        ])
    func badInput(values: String, reason: RejectReason) {
        var burners = Burners.component()
        let reply = burners.tick([Bench.minute(.burner, "oven", at: 0, values)], Bench.context(1), image)
        #expect(reply.counts.rejected == [reason: 1])
        #expect(value(reply, "oven", "gas_kw") == UsedValue(2500, .estimated))
    }

    @Test("a burner that is not configured is named, not believed")
    func unknown() {
        var burners = Burners.component()
        let reply = burners.tick([Bench.minute(.burner, "kiln", at: 0, #""gas_kw":1"#)], Bench.context(1), image)
        #expect(reply.refusals.first?.failure.text == "no asset \"kiln\" in the configuration")
    }
}
