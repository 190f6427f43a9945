import Testing
import TwinCore
import TwinPlant

/// By hand: 2 MW, half of it at the least, 20 % a minute, 40 % power and 50 % heat of the fuel.
@Suite("Combined heat and power")
struct CombinedHeatPowerTests {
    private static let path = AssetPath(.chp, "engine")

    static func engine() -> CombinedHeatPower {
        var engine = CombinedHeatPower()
        engine.ratedKW = 2000
        engine.minimumFraction = 0.5
        engine.electricEfficiency = 0.4
        engine.heatEfficiency = 0.5
        engine.rampFractionPerMinute = 0.2
        return engine
    }

    private static func twin() -> AreaTwin { Bench.twin(.chp, [PlantAsset(path, engine(), maxAge: .minutes(5))]) }

    private static func value(_ reply: ComponentReply, _ key: String) -> Double? {
        reply.values.first { $0.key == key }?.used.value
    }

    @Test("told nothing it holds its rating, as it does when a lease ends")
    func untold() {
        var twin = Self.twin()
        let replies = (1...2).map { twin.tick([], Bench.context($0), PlantImage()) }
        #expect(replies.allSatisfy { Self.value($0, "power_kw") == 2000 && Self.value($0, "biomethane_kw") == 5000 })
    }

    @Test(
        "it starts at its least, climbs by its ramp; heat and fuel follow the power, and the network hears of the heat")
    func start() {
        var twin = Self.twin()
        _ = twin.tick([], Bench.context(1, setPoints: [Self.path: 0]), PlantImage())
        let replies = (2...5).map { twin.tick([], Bench.context($0, setPoints: [Self.path: 2000]), PlantImage()) }
        #expect(replies.map { Self.value($0, "power_kw") } == [1000, 1400, 1800, 2000])
        #expect(Self.value(replies[3], "heat_kw") == 2500 && Self.value(replies[3], "biomethane_kw") == 5000)
        #expect(replies[3].image.heatKW == 2500)
    }

    @Test("a set-point below its least is held at the least; 0 is rest")
    func least() {
        var twin = Self.twin()
        _ = twin.tick([], Bench.context(1, setPoints: [Self.path: 0]), PlantImage())
        #expect(
            Self.value(twin.tick([], Bench.context(2, setPoints: [Self.path: 300]), PlantImage()), "power_kw") == 1000)
        #expect(Self.value(twin.tick([], Bench.context(3, setPoints: [Self.path: 0]), PlantImage()), "power_kw") == 0)
    }
}
