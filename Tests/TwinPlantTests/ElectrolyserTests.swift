import Testing
import TwinCore
import TwinPlant

/// By hand: 5 MW, a tenth of it at the least, 60 % of the electricity as hydrogen.
@Suite("Electrolyser")
struct ElectrolyserTests {
    private static let path = AssetPath(.hydrogen, "stack")

    static func electrolyser() -> Electrolyser {
        var electrolyser = Electrolyser()
        electrolyser.ratedKW = 5000
        electrolyser.minimumFraction = 0.1
        electrolyser.efficiency = 0.6
        return electrolyser
    }

    private static func twin() -> AreaTwin {
        Bench.twin(.hydrogen, [PlantAsset(path, electrolyser(), maxAge: .minutes(5))])
    }

    private static func value(_ reply: ComponentReply, _ key: String) -> Double? {
        reply.values.first { $0.key == key }?.used.value
    }

    @Test("it takes what it may, makes hydrogen of it, and rests below its least or without a command")
    func load() {
        var twin = Self.twin()
        let wanted = [5000.0, 1200, 499].map { kw in
            twin.tick([], Bench.context(1, setPoints: [Self.path: kw]), PlantImage())
        }
        #expect(wanted.map { Self.value($0, "load_kw") } == [5000, 1200, 0])
        #expect(wanted.map { Self.value($0, "hydrogen_kw") } == [3000, 720, 0])
        #expect(Self.value(twin.tick([], Bench.context(2), PlantImage()), "load_kw") == 0)
    }
}
