import Testing
import TwinCore

@testable import TwinDispatch

/// Generators, sun and the connection by hand.
@Suite("A plan of sources and the connection", .enabled(if: coin != nil, isAbsent))
struct PlanSourceTests {
    private static let cell = PlanAssets.cell

    /// Three hours at 0.2 and three at 0.5; a kWh of its own costs 0.3. At its least of 40 kW three cheap hours lose
    /// 3 x 40 x 0.1 = 12; at rest they lose nothing.
    private static func sixHours(start: Double, restart: Double = 0) -> PlanBench {
        var bench = PlanBench(
            Array(repeating: 1000, count: 6), [PlanAssets.generator(restart: restart, start: start)])
        bench.buy = [0.2, 0.2, 0.2, 0.5, 0.5, 0.5]
        return bench
    }

    @Test("it goes to its least while the grid is cheaper, where a start costs more than the 12 that rest would save")
    func least() throws {
        let plan = try Self.sixHours(start: 0.13).plan()
        #expect(plan.setPoints[Self.cell] == [40, 40, 40, 100, 100, 100])
    }

    @Test("it rests where rest and start cost 11")
    func rest() throws {
        #expect(try Self.sixHours(start: 0.11).plan().setPoints[Self.cell] == [0, 0, 0, 100, 100, 100])
    }

    /// A start that takes five hours would cost it two hours at 0.5: 2 x 100 x 0.2 = 40 for the 12.
    @Test("it does not rest where it would not be back in time")
    func restart() throws {
        #expect(try Self.sixHours(start: 0, restart: 3).plan().setPoints[Self.cell] == [0, 0, 0, 100, 100, 100])
        #expect(try Self.sixHours(start: 0, restart: 5).plan().setPoints[Self.cell] == [40, 40, 40, 100, 100, 100])
    }

    /// Two dear hours of its own at the end of the plan: 2 x 40 x 0.1 = 8. Half of a cycle of 20 is paid for the rest.
    @Test("a rest at the end of the plan is not free")
    func end() throws {
        var bench = Self.sixHours(start: 0.2)
        bench.buy = [0.5, 0.5, 0.5, 0.5, 0.2, 0.2]
        #expect(try bench.plan().setPoints[Self.cell] == [100, 100, 100, 100, 40, 40])
    }

    @Test("it follows by its ramp up and down, and its least comes at once")
    func ramp() throws {
        var bench = Self.sixHours(start: 100)
        bench.buy = [0.5, 0.5, 0.2, 0.2, 0.5, 0.5]
        bench.offers = [PlanAssets.generator(now: 40, ramp: 25, start: 100)]
        // Up by 25 an hour while it pays 0.2, down by 25 in the first hour that costs 0.1; in the second it is at 75 again, so
        // that 100 are reached: a kW less there saves 0.1 and loses 0.2 in the hour after.
        #expect(try bench.plan().setPoints[Self.cell] == [65, 90, 65, 75, 100, 100])
        bench.offers = [PlanAssets.generator(now: 0, ramp: 25)]
        let climbing = try bench.plan()
        #expect(climbing.setPoints[Self.cell]?.first == 65)
    }

    /// A kWh of its own at 0.25 brings 0.5 kWh of heat that would cost 0.1 each: 0.2 is what it costs beside heat.
    /// 50 kW of heat are told with its 100 kW: 300 of 350 are open.
    @Test("its heat counts as long as the network takes it, and what it gives less is left open")
    func heat() throws {
        var bench = PlanBench([1000], [PlanAssets.generator(price: 0.2, heat: 0.5)])
        bench.heatKW = [300]
        bench.buy = [0.21]
        let runs = try bench.plan()
        #expect(runs.setPoints[Self.cell] == [100])
        #expect(isNear(runs.objective, 900 * 0.21 + 100 * 0.25 + 300 * 0.1, within: 0.01))
        bench.buy = [0.19]
        let rests = try bench.plan()
        #expect(rests.setPoints[Self.cell] == [0])
        #expect(isNear(rests.objective, 1000 * 0.19 + 350 * 0.1, within: 0.01))
    }

    @Test("the sun is curtailed to what load and export limit take, and is worth nothing more")
    func curtailed() throws {
        var bench = PlanBench([200], [PlanAssets.sun(kW: 1000)])
        bench.connection.exportMaxKW = 500
        let plan = try bench.plan()
        #expect(plan.setPoints[PlanAssets.park] == [700] && plan.netKW == [-500])
        #expect(plan.busPrices == [0] && plan.breaches.isEmpty)
    }

    @Test("an export that nothing can end is a breach with a name")
    func exportLimit() throws {
        var bench = PlanBench([-800])
        bench.connection.exportMaxKW = 500
        let plan = try bench.plan()
        #expect(plan.breaches.map(\.name) == ["export limit"] && isNear(plan.breaches.first?.amount, 300))
    }

    /// 0.2 x 50 = 10 for each kWh beyond the limit.
    @Test("an import limit that cannot be kept is breached last, named and priced")
    func importLimit() throws {
        var bench = PlanBench([2000, 1000], [PlanAssets.store(soc: 0.5)])
        bench.connection.importMaxKW = 1500
        bench.connection.peakKW = 1500
        let plan = try bench.plan()
        #expect(plan.setPoints[AssetPath(.storage, "s")]?.first == 100)
        let breach = try #require(plan.breaches.first)
        #expect(plan.breaches.count == 1 && breach.name == "import limit" && breach.at == PlanBench.start)
        #expect(isNear(breach.amount, 400) && isNear(breach.cost, 4000))
        #expect(plan.unkept == "400 kW beyond the import limit at 2025-06-18T00:00:00.000Z")
    }

    @Test("a peak is shaved by what was stored before it, and costs 2 a kWh where nothing is left")
    func peak() throws {
        var bench = PlanBench([900, 1100], [PlanAssets.store()])
        bench.connection.peakKW = 1000
        // 100 kWh taken at 0.2 come back as 85.5.
        let plan = try bench.plan()
        #expect(plan.setPoints[AssetPath(.storage, "s")] == [-100, 85.5])
        #expect(plan.breaches.map(\.name) == ["peak"] && isNear(plan.breaches.first?.cost, 29))
        #expect(plan.unkept == nil)
    }

    @Test("sold dearer than bought, nothing is bought to be sold, however large the limits are broken")
    func dearerSold() throws {
        var bench = PlanBench([100, 30_000], [PlanAssets.sun(kW: 50)])
        bench.sell = [0.3]
        let plan = try bench.plan()
        #expect(plan.netKW == [50, 29_950])
        // 50 x 0.2, and 29,950 x 0.2 with 19,950 beyond the limit at 0.3 x 50.
        #expect(isNear(plan.objective, 10 + 5990 + 19_950 * 15, within: 0.1))
        #expect(plan.breaches.map(\.name) == ["import limit"])
    }

    @Test("set-points do not move for less than a change costs")
    func calm() throws {
        var bench = PlanBench(
            [1000, 1000, 1000], [PlanAssets.generator(least: 0, now: 100, price: 0.2)])
        bench.buy = [0.2, 0.1999, 0.2]
        bench.objective.changePerKW = 0.0005
        #expect(try bench.plan().setPoints[Self.cell] == [100, 100, 100])
        // Down and up costs 0.001 a kW.
        bench.buy = [0.21, 0.198, 0.21]
        #expect(try bench.plan().setPoints[Self.cell] == [100, 0, 100])
    }
}
