import Foundation
import Testing
import TwinCore
import TwinDispatch
import TwinPlant
import TwinProgram
import TwinSolver

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

    /// Wood at 0.03 a kWh burns to heat at 0.03 / 0.85 = 0.0353; gas at 0.045 / 0.85 = 0.0529 fills the rest. 12 MW are
    /// open by day, of which it gives its 10; for 1.5 MW at night its least of 3 costs more than gas.
    @Test("the biomass boiler is dispatched without a line of solver code")
    func planned() throws {
        guard let coin = try? CoinSolver() else {  // `make test` installs it
            print("no solver here: install the Debian package coinor-libcbc3")
            return
        }
        let start = PlantTime(ms: 1_750_226_400_000)
        var scene = OfferScene(
            time: start, step: .minutes(1), calendar: Bench.calendar, outdoorC: UsedValue(10, .good), rampFraction: 1,
            storageDeadbandKW: 0, fuelGramsPerKWh: Fuel.allCases.map { $0 == .biomass ? 10 : 180 })
        scene.fuelPricePerKWh = Fuel.allCases.map { $0 == .biomass ? 0.03 : 0.045 }
        scene.heat.fillingPricePerKWh = 0.045 / 0.85
        scene.heat.fillingGramsPerKWh = 180 / 0.85
        scene.path = Self.path
        let offer = try #require(Self.boiler().offer(scene))
        let site = SiteView(
            importKW: 1000, exportKW: 0, isGridMeasured: true, isGridConnected: true,
            intensityGPerKWh: UsedValue(200, .good), outlook: Outlook())
        let views = [12_000.0, 1500].map { openKW in
            var view = PlantView(site: site, openHeatKW: openKW, offers: [offer])
            view.heatFilling = HeatFilling(
                gramsPerKWh: scene.heat.fillingGramsPerKWh, pricePerKWh: scene.heat.fillingPricePerKWh)
            return view
        }
        let problem = PlanProblem(
            now: views[0],
            periods: views.enumerated().map { place, view in
                PlanProblem.Period(start: start + .hours(Int64(place)), hours: 1, view: view, gramsPerKWh: 200)
            }, connection: .init(importMaxKW: 5000, exportMaxKW: 0, peakKW: 5000), step: .minutes(1),
            objective: PlanObjective(carbonPerTonne: 0))
        let plan = try Planner(coin).plan(problem).get()
        #expect(plan.setPoints[Self.path] == [10_000, 0])
        // Nothing that makes plans has heard of it.
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        for target in ["TwinProgram", "TwinSolver", "TwinDispatch"] {
            let files = try #require(
                FileManager.default.enumerator(atPath: folder.appending(path: "Sources/\(target)").path))
            for case let file as String in files where file.hasSuffix(".swift") {
                let text = try String(
                    contentsOf: folder.appending(path: "Sources/\(target)/\(file)"), encoding: .utf8)
                #expect(!text.lowercased().contains("biomass"), "\(target)/\(file)")
            }
        }
    }
}
