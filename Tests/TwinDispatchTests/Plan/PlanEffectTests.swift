import Testing
import TwinCore
import TwinProgram

@testable import TwinDispatch

/// What a plan saves against leaving all to itself, by both factors.
@Suite("What a plan saves", .enabled(if: coin != nil, isAbsent))
struct PlanEffectTests {
    private func effect(_ bench: PlanBench, annual: Double, halfHourly: Double) throws -> PlanEffect {
        var problem = bench.problem
        for place in problem.periods.indices {
            (problem.periods[place].annualGPerKWh, problem.periods[place].halfHourlyGPerKWh) = (annual, halfHourly)
        }
        let planner = Planner(try #require(coin), limits: ProgramLimits(nodesMax: 1000, gap: 0))
        let plan = try planner.plan(problem).get()
        let told: DispatchPlan? = DispatchPlan(plan.json(purpose: "p"))
        #expect(told?.effect == plan.effect)
        return try #require(plan.effect)
    }

    /// The pump makes 600 kW of heat of 200 kW, in place of 600 kW at 0.1 and 200 g. Left to itself an hour costs
    /// 500 x 0.2 + 600 x 0.1 = 160, with it 700 x 0.2 = 140. At 100 g/kWh 50 + 120 kg become 70; at 300 g/kWh 150 + 120
    /// become 210.
    @Test("a heat pump, by hand")
    func heatPump() throws {
        var bench = PlanBench([500], [PlanAssets.heatPump()])
        bench.heatKW = [600]
        bench.filling = HeatFilling(gramsPerKWh: 200, pricePerKWh: 0.1)
        let found = try effect(bench, annual: 300, halfHourly: 100)
        #expect(found == PlanEffect(kgAnnual: 60, kgHalfHourly: 100, money: 20))
        #expect(!found.isDisputed)
    }

    /// At 900 g/kWh the year's factor says that 200 kWh more from the grid are 180 kg for 120 kg of gas, at 100 they are 20.
    @Test("where the two disagree it is told")
    func disputed() throws {
        var bench = PlanBench([500], [PlanAssets.heatPump()])
        bench.heatKW = [600]
        bench.filling = HeatFilling(gramsPerKWh: 200, pricePerKWh: 0.1)
        let found = try effect(bench, annual: 900, halfHourly: 100)
        #expect(found.kgAnnual == -60 && found.kgHalfHourly == 100 && found.isDisputed)
    }

    /// 100 kWh above the reserve give 90 at the dear hour, 0.5 against 0.1: it is charged again at once, 100 / 0.95 kWh for
    /// 10.53. What it saves is 45 - 10.53, less nothing: it holds as much as before.
    @Test("what stores hold at the end is worth what a kWh is in the mean")
    func store() throws {
        var bench = PlanBench([500, 500], [PlanAssets.store(kW: 1000, soc: 0.3)])
        bench.buy = [0.5, 0.1]
        let found = try effect(bench, annual: 100, halfHourly: 100)
        // It gives 90 kWh and takes what it may take at 0.1: all that is worth more at the end counts at 0.3 and 100 g.
        let taken = (0.9 - 0.2) * 1000 / 0.95
        let kept = taken * 0.95 * 0.9 - 90
        #expect(abs(found.money - (90 * 0.5 - taken * 0.1 + kept * 0.3)) < 0.5)
        #expect(abs(found.kgAnnual - (90 - taken + kept) * 0.1) < 0.5)
    }
}
