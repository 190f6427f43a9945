import Testing
import TwinCore

@testable import TwinDispatch

/// The charge for the month's highest half hour, by hand. A store takes 1 / 0.855 kWh before for each that it gives: at 0.2 a kWh
/// that loses 0.2 x 0.1696 = 0.0339.
@Suite("A plan and the month's highest half hour", .enabled(if: coin != nil, isAbsent))
struct PlanDemandTests {
    private static let store = AssetPath(.storage, "s")

    private static func plan(
        _ bench: PlanBench, perKW: Double, highestKW: Double, importedKWh: Double = 0, until: Span = .days(1)
    ) throws -> DispatchPlan {
        var problem = bench.problem
        problem.demand = PlanProblem.Demand(
            perKW: perKW, highestKW: highestKW, importedKWh: importedKWh, until: PlanBench.start + until)
        return try Planner(try #require(coin)).plan(problem).get()
    }

    private static var peak: PlanBench { PlanBench([500, 600, 500], [PlanAssets.store()]) }

    @Test("storage cuts the peak down to what is paid for already, and no further")
    func known() throws {
        let plan = try Self.plan(Self.peak, perKW: 0.05, highestKW: 570)
        // 30 / 0.855 = 35.1 are charged before.
        #expect(plan.setPoints[Self.store] == [-35.1, 30, 0])
        #expect(isNear(plan.netKW[1], 570) && plan.breaches.isEmpty)
    }

    @Test(
        "an agreed capacity is kept where it is dearer above it, and one that was passed already is passed no further")
    func agreed() throws {
        func plan(agreedKW: Double, highestKW: Double) throws -> DispatchPlan {
            var problem = Self.peak.problem
            problem.demand = PlanProblem.Demand(
                perKW: 0, highestKW: highestKW, importedKWh: 0, until: PlanBench.start + .days(1))
            problem.demand?.excessPerKW = 0.05
            problem.demand?.agreedKW = agreedKW
            return try Planner(try #require(coin)).plan(problem).get()
        }
        #expect(try plan(agreedKW: 570, highestKW: 400).setPoints[Self.store] == [-35.1, 30, 0])
        #expect(try plan(agreedKW: 550, highestKW: 570).setPoints[Self.store] == [-35.1, 30, 0])
        let paid = try plan(agreedKW: 600, highestKW: 0)
        #expect(paid.setPoints[Self.store] == [0, 0, 0] && paid.demandKW == 600)
    }

    @Test("the plan says what it will have paid for, in its line too")
    func told() throws {
        let plan = try Self.plan(Self.peak, perKW: 0.05, highestKW: 0)
        #expect(isNear(plan.demandKW ?? 0, 553.9))
        let line = plan.json(purpose: "")
        #expect(DispatchPlan(line) == plan)
        #expect(try Self.peak.plan().demandKW == nil)
        let odd: JSON = .object((line.members ?? []).map { $0.key == "demand_kw" ? .init($0.key, .number(-1)) : $0 })
        #expect(DispatchPlan(odd)?.demandKW == nil)
    }

    /// x given and x / 0.855 taken: 600 - x = 500 + x / 0.855 at x = 100 / 2.1696 = 46.1.
    @Test("where nothing is known it cuts until the hour before is as high")
    func unknown() throws {
        let plan = try Self.plan(Self.peak, perKW: 0.05, highestKW: 0)
        #expect(plan.setPoints[Self.store] == [-53.9, 46.1, 0])
        #expect(isNear(plan.netKW[0], 553.9) && isNear(plan.netKW[1], 553.9))
    }

    @Test("it cuts nothing where that costs more than the charge, nor for a month that is another")
    func paysNot() throws {
        #expect(try Self.plan(Self.peak, perKW: 0.03, highestKW: 0).setPoints[Self.store] == [0, 0, 0])
        #expect(
            try Self.plan(Self.peak, perKW: 0.05, highestKW: 0, until: .hours(1)).setPoints[Self.store] == [0, 0, 0])
        #expect(try Self.plan(Self.peak, perKW: 0, highestKW: 0) == Self.peak.plan())
    }

    /// Quarters of an hour. 100 kWh came in the first quarter of the half hour: 1,000 kW in the second make 700 of the whole.
    @Test("a half hour that has begun counts with what came before")
    func begun() throws {
        var bench = PlanBench([1040, 700], [PlanAssets.store(soc: 0.28)])
        bench.hours = 0.25
        let plan = try Self.plan(bench, perKW: 0.05, highestKW: 700, importedKWh: 100)
        #expect(plan.setPoints[Self.store] == [40, 0] && isNear(plan.netKW[0], 1000))
    }

    @Test("a charge that is no number makes no plan and no trap")
    func hostile() throws {
        for (perKW, highest) in [(Double.infinity, 0.0), (0.05, .nan), (1e300, 1e300)] {
            var problem = Self.peak.problem
            problem.demand = PlanProblem.Demand(
                perKW: perKW, highestKW: highest, importedKWh: 0, until: PlanBench.start + .days(1))
            if case .success(let plan) = Planner(try #require(coin)).plan(problem) {
                #expect(!plan.netKW.contains { !$0.isFinite })
            }
        }
    }

    @Test("what is known of it is told in a sentence")
    func sentence() {
        let demand = PlanProblem.Demand(perKW: 8.5, highestKW: 26_100.4, importedKWh: 0, until: PlanBench.start)
        #expect(
            demand.sentence("GBP")
                == "each kW above 26100 kW, the month's highest half hour so far, costs 8.5 GBP")
    }
}
