import Testing
import TwinCore

@testable import TwinDispatch

/// Heat, ovens and charging by hand.
@Suite("A plan of loads", .enabled(if: coin != nil, isAbsent))
struct PlanLoadTests {
    private static func heat(_ carbon: Double) -> PlanBench {
        var bench = PlanBench([1000], [PlanAssets.heatPump()])
        bench.grams = [100]
        bench.heatKW = [400]
        bench.filling = HeatFilling(gramsPerKWh: 200, pricePerKWh: 0.05)
        bench.objective.carbonPerTonne = carbon
        return bench
    }

    /// 0.2 / 3 + 100 g / 3 against 0.05 + 200 g: 0.016667 more for 166.67 g less, 100 a tonne.
    @Test(
        "a heat pump takes over from the boiler at the carbon price that pays for it, and not below",
        arguments: [1, -1])
    func heatPump(side: Double) throws {
        let plan = try Self.heat(100 + side).plan()
        #expect(plan.setPoints[PlanAssets.pump] == [side > 0 ? 400 : 0])
        let (own, gas) = (0.2 / 3 + (100 + side) * 100 / 3e6, 0.05 + (100 + side) * 200 / 1e6)
        #expect(isNear(plan.heatPrices[0], min(own, gas), within: 1e-5))
    }

    @Test("less than its least is no heat of it")
    func least() throws {
        var bench = Self.heat(150)
        bench.offers = [PlanAssets.heatPump(minimum: 300)]
        #expect(try bench.plan().setPoints[PlanAssets.pump] == [400])
        bench.heatKW = [100]
        // 300 kW for the 100 that are taken cost more than gas.
        #expect(try bench.plan().setPoints[PlanAssets.pump] == [0])
    }

    /// 0.1 / 3 now against 0.4 / 3 then, and gas at 0.1: the pump makes 300 more now, and the store gives them then.
    @Test("the hot-water store is filled while electricity is cheap")
    func store() throws {
        var bench = PlanBench([1000, 1000], [PlanAssets.heatPump(kW: 600)])
        bench.buy = [0.1, 0.4]
        bench.heatKW = [300, 300]
        bench.heatStore = HeatStore(storedKWh: 0, capacityKWh: 1000, powerMaxKW: 500)
        #expect(try bench.plan().setPoints[PlanAssets.pump] == [600, 0])
        // Full, there is nothing to fill.
        bench.heatStore = HeatStore(storedKWh: 300, capacityKWh: 300, powerMaxKW: 500)
        #expect(try bench.plan().setPoints[PlanAssets.pump] == [300, 0])
    }

    /// 500 kW are left below the peak for elements of 1,000 kW.
    @Test("oven elements are on or off in the next hours, and a share beyond them")
    func ovens() throws {
        var bench = PlanBench(Array(repeating: 4500, count: 20), [PlanAssets.elements(saved: 0.3)])
        bench.connection.peakKW = 5000
        let shares = try #require(try bench.plan().setPoints[PlanAssets.oven])
        #expect(shares == Array(repeating: 0, count: 16) + Array(repeating: 0.5, count: 4))
        bench.loadKW = Array(repeating: 3000, count: 20)
        #expect(try bench.plan().setPoints[PlanAssets.oven] == Array(repeating: 1, count: 20))
        bench.offers = [PlanAssets.elements(saved: 0.3, mustRest: true)]
        #expect(try bench.plan().setPoints[PlanAssets.oven] == [0] + Array(repeating: 1, count: 19))
        bench.offers = [PlanAssets.elements(saved: 0.19)]
        #expect(try bench.plan().setPoints[PlanAssets.oven] == Array(repeating: 0, count: 20))
    }

    /// Half hours; cheap from the fifth to the eighth.
    private static func bays(_ bays: Offer) -> PlanBench {
        var bench = PlanBench(Array(repeating: 1000, count: 20), [bays])
        bench.hours = 0.5
        bench.buy = Array(repeating: 0.2, count: 4) + Array(repeating: 0.1, count: 4) + Array(repeating: 0.2, count: 12)
        return bench
    }

    @Test("charging waits for the cheap hours within its window, and what departures need is charged before")
    func charging() throws {
        let free = try Self.bays(PlanAssets.bays(openKWh: 90)).plan()
        let powers = try #require(free.setPoints[PlanAssets.bay]).map { -$0 }
        // 90 kWh in four half hours of 50 kW at most.
        #expect(isNear(powers[4..<8].reduce(0, +), 180) && isNear(powers.reduce(0, +), 180))
        let bound = try Self.bays(PlanAssets.bays(must: 20, openKWh: 90)).plan()
        let kept = try #require(bound.setPoints[PlanAssets.bay]).map { -$0 }
        #expect(kept[0] == 20 && isNear(kept[4..<8].reduce(0, +), 160) && isNear(kept.reduce(0, +), 180))
    }

    @Test("a price that falls only after six hours does not hold what is plugged in longer than that")
    func waits() throws {
        var bench = Self.bays(PlanAssets.bays(openKWh: 25))
        bench.buy = Array(repeating: 0.2, count: 16) + Array(repeating: 0.1, count: 4)
        let powers = try #require(try bench.plan().setPoints[PlanAssets.bay])
        #expect(isNear(powers[..<13].reduce(0, +), -50))
    }

    @Test("a departure that cannot be kept is charged as far as it goes, and told")
    func impossible() throws {
        let plan = try Self.bays(PlanAssets.bays(must: 45, can: 30, openKWh: 90)).plan()
        #expect(plan.setPoints[PlanAssets.bay]?.first == -30)
        #expect(plan.breaches.map(\.name) == ["departures at bay/staff"])
        #expect(plan.unkept == "15 kW too little for departures at bay/staff at 2025-06-18T00:00:00.000Z")
    }

    @Test("a departure comes before the limit of the connection, as the group charges by itself")
    func beforeLimit() throws {
        var bench = Self.bays(PlanAssets.bays(must: 40, openKWh: 20))
        bench.connection.importMaxKW = 1000
        let plan = try bench.plan()
        #expect(plan.setPoints[PlanAssets.bay]?.first == -40 && plan.breaches.map(\.name) == ["import limit"])
    }

    /// Dear in the first hour: 30 kW lent for an hour at 1.0 are 30 kWh, and 30 / 0.81 = 37.0 kWh are charged again at 0.1.
    @Test("two-way cars lend for an hour while it is dear, and have it back with its losses")
    func lends() throws {
        var bench = Self.bays(PlanAssets.bays(give: 30))
        bench.buy[0] = 1
        bench.buy[1] = 1
        let powers = try #require(try bench.plan().setPoints[PlanAssets.bay])
        #expect(powers[..<2] == [30, 30] && powers[2...].allSatisfy { $0 <= 0 })
        #expect(isNear(powers[2...].reduce(0, +), -2 * 30 / 0.81, within: 0.4))
        // 0.2 for 0.1 / 0.81 + wear.
        bench.buy[0] = 0.2
        bench.buy[1] = 0.2
        bench.objective.wearPerKWh = 0.1
        #expect(try bench.plan().setPoints[PlanAssets.bay] == Array(repeating: 0, count: 20))
    }

    @Test("a yard takes a ceiling, a bay a signed power")
    func signs() throws {
        let plan = try Self.bays(PlanAssets.bays(must: 20, openKWh: 10, action: .setLimit)).plan()
        #expect(plan.setPoints[PlanAssets.bay]?.first == 20)
    }

    private static func process(_ drawnKW: Double = 0, openKWh: Double, wait: Double?, due: Double?) -> Offer {
        var load = DeferrableLoad(
            path: PlanAssets.bay, action: .setLimit, ratingKW: 50, powerKW: UsedValue(-drawnKW, .good),
            mustKW: UsedValue(0, .good), canChargeKW: UsedValue(50, .good), canDischargeKW: UsedValue(0, .good),
            openKWh: openKWh, isWorking: false)
        (load.waitHours, load.dueHours) = (wait, due)
        return Offer(load, ramp: 1)
    }

    /// 100 kWh at 50 kW; the eighth hour is cheapest but for what is after it, the sixth is next.
    @Test("what is open is done by when its controller says, and within six hours where it says nothing")
    func due() throws {
        func powers(_ due: Double?) throws -> [Double] {
            var bench = PlanBench(Array(repeating: 1000, count: 20), [Self.process(openKWh: 100, wait: 12, due: due)])
            bench.buy = (0..<20).map { $0 == 5 ? 0.08 : $0 == 7 ? 0.02 : $0 > 7 ? 0.01 : 0.1 }
            return try #require(try bench.plan().setPoints[PlanAssets.bay])
        }
        #expect(try powers(8) == (0..<20).map { [5, 7].contains($0) ? 50 : 0 })
        #expect(isNear(try powers(10)[8...9].reduce(0, +), 100))
        // It may wait for twelve hours as all that comes.
        #expect(isNear(try powers(nil)[8..<13].reduce(0, +), 100))
    }

    /// 50 kWh come in the third hour and may wait for twelve: to the end of the fifteenth.
    @Test("what comes waits for as long as its controller says")
    func wait() throws {
        var bench = PlanBench(Array(repeating: 1000, count: 20), [Self.process(openKWh: 0, wait: 12, due: nil)])
        bench.buy = (0..<20).map { $0 == 14 ? 0.05 : $0 > 14 ? 0.01 : 0.1 }
        var problem = bench.problem
        problem.periods[2].view = PlantView(
            site: problem.periods[2].view.site, offers: [Self.process(50, openKWh: 0, wait: 12, due: nil)])
        let plan = try Planner(try #require(coin)).plan(problem).get()
        #expect(plan.setPoints[PlanAssets.bay] == (0..<20).map { $0 == 14 ? 50 : 0 })
    }
}
