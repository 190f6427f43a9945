import Testing
import TwinCore
import TwinDispatch

@testable import TwinPlant

/// The simulated plant behind its open breaker, where loads can be switched.
@Suite("The island of the simulated plant")
struct IslandPlantTests {
    private static let press = AssetPath(.shop, "press"), body = AssetPath(.shop, "body")

    private static func shop(_ path: AssetPath, neverOffKW: Double) -> PlantAsset {
        var shop = Bench.shop(gasMaxKW: 0)
        shop.isSwitched = true
        shop.neverOffKW = neverOffKW
        return Bench.asset(.shop, path.asset, shop)
    }

    private static func plant(
        _ others: [PlantAsset] = [], lossFraction: Double = 0, soc: Double = 0.5
    ) -> ResponsivePlant {
        var truth = ResponsivePlantTests.truth(lossFraction: lossFraction)
        truth[BatteryUnit.Truth.self].initialSOC = soc
        let assets = [
            shop(press, neverOffKW: 20), shop(body, neverOffKW: 0), Bench.asset(.storage, "ess-1", Bench.battery()),
        ]
        return ResponsivePlant(
            site: "s", location: Bench.location, meter: "meter", assets: others + assets, network: nil,
            calendar: Bench.calendar, truth: truth, seed: 1)
    }

    /// 100 kW that nothing switches, 300 of the presses and 400 of the body shop.
    private static func step(_ plant: inout ResponsivePlant, _ minute: Int64 = 0) -> ResponsivePlant.Step {
        let from = Bench.start + minute * .minutes(1)
        return plant.step(
            from: from, to: from + .minutes(1),
            .init(
                freeKW: 0, offeredKW: [], loadKW: 800, circuitKW: [300, 400], temperatureC: 10, electricVehicles: 0))
    }

    private static func told(_ plant: ResponsivePlant, _ asset: String, _ key: String = "power_kw") -> Double? {
        plant.readings.first { $0.path.asset == asset && $0.key == key }?.value
    }

    private static func switchOff(_ plant: inout ResponsivePlant, _ paths: AssetPath...) {
        for path in paths { plant.order(path, 0, until: Bench.start + .hours(1)) }
    }

    @Test(
        "a circuit that is off draws what its interlock keeps, with the grid as without; its word is obeyed and answered"
    )
    func off() throws {
        var plant = Self.plant()
        let payload =
            #"{"id":"r-1-1","action":"set_mode","value":"off","unit":null,"expires":"2099-01-01T00:00:00Z","lease_s":180}"#
        plant.receive(
            topic: "v1/s/shop/press/cmd", payload: Array(payload.utf8), correlation: nil, now: Bench.start,
            retained: false)
        let step = Self.step(&plant)
        #expect(step.circuitKW == [20, 400] && step.servedLoadKW == 520 && step.servedShare == 1)
        // 80 W are the string's own.
        #expect(abs(step.importKW - 520.08) < 1e-9)
        let messages = plant.messages(from: Bench.start, to: Bench.start + .minutes(1), number: 1)
        let answer = try #require(messages.first { $0.topic == "v1/s/shop/press/ack" })
        #expect(try JSONReader.read(answer.payload)["state"]?.text == "accepted")
        // Its lease is over after three minutes.
        #expect(Self.step(&plant, 3).circuitKW == [300, 400])
    }

    @Test("what is on is carried whole, or the island collapses and nothing is served")
    func collapse() {
        var plant = Self.plant(lossFraction: 0.02)
        plant.isOutage = true
        // 800 kW of load for 500 kW of storage.
        let dark = Self.step(&plant)
        #expect(dark.servedLoadKW == 0 && dark.circuitKW == [0, 0] && dark.servedShare == 0)
        #expect(Self.told(plant, "ess-1") == 0 && Self.told(plant, "ess-1", "soc_fraction") == 0.5)
        // (100 + 300) x 1.02 = 408 kW are within them; so are they exactly.
        Self.switchOff(&plant, Self.body)
        let lit = Self.step(&plant, 1)
        #expect(lit.servedLoadKW == 400 && lit.circuitKW == [300, 0] && lit.servedShare == 1)
        #expect(Self.told(plant, "ess-1") == 408 && lit.importKW == 0 && lit.exportKW == 0)
        // Nothing forms a grid.
        plant.tripped = [AssetPath(.storage, "ess-1")]
        #expect(Self.step(&plant, 2).servedLoadKW == 0)
    }

    /// 250 beside 500 kW: of 400.16 kW (80 W are each string's own use, which is in what it can) a third and two thirds.
    @Test("strings share by what they can do")
    func shares() throws {
        var small = Bench.battery()
        small.powerMaxKW = 250
        var plant = Self.plant([Bench.asset(.storage, "ess-0", small)])
        plant.isOutage = true
        Self.switchOff(&plant, Self.body)
        #expect(Self.step(&plant).servedLoadKW == 400)
        let (one, two) = (try #require(Self.told(plant, "ess-0")), try #require(Self.told(plant, "ess-1")))
        #expect(abs(one - 133.3) < 0.11 && abs(two - 266.7) < 0.11)
    }

    @Test("storage takes what is too much, and where it is full the island does not hold")
    func surplus() {
        // The cell runs at its 1000 kW, and 800 kW are drawn.
        let cell = [Bench.asset(.fuelcell, "cell", Bench.cell), Bench.asset(.ethanol, "tank", Bench.tank)]
        var plant = Self.plant(cell)
        plant.isOutage = true
        #expect(Self.step(&plant).servedLoadKW == 800)
        #expect(Self.told(plant, "ess-1") == -200)
        var full = Self.plant(cell, soc: 0.9)
        full.isOutage = true
        #expect(Self.step(&full).servedLoadKW == 0 && Self.told(full, "cell") == 0)
        // It stands hot and comes back at its minimum of 300 kW, and up its ramp: 100 kW of storage carry the rest.
        Self.switchOff(&full, Self.body)
        #expect(Self.step(&full, 1).servedLoadKW == 400)
        #expect((300...310).contains(Self.told(full, "cell") ?? 0))
    }

    @Test("what a shop offers as a circuit, and what it says of a load that never goes off")
    func offers() throws {
        var shop = Bench.shop(loadMaxKW: 30_000, gasMaxKW: 0)
        #expect(shop.control == nil && shop.problems.isEmpty)
        (shop.isSwitched, shop.shedPriority, shop.restart, shop.neverOffKW) = (true, 3, .seconds(60), 40)
        #expect(shop.control?.action == .setMode && shop.problems.isEmpty)
        shop.neverOffKW = 30_000
        #expect(shop.problems.map(\.key) == ["circuit"])
    }
}
