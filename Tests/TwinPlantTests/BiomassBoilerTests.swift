import Testing
import TwinCore
import TwinPlant

/// By hand: 10 MW of heat, 30 % at the least, 2 % a minute, 85 %.
@Suite("Biomass boiler")
struct BiomassBoilerTests {
    private static let path = AssetPath(.heat, "chips")

    static func boiler() -> BiomassBoiler {
        var boiler = BiomassBoiler()
        boiler.ratedKW = 10_000
        boiler.performance = 0.85
        boiler.minimumFraction = 0.3
        boiler.rampFractionPerMinute = 0.02
        return boiler
    }

    private static func twin(demandKW: Double, sources: [PlantAsset]) throws -> AreaTwin {
        let network = HotWaterNetwork(
            demand: HeatDemand(
                productionDayKW: demandKW, idleDayKW: demandKW, hallKWPerK: 0, perVehicleKWh: 0, heatingBaseC: 15.5),
            lossFraction: 0)
        return Bench.twin(.heat, sources, network: network)
    }

    private static func heat(_ reply: ComponentReply, _ asset: String, _ key: String = "heat_kw") -> Double? {
        reply.values.first { $0.asset == asset && $0.key == key }?.used.value
    }

    @Test("it lights at its least, climbs by its ramp, and burns heat over efficiency")
    func ramp() throws {
        var twin = try Self.twin(
            demandKW: 20_000, sources: [PlantAsset(Self.path, Self.boiler(), maxAge: .minutes(5))])
        let heats = (1...4).map { tick in
            let reply = twin.tick([], Bench.context(tick, setPoints: [Self.path: 10_000]), PlantImage())
            #expect(Self.heat(reply, "chips", "biomass_kw") == (Self.heat(reply, "chips") ?? 0) / 0.85)
            return Self.heat(reply, "chips")
        }
        #expect(heats == [3000, 3200, 3400, 3600])
    }

    @Test("without a set-point it follows what is open, and the gas boiler gives the rest")
    func beforeGas() throws {
        var gas = GasBoiler()
        gas.ratedKW = 50_000
        gas.performance = 0.85
        var fast = Self.boiler()
        fast.rampFractionPerMinute = 1
        var twin = try Self.twin(
            demandKW: 25_000,
            sources: [
                PlantAsset(AssetPath(.heat, "gas"), gas, maxAge: .minutes(5)),
                PlantAsset(Self.path, fast, maxAge: .minutes(5)),
            ])
        let reply = twin.tick([], Bench.context(1), PlantImage())
        #expect(Self.heat(reply, "chips") == 10_000 && Self.heat(reply, "gas") == 15_000)
    }

    @Test("a demand below its least puts the fire out")
    func least() throws {
        var twin = try Self.twin(
            demandKW: 2900, sources: [PlantAsset(Self.path, Self.boiler(), maxAge: .minutes(5))])
        #expect(Self.heat(twin.tick([], Bench.context(1), PlantImage()), "chips") == 0)
    }
}
