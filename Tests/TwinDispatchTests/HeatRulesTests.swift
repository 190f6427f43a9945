import Testing
import TwinCore
import TwinDispatch

private enum Burner {
    static let oven = AssetPath(.burner, "oven")
    static let air = AssetPath(.burner, "air")
    static let oxidiser = AssetPath(.burner, "oxidiser")
}

@Suite("Rules for burners and electric heat")
struct HeatRulesTests {
    private let rules = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 800)

    /// An oven whose elements take 600 kW and break even at 248 g/kWh; booth air of 21 to 25 degC, 23 by design.
    private func plant(
        _ site: SiteView, loadKW: Double = 0, can: UsedValue = UsedValue(600, .good), outdoorC: Double = 10,
        outdoorQuality: Quality = .good, mustRun: Bool = true, mustRest: Bool = false
    ) -> PlantParts {
        PlantParts(
            site: site,
            ovens: [
                SourceSwitch(
                    path: Burner.oven, ratedKW: 800, loadKW: UsedValue(loadKW, .good), canLoadKW: can,
                    breakEvenGPerKWh: 248, mustRest: mustRest)
            ],
            supplyAir: [
                SetPointWindow(
                    path: Burner.air, low: 21, design: 23, high: 25, temperatureC: UsedValue(23, .good),
                    outdoorC: UsedValue(outdoorC, outdoorQuality))
            ], oxidisers: [Duty(path: Burner.oxidiser, mustRun: mustRun, mode: UsedValue(2, .good))])
    }

    private func wish(_ path: AssetPath, _ plant: PlantParts) throws -> SetPoint {
        try #require(rules.decide(plant).first { $0.path == path })
    }

    private func oven(
        importKW: Double = 3000, exportKW: Double = 0, _ intensity: Double, loadKW: Double = 0
    ) throws -> Double {
        let site = DispatchBench.site(
            importKW: importKW, exportKW: exportKW, intensity: UsedValue(intensity, .good))
        return try wish(Burner.oven, plant(site, loadKW: loadKW)).value
    }

    @Test("an oven is electric where the grid is cleaner than its gas and the peak has room for its whole step")
    func source() throws {
        #expect(try oven(248) == 1)
        #expect(try oven(249) == 0)
        // Peak 5000: 4400 + 600 is at it, 4401 passes it.
        #expect(try oven(importKW: 4400, 100) == 1)
        #expect(try oven(importKW: 4401, 100) == 0)
        // What it draws already is part of the import.
        #expect(try oven(importKW: 5000, 100, loadKW: 600) == 1)
    }

    @Test("on a surplus it starts when it is fed whole, and stays until it is fed but half")
    func surplus() throws {
        #expect(try oven(importKW: 0, exportKW: 600, 700) == 1)
        #expect(try oven(importKW: 0, exportKW: 599, 700) == 0)
        // Running: at rest 599 + 600 - 900 = 300 would be exported.
        #expect(try oven(importKW: 300, 700, loadKW: 600) == 1)
        #expect(try oven(importKW: 301, 700, loadKW: 600) == 0)
    }

    @Test("elements that were just switched off rest, whatever the grid is like")
    func rest() throws {
        let site = DispatchBench.site(importKW: 1000, intensity: UsedValue(50, .good))
        let wish = try wish(Burner.oven, plant(site, mustRest: true))
        #expect(wish.value == 0 && wish.reason == "gas: the elements rest after they were switched off")
    }

    @Test("a heat pump comes before the oven, and the oven before an electric boiler")
    func order() throws {
        func good(_ kw: Double) -> UsedValue { UsedValue(kw, .good) }
        // 800 kW of room below the peak: the pump takes 600 / 3 = 200, the oven its 600, nothing is left.
        var view = plant(DispatchBench.site(importKW: 4200, intensity: UsedValue(100, .good)))
        let boiler = AssetPath(.heat, "electrode")
        view.heat = HeatParts(
            openDemandKW: 5000, storeHeadroomKW: 0,
            sources: [
                Converter(path: boiler, ratedKW: 1000, performance: 1, heatKW: good(0), breakEvenGPerKWh: 213),
                Converter(
                    path: AssetPath(.heat, "pump"), ratedKW: 600, performance: 3, heatKW: good(0),
                    breakEvenGPerKWh: 646),
            ])
        #expect(try wish(AssetPath(.heat, "pump"), view).value == 600)
        #expect(try wish(Burner.oven, view).value == 1)
        #expect(try wish(boiler, view).value == 0)
    }

    @Test("an oven whose controller is silent counts with its whole rating")
    func silent() throws {
        let site = DispatchBench.site(importKW: 4300, intensity: UsedValue(100, .good))
        #expect(try wish(Burner.oven, plant(site)).value == 1)
        #expect(try wish(Burner.oven, plant(site, can: UsedValue(0, .stale))).value == 0)
    }

    @Test(
        "booth air follows the outdoor air within the paint's window",
        arguments: [(10.0, 21.0), (22.2, 22.0), (22.3, 22.5), (24.9, 25), (30, 25)])
    func air(outdoor: Double, expected: Double) throws {
        #expect(try wish(Burner.air, plant(DispatchBench.site(), outdoorC: outdoor)).value == expected)
    }

    @Test("without an outdoor temperature the booth keeps its design")
    func blindAir() throws {
        #expect(try wish(Burner.air, plant(DispatchBench.site(), outdoorQuality: .estimated)).value == 23)
    }

    @Test("the oxidiser runs while bodies need it and idles else")
    func oxidiser() throws {
        #expect(try wish(Burner.oxidiser, plant(DispatchBench.site())).value == 2)
        #expect(try wish(Burner.oxidiser, plant(DispatchBench.site(), mustRun: false)).value == 1)
    }

    @Test("in failsafe: gas, design, run")
    func failsafe() throws {
        let view = plant(DispatchBench.site(isMeasured: false), mustRun: false)
        #expect(try wish(Burner.oven, view).value == 0 && wish(Burner.air, view).value == 23)
        #expect(try wish(Burner.oxidiser, view).value == 2)
    }

    // MARK: - Gate and command

    private let gate = SafetyGate(importMaxKW: 5000, exportMaxKW: 1000)

    private func pass(_ wish: SetPoint, _ asset: Offer, last: Double, netKW: Double) -> Double? {
        gate.pass([wish], [asset], netKW: netKW, last: [wish.path: last]).first?.value
    }

    @Test("the gate knows no half source: what the import limit does not wholly allow stays gas")
    func gateSource() {
        let oven = Offer(plant(DispatchBench.site()).ovens[0])
        let wish = SetPoint(Burner.oven, .setSource, 1, reason: "test")
        #expect(pass(wish, oven, last: 0, netKW: 4400) == 1)
        #expect(pass(wish, oven, last: 0, netKW: 4401) == 0)
    }

    @Test("paint window and bodies in the ovens are hard limits, for any wish", arguments: [-400.0, 0, 24, 99, .nan])
    func gateHard(value: Double) throws {
        let view = plant(DispatchBench.site())
        // A site far beyond its limit must not matter here.
        let air = try #require(
            pass(
                SetPoint(Burner.air, .setSetpoint, value, reason: "test"), Offer(view.supplyAir[0]), last: 23,
                netKW: 9999))
        #expect((21...25).contains(air))
        let wish = SetPoint(Burner.oxidiser, .setMode, value, reason: "test")
        #expect(pass(wish, Offer(view.oxidisers[0]), last: 2, netKW: 9999) == 2)
    }

    @Test(
        "a command carries a word, or a number with its unit, and what follows its lease",
        arguments: [
            (Burner.oven, Action.setSource, 1.0, #""value":"electric","unit":null"#, "gas", "electric"),
            (Burner.oxidiser, .setMode, 1, #""value":"idle","unit":null"#, "run", "idle"),
            (Burner.air, .setSetpoint, 21.5, #""value":21.5,"unit":"Cel""#, "design", "21.5 degC"),
            (DispatchBench.ess1, .setPower, -20, #""value":-20,"unit":"kW""#, "hold_0", "-20.0 kW"),
        ])
    func command(path: AssetPath, action: Action, value: Double, said: String, fallback: String, text: String) throws {
        var desk = CommandDesk()
        let command = desk.issue(
            SetPoint(path, action, value, reason: "test", fallback: fallback), context: DispatchBench.context(1), n: 1,
            rules: .init(step: .minutes(1), followToleranceFraction: 0.05))
        let line = try #require(command).json(run: "r").line
        #expect(line.contains(said) && line.contains("\"fallback\":\"\(fallback)\""))
        #expect(action.text(value) == text)
        #expect(
            SetPoint(path, action, value, reason: "test").text == "\(path.text) \(action.rawValue) \(text): test")
    }
}
