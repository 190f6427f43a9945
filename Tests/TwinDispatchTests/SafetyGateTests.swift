import Testing
import TwinCore
import TwinDispatch

@Suite("Safety gate")
struct SafetyGateTests {
    private let gate = SafetyGate(importMaxKW: 6000, exportMaxKW: 800)

    private func pass(
        _ kw: Double, gate: SafetyGate? = nil, rampKW: Double = 10_000, unit: Store = DispatchBench.unit(),
        site: SiteView = DispatchBench.site(), last: Double = 0, step: Span = .minutes(1)
    ) -> SetPoint {
        var net = site.netKW
        var unit = unit
        unit.step = step
        return (gate ?? self.gate).pass(
            wish(kw, "wish"), asset: Offer(unit, ramp: rampKW / unit.powerMaxKW), last: last,
            netKW: &net)
    }

    private func wish(_ kw: Double, _ reason: String) -> SetPoint {
        SetPoint(DispatchBench.ess1, .setPower, kw, reason: reason)
    }

    @Test("lets a safe wish pass as it is", arguments: [0.0, 123.4, -123.4, 500, -500])
    func safe(kw: Double) {
        #expect(pass(kw) == wish(kw, "wish"))
    }

    @Test("turns what is no number into 0", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(kw: Double) {
        let point = pass(kw, last: 300)
        #expect(point.value == 0)
        #expect(point.reason == "gate: set-point was not a number; wish")
    }

    @Test("holds to the rating")
    func rating() {
        #expect(pass(501) == wish(500, "wish; held by rating"))
        #expect(pass(-9000).value == -500)
        #expect(pass(.greatestFiniteMagnitude).value == 500)
    }

    @Test("holds changes to the ramp, down and up, but never the way to rest")
    func ramp() {
        #expect(pass(400, rampKW: 100) == wish(100, "wish; held by ramp"))
        #expect(pass(400, rampKW: 100, last: 350).value == 400)
        #expect(pass(-400, rampKW: 100, last: 50).value == -50)
        #expect(pass(0, rampKW: 100, last: 300).value == 0)
        #expect(pass(0, rampKW: 100, last: -300).value == 0)
        // From 300 towards -400 the ramp alone would hold 200; rest is nearer to the wish and always in reach.
        #expect(pass(-400, rampKW: 100, last: 300).value == 0)
    }

    @Test("keeps the reserve: what would go below it within the step is cut, against the ramp too")
    func reserve() {
        // (0.2106 - 0.2) x 1000 kWh x 0.9 over an hour is 9.54 kW, cut to 9.5 kW; over a minute it is 572 kW.
        let unit = DispatchBench.unit(soc: 0.2106)
        #expect(
            pass(400, unit: unit, step: .hours(1))
                == wish(9.5, "wish; held by reserve"))
        #expect(pass(400, unit: unit).value == 400)
        #expect(pass(400, unit: DispatchBench.unit(soc: 0.2)).value == 0)
        #expect(pass(400, unit: DispatchBench.unit(soc: 0.15)).value == 0)
        #expect(pass(400, rampKW: 100, unit: DispatchBench.unit(soc: 0.2), last: 400).value == 0)
    }

    @Test("stops charging at the top of the window")
    func full() {
        // (0.9 - 0.89) x 1000 kWh / 0.95 over an hour is 10.5263 kW, cut to 0.1 kW.
        let unit = DispatchBench.unit(soc: 0.89)
        #expect(
            pass(-400, unit: unit, step: .hours(1))
                == wish(-10.5, "wish; held by full"))
        #expect(pass(-400, unit: DispatchBench.unit(soc: 0.9)).value == 0)
        #expect(pass(-400, unit: DispatchBench.unit(soc: 0.97)).value == 0)
    }

    @Test("does not charge beyond the import limit")
    func importLimit() {
        // 5700 kW at rest: 300 kW are left.
        #expect(
            pass(-400, site: DispatchBench.site(importKW: 5700))
                == wish(-300, "wish; held by import limit"))
        #expect(pass(-400, site: DispatchBench.site(importKW: 7000)).value == 0)
        // It charges 200 kW already: at rest the site would import 5500 kW, so 500 kW are left.
        #expect(
            pass(-500, unit: DispatchBench.unit(powerKW: -200), site: DispatchBench.site(importKW: 5700)).value
                == -500)
    }

    @Test("does not discharge beyond the export limit")
    func exportLimit() {
        // 600 kW of export at rest: 200 kW are left to 800 kW.
        let site = DispatchBench.site(importKW: 0, exportKW: 600)
        #expect(pass(400, site: site) == wish(200, "wish; held by export limit"))
        #expect(pass(400, site: DispatchBench.site(importKW: 0, exportKW: 900)).value == 0)
    }

    @Test("names every limit that held")
    func reasons() {
        let point = pass(700, rampKW: 600, unit: DispatchBench.unit(soc: 0.2))
        #expect(point.reason == "wish; held by ramp, rating, reserve")
    }

    @Test("cuts to 0.1 kW towards 0 and never says -0")
    func rounding() {
        #expect(pass(123.49).value == 123.4)
        #expect(pass(-123.49).value == -123.4)
        let small = pass(-0.04).value
        #expect(small == 0 && small.sign == .plus)
    }

    @Test("counts what passed before: several assets together stay within the connection")
    func several() {
        let tight = SafetyGate(importMaxKW: 5000, exportMaxKW: 800)
        var net = 4800.0
        let units = ["a", "b"].map { id in
            var unit = DispatchBench.unit()
            unit.path = AssetPath(.storage, id)
            return Offer(unit, ramp: 2)
        }
        let points = units.map { unit in
            tight.pass(SetPoint(unit.path, .setPower, -150, reason: ""), asset: unit, last: 0, netKW: &net).value
        }
        // 200 kW are left: 150 for the first, 50 for the second.
        #expect(points == [-150, -50] && net == 5000)
    }

    @Test("a heat pump's heat is cut by what it draws")
    func heatPump() {
        var net = 5900.0
        let pump = Offer(
            Converter(
                path: AssetPath(.heat, "pump"), ratedKW: 900, performance: 3, heatKW: UsedValue(0, .good),
                breakEvenGPerKWh: 646), ramp: 1)
        // 100 kW of electricity are left: 300 kW of heat.
        let point = gate.pass(SetPoint(pump.path, .setHeat, 900, reason: ""), asset: pump, last: 0, netKW: &net)
        #expect(abs(point.value - 300) < 0.11 && net <= 6000)
    }

    @Test("what departures need is never cut")
    func departures() {
        var net = 9000.0
        let bays = DeferrableLoad(
            path: AssetPath(.bay, "staff"), action: .setPower, ratingKW: 400, powerKW: UsedValue(-10, .good),
            mustKW: UsedValue(120, .good), canChargeKW: UsedValue(300, .good), canDischargeKW: UsedValue(0, .good),
            isWorking: false)
        let point = gate.pass(
            SetPoint(bays.path, .setPower, 0, reason: ""), asset: Offer(bays, ramp: 1), last: 0, netKW: &net)
        #expect(point.value == -120)
    }

    private static let cell = AssetPath(.fuelcell, "sofc")
    private static let park = AssetPath(.solar, "pv")

    /// A fuel cell of 400 kW with a minimum of 160 and a ramp of 8 kW a step.
    private func cell(_ kw: Double) -> Offer {
        Offer(
            Generator(
                path: Self.cell, ratedKW: 400, minimumKW: 160, rampKWPerStep: 8, powerKW: UsedValue(kw, .good)))
    }

    private func park(_ kw: Double) -> Offer {
        Offer(CurtailableSource(path: Self.park, ratedKW: 4000, powerKW: UsedValue(kw, .good), availableKW: kw))
    }

    @Test("who comes first keeps what fits: the connection is cut from the last on")
    func fromTheEnd() {
        let tight = SafetyGate(importMaxKW: 5000, exportMaxKW: 800)
        let units = ["a", "b", "c"].map { id in
            var unit = DispatchBench.unit(powerKW: id == "b" ? 300 : 0)
            unit.path = AssetPath(.storage, id)
            return Offer(unit, ramp: 2)
        }
        // 4600 kW with 300 of b in it: once b rests, 100 kW are left, although 400 are now.
        let points = tight.pass(
            zip(units, [-150, 0, -50]).map { SetPoint($0.path, .setPower, $1, reason: "") }, units, netKW: 4600)
        #expect(points.map(\.value) == [-100, 0, 0])
    }

    @Test("a fuel cell keeps its minimum where the sun can still be curtailed, which then makes the room")
    func cellBeforeSun() {
        // 1500 kW of export with 160 of the cell and 3000 of the sun: without the cell 1340, so it has no room in 800.
        let points = gate.pass(
            [
                SetPoint(Self.cell, .setPower, 160, reason: "low"),
                SetPoint(Self.park, .setLimit, 4000, reason: "free"),
            ], [cell(160), park(3000)], netKW: -1500)
        #expect(points[0] == SetPoint(Self.cell, .setPower, 160, reason: "low"))
        // The sun may give 3000 - 700 = 2300 kW.
        #expect(points[1] == SetPoint(Self.park, .setLimit, 2300, reason: "free; held by export limit"))
    }

    @Test("on its ramp a fuel cell takes room for what it gives, not for its set-point")
    func cellOnItsRamp() {
        // The cell gives 400 and can come down to 392; 1500 - 400 + 392 = 1492 less 800 is 692 of the sun.
        let points = gate.pass(
            [SetPoint(Self.cell, .setPower, 160, reason: ""), SetPoint(Self.park, .setLimit, 4000, reason: "")],
            [cell(400), park(3000)], netKW: -1500)
        #expect(points.map(\.value) == [160, 2308])
    }

    @Test("where nothing is left to curtail, a fuel cell goes to rest, never between rest and its minimum")
    func cellToRest() {
        // At rest 740 kW would be exported: 60 are left, less than its minimum.
        let points = gate.pass([SetPoint(Self.cell, .setPower, 160, reason: "low")], [cell(160)], netKW: -900)
        #expect(points == [SetPoint(Self.cell, .setPower, 0, reason: "low; held by export limit")])
        // 200 kW are left: it may be held back to them, for it stands there already.
        #expect(gate.pass([SetPoint(Self.cell, .setPower, 400, reason: "")], [cell(200)], netKW: -800)[0].value == 200)
        // What a wish between the two would do is said.
        #expect(
            gate.pass([SetPoint(Self.cell, .setPower, 40, reason: "odd")], [cell(160)], netKW: 900)
                == [SetPoint(Self.cell, .setPower, 160, reason: "odd; held by minimum")])
    }

    private func group(
        _ action: Action, kw: Double, must: UsedValue, can: Double, isWorking: Bool = false
    ) -> DeferrableLoad {
        DeferrableLoad(
            path: AssetPath(action == .setPower ? .bay : .yard, "cars"), action: action, ratingKW: 400,
            powerKW: UsedValue(-kw, .good), mustKW: must, canChargeKW: UsedValue(can, .good),
            canDischargeKW: UsedValue(0, .good), isWorking: isWorking)
    }

    @Test(
        "what is no number ends inside the hard limit and is counted", arguments: [Double.nan, .infinity, -.infinity])
    func notFiniteButNeeded(kw: Double) {
        for action in [Action.setPower, .setLimit] {
            var net = 3000.0
            let asset = Offer(group(action, kw: 10, must: UsedValue(120, .good), can: 300), ramp: 1)
            let point = gate.pass(
                SetPoint(asset.path, action, kw, reason: "wish"), asset: asset, last: 0, netKW: &net)
            #expect(point.value == (action == .setPower ? -120 : 120))
            #expect(point.reason == "gate: set-point was not a number; wish; held by departures")
            // 10 kW were drawn, 120 will be.
            #expect(net == 3110)
        }
        var net = 3000.0
        let unit = Offer(DispatchBench.unit(powerKW: -200), ramp: 1)
        _ = gate.pass(wish(kw, ""), asset: unit, last: 0, netKW: &net)
        #expect(net == 2800)
    }

    @Test("a ceiling counts against the import limit with what the group may draw")
    func ceilings() {
        func pass(_ ceiling: Double, can: Double, must: Double = 0, netKW: Double) -> (SetPoint, Double) {
            var net = netKW
            let asset = Offer(group(.setLimit, kw: 50, must: UsedValue(must, .good), can: can), ramp: 1)
            let point = gate.pass(
                SetPoint(asset.path, .setLimit, ceiling, reason: "wish"), asset: asset, last: 400, netKW: &net)
            return (point, net)
        }
        // 5750 kW without the group: 250 are left. It can take 200, so its ceiling need not fall.
        var (point, net) = pass(400, can: 200, netKW: 5800)
        #expect(point.value == 400 && point.reason == "wish" && net == 5950)
        (point, net) = pass(400, can: 300, netKW: 5800)
        #expect(point == SetPoint(point.path, .setLimit, 250, reason: "wish; held by import limit") && net == 6000)
        // Nothing is left, but 80 kW must be.
        (point, net) = pass(400, can: 300, must: 80, netKW: 6100)
        #expect(point.value == 80 && point.reason == "wish; held by import limit, departures" && net == 6130)
    }

    @Test("vehicles at work count high against the import limit and low against the export limit")
    func working() {
        let group = Offer(
            group(.setLimit, kw: 50, must: UsedValue(0, .good), can: 300, isWorking: true), ramp: 1)
        func expected(_ ceiling: Double) -> ExpectedNet {
            var net = ExpectedNet(netKW: 1000)
            net.plan(group, ceiling)
            return net
        }
        #expect(expected(400).leastKW == 1000 && expected(400).mostKW == 1250)
        #expect(expected(30).leastKW == 980 && expected(30).mostKW == 980)
        // Beside 5700 kW of other load there is room for their 300, beside 5800 kW for 200.
        for (netKW, ceiling) in [(5750.0, 400.0), (5850, 200)] {
            let point = gate.pass([SetPoint(group.path, .setLimit, 400, reason: "")], [group], netKW: netKW)[0]
            #expect(point.value == ceiling)
        }
    }

    @Test("an unknown need is not cut: the group's own controller decides")
    func unknownNeed() {
        for action in [Action.setPower, .setLimit] {
            let asset = Offer(group(action, kw: 50, must: UsedValue(0, .estimated), can: 300), ramp: 1)
            var net = 9000.0
            let point = gate.pass(
                SetPoint(asset.path, action, 0, reason: "wish"), asset: asset, last: 0, netKW: &net)
            #expect(point.value == (action == .setPower ? -400 : 400))
            #expect(point.reason.hasSuffix("held by unknown need"))
        }
    }

    @Test("never leaves rating, reserve, ramp and site limits", arguments: 0..<500 as Range<UInt64>)
    func invariants(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "gate")
        func any(_ low: Double, _ high: Double) -> Double { low + (high - low) * chance.unit() }
        for _ in 0..<20 {
            let gate = SafetyGate(importMaxKW: any(0, 8000), exportMaxKW: any(0, 2000))
            let ramp = any(0, 600)
            let unit = DispatchBench.unit(soc: any(0, 1), powerKW: any(-550, 550))
            let site = DispatchBench.site(importKW: any(0, 9000), exportKW: any(0, 3000))
            let last = any(-500, 500)
            let wanted = [any(-2000, 2000), 0, .nan, .infinity, -1e300][Int(chance.next() % 5)]
            let step = Span.seconds(Int64(1 + chance.next() % 1800))
            let kw = pass(wanted, gate: gate, rampKW: ramp, unit: unit, site: site, last: last, step: step).value
            let slack = 1e-9
            #expect(kw.isFinite && abs(kw) <= unit.powerMaxKW, "seed \(seed)")
            if !wanted.isFinite { #expect(kw == 0, "seed \(seed)") }
            // Away from 0 never faster than the ramp; towards 0 other limits may cut at once.
            #expect(kw <= max(0, last + ramp) + slack, "seed \(seed)")
            #expect(kw >= min(0, last - ramp) - slack, "seed \(seed)")
            let net = site.importKW - site.exportKW + unit.powerKW.value
            if kw > 0 {
                let after = unit.soc.value - kw / unit.dischargeEfficiency * step.hours / unit.capacityKWh
                #expect(after >= unit.socReserve - slack, "seed \(seed)")
                #expect(kw - net <= gate.exportMaxKW + slack, "seed \(seed)")
            }
            if kw < 0 {
                let after = unit.soc.value - kw * unit.chargeEfficiency * step.hours / unit.capacityKWh
                #expect(after <= unit.socMax + slack, "seed \(seed)")
                #expect(net - kw <= gate.importMaxKW + slack, "seed \(seed)")
            }
        }
    }
}
