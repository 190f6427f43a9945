import Testing
import TwinCore
import TwinProgram

@testable import TwinDispatch

/// Whatever stands in a view, there is a plan of finite set-points or a sentence why there is none.
@Suite("A plan of bad input", .enabled(if: coin != nil, isAbsent))
struct PlanInputTests {
    private static let bad = [
        Double.nan, .infinity, -.infinity, -1, -1e9, 0, 1e300, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
    ]

    private struct Parts {
        var store: Store
        var load: DeferrableLoad
        var pump: Converter
        var boiler: Converter
        var oven: SourceSwitch
        var cell: Generator
        var park: CurtailableSource

        init() {
            store = PlanInputTests.shape(PlanAssets.store(soc: 0.5)) { if case .store(let it) = $0 { it } else { nil } }
            load = PlanInputTests.shape(PlanAssets.bays(must: 10, openKWh: 40)) {
                if case .deferrable(let it) = $0 { it } else { nil }
            }
            pump = PlanInputTests.shape(PlanAssets.heatPump(minimum: 100)) {
                if case .converter(let it) = $0 { it } else { nil }
            }
            boiler = Converter(
                path: AssetPath(.heat, "chips"),
                input: .fuel(gramsPerKWh: 10, replacedGramsPerKWh: 200, morePerKWh: 0.01), ratedKW: 300,
                measuredKW: UsedValue(0, .good))
            oven = PlanInputTests.shape(PlanAssets.elements(kW: 100, saved: 0.3)) {
                if case .source(let it) = $0 { it } else { nil }
            }
            cell = PlanInputTests.shape(PlanAssets.generator(ramp: 20, heat: 0.3, restart: 2, start: 0.1)) {
                if case .generator(let it) = $0 { it } else { nil }
            }
            park = PlanInputTests.shape(PlanAssets.sun(kW: 300)) {
                if case .curtailable(let it) = $0 { it } else { nil }
            }
        }

        var offers: [Offer] {
            [
                Offer(load, ramp: 1), Offer(store, ramp: 1), Offer(pump, ramp: 1), Offer(boiler, ramp: 1), Offer(oven),
                Offer(cell), Offer(park),
            ]
        }
    }

    private static func shape<T>(_ offer: Offer, _ read: (Offer.Shape) -> T?) -> T {
        guard let it = read(offer.shape) else { preconditionFailure("another shape") }
        return it
    }

    private static let ofParts: [(String, @Sendable (inout Parts, Double) -> Void)] = [
        ("store.powerMaxKW", { $0.store.powerMaxKW = $1 }), ("store.capacityKWh", { $0.store.capacityKWh = $1 }),
        ("store.socMin", { $0.store.socMin = $1 }), ("store.socMax", { $0.store.socMax = $1 }),
        ("store.socReserve", { $0.store.socReserve = $1 }), ("store.in", { $0.store.chargeEfficiency = $1 }),
        ("store.out", { $0.store.dischargeEfficiency = $1 }), ("store.soc", { $0.store.soc.value = $1 }),
        ("store.power", { $0.store.powerKW.value = $1 }), ("load.rating", { $0.load.ratingKW = $1 }),
        ("load.power", { $0.load.powerKW.value = $1 }), ("load.must", { $0.load.mustKW.value = $1 }),
        ("load.can", { $0.load.canChargeKW.value = $1 }), ("load.give", { $0.load.canDischargeKW.value = $1 }),
        ("load.open", { $0.load.openKWh = $1 }),
        ("pump.cop", { $0.pump.input = .electricity(perKW: $1, breakEvenGPerKWh: 100) }),
        ("pump.rated", { $0.pump.ratedKW = $1 }), ("pump.minimum", { $0.pump.minimumKW = $1 }),
        ("pump.measured", { $0.pump.measuredKW.value = $1 }),
        ("boiler.grams", { $0.boiler.input = .fuel(gramsPerKWh: $1, replacedGramsPerKWh: 1, morePerKWh: 0) }),
        ("boiler.more", { $0.boiler.input = .fuel(gramsPerKWh: 1, replacedGramsPerKWh: 1, morePerKWh: $1) }),
        ("oven.rated", { $0.oven.ratedKW = $1 }), ("oven.load", { $0.oven.loadKW.value = $1 }),
        ("oven.can", { $0.oven.canLoadKW.value = $1 }), ("oven.grams", { $0.oven.breakEvenGPerKWh = $1 }),
        ("oven.price", { $0.oven.replacedPricePerKWh = $1 }), ("cell.rated", { $0.cell.ratedKW = $1 }),
        ("cell.minimum", { $0.cell.minimumKW = $1 }), ("cell.ramp", { $0.cell.rampKWPerStep = $1 }),
        ("cell.power", { $0.cell.powerKW.value = $1 }), ("cell.price", { $0.cell.pricePerKWh = $1 }),
        ("cell.grams", { $0.cell.gramsPerKWh = $1 }), ("cell.heat", { $0.cell.heatPerKWh = $1 }),
        ("cell.restart", { $0.cell.restartHours = $1 }), ("cell.start", { $0.cell.startCostPerKW = $1 }),
        ("park.rated", { $0.park.ratedKW = $1 }), ("park.power", { $0.park.powerKW.value = $1 }),
        ("park.available", { $0.park.availableKW = $1 }),
    ]

    private static let ofBench: [(String, @Sendable (inout PlanBench, Double) -> Void)] = [
        ("load", { $0.loadKW[1] = $1 }), ("buy", { $0.buy[1] = $1 }), ("sell", { $0.sell = [$1] }),
        ("grams", { $0.grams = [$1] }), ("heat", { $0.heatKW = [$1] }), ("hours", { $0.hours = $1 }),
        ("filling.grams", { $0.filling.gramsPerKWh = $1 }), ("filling.price", { $0.filling.pricePerKWh = $1 }),
        ("store.held", { $0.heatStore?.storedKWh = $1 }), ("store.capacity", { $0.heatStore?.capacityKWh = $1 }),
        ("store.power", { $0.heatStore?.powerMaxKW = $1 }), ("import", { $0.connection.importMaxKW = $1 }),
        ("export", { $0.connection.exportMaxKW = $1 }), ("peak", { $0.connection.peakKW = $1 }),
        ("carbon", { $0.objective.carbonPerTonne = $1 }), ("marginal", { $0.objective.marginalGPerKWh = $1 }),
        ("wear", { $0.objective.wearPerKWh = $1 }), ("peak price", { $0.objective.peakPerKWh = $1 }),
        ("change", { $0.objective.changePerKW = $1 }),
    ]

    private static func bench(_ parts: Parts) -> PlanBench {
        var bench = PlanBench([1000, 1200, 800, 1000], parts.offers)
        bench.buy = [0.2, 0.3, 0.1, 0.2]
        bench.heatKW = [400]
        bench.heatStore = HeatStore(storedKWh: 100, capacityKWh: 500, powerMaxKW: 200)
        bench.objective = PlanObjective(carbonPerTonne: 250)
        return bench
    }

    private func check(_ bench: PlanBench, _ what: String) throws {
        let planner = Planner(try #require(coin))
        switch planner.plan(bench.problem) {
        case .success(let plan):
            #expect(plan.setPoints.values.joined().allSatisfy { $0.isFinite }, "\(what)")
            #expect(
                (plan.busPrices + plan.heatPrices + plan.netKW + [plan.objective]).allSatisfy { $0.isFinite }, "\(what)"
            )
            #expect(DispatchPlan(plan.json(purpose: "")) == plan, "\(what)")
        case .failure(let why): #expect(why.description.count > 20, "\(what): \(why)")
        }
    }

    @Test("the site as it stands has a plan, which uses everything that is offered")
    func whole() throws {
        let plan = try Self.bench(Parts()).plan()
        #expect(plan.setPoints.count == 7 && plan.breaches.isEmpty)
    }

    @Test("any figure of an offer that is no number, infinite or negative", arguments: 0..<38)
    func offers(place: Int) throws {
        try #require(Self.ofParts.count == 38)
        for value in Self.bad {
            var parts = Parts()
            Self.ofParts[place].1(&parts, value)
            try check(Self.bench(parts), "\(Self.ofParts[place].0) = \(value)")
        }
    }

    @Test("any figure of the site, the connection or the objective", arguments: 0..<19)
    func site(place: Int) throws {
        try #require(Self.ofBench.count == 19)
        for value in Self.bad {
            var bench = Self.bench(Parts())
            Self.ofBench[place].1(&bench, value)
            try check(bench, "\(Self.ofBench[place].0) = \(value)")
        }
    }

    @Test("several at once, by chance", arguments: 0..<60 as Range<UInt64>)
    func several(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "bad input")
        func any<T>(_ list: [T]) -> T { list[Int(chance.next() % UInt64(list.count))] }
        var parts = Parts()
        for _ in 0..<3 { any(Self.ofParts).1(&parts, any(Self.bad + [1, 100, 1e6])) }
        var bench = Self.bench(parts)
        any(Self.ofBench).1(&bench, any(Self.bad + [1, 100, 1e6]))
        try check(bench, "seed \(seed)")
    }

    @Test("a figure that no program can hold is named")
    func words() throws {
        var parts = Parts()
        parts.store.powerMaxKW = .nan
        guard case .failure(let why) = Planner(try #require(coin)).plan(Self.bench(parts).problem) else {
            Issue.record("a plan of nothing")
            return
        }
        #expect(why.description.contains("charge of storage/s") && why.description.contains("nan"))
        var none = Self.bench(Parts()).problem
        none.periods = []
        guard case .failure(let empty) = Planner(try #require(coin)).plan(none) else { return }
        #expect(empty.description == "there is nothing ahead to plan for")
    }
}
