import Testing
import TwinCore

@testable import TwinDispatch

/// Stores by hand. A kWh that is charged comes back as 0.95 x 0.9 = 0.855 kWh.
@Suite("A plan of stores", .enabled(if: coin != nil, isAbsent))
struct PlanStoreTests {
    private static let store = AssetPath(.storage, "s")

    /// Two hours at 100 and 300 g and 250 a tonne: 0.20 + 0.025 = 0.225, then 0.20 + 0.075 = 0.275. A kWh bought at 0.225
    /// comes back as 0.855 x 0.275 = 0.2351: 0.0101 are left, which wear of 0.0101 / 0.855 = 0.0118 on each kWh that comes
    /// back uses up.
    private static func twoHours(wear: Double, out: Double = 0.9) -> PlanBench {
        var bench = PlanBench([1000, 1000], [PlanAssets.store(out: out)])
        bench.grams = [100, 300]
        bench.objective.carbonPerTonne = 250
        bench.objective.wearPerKWh = wear
        return bench
    }

    @Test("it buys at 100 g and gives back at 300 g while losses and wear cost less")
    func pays() throws {
        let plan = try Self.twoHours(wear: 0.011).plan()
        #expect(plan.setPoints[Self.store] == [-100, 85.5])
        #expect(plan.netKW == [1100, 914.5])
        // 1,100 x 0.225 + 914.5 x 0.275 + 85.5 x 0.011 = 247.5 + 251.4875 + 0.9405 = 499.928, less the reserve of 200 kWh,
        // worth (0.250025 - 0.011) x 0.9 = 0.2151 each.
        #expect(isNear(plan.objective, 499.928 - 200 * (1.0001 * 0.25 - 0.011) * 0.9, within: 0.01))
        #expect(isNear(plan.busPrices[0], 0.225, within: 1e-5) && isNear(plan.busPrices[1], 0.275, within: 1e-5))
        #expect(plan.breaches.isEmpty && plan.gap == 0)
    }

    @Test("wear above 0.0118 or a discharge of 0.8 costs more than it brings")
    func paysNot() throws {
        #expect(try Self.twoHours(wear: 0.0125).plan().setPoints[Self.store] == [0, 0])
        // 0.95 x 0.8 x 0.275 = 0.209 for 0.225.
        #expect(try Self.twoHours(wear: 0, out: 0.8).plan().setPoints[Self.store] == [0, 0])
    }

    @Test("by the year's factor no hour is cleaner, and it rests")
    func annual() throws {
        var bench = Self.twoHours(wear: 0)
        bench.grams = [200, 200]
        #expect(try bench.plan().setPoints[Self.store] == [0, 0])
    }

    /// 500 kWh at one price: what is left at the end is worth as much as it saves now.
    @Test("what it holds is not used up for nothing at the end, and is used at a price above the mean")
    func end() throws {
        var bench = PlanBench([1000, 1000, 1000, 1000], [PlanAssets.store(soc: 0.5)])
        bench.objective.wearPerKWh = 0.03
        #expect(try bench.plan().setPoints[Self.store] == [0, 0, 0, 0])
        // The mean is 0.225: 0.3 is above it, and 0.2 is not so far below it that 0.2 / 0.855 would pay.
        bench.buy = [0.2, 0.3, 0.2, 0.2]
        #expect(try bench.plan().setPoints[Self.store] == [0, 100, 0, 0])
    }

    @Test("a charge below the reserve is a breach that is named and made good, not a plan that fails")
    func below() throws {
        let plan = try PlanBench([1000, 1000, 1000, 1000], [PlanAssets.store(soc: 0.1)]).plan()
        // It lacks 100 kWh and takes 95 in an hour, then 5: 5 / 0.95 = 5.3 kW.
        #expect(plan.setPoints[Self.store] == [-100, -5.3, 0, 0])
        #expect(plan.breaches.map(\.name) == ["band of storage/s"])
        #expect(isNear(plan.breaches.first?.amount, 5) && plan.breaches.first?.at == PlanBench.start)
        #expect(plan.unkept == nil)
    }

    @Test("a charge above the band goes back into it")
    func above() throws {
        let plan = try PlanBench([1000, 1000], [PlanAssets.store(soc: 0.95)]).plan()
        // 50 kWh too much give 45 on the bus.
        #expect(plan.setPoints[Self.store] == [45, 0])
    }

    @Test("contradictory bands plan something")
    func contradictory() throws {
        let plan = try PlanBench([1000], [PlanAssets.store(soc: 0.6, reserve: 0.8, max: 0.5)]).plan()
        #expect(plan.setPoints[Self.store]?.count == 1)
    }

    @Test("equal strings are planned as one and shared out by their rating; another charge is another group")
    func strings() throws {
        var bench = Self.twoHours(wear: 0)
        bench.offers = [
            PlanAssets.store("a"), PlanAssets.store("b"), PlanAssets.store("c", kW: 50, kWh: 500),
            PlanAssets.store("other", soc: 0.9),
        ]
        #expect(PlanProgram.groups(of: bench.view(0)).map { $0.stores.count } == [3, 1])
        let plan = try bench.plan()
        func points(_ id: String) -> [Double]? { plan.setPoints[AssetPath(.storage, id)] }
        #expect(points("a") == [-100, 85.5] && points("b") == points("a") && isNear(points("c")?.last, 42.75))
        // Full, it gives in the dearer hour.
        #expect(points("other") == [0, 100])
    }

    @Test("a string whose power lasts otherwise is planned apart: it would be empty before the others")
    func hours() {
        let bench = PlanBench([1000], [PlanAssets.store("a"), PlanAssets.store("b", kW: 100, kWh: 400)])
        #expect(PlanProgram.groups(of: bench.view(0)).map { $0.stores.count } == [1, 1])
    }

    @Test("a string that nobody measures is not planned; the rules have it")
    func unmeasured() throws {
        var bench = Self.twoHours(wear: 0)
        guard case .store(var store) = PlanAssets.store().shape else { return }
        store.soc = UsedValue(0.5, .stale)
        bench.offers = [Offer(store, ramp: 1)]
        #expect(try bench.plan().setPoints[Self.store] == nil)
    }

    @Test("at prices below nothing it takes, and does not burn energy by taking and giving at once")
    func negative() throws {
        var bench = PlanBench([1000], [PlanAssets.store(soc: 0.9)])
        bench.buy = [-0.1]
        bench.sell = [-0.2]
        // Full: to give and take 100 kW at once would lose 14.5 kWh and earn 1.45 an hour.
        let plan = try bench.plan()
        #expect(plan.setPoints[Self.store] == [0])
        #expect(isNear(plan.objective, -100, within: 0.01))
    }
}
