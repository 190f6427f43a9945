import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinDispatch
import TwinPlant

@testable import TwinRuntime

/// Steps of an hour; a kWh of import is 0.20 and 200 g by the year's factor, 100 g by half hour, one of export 0.05; gas,
/// biomethane and the heat that fills the network have factors that the cases name.
@Suite("The plant that nobody commands")
struct CounterfactualTests {
    static let start = PlantTime(ms: 1_750_000_000_000)
    let path = AssetPath(.storage, "one")

    func good(_ value: Double) -> UsedValue { UsedValue(value, .good) }

    func moment(
        _ offer: Offer, hour: Int64, setPoint: Double?, netKW: Double = 1000, day: Int = 1,
        halfHourly: Double = 100, openHeatKW: Double = 0, _ change: (inout OfferFacts) -> Void = { _ in }
    ) -> Counterfactual.Moment {
        var site = SiteView(
            importKW: max(0, netKW), exportKW: max(0, -netKW), isGridMeasured: true, isGridConnected: true,
            intensityGPerKWh: good(halfHourly), outlook: Outlook())
        site.prices = ElectricityPrices(currency: "GBP", importPerKWh: 0.2, exportPerKWh: 0.05)
        var plant = PlantView(site: site, openHeatKW: openHeatKW, offers: [offer])
        plant.heatFilling = HeatFilling(gramsPerKWh: 220, pricePerKWh: 0.06)
        var facts = OfferFacts()
        change(&facts)
        let from = CounterfactualTests.start + .hours(hour)
        return Counterfactual.Moment(
            plant: plant, from: from, to: from + .hours(1), day: CivilDate(year: 2025, month: 6, day: day),
            setPoints: [setPoint], facts: [facts], annualGPerKWh: 200, halfHourlyGPerKWh: halfHourly,
            fuelGPerKWh: [200, 0, 0, 0], fuelPrices: [0.05, 0.1, 0.04, 0.06])
    }

    func saved(_ moments: [Counterfactual.Moment]) -> SavedByDispatch? {
        var counterfactual = Counterfactual()
        for moment in moments { counterfactual.look(moment) }
        return counterfactual.today
    }

    func expect(
        _ figures: DispatchFigures?, _ annual: Double, _ halfHourly: Double, _ money: Double,
        _ location: SourceLocation = #_sourceLocation
    ) {
        guard let figures else {
            Issue.record("nothing was commanded", sourceLocation: location)
            return
        }
        for (found, wanted) in [
            (figures.kgAnnual, annual), (figures.kgHalfHourly, halfHourly), (figures.money, money),
        ] {
            #expect(abs(found - wanted) < 1e-9, "\(figures)", sourceLocation: location)
        }
    }

    func store(_ soc: Double, _ powerKW: Double) -> Offer {
        Offer(
            Store(
                path: path, powerMaxKW: 200, capacityKWh: 1000, socMin: 0, socMax: 1, socReserve: 0.1,
                chargeEfficiency: 0.8, dischargeEfficiency: 0.9, soc: good(soc), powerKW: good(powerKW),
                step: .hours(1)), ramp: 1)
    }

    @Test("without a command nothing is said; commanded to what it does by itself it saves exactly nothing")
    func nothing() {
        #expect(saved([moment(store(0.5, 90), hour: 0, setPoint: nil)]) == nil)
        let resting = saved((0..<5).map { moment(store(0.5, 0), hour: $0, setPoint: 0) })
        #expect(resting?.value == DispatchFigures() && resting?.halfWidth == DispatchFigures())
        #expect(resting?.countedMs == Span.hours(5).ms)
    }

    @Test("a store that charges in a clean hour and gives in a dirty one; what it holds less is levelled")
    func stores() {
        // In 100 kWh (80 inside) at 50 g, out 72 kWh (80 inside) at 250 g: it is where it was.
        let day = [
            moment(store(0.5, 0), hour: 0, setPoint: 0, halfHourly: 150),
            moment(store(0.58, -100), hour: 1, setPoint: -100, halfHourly: 50),
            moment(store(0.5, 72), hour: 2, setPoint: 72, halfHourly: 250),
        ]
        // -100 + 72 kWh: at 200 g -5.6 kg, at 0.20 -5.60; by half hour -100 x 0.05 + 72 x 0.25 = 13 kg.
        let round = saved(day)
        expect(round?.value, -5.6, 13, -5.6)
        expect(round?.levelled, 0, 0, 0)
        // After two hours 80 kWh more are inside, 72 at the meter: x 0.2 = 14.4 kg; mean of the half hours is 100 g.
        let half = saved(Array(day.prefix(2)))
        expect(half?.levelled, 14.4, 7.2, 14.4)
        expect(half?.value, -20 + 14.4, -5 + 7.2, -20 + 14.4)
    }

    @Test("what the models of the present miss is the interval: sum and spread by half hours")
    func interval() {
        // Told 0 it draws 1 kW: 0.2 kg an hour; 3 hours: 0.6 + 1.96 x sqrt(3 x 0.04).
        let drawing = saved((0..<3).map { moment(store(0.5, -1), hour: $0, setPoint: 0) })
        let half = 0.6 + 1.96 * 0.12.squareRoot()
        expect(drawing?.halfWidth, half, half / 2, half)
        #expect(drawing?.json["kg_annual_factor"]?["proven"] == .bool(false))
    }

    @Test("an engine told to rest: import that it spared, and fuel that it did not burn")
    func generator() {
        func engine(_ powerKW: Double) -> Offer {
            Offer(
                Generator(
                    path: path, ratedKW: 100, minimumKW: 40, rampKWPerStep: 1000, powerKW: good(powerKW),
                    heatPerKWh: 0.5))
        }
        func facts(_ kW: Double) -> (inout OfferFacts) -> Void {
            { facts in
                facts.generator = GeneratorModel(.biomethane, electric: 0.5, heat: 0.25)
                (facts.fuelKW, facts.heatKW) = (self.good(2 * kW), self.good(kW / 2))
            }
        }
        // Left alone 100 kW: 20 kg and 20.00 less import, 200 kWh of biomethane at 0.06 more; its 50 kWh of heat replace
        // filling, 11 kg and 3.00, as long as the network takes them.
        let rest = saved([
            moment(engine(100), hour: 0, setPoint: nil, openHeatKW: 50, facts(100)),
            moment(engine(0), hour: 1, setPoint: 0, openHeatKW: 80, facts(0)),
        ])
        expect(rest?.value, -20 - 11, -10 - 11, -20 + 12 - 3)
    }

    @Test("a heat pump: what it draws against what would have been filled")
    func converter() {
        let pump = Offer(
            Converter(
                path: path, input: .electricity(perKW: 3, breakEvenGPerKWh: 660), ratedKW: 500,
                measuredKW: good(300)), ramp: 1)
        // 100 kWh of import less 300 kWh of heat at 220 g and 0.06.
        expect(
            saved([moment(pump, hour: 0, setPoint: 300, openHeatKW: 300)])?.value, -20 + 66, -10 + 66, -20 + 18)
    }

    @Test("a hot-water store that was filled holds filling that is spared later")
    func heatStore() {
        let pump = Offer(
            Converter(
                path: path, input: .electricity(perKW: 3, breakEvenGPerKWh: 660), ratedKW: 500,
                measuredKW: good(300)), ramp: 1)
        // The uses take 200 kW, the pump gives 300: 100 kWh go into the store, whose share of the open heat is -100.
        // Alone the store would have given its 150 kWh and the boiler 50: filled 11 kg, and 250 kWh are more inside.
        var first = moment(pump, hour: 0, setPoint: 300, openHeatKW: 200)
        first.plant.heatStore = HeatStore(storedKWh: 150, capacityKWh: 1000, powerMaxKW: 500)
        var second = first
        (second.from, second.to) = (first.to, first.to + .hours(1))
        second.plant.heatStore = HeatStore(storedKWh: 250, capacityKWh: 1000, powerMaxKW: 500)
        var counterfactual = Counterfactual()
        counterfactual.look(first)
        let one = counterfactual.today
        expect(one.map { $0.value + $0.levelled * -1 }, -20 + 11, -10 + 11, -20 + 3)
        expect(one?.levelled, 33, 33, 9)
        counterfactual.look(second)
        // It gives nothing more: all 200 kW are filled; 250 kWh stand in the other one.
        expect(counterfactual.today?.levelled, 55, 55, 15)
    }

    @Test("a curtailed park: what could not be sold")
    func curtailable() {
        let park = Offer(CurtailableSource(path: path, ratedKW: 100, powerKW: good(50), availableKW: 50))
        expect(
            saved([moment(park, hour: 0, setPoint: 50, netKW: -50) { $0.availableKW = 80 }])?.value, 0, 0, -30 * 0.05)
        // Above the connection's limit it would have been throttled anyway.
        var full = moment(park, hour: 0, setPoint: 50, netKW: -50) { $0.availableKW = 80 }
        full.exportMaxKW = 60
        expect(saved([full])?.value, 0, 0, -0.5)
    }

    @Test("burners: as much more as the model says, as large as they are measured")
    func burners() {
        func facts(now: Double, gas: Double) -> (inout OfferFacts) -> Void {
            { facts in
                facts.burnerKW = (now, 100)
                facts.fuelKW = self.good(gas)
            }
        }
        let air = Offer(
            SetPointWindow(path: path, low: 20, design: 23, high: 26, temperatureC: good(21), outdoorC: good(5)))
        // A tenth above its model: 22 kWh at 200 g and 0.05.
        expect(saved([moment(air, hour: 0, setPoint: 21, facts(now: 80, gas: 88))])?.value, 4.4, 4.4, 1.1)
        let oxidiser = Offer(Duty(path: path, mustRun: false, mode: good(1)))
        expect(saved([moment(oxidiser, hour: 0, setPoint: 1, facts(now: 20, gas: 20))])?.value, 16, 16, 4)
        let oven = Offer(
            SourceSwitch(
                path: path, ratedKW: 60, loadKW: good(45), canLoadKW: good(45), breakEvenGPerKWh: 200, mustRest: false))
        // 45 kWh of import less 50 of gas.
        expect(saved([moment(oven, hour: 0, setPoint: 1, facts(now: 50, gas: 50))])?.value, 1, 5.5, -6.5)
    }

    @Test("cars would have charged as they came; what they still draw is levelled until they have it")
    func charging() {
        func bays(_ powerKW: Double, can: Double) -> Offer {
            Offer(
                DeferrableLoad(
                    path: path, action: .setPower, ratingKW: 50, powerKW: good(powerKW), mustKW: good(0),
                    canChargeKW: good(can), canDischargeKW: good(0), isWorking: false), ramp: 1)
        }
        var counterfactual = Counterfactual()
        counterfactual.look(moment(bays(0, can: 0), hour: 0, setPoint: 0) { $0.openKWh = 0 })
        // One comes that takes 20 kWh at 10 kW, and waits.
        counterfactual.look(moment(bays(0, can: 10), hour: 1, setPoint: 0) { $0.openKWh = 20 })
        expect(counterfactual.today?.levelled, -2, -1, -2)
        expect(counterfactual.today?.value, 0, 0, 0)
        counterfactual.look(moment(bays(-10, can: 10), hour: 2, setPoint: -10, halfHourly: 40) { $0.openKWh = 10 })
        counterfactual.look(moment(bays(-10, can: 0), hour: 3, setPoint: -10, halfHourly: 40) { $0.openKWh = 0 })
        // 10 kWh at 100 g became 10 kWh at 40 g.
        expect(counterfactual.today?.levelled, 0, 0, 0)
        expect(counterfactual.today?.value, 0, 0.6, 0)
    }

    @Test("an hour that is not measured is left out and said", arguments: [0, 1, 2])
    func bad(_ kind: Int) {
        let good = moment(store(0.5, 0), hour: 0, setPoint: 0)
        var bad = moment(store(kind == 0 ? .nan : 0.5, kind == 1 ? .infinity : 100), hour: 1, setPoint: 0)
        if kind == 2 { bad.plant.site.isGridMeasured = false }
        let found = saved([good, bad])
        #expect(found?.value == DispatchFigures() && found?.leftOutMs == 3_600_000 && found?.countedMs == 3_600_000)
    }

    @Test("a new day begins with nothing and the old one is kept; rows add up to both; a checkpoint keeps all")
    func days() throws {
        var counterfactual = Counterfactual()
        var rows: [DispatchSaving] = []
        func look(_ moment: Counterfactual.Moment) {
            counterfactual.look(moment)
            counterfactual.saving.map { rows.append($0) }
        }
        func total(_ rows: some Sequence<DispatchSaving>) -> SavedByDispatch? {
            var sum = SavedSum()
            for row in rows { sum.add(row, of: CivilDate(year: 2025, month: 6, day: 1)) }
            return sum.total("GBP")
        }
        look(moment(store(0.5, 0), hour: 0, setPoint: 0))
        look(moment(store(0.4, 90), hour: 1, setPoint: 90))
        let first = counterfactual.today
        #expect(total(rows) == first && rows.count == 2)
        look(moment(store(0.4, 0), hour: 2, setPoint: 0, day: 2))
        #expect(counterfactual.today?.value == DispatchFigures())
        #expect(counterfactual.yesterday == first && rows[2].levelled == SavedMillionths())
        var restored = try JSONDecoder().decode(Counterfactual.self, from: JSONEncoder().encode(counterfactual))
        let next = moment(store(0.3, 90), hour: 3, setPoint: 90, day: 2)
        restored.look(next)
        look(next)
        #expect(restored.today == counterfactual.today && restored.saving == counterfactual.saving)
        #expect(total(rows.suffix(2)) == counterfactual.today)
    }
}
