import Testing
import TwinCore

@testable import TwinDispatch

@Suite("Storage rule")
struct StorageRuleTests {
    private func decide(
        _ unit: Store, _ site: SiteView, rule: StorageRule = DispatchBench.rule
    ) -> SetPoint {
        let (kw, reason, _) = rule.decide(
            unit, net: site.netKW + unit.powerKW.value,
            signal: CarbonSignal(site, cleanFraction: rule.cleanFraction, dirtyFraction: rule.dirtyFraction))
        return SetPoint(unit.path, .setPower, kw, reason: reason.text)
    }

    private func decide(_ site: SiteView) -> SetPoint { decide(DispatchBench.unit(), site) }

    @Test(
        "rests where the storage is not measured",
        arguments: [Quality.lastKnown, .estimated, .stuck, .stale, .notConnected])
    func unmeasuredStorage(quality: Quality) {
        // 6000 kW of import would ask for peak shaving.
        let site = DispatchBench.site(importKW: 6000)
        let power = decide(DispatchBench.unit(powerQuality: quality), site)
        #expect(power.value == 0 && power.reason == "failsafe: storage is not measured (\(quality.rawValue))")
        let soc = decide(DispatchBench.unit(socQuality: quality), site)
        #expect(soc.value == 0 && soc.reason.hasPrefix("failsafe: storage is not measured"))
    }

    @Test("shaves the peak, counting its own discharge as import")
    func peak() {
        let small = decide(DispatchBench.site(importKW: 5123.4))
        #expect(small.value == 123.4)
        #expect(small.reason == "peak: import 5123 kW is above 5000 kW")
        #expect(decide(DispatchBench.site(importKW: 9000)).value == 500)
        // Already discharging 300 kW: without it the site would import 5100 kW.
        #expect(decide(DispatchBench.unit(powerKW: 300), DispatchBench.site(importKW: 4800)).value == 100)
        #expect(decide(DispatchBench.site(importKW: 5000)).value == 0)
    }

    @Test("stores the surplus, counting its own charge as surplus")
    func surplus() {
        let small = decide(DispatchBench.site(importKW: 0, exportKW: 250.5))
        #expect(small.value == -250.5)
        #expect(small.reason == "surplus: 250 kW would be exported")
        #expect(decide(DispatchBench.site(importKW: 0, exportKW: 4000)).value == -500)
        // Charging 200 kW of a surplus of 250 kW leaves 50 kW of export.
        #expect(
            decide(DispatchBench.unit(powerKW: -200), DispatchBench.site(importKW: 0, exportKW: 50)).value == -250)
    }

    /// Intensities ahead 100, 150, 200, 250 and now: five values, so the quarters lie at the 2nd and the 4th.
    private func carbon(now: Double, quality: Quality = .good, importKW: Double = 3000, soc: Double = 0.5) -> SetPoint {
        decide(
            DispatchBench.unit(soc: soc),
            DispatchBench.site(importKW: importKW, intensity: UsedValue(now, quality), forecast: [200, 100, 250, 150]))
    }

    @Test("discharges in the dirtiest hours, at most what the site takes")
    func dirty() {
        // Sorted 100 150 200 250 260: clean 150, dirty 250, and 150 < 250 x 0.855 = 213.75.
        let point = carbon(now: 260)
        #expect(point.value == 500)
        #expect(point.reason == "dirty hours: 260 g/kWh is among the highest ahead (from 250)")
        #expect(carbon(now: 260, importKW: 320).value == 320)
        #expect(carbon(now: 260, quality: .lastKnown).value == 500)
    }

    @Test("charges in the cleanest hours, at most up to the peak")
    func clean() {
        // Sorted 90 100 150 200 250: clean 100, dirty 200, and 100 < 171.
        let point = carbon(now: 90)
        #expect(point.value == -500)
        #expect(point.reason == "clean hours: 90 g/kWh is among the lowest ahead (to 100)")
        #expect(carbon(now: 90, importKW: 4700).value == -300)
        #expect(carbon(now: 90, importKW: 5000).value == 0)
    }

    @Test("rests in between")
    func between() {
        // Sorted 100 150 180 200 250: clean 150, dirty 200, and 150 < 171.
        let point = carbon(now: 180)
        #expect(point.value == 0)
        #expect(point.reason == "rest: 180 g/kWh lies between 150 and 200")
    }

    @Test("rests where the hours ahead differ less than the losses of the round trip")
    func flat() {
        // Sorted 170 180 190 200 210: 180 is not below 200 x 0.855 = 171.
        let point = decide(
            DispatchBench.site(intensity: UsedValue(210, .good), forecast: [170, 180, 190, 200]))
        #expect(point.value == 0)
        #expect(point.reason == "rest: 180 and 200 g/kWh ahead differ less than the losses")
    }

    @Test("reads a quantile between two values")
    func quantiles() {
        // Sorted 100 120 200 280 300 with a tenth: clean 100 + 0.4 x 20 = 108, dirty 280 + 0.6 x 20 = 292.
        let rule = StorageRule(peakImportKW: 5000, cleanFraction: 0.1, dirtyFraction: 0.1, deadbandKW: 5)
        func now(_ value: Double, _ ahead: [Double]) -> SetPoint {
            decide(
                DispatchBench.unit(), DispatchBench.site(intensity: UsedValue(value, .good), forecast: ahead),
                rule: rule)
        }
        #expect(now(300, [100, 120, 200, 280]).reason.hasSuffix("(from 292)"))
        #expect(now(100, [300, 120, 200, 280]).reason.hasSuffix("(to 108)"))
        #expect(now(280, [100, 120, 200, 300]).reason == "rest: 280 g/kWh lies between 108 and 292")
    }

    @Test("rests without a forecast or with a stale intensity", arguments: [Quality.stale, .estimated, .notConnected])
    func noForecast(quality: Quality) {
        #expect(
            carbon(now: 260, quality: quality)
                == SetPoint(DispatchBench.ess1, .setPower, 0, reason: "rest: no grid intensity forecast"))
        let short = decide(DispatchBench.site(intensity: UsedValue(300, .good), forecast: [100, 150, 200]))
        #expect(short.reason == "rest: no grid intensity forecast")
    }

    @Test("wishes no more than window and reserve allow over the step, and says so")
    func window() {
        let surplus = DispatchBench.site(importKW: 0, exportKW: 400)
        let peak = DispatchBench.site(importKW: 5400)
        let full = decide(DispatchBench.unit(soc: 0.9), surplus)
        #expect(full.value == 0 && full.value.sign == .plus)
        #expect(full.reason == "surplus: 400 kW would be exported; held by full")
        // 0.001 x 1000 kWh / 0.95 over a minute is 63.157 kW, cut to 63.1 kW.
        #expect(decide(DispatchBench.unit(soc: 0.899), surplus).value == -63.1)
        #expect(decide(DispatchBench.unit(soc: 0.5), surplus).reason == "surplus: 400 kW would be exported")
        let empty = decide(DispatchBench.unit(soc: 0.2), peak)
        #expect(empty.value == 0)
        #expect(empty.reason == "peak: import 5400 kW is above 5000 kW; held by reserve")
        // 0.001 x 1000 kWh x 0.9 over a minute is 54 kW; of a reserve passed already nothing.
        #expect(abs(decide(DispatchBench.unit(soc: 0.201), peak).value - 53.95) < 0.06)
        #expect(decide(DispatchBench.unit(soc: 0.15), peak).value == 0)
    }

    @Test("in clean hours a surplus does not hold the charge back, nor a peak the discharge in dirty ones")
    func both() {
        // Sorted 90 100 150 200 250: clean to 100; 5300 kW are left to the peak.
        let clean = decide(
            DispatchBench.unit(),
            DispatchBench.site(
                importKW: 0, exportKW: 100, intensity: UsedValue(90, .good), forecast: [200, 100, 250, 150]))
        #expect(clean.value == -500 && clean.reason.hasPrefix("clean hours"))
        // Sorted 100 150 200 250 260: dirty from 250; 100 kW above the peak would do.
        let dirty = decide(
            DispatchBench.unit(),
            DispatchBench.site(importKW: 5100, intensity: UsedValue(260, .good), forecast: [200, 100, 250, 150]))
        #expect(dirty.value == 500 && dirty.reason.hasPrefix("dirty hours"))
    }

    @Test("prints set-points to 0.1 kW, half to even")
    func rounding() {
        #expect(decide(DispatchBench.site(importKW: 5000.25)).value == 0.2)
        #expect(decide(DispatchBench.site(importKW: 5000.26)).value == 0.3)
        #expect(decide(DispatchBench.site(importKW: 5000.75)).value == 0.8)
    }
}
