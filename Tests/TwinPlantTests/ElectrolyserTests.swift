import Testing
import TwinBooks
import TwinCore
import TwinPlant

/// By hand: 5 MW, a tenth of it at the least, 60 % of the electricity as hydrogen.
@Suite("Electrolyser")
struct ElectrolyserTests {
    private static let path = AssetPath(.hydrogen, "stack")

    private static func electrolyser() -> Electrolyser {
        var electrolyser = Electrolyser()
        electrolyser.ratedKW = 5000
        electrolyser.minimumFraction = 0.1
        electrolyser.efficiency = 0.6
        return electrolyser
    }

    private static func twin() -> AreaTwin {
        AreaTwin(
            site: "s", area: .hydrogen, location: SolarSite(latitudeDeg: 55, longitudeDeg: 0, elevationM: 0),
            calendar: Bench.calendar, network: nil, [PlantAsset(path, electrolyser(), maxAge: .minutes(5))])
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

    @Test("its bus balances: what is made is what is used")
    func bus() throws {
        let asset = PlantAsset(Self.path, Self.electrolyser(), maxAge: .minutes(5))
        var twin = Self.twin()
        var books = Books(chart: Chart(asset.meters), losses: LossFractions(electricity: 0, heat: 0))
        let context = Bench.context(1, setPoints: [Self.path: 5000])
        let reply = twin.tick([], context, PlantImage())
        _ = books.post(cells: reply.cells, intensities: [], lineOffs: [], context: context)
        let row = try #require(books.rows.first)
        // 3,000 kW for a minute are 180 MJ.
        #expect(row[.hydrogenMade].energy.wattSeconds == 180_000_000)
        #expect(row[.hydrogenUses].energy == row[.hydrogenMade].energy)
    }
}
