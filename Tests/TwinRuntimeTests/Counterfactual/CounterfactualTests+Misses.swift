import Testing
import TwinBooks
import TwinCore
import TwinDispatch
import TwinPlant

@testable import TwinRuntime

/// Half-widths, and what the first cases do not reach: losses, ramps, scales, fires, cars that go.
///
/// What one hour alone misses has the half-width |m| + 1.96 |m| = 2.96 |m|; a hundredth of fuel is added.
extension CounterfactualTests {
    private func halves(
        _ found: SavedByDispatch?, _ annual: Double, _ halfHourly: Double, _ money: Double,
        _ location: SourceLocation = #_sourceLocation
    ) { expect(found?.halfWidth, annual, halfHourly, money, location) }

    @Test("what a use draws, the wires draw more")
    func losses() {
        var charging = moment(store(0.5, -100), hour: 0, setPoint: -100)
        charging.lossFraction = 0.1
        // 110 kWh more than at rest.
        expect(saved([charging])?.value, -22, -11, -22)
    }

    @Test("a store that is emptier will draw more than it holds less")
    func emptier() {
        // 80 kWh less inside are 100 at the meter.
        let found = saved([
            moment(store(0.5, 0), hour: 0, setPoint: 0), moment(store(0.42, 72), hour: 1, setPoint: 72),
        ])
        expect(found?.levelled, -20, -10, -20)
        expect(found?.value, 14.4 - 20, 7.2 - 10, 14.4 - 20)
    }

    private func air(_ hour: Int64, gas: Double, day: Int = 1) -> Counterfactual.Moment {
        let air = Offer(
            SetPointWindow(path: path, low: 20, design: 23, high: 26, temperatureC: good(21), outdoorC: good(5)))
        return moment(air, hour: hour, setPoint: 21, day: day) { facts in
            facts.burnerKW = (80, 100)
            facts.fuelKW = self.good(gas)
        }
    }

    @Test("a burner is as large as it was measured so far, yesterday by half; how far it is off now is missed")
    func burnerScale() {
        var counterfactual = Counterfactual()
        // 88 for 80: 22 kWh more, nothing missed. Then 72: (88 + 72) / 160 = 1, so 20 more; 72 / 80 - 1 = -0.1 of that missed.
        counterfactual.look(air(0, gas: 88))
        expect(counterfactual.today?.value, 4.4, 4.4, 1.1)
        halves(counterfactual.today, 0.044, 0.044, 0.011)
        counterfactual.look(air(1, gas: 72))
        expect(counterfactual.today?.value, 8.4, 8.4, 2.1)
        halves(counterfactual.today, 2.96 * 0.4 + 0.084, 2.96 * 0.4 + 0.084, 2.96 * 0.1 + 0.021)
        // (160 / 2 + 40) / (160 / 2 + 80) = 0.75: 15 more; 40 / 60 - 1 = -1/3, 5 kWh missed.
        counterfactual.look(air(2, gas: 40, day: 2))
        expect(counterfactual.today?.value, 3, 3, 0.75)
        halves(counterfactual.today, 2.96 + 0.03, 2.96 + 0.03, 2.96 * 0.25 + 0.0075)
    }

    @Test("a heat pump: what it draws beside its model, and boilers that burn more than their heat says, are missed")
    func boilers() {
        let pump = Offer(
            Converter(
                path: path, input: .electricity(perKW: 3, breakEvenGPerKWh: 660), ratedKW: 500,
                measuredKW: good(300)), ramp: 1)
        var hour = moment(pump, hour: 0, setPoint: 300, openHeatKW: 400) { $0.drawnKW = self.good(110) }
        (hour.filledKW, hour.filledByFuelKW) = (100, 110)
        // 110 kWh drawn, 300 of heat more to fill, 66 kg and 18.00; of these a tenth is missed, and 10 kWh that it drew more.
        let found = saved([hour])
        expect(found?.value, -22 + 66, -11 + 66, -22 + 18)
        halves(found, 2.96 * (6.6 - 2) + 0.66, 2.96 * (6.6 - 1) + 0.66, 2.96 * (2 - 1.8) + 0.18)
    }

    @Test("a biomass boiler would follow the demand, and rest below its least fire")
    func biomass() {
        func boiler(_ kW: Double) -> Offer {
            Offer(
                Converter(
                    path: path, input: .fuel(gramsPerKWh: 20, replacedGramsPerKWh: 220, morePerKWh: 0.01), ratedKW: 400,
                    minimumKW: 100, measuredKW: good(kW)), ramp: 1)
        }
        // Told to rest while 500 kW are open: 400 would be burnt, 8 kg and 400 x (0.01 + 0.06), and 400 less filled, 88 kg and
        // 24.00.
        expect(saved([moment(boiler(0), hour: 0, setPoint: 0, openHeatKW: 500)])?.value, 8 - 88, 8 - 88, 28 - 24)
        // 50 kW are less than it can: all is filled, as it is.
        expect(saved([moment(boiler(0), hour: 0, setPoint: 0, openHeatKW: 50)])?.value, 0, 0, 0)
    }

    private func engine(_ powerKW: Double, _ hour: Int64, _ setPoint: Double?, fuel: Double, heat: Double)
        -> Counterfactual.Moment
    {
        let engine = Offer(
            Generator(
                path: path, ratedKW: 100, minimumKW: 40, rampKWPerStep: 20, powerKW: good(powerKW), heatPerKWh: 0.5))
        return moment(engine, hour: hour, setPoint: setPoint, openHeatKW: 500) { facts in
            facts.generator = GeneratorModel(.biomethane, electric: 0.5, heat: 0.25)
            (facts.fuelKW, facts.heatKW) = (self.good(fuel), self.good(heat))
        }
    }

    @Test("an engine left alone comes to its rating by its ramp; what it gives against its order is missed")
    func ramp() {
        // Held at 40, alone 60 and 80: 60 kWh more, 120 of fuel, 30 of heat.
        let held = saved([
            engine(40, 0, nil, fuel: 80, heat: 20), engine(40, 1, 40, fuel: 80, heat: 20),
            engine(40, 2, 40, fuel: 80, heat: 20),
        ])
        expect(held?.value, -12 - 6.6, -6 - 6.6, -12 + 7.2 - 1.8)
        halves(held, 0.066, 0.066, 0.054)
        // Told to rest it still gives 10 and burns 30 where the model says 20: 10 kWh of import and -10 of fuel are missed.
        let slow = saved([engine(100, 0, nil, fuel: 200, heat: 50), engine(10, 1, 0, fuel: 30, heat: 5)])
        expect(slow?.value, -18 - 9.9, -9 - 9.9, -18 + 10.2 - 2.7)
        halves(slow, 2.96 * 2 + 0.099, 2.96 + 0.099, 2.96 * (2 - 0.6) + 0.075)
    }

    private func bays(_ hour: Int64, _ powerKW: Double, open: Double) -> Counterfactual.Moment {
        let bays = Offer(
            DeferrableLoad(
                path: path, action: .setPower, ratingKW: 50, powerKW: good(powerKW), mustKW: good(0),
                canChargeKW: good(hour == 0 ? 0 : 10), canDischargeKW: good(0), isWorking: false), ramp: 1)
        return moment(bays, hour: hour, setPoint: powerKW) { $0.openKWh = open }
    }

    @Test("a fifth of what cars would have drawn is missed; who left would have had it; what is given is drawn again")
    func cars() {
        // 20 kWh come and wait; alone 10 are drawn at once.
        let waiting = saved([bays(0, 0, open: 0), bays(1, 0, open: 20)])
        halves(waiting, 2.96 * 0.4, 2.96 * 0.2, 2.96 * 0.4)
        // They leave: nothing is left to draw in either world, and 10 kWh were spared.
        let gone = saved([bays(0, 0, open: 0), bays(1, 0, open: 20), bays(2, 0, open: 0)])
        expect(gone?.levelled, 0, 0, 0)
        expect(gone?.value, 2, 1, 2)
        // 8.1 kWh are given and 10 more are open for it: nobody came.
        let given = saved([bays(0, 0, open: 0), bays(1, 8.1, open: 10)])
        expect(given?.levelled, -2, -1, -2)
        expect(given?.value, 1.62 - 2, 0.81 - 1, 1.62 - 2)
    }

    @Test("a park below its order is held back by the sun and not by the order")
    func notHeld() {
        let park = Offer(CurtailableSource(path: path, ratedKW: 100, powerKW: good(30), availableKW: 50))
        expect(saved([moment(park, hour: 0, setPoint: 50) { $0.availableKW = 80 }])?.value, 0, 0, 0)
    }
}
