import Testing
import TwinCore
import TwinDispatch

@Suite("Rules for the whole plant")
struct DispatchRulesTests {
    private let rules = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 800)

    private static let bays = AssetPath(.bay, "staff")
    private static let yard = AssetPath(.yard, "cars")
    private static let agvs = AssetPath(.agv, "g1")
    private static let pump = AssetPath(.heat, "pump")
    private static let boiler = AssetPath(.heat, "electrode")
    private static let cell = AssetPath(.fuelcell, "sofc")
    private static let park = AssetPath(.solar, "pv")

    /// Bays that must have 20 kW (or `must`), could take 100 and give 30; a yard that could take 200; a heat pump of 600 kW at COP 3
    /// and an electrode boiler of 1000 kW with an open demand of 1000 kW; a fuel cell of 400 kW at its rating; 3000 kW of
    /// sun.
    private func plant(
        _ site: SiteView, bays: Quality = .good, must: UsedValue = UsedValue(20, .good), heatOpenKW: Double = 1000,
        solarKW: Double = 3000
    ) -> PlantParts {
        func good(_ kw: Double) -> UsedValue { UsedValue(kw, .good) }
        return PlantParts(
            site: site, storage: [DispatchBench.unit()],
            fuelCells: [
                Generator(path: Self.cell, ratedKW: 400, minimumKW: 160, rampKWPerStep: 8, powerKW: good(400))
            ],
            flexible: [
                DeferrableLoad(
                    path: Self.bays, action: .setPower, ratingKW: 150, powerKW: UsedValue(0, bays),
                    mustKW: must, canChargeKW: good(100), canDischargeKW: good(30), isWorking: false),
                DeferrableLoad(
                    path: Self.yard, action: .setLimit, ratingKW: 400, powerKW: good(0), mustKW: good(0),
                    canChargeKW: good(200), canDischargeKW: good(0), isWorking: false),
                DeferrableLoad(
                    path: Self.agvs, action: .setLimit, ratingKW: 60, powerKW: good(-10), mustKW: good(5),
                    canChargeKW: good(60), canDischargeKW: good(0), isWorking: true),
            ],
            heat: HeatParts(
                openDemandKW: heatOpenKW, storeHeadroomKW: 0,
                sources: [
                    Converter(
                        path: Self.pump, ratedKW: 600, performance: 3, heatKW: good(0), breakEvenGPerKWh: 646),
                    Converter(
                        path: Self.boiler, ratedKW: 1000, performance: 1, heatKW: good(0), breakEvenGPerKWh: 213),
                ]),
            solar: [
                CurtailableSource(path: Self.park, ratedKW: 4000, powerKW: good(solarKW), availableKW: solarKW)
            ])
    }

    private func wishes(_ plant: PlantParts) -> [AssetPath: SetPoint] {
        Dictionary(rules.decide(plant).map { ($0.path, $0) }) { first, _ in first }
    }

    /// In the dirtiest hour of those ahead, so that only the surplus moves anything.
    private func surplus(_ kw: Double, intensity: Double) -> SiteView {
        DispatchBench.site(
            importKW: 0, exportKW: kw, intensity: UsedValue(intensity, .good), forecast: [100, 150, 200, 250])
    }

    @Test("a small surplus is shifted into cars, before anything is stored")
    func shiftFirst() {
        // 150 kW less the 20 kW that departures need: 130. The bays may have all of it and can take 80, the yard has the
        // other 50.
        let wishes = wishes(plant(surplus(150, intensity: 700)))
        #expect(wishes[Self.bays]?.value == -150)
        #expect(wishes[Self.yard]?.value == 50)
        #expect(wishes[DispatchBench.ess1]?.reason.hasPrefix("surplus") == false)
        #expect(wishes[Self.pump]?.value == 0 && wishes[Self.cell]?.value == 400)
    }

    @Test("then it is stored, then it becomes heat, then the fuel cell goes down, then it is exported and curtailed")
    func order() {
        // 2500: bays 100 and yard 200 under open ceilings, storage 500, heat pump 600/3 = 200, boiler the other 400 of the demand,
        // fuel cell 8 on its way down to 160. 2500 - 100 - 200 - 500 - 200 - 400 - 8 = 1092 left; 800 may leave: 292 cut.
        let wishes = wishes(plant(surplus(2500, intensity: 700)))
        #expect(wishes[Self.bays]?.value == -150 && wishes[Self.yard]?.value == 400)
        #expect(wishes[DispatchBench.ess1]?.value == -500)
        #expect(wishes[Self.pump]?.value == 600 && wishes[Self.boiler]?.value == 400)
        #expect(wishes[Self.cell]?.value == 160)
        #expect(wishes[Self.park]?.value == 2708)
        #expect(wishes[Self.park]?.reason == "curtail: export would pass 800 kW")
    }

    @Test("a curtailed park is judged by what it could give, so that its limit does not swing")
    func noSwing() {
        // The limit of 2708 is in force: 292 kW less are exported, and the answer is the same.
        var view = plant(surplus(2208, intensity: 700))
        view.solar[0].powerKW = UsedValue(2708, .good)
        #expect(wishes(view)[Self.park]?.value == 2708)
    }

    @Test("electric heat runs where the grid is cleaner than the gas it replaces")
    func breakEven() {
        func heat(_ intensity: Double) -> [Double?] {
            let wishes = wishes(plant(DispatchBench.site(importKW: 1000, intensity: UsedValue(intensity, .good))))
            return [wishes[Self.pump]?.value, wishes[Self.boiler]?.value]
        }
        #expect(heat(700) == [0, 0])
        #expect(heat(646) == [600, 0])
        #expect(heat(214) == [600, 0])
        #expect(heat(213) == [600, 400])
        let unknown = wishes(plant(DispatchBench.site(importKW: 1000, intensity: UsedValue(10, .stale))))
        #expect(unknown[Self.pump]?.value == 0)
    }

    @Test("a peak holds charging to its departures, lets the storage discharge and leaves AGVs their work")
    func peak() {
        // At rest 5310 kW, with the 20 kW that must be: 5330; 330 above the peak. While some cars must charge, the
        // group gives nothing back: its departures are a hard limit of the gate. So all of it is the storage's.
        let wishes = wishes(plant(DispatchBench.site(importKW: 5310, intensity: UsedValue(700, .good))))
        #expect(wishes[Self.bays]?.value == -20)
        #expect(wishes[Self.yard]?.value == 0)
        #expect(wishes[DispatchBench.ess1]?.value == 330)
        #expect(wishes[Self.agvs]?.value == 5)
    }

    @Test("in a peak cars give back where none of them must charge")
    func carsGiveBack() {
        // 310 kW above the peak: 30 of the cars, 280 of the storage.
        let site = DispatchBench.site(importKW: 5310, intensity: UsedValue(700, .good))
        let wishes = wishes(plant(site, must: UsedValue(0, .good)))
        #expect(wishes[Self.bays]?.value == 30 && wishes[DispatchBench.ess1]?.value == 280)
    }

    @Test("cars charge in the cleaner half of the hours ahead and wait in the dirtier")
    func halves() {
        func bays(_ now: Double, _ ahead: [Double], must: Double = 20) -> Double? {
            let site = DispatchBench.site(intensity: UsedValue(now, .good), forecast: ahead)
            return wishes(plant(site, must: UsedValue(must, .good)))[Self.bays]?.value
        }
        // 100 150 150 200 250: the middle is 150. 100 150 180 200 250: 180 is the middle itself.
        let four: [Double] = [100, 150, 200, 250]
        #expect(bays(150, four) == -150 && bays(180, four) == -150)
        // 100 150 160 180 210 250 260 270: the middle is 195, the dirtiest quarter begins at 252.5.
        let seven: [Double] = [100, 150, 160, 180, 250, 260, 270]
        #expect(bays(210, seven) == -20 && bays(210, seven, must: 0) == 0)
        // Among the dirtiest: 30 come back, but not while 20 must be charged.
        #expect(bays(260, four) == -20 && bays(260, four, must: 0) == 30)
    }

    @Test("in the cleaner half a surplus does not hold the charge back")
    func cleanSurplus() {
        // 50 kW of surplus; up to the peak there is room for all that the cars may take.
        let site = DispatchBench.site(
            importKW: 0, exportKW: 50, intensity: UsedValue(150, .good), forecast: [100, 150, 200, 250])
        let wishes = wishes(plant(site))
        #expect(wishes[Self.bays]?.value == -150 && wishes[Self.yard]?.value == 400)
    }

    @Test("without a forecast cars charge at once, up to the peak, and the rest knows of it")
    func noForecast() {
        // 4870 kW, with what must be 4890: 110 are left: the bays may have them and take 80, 30 for the yard, none for heat.
        let wishes = wishes(plant(DispatchBench.site(importKW: 4870, intensity: UsedValue(10, .good))))
        #expect(wishes[Self.bays]?.value == -130 && wishes[Self.yard]?.value == 30)
        #expect(wishes[Self.pump]?.value == 0)
    }

    @Test("a full string leaves the surplus to a free one, an empty one the peak")
    func stringsInTurn() {
        func strings(_ site: SiteView, soc: Double) -> [Double?] {
            var view = plant(site)
            var free = DispatchBench.unit()
            free.path = AssetPath(.storage, "ess-2")
            view.storage = [DispatchBench.unit(soc: soc), free]
            let wishes = wishes(view)
            return view.storage.map { wishes[$0.path]?.value }
        }
        // 700 kW less 100 for the bays and 200 for the yard.
        #expect(strings(surplus(700, intensity: 700), soc: 0.9) == [0, -400])
        // 5330 kW with what must be.
        let peak = DispatchBench.site(importKW: 5310, intensity: UsedValue(700, .good))
        #expect(strings(peak, soc: 0.2) == [0, 330])
        // Nearly full: 0.001 x 1000 kWh / 0.95 over a minute is 63.1 kW; the other takes the rest.
        #expect(strings(surplus(700, intensity: 700), soc: 0.899) == [-63.1, -336.9])
    }

    @Test("an unknown need is not taken as none: the group's own controller decides")
    func unknownNeed() {
        let peak = DispatchBench.site(importKW: 5310, intensity: UsedValue(700, .good))
        for quality in [Quality.estimated, .stale] {
            var view = plant(peak, must: UsedValue(0, quality))
            view.flexible[2].mustKW = UsedValue(0, quality)
            let wishes = wishes(view)
            #expect(wishes[Self.bays]?.value == -150 && wishes[Self.agvs]?.value == 60)
            #expect(
                wishes[Self.agvs]?.reason
                    == "peak: import 5310 kW, but what the work needs is unknown; its own controller decides")
        }
        var view = plant(DispatchBench.site(isMeasured: false), must: UsedValue(0, .stale))
        view.flexible[1].mustKW = UsedValue(0, .stale)
        let wishes = wishes(view)
        #expect(wishes[Self.bays]?.value == -150 && wishes[Self.yard]?.value == 400)
        #expect(
            wishes[Self.yard]?.reason
                == "failsafe: the grid meter is not measured; its need is unknown, its own controller decides")
        // A need that is only last known is a need.
        let known = self.wishes(plant(DispatchBench.site(isMeasured: false), must: UsedValue(20, .lastKnown)))
        #expect(known[Self.bays]?.value == -20)
    }

    @Test("a group that is left to its own controller stays in the import that others see")
    func unmeasuredStays() {
        // 4900 kW with 150 kW of the bays in it: 100 kW are left to the peak for the yard, not 250.
        var view = plant(
            DispatchBench.site(importKW: 4900, intensity: UsedValue(700, .good)), must: UsedValue(0, .stale))
        view.flexible[0].powerKW = UsedValue(-150, .good)
        #expect(wishes(view)[Self.yard]?.value == 100)
    }

    @Test("a fuel cell that is low is no surplus: it comes back by its ramp")
    func cellRamp() {
        // 100 kW of import with the cell at 160. It can come to 168: 92 kW at rest, 112 with what must be. At its
        // rating at once it would be a surplus of 128.
        var view = plant(surplus(0, intensity: 700))
        view.site.importKW = 100
        view.fuelCells[0].powerKW = UsedValue(160, .good)
        #expect(view.offered.netAtRestKW == 92)
        let wishes = wishes(view)
        #expect(wishes[Self.bays]?.value == -20 && wishes[Self.cell]?.value == 400)
        // One that gives nothing is counted as nothing until it does.
        view.fuelCells[0].powerKW = UsedValue(0, .good)
        #expect(view.offered.netAtRestKW == 100)
    }

    @Test("without a view of the grid nothing moves that need not")
    func failsafe() {
        for site in [DispatchBench.site(isConnected: false), DispatchBench.site(isMeasured: false)] {
            let wishes = wishes(plant(site))
            #expect(wishes[Self.bays]?.value == -20 && wishes[Self.yard]?.value == 0)
            #expect(wishes[DispatchBench.ess1]?.value == 0 && wishes[Self.pump]?.value == 0)
            #expect(wishes[Self.cell]?.value == 400 && wishes[Self.park]?.value == 4000)
            #expect(wishes.values.allSatisfy { $0.reason.hasPrefix("failsafe: the grid") })
        }
    }

    @Test("a group that is not measured is left to its own controller")
    func unmeasured() {
        let wish = wishes(plant(DispatchBench.site(), bays: .stale))[Self.bays]
        #expect(wish?.value == -150 && wish?.reason.hasPrefix("failsafe: the group is not measured") == true)
    }
}
