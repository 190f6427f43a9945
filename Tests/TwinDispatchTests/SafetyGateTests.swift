import Testing
import TwinCore
import TwinDispatch

@Suite("Safety gate")
struct SafetyGateTests {
    private let gate = SafetyGate(importMaxKW: 6000, exportMaxKW: 800, rampMaxKWPerStep: 10_000)

    private func pass(
        _ kw: Double, gate: SafetyGate? = nil, unit: StorageView = DispatchBench.unit(),
        site: SiteView = DispatchBench.site(), last: Double = 0, step: Span = .minutes(1)
    ) -> SetPoint {
        (gate ?? self.gate).pass(
            SetPoint(asset: "ess-1", powerKW: kw, reason: "wish"), unit: unit, site: site, last: last, step: step)
    }

    @Test("lets a safe wish pass as it is", arguments: [0.0, 123.4, -123.4, 500, -500])
    func safe(kw: Double) {
        #expect(pass(kw) == SetPoint(asset: "ess-1", powerKW: kw, reason: "wish"))
    }

    @Test("turns what is no number into 0", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(kw: Double) {
        let point = pass(kw, last: 300)
        #expect(point.powerKW == 0)
        #expect(point.reason == "gate: set-point was not a number; wish")
    }

    @Test("holds to the rating")
    func rating() {
        #expect(pass(501) == SetPoint(asset: "ess-1", powerKW: 500, reason: "wish; held by rating"))
        #expect(pass(-9000).powerKW == -500)
        #expect(pass(.greatestFiniteMagnitude).powerKW == 500)
    }

    @Test("holds changes to the ramp, down and up, but never the way to rest")
    func ramp() {
        let slow = SafetyGate(importMaxKW: 6000, exportMaxKW: 800, rampMaxKWPerStep: 100)
        #expect(pass(400, gate: slow) == SetPoint(asset: "ess-1", powerKW: 100, reason: "wish; held by ramp"))
        #expect(pass(400, gate: slow, last: 350).powerKW == 400)
        #expect(pass(-400, gate: slow, last: 50).powerKW == -50)
        #expect(pass(0, gate: slow, last: 300).powerKW == 0)
        #expect(pass(0, gate: slow, last: -300).powerKW == 0)
        // From 300 towards -400 the ramp alone would hold 200; rest is nearer to the wish and always in reach.
        #expect(pass(-400, gate: slow, last: 300).powerKW == 0)
    }

    @Test("keeps the reserve: what would go below it within the step is cut, against the ramp too")
    func reserve() {
        // (0.2106 - 0.2) x 1000 kWh x 0.9 over an hour is 9.54 kW, cut to 9.5 kW; over a minute it is 572 kW.
        let unit = DispatchBench.unit(soc: 0.2106)
        #expect(
            pass(400, unit: unit, step: .hours(1))
                == SetPoint(asset: "ess-1", powerKW: 9.5, reason: "wish; held by reserve"))
        #expect(pass(400, unit: unit).powerKW == 400)
        #expect(pass(400, unit: DispatchBench.unit(soc: 0.2)).powerKW == 0)
        #expect(pass(400, unit: DispatchBench.unit(soc: 0.15)).powerKW == 0)
        let slow = SafetyGate(importMaxKW: 6000, exportMaxKW: 800, rampMaxKWPerStep: 100)
        #expect(pass(400, gate: slow, unit: DispatchBench.unit(soc: 0.2), last: 400).powerKW == 0)
    }

    @Test("stops charging at the top of the window")
    func full() {
        // (0.9 - 0.89) x 1000 kWh / 0.95 over an hour is 10.5263 kW, cut to 0.1 kW.
        let unit = DispatchBench.unit(soc: 0.89)
        #expect(
            pass(-400, unit: unit, step: .hours(1))
                == SetPoint(asset: "ess-1", powerKW: -10.5, reason: "wish; held by full"))
        #expect(pass(-400, unit: DispatchBench.unit(soc: 0.9)).powerKW == 0)
        #expect(pass(-400, unit: DispatchBench.unit(soc: 0.97)).powerKW == 0)
    }

    @Test("does not charge beyond the import limit")
    func importLimit() {
        // 5700 kW at rest: 300 kW are left.
        #expect(
            pass(-400, site: DispatchBench.site(importKW: 5700))
                == SetPoint(asset: "ess-1", powerKW: -300, reason: "wish; held by import limit"))
        #expect(pass(-400, site: DispatchBench.site(importKW: 7000)).powerKW == 0)
        // It charges 200 kW already: at rest the site would import 5500 kW, so 500 kW are left.
        #expect(
            pass(-500, unit: DispatchBench.unit(powerKW: -200), site: DispatchBench.site(importKW: 5700)).powerKW
                == -500)
    }

    @Test("does not discharge beyond the export limit")
    func exportLimit() {
        // 600 kW of export at rest: 200 kW are left to 800 kW.
        let site = DispatchBench.site(importKW: 0, exportKW: 600)
        #expect(pass(400, site: site) == SetPoint(asset: "ess-1", powerKW: 200, reason: "wish; held by export limit"))
        #expect(pass(400, site: DispatchBench.site(importKW: 0, exportKW: 900)).powerKW == 0)
    }

    @Test("names every limit that held")
    func reasons() {
        let slow = SafetyGate(importMaxKW: 6000, exportMaxKW: 800, rampMaxKWPerStep: 600)
        let point = pass(700, gate: slow, unit: DispatchBench.unit(soc: 0.2))
        #expect(point.reason == "wish; held by ramp, rating, reserve")
    }

    @Test("cuts to 0.1 kW towards 0 and never says -0")
    func rounding() {
        #expect(pass(123.49).powerKW == 123.4)
        #expect(pass(-123.49).powerKW == -123.4)
        let small = pass(-0.04).powerKW
        #expect(small == 0 && small.sign == .plus)
    }

    @Test("never leaves rating, reserve, ramp and site limits", arguments: 0..<500 as Range<UInt64>)
    func invariants(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "gate")
        func any(_ low: Double, _ high: Double) -> Double { low + (high - low) * chance.unit() }
        for _ in 0..<20 {
            let gate = SafetyGate(
                importMaxKW: any(0, 8000), exportMaxKW: any(0, 2000), rampMaxKWPerStep: any(0, 600))
            let unit = DispatchBench.unit(soc: any(0, 1), powerKW: any(-550, 550))
            let site = DispatchBench.site(importKW: any(0, 9000), exportKW: any(0, 3000))
            let last = any(-500, 500)
            let wish = [any(-2000, 2000), 0, .nan, .infinity, -1e300][Int(chance.next() % 5)]
            let step = Span.seconds(Int64(1 + chance.next() % 1800))
            let kw = gate.pass(
                SetPoint(asset: "ess-1", powerKW: wish, reason: ""), unit: unit, site: site, last: last, step: step
            ).powerKW
            let slack = 1e-9
            #expect(kw.isFinite && abs(kw) <= unit.powerMaxKW, "seed \(seed)")
            if !wish.isFinite { #expect(kw == 0, "seed \(seed)") }
            // Away from 0 never faster than the ramp; towards 0 other limits may cut at once.
            #expect(kw <= max(0, last + gate.rampMaxKWPerStep) + slack, "seed \(seed)")
            #expect(kw >= min(0, last - gate.rampMaxKWPerStep) - slack, "seed \(seed)")
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
