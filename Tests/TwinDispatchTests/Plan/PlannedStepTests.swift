import Testing
import TwinCore

@testable import TwinDispatch

/// The fast rule between two plans, by hand: peak 5,000 kW, export limit 2,000 kW.
@Suite("Between two plans")
struct PlannedStepTests {
    private static let rules = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 2000)
    private static let (one, two) = (AssetPath(.storage, "one"), AssetPath(.storage, "two"))

    /// In force from the start on, one period of half an hour.
    private static func plan(
        _ points: [AssetPath: Double], netKW: Double = 3000, bus: Double = 0.25, heat: Double = 0.1
    ) -> DispatchPlan {
        DispatchPlan(
            made: DispatchBench.start, starts: [DispatchBench.start], end: DispatchBench.start + .minutes(30),
            setPoints: points.mapValues { [$0] }, busPrices: [bus], heatPrices: [heat], gramsPerKWh: [0],
            netKW: [netKW], objective: 0,
            gap: 0, breaches: [], reasons: [:])
    }

    /// - Parameter importKW: with all at rest; below 0 it is export.
    private static func view(_ importKW: Double, _ offers: [Offer], heatKW: Double = 0) -> PlantView {
        var site = DispatchBench.site(importKW: max(0, importKW), exportKW: max(0, -importKW))
        site.prices = ElectricityPrices(currency: "GBP", importPerKWh: 0.2, exportPerKWh: 0.05)
        return PlantView(site: site, openHeatKW: heatKW, offers: offers)
    }

    private static func decide(
        _ view: PlantView, _ plan: DispatchPlan?, at time: PlantTime = DispatchBench.start
    ) -> [AssetPath: Wish] {
        var view = view
        view.planned = plan.flatMap { PlannedStep($0, view.offers, at: time) }
        return Dictionary(
            uniqueKeysWithValues: Self.rules.decide(view).map { (view.offers[$0.place].path, $0) })
    }

    private static func stores(_ a: Double = 0.5, _ b: Double = 0.5) -> [Offer] {
        [PlanAssets.store("one", kW: 250, soc: a), PlanAssets.store("two", kW: 250, soc: b)]
    }

    @Test("set-points of the plan are what is wished, each with what it is worth")
    func follows() {
        let view = Self.view(
            3000,
            Self.stores() + [
                PlanAssets.bays(), PlanAssets.heatPump(), PlanAssets.elements(saved: 0.3), PlanAssets.generator(),
            ],
            heatKW: 800)
        let wishes = Self.decide(
            view,
            Self.plan([
                Self.one: -100, Self.two: -50.5, PlanAssets.bay: -20, PlanAssets.pump: 450.3, PlanAssets.oven: 1,
                PlanAssets.cell: 80,
            ]))
        let values = wishes.mapValues { $0.value }
        #expect(
            values == [
                Self.one: -100, Self.two: -50.5, PlanAssets.bay: -20, PlanAssets.pump: 450.3, PlanAssets.oven: 1,
                PlanAssets.cell: 80,
            ])
        #expect(wishes[Self.one]?.reason.text == "plan: takes 100 kW while a MWh on the bus is worth 250 GBP")
        #expect(
            wishes[PlanAssets.pump]?.reason.text
                == "plan: 450 kW; a MWh of heat is worth 100 GBP, and costs 83 GBP from the bus")
        #expect(wishes.values.allSatisfy { $0.reason.text.hasPrefix("plan: ") })
    }

    @Test("cars that are planned to wait do not charge 0 kW")
    func waits() {
        let wish = Self.decide(Self.view(3000, [PlanAssets.bays()]), Self.plan([PlanAssets.bay: 0]))[PlanAssets.bay]
        #expect(wish?.value == 0 && wish?.reason.text == "plan: waits while a MWh on the bus is worth 250 GBP")
    }

    @Test("what departures need comes before the plan, and what cars may not give is not asked")
    func need() {
        let must = Self.decide(Self.view(3000, [PlanAssets.bays(must: 30)]), Self.plan([PlanAssets.bay: 0]))
        #expect(must[PlanAssets.bay]?.value == -30)
        let give = [PlanAssets.bays(must: 30, give: 40), PlanAssets.bays(give: 40)].map {
            Self.decide(Self.view(3000, [$0]), Self.plan([PlanAssets.bay: 50]))[PlanAssets.bay]?.value
        }
        #expect(give == [-30, 40])
    }

    @Test("a surplus that was not planned is charged, stored and heated with before it is exported")
    func surplus() {
        // 500 kW too much while 20 + 100 + 450 / 3 = 270 are planned: 230 are over.
        let offers = Self.stores() + [PlanAssets.bays(), PlanAssets.heatPump()]
        let points = [Self.one: -50, Self.two: -50, PlanAssets.bay: -20, PlanAssets.pump: 450.0]
        let taken = Self.decide(Self.view(-500, offers, heatKW: 1000), Self.plan(points, netKW: 0))
        // 30 more to the cars; 200 more to the storage, in equal parts; nothing is left for the pump.
        #expect(taken[PlanAssets.bay]?.value == -50 && taken[PlanAssets.pump]?.value == 450)
        #expect(taken[Self.one]?.value == -150 && taken[Self.two]?.value == -150)
        // With the storage full the pump takes 3 for 1: 200 more are 600, of which its rating leaves 150.
        let full = [PlanAssets.store("one", kW: 250, soc: 0.9), PlanAssets.store("two", kW: 250, soc: 0.9)]
        let heated = Self.decide(
            Self.view(-500, full + [PlanAssets.bays(), PlanAssets.heatPump()], heatKW: 1000),
            Self.plan(points, netKW: 0))
        #expect(heated[Self.one]?.value == 0 && heated[PlanAssets.pump]?.value == 600)
        // Export that was planned stays.
        let planned = Self.decide(Self.view(-500, offers, heatKW: 1000), Self.plan(points, netKW: -200))
        #expect(planned.mapValues { $0.value } == points)
        // Heat that is worth less than export is not made: 0.01 x 3 against 0.05.
        let cheap = Self.decide(
            Self.view(-500, full + [PlanAssets.bays(), PlanAssets.heatPump()], heatKW: 1000),
            Self.plan(points, netKW: 0, heat: 0.01))
        #expect(cheap[PlanAssets.pump]?.value == 450)
    }

    @Test("heat that was planned from a surplus is made from no import: it takes what there is, at once")
    func lessSurplus() {
        let pump = [PlanAssets.heatPump()]
        let plan = Self.plan([PlanAssets.pump: 450], netKW: 0, bus: 0.1, heat: 0.05)
        // 0.05 x 3 is less than 0.2 for a kWh that is bought. Of 150 kW that were planned 100 are there, then none.
        let some = Self.decide(Self.view(-100, pump, heatKW: 1000), plan)
        #expect(some[PlanAssets.pump]?.value == 300)
        #expect(some[PlanAssets.pump]?.reason.text == "surplus: 100 kW, less than was planned")
        #expect(Self.decide(Self.view(50, pump, heatKW: 1000), plan)[PlanAssets.pump]?.value == 0)
        // It does not wait for its set-point to have stood long enough.
        var young = Self.view(50, pump, heatKW: 1000)
        young.inForce = [SetPointInForce(450, age: .minutes(1), move: 450)]
        #expect(Self.decide(young, plan)[PlanAssets.pump]?.value == 0)
        // Heat that is worth what is bought is made as planned: 0.1 x 3.
        let worth = Self.plan([PlanAssets.pump: 450], netKW: 0, bus: 0.25, heat: 0.1)
        #expect(Self.decide(Self.view(50, pump, heatKW: 1000), worth)[PlanAssets.pump]?.value == 450)
    }

    @Test("a peak that was not planned is relieved by charging, storage, heat and ovens, in this order")
    func peak() {
        let offers = Self.stores() + [PlanAssets.bays(), PlanAssets.heatPump()]
        let points = [Self.one: -100, Self.two: -100, PlanAssets.bay: -40, PlanAssets.pump: 600.0]
        // 4,600 + 200 + 40 + 200 = 5,040: the cars wait.
        let little = Self.decide(Self.view(4600, offers, heatKW: 1000), Self.plan(points))
        #expect(little[PlanAssets.bay]?.value == 0 && little[Self.one]?.value == -100)
        #expect(little[PlanAssets.bay]?.reason.text == "peak: import 5040 kW is above 5000 kW")
        // 4,800: 240 too much; 40 by the cars, and the storage rests. No unit charges while another gives.
        let rest = Self.decide(Self.view(4800, offers, heatKW: 1000), Self.plan(points))
        #expect(rest[Self.one]?.value == 0 && rest[Self.two]?.value == 0)
        // 5,050: storage gives 250 together.
        let give = Self.decide(Self.view(5050, offers, heatKW: 1000), Self.plan(points))
        #expect(give[Self.one]?.value == 125 && give[Self.two]?.value == 125 && give[PlanAssets.pump]?.value == 600)
        // 5,400: 500 of storage; 100 of the pump's 200 have room.
        let much = Self.decide(Self.view(5400, offers, heatKW: 1000), Self.plan(points))
        #expect(much[Self.one]?.value == 250 && much[PlanAssets.pump]?.value == 300)
        let oven = Self.decide(Self.view(4500, [PlanAssets.elements(saved: 1)]), Self.plan([PlanAssets.oven: 1]))
        #expect(oven[PlanAssets.oven]?.value == 0)
        let two = Self.decide(Self.view(5020, [PlanAssets.bays(give: 30)]), Self.plan([PlanAssets.bay: 0]))
        #expect(two[PlanAssets.bay]?.value == 20)
    }

    @Test("a plan that charges one string from another is one to the storage")
    func mixed() {
        let wishes = Self.decide(Self.view(3000, Self.stores()), Self.plan([Self.one: -100, Self.two: 40]))
        #expect(wishes[Self.one]?.value == -30 && wishes[Self.two]?.value == -30)
    }

    @Test("a string whose change waits does not work against the others; an operator's order does")
    func waiting() {
        var view = Self.view(3000, Self.stores())
        // One was told to give a minute ago, and turns round in half an hour at the earliest.
        view.inForce = [SetPointInForce(200, age: .minutes(1), move: 200), SetPointInForce(-20, age: .hours(2))]
        let plan = Self.plan([Self.one: -100, Self.two: -100])
        let waits = Self.decide(view, plan)
        #expect(waits[Self.one]?.value == 0 && waits[Self.two]?.value == -100)
        #expect(waits[Self.one]?.reason.text == "rest: storage as a whole turns the other way")
        view.hand = [HandOrder(path: Self.one, value: 200, until: DispatchBench.start + .hours(1)), nil]
        let hand = Self.decide(view, plan)
        #expect(hand[Self.one]?.value == 200 && hand[Self.two]?.value == -100)
        // Both wait: nothing works against anything.
        view.hand = []
        view.inForce = [
            SetPointInForce(200, age: .minutes(1), move: 200), SetPointInForce(200, age: .minutes(1), move: 200),
        ]
        #expect(Self.decide(view, plan)[Self.two]?.value == 200)
    }

    @Test("a generator that is planned to rest is not started by a surplus, one that runs gives way to it")
    func generator() {
        let resting = Self.decide(Self.view(-300, [PlanAssets.generator(now: 0)]), Self.plan([PlanAssets.cell: 0]))
        #expect(resting[PlanAssets.cell]?.value == 0)
        // At 80 of 100 kW: 30 would be exported.
        let running = Self.decide(
            Self.view(-50 + 20, [PlanAssets.generator(now: 80)]), Self.plan([PlanAssets.cell: 80], netKW: 0))
        #expect(running[PlanAssets.cell]?.value == 50)
        let peak = Self.decide(Self.view(5010, [PlanAssets.generator(now: 80)]), Self.plan([PlanAssets.cell: 80]))
        #expect(peak[PlanAssets.cell]?.value == 90)
    }

    @Test("heat goes no further than it is taken, and less than its least is none")
    func open() {
        let plan = Self.plan([PlanAssets.pump: 500])
        func value(_ heatKW: Double, _ minimum: Double = 0) -> Double? {
            Self.decide(Self.view(3000, [PlanAssets.heatPump(minimum: minimum)], heatKW: heatKW), plan)[
                PlanAssets.pump]?.value
        }
        #expect(value(320.55) == 320.5 && value(0) == 0 && value(320, 400) == 0 && value(900, 500) == 500)
    }

    @Test("without a plan, or with one that is too old or not yet in force, the rules decide")
    func rules() {
        let view = Self.view(-300, Self.stores() + [PlanAssets.bays(openKWh: 10)])
        let ruled = Self.decide(view, nil).mapValues { $0.value }
        let plan = Self.plan([Self.one: 0, Self.two: 0, PlanAssets.bay: 0], netKW: -300)
        #expect(Self.decide(view, plan).mapValues { $0.value } != ruled)
        for time in [
            DispatchBench.start - .minutes(1), DispatchBench.start + .minutes(30), DispatchBench.start + .hours(5),
        ] {
            #expect(Self.decide(view, plan, at: time).mapValues { $0.value } == ruled)
        }
    }

    @Test("storage that is not measured rests whatever was planned, and the other follows")
    func unmeasured() {
        guard case .store(var store) = PlanAssets.store("one", kW: 250).shape else { return }
        store.soc = UsedValue(0.5, .stale)
        let offers = [Offer(store, ramp: 1), PlanAssets.store("two", kW: 250, soc: 0.5)]
        let wishes = Self.decide(Self.view(3000, offers), Self.plan([Self.one: 100, Self.two: 100]))
        #expect(wishes[Self.one]?.value == 0 && wishes[Self.two]?.value == 100)
        #expect(wishes[Self.one]?.reason.text.hasPrefix("failsafe: storage is not measured") ?? false)
    }

    @Test("an operator's order wins over the plan, and a failsafe over both")
    func order() {
        var view = Self.view(3000, [PlanAssets.store("one", kW: 250, soc: 0.5)])
        view.hand = [HandOrder(path: Self.one, value: 77, until: DispatchBench.start + .hours(1))]
        let plan = Self.plan([Self.one: -100])
        let hand = Self.decide(view, plan)[Self.one]
        #expect(hand?.value == 77 && hand?.reason.text.hasPrefix("manual") ?? false)
        view.site.isGridMeasured = false
        let failsafe = Self.decide(view, plan)[Self.one]
        #expect(failsafe?.value == 0 && failsafe?.reason.text.hasPrefix("failsafe") ?? false)
    }

    @Test("a plan of any figures moves nothing beyond its device", arguments: [1e300, -1e300, 1e9, -1e9, 0.049])
    func hostile(value: Double) {
        let offers =
            Self.stores() + [
                PlanAssets.bays(give: 5), PlanAssets.heatPump(), PlanAssets.elements(saved: 1), PlanAssets.generator(),
            ]
        let points = Dictionary(uniqueKeysWithValues: offers.map { ($0.path, value) })
        for net in [-9000.0, 0, 9000] {
            for (path, wish) in Self.decide(
                Self.view(net, offers, heatKW: 500), Self.plan(points, netKW: value, bus: value))
            {
                let rating = offers.first { $0.path == path }?.ratingKW ?? 0
                #expect(wish.value.isFinite && abs(wish.value) <= rating, "\(path.text): \(wish.value)")
            }
        }
    }

    @Test("in control a plan is followed, and the wish passes calm and gate as any other")
    func control() {
        let control = DispatchControl(rules: Self.rules, gate: SafetyGate(importMaxKW: 6000, exportMaxKW: 2000))
        var desk = CommandDesk()
        let view = Self.view(3000, [PlanAssets.store("one", kW: 250, soc: 0.5)])
        let commands = control.commands(
            view, &desk, plan: Self.plan([Self.one: 900]), context: DispatchBench.context(1),
            rules: CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.05))
        #expect(commands.map(\.point.value) == [250])
    }

    /// A kWh of the elements saves 0.08 of gas. It costs 0.2 and 150 g at 250 a tonne to buy, 0.2375, or 0.05 to keep from
    /// export: of 1,000 kW up to 160 may be bought, 160 x 0.2375 + 840 x 0.05 = 80. Planned for a surplus, they end when more
    /// than that would be.
    @Test("elements that were planned for a surplus end with it")
    func ovenWithoutSurplus() {
        for (net, value) in [(-1200.0, 1.0), (-1000, 1), (-850, 1), (-830, 0), (400, 0)] {
            let view = Self.view(net, [PlanAssets.elements(saved: 0.08)])
            let wish = Self.decide(view, Self.plan([PlanAssets.oven: 1], netKW: -500))[PlanAssets.oven]
            #expect(wish?.value == value, "\(net)")
            if net == 400 {
                let text = wish?.reason.text ?? ""
                #expect(text.hasPrefix("gas: of 1000 kW, 1000 would be bought, more than the surplus"))
            }
        }
        // What pays when it is bought, stays.
        let paid = Self.view(400, [PlanAssets.elements(saved: 0.3)])
        #expect(Self.decide(paid, Self.plan([PlanAssets.oven: 1]))[PlanAssets.oven]?.value == 1)
    }
}
