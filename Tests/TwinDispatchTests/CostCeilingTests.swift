import Testing
import TwinCore

@testable import TwinDispatch

/// What a tonne may cost.
@Suite("Price of a tonne")
struct CostCeilingTests {
    private static let prices = ElectricityPrices(currency: "GBP", importPerKWh: 0.22, exportPerKWh: 0.06)

    private func plant(_ site: SiteView, _ offers: [Offer]) -> PlantView {
        var site = site
        site.prices = Self.prices
        return PlantView(site: site, openHeatKW: 1000, offers: offers)
    }

    /// Heat of a boiler costs 0.049 GBP and 215.3 g a kWh.
    private func heat(_ name: String, performance: Double) -> Offer {
        Offer(
            Converter(
                path: AssetPath(.heat, name),
                input: .electricity(
                    perKW: performance, breakEvenGPerKWh: 215.3 * performance, replacedPricePerKWh: 0.049 * performance),
                ratedKW: 600, measuredKW: UsedValue(0, .good)), ramp: 1)
    }

    private func decide(_ plant: PlantView, mostPerTonne: Double = 250) -> [(value: Double, reason: String)] {
        DispatchRules(storage: DispatchBench.rule, exportMaxKW: 800, maxCostPerTonne: mostPerTonne).decide(plant)
            .map { ($0.value, $0.reason.text) }
    }

    @Test("a heat pump is worth its price, an electric boiler on import is not, on a surplus it is")
    func heat() {
        // (0.22 - 3 x 0.049) / (645.9 - 128) g and (0.22 - 0.049) / (215.3 - 128) g.
        let both = [heat("a-pump", performance: 3), heat("b-boiler", performance: 1)]
        let site = DispatchBench.site(intensity: UsedValue(128, .good))
        let wishes = decide(plant(site, both))
        #expect(wishes[0].value == 600)
        #expect(wishes[0].reason == "cleaner than gas: 128 g/kWh is below break-even (646); 141 GBP/t")
        #expect(wishes[1].value == 0)
        #expect(
            wishes[1].reason
                == "left for its price: 128 g/kWh is below break-even (215); 1959 GBP/t is above 250 GBP/t")
        // Under a higher ceiling the rules have their order.
        #expect(decide(plant(site, both), mostPerTonne: 2000).map(\.value) == [600, 400])
        // (0.06 - 0.049) / 215.3 g.
        let surplus = DispatchBench.site(importKW: 0, exportKW: 300, intensity: UsedValue(128, .good))
        let boiler = decide(plant(surplus, [both[1]]))
        #expect(boiler[0].value == 300 && boiler[0].reason == "surplus: 300 kW would be exported; 51 GBP/t")
    }

    @Test("without prices nothing is judged, and what is no dearer is always done")
    func unjudged() {
        let boiler = heat("b-boiler", performance: 1)
        let site = DispatchBench.site(intensity: UsedValue(128, .good))
        let plain = PlantView(site: site, openHeatKW: 1000, offers: [boiler])
        #expect(decide(plain)[0].value == 600)
        let cop5 = decide(plant(site, [heat("pump", performance: 5)]))
        #expect(cop5[0].value == 600 && cop5[0].reason.hasSuffix("; no dearer"))
    }

    @Test("oven elements are judged as heat is")
    func elements() {
        let oven = Offer(
            SourceSwitch(
                path: AssetPath(.burner, "oven"), ratedKW: 500, loadKW: UsedValue(0, .good),
                canLoadKW: UsedValue(500, .good), breakEvenGPerKWh: 200, replacedPricePerKWh: 0.05, mustRest: false))
        let site = DispatchBench.site(intensity: UsedValue(128, .good))
        #expect(decide(plant(site, [oven]))[0].value == 0)
        #expect(decide(plant(site, [oven]), mostPerTonne: 2400)[0].value == 1)
    }

    @Test("stored import pays for its losses: a small spread is left, a large one is bought")
    func storage() {
        // 0.22 x (1 / 0.855 - 1) GBP a kWh; 200 - 100 / 0.855 g and 400 - 100 / 0.855 g.
        func string(_ ahead: [Double]) -> (value: Double, reason: String) {
            decide(
                plant(
                    DispatchBench.site(intensity: UsedValue(100, .good), forecast: ahead),
                    [Offer(DispatchBench.unit(), ramp: 1)]))[0]
        }
        let small = string([200, 100, 250, 150])
        #expect(
            small.value == 0
                && small.reason
                    == "left for its price: 100 g/kWh now would save 200 g/kWh later; 449 GBP/t is above 250 GBP/t"
        )
        let large = string([400, 100, 450, 150])
        #expect(large.value == -500 && large.reason.hasSuffix("(to 100); 132 GBP/t"))
    }

    @Test("a generator whose fuel is too dear for what it saves goes to its minimum")
    func generator() {
        func cell(_ price: Double?) -> (value: Double, reason: String) {
            decide(
                plant(
                    DispatchBench.site(intensity: UsedValue(200, .good)),
                    [
                        Offer(
                            Generator(
                                path: AssetPath(.fuelcell, "c"), ratedKW: 400, minimumKW: 160, rampKWPerStep: 8,
                                powerKW: UsedValue(400, .good), pricePerKWh: price))
                    ]))[0]
        }
        #expect(cell(0.2).value == 400 && cell(nil).value == 400)
        // 0.06 GBP more for 200 g.
        #expect(
            cell(0.28).value == 160
                && cell(0.28).reason == "left for its price: its fuel against the grid; 300 GBP/t is above 250 GBP/t")
    }
}
