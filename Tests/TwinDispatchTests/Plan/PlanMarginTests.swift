import Testing
import TwinCore

@testable import TwinDispatch

/// Limits under the error of what is expected, by hand: a breach costs 50 x 0.2 = 10 a kWh, what lies in the margin 1.
@Suite("A plan and its margins", .enabled(if: coin != nil, isAbsent))
struct PlanMarginTests {
    private static func plan(
        _ bench: PlanBench, marginKW: Double, ceilingKW: Double? = 460, pay: Double? = nil
    ) throws -> DispatchPlan {
        var problem = bench.problem
        let from = problem.periods[1].start
        for place in problem.periods.indices { problem.periods[place].marginKW = marginKW }
        if let ceilingKW {
            problem.periods[1].requests = [
                GridRequest(id: "dr", from: from, until: from + .hours(1), ceilingKW: ceilingKW, payPerMWh: pay)
            ]
        }
        return try Planner(try #require(coin)).plan(problem).get()
    }

    /// 80 kWh above the reserve give 72.
    private static let stored = PlanBench([500, 500, 500], [PlanAssets.store(soc: 0.28)])

    @Test("a request is kept by the margin too, where the store has it", arguments: [(0.0, 460.0), (20, 440)])
    func request(marginKW: Double, netKW: Double) throws {
        let plan = try Self.plan(Self.stored, marginKW: marginKW)
        #expect(isNear(plan.netKW[1], netKW) && plan.breaches.isEmpty)
        #expect(isNear(plan.netKW[2], 500))
    }

    /// A kWh of the generator costs its price less 0.2 more than import: 0.9 and 1.1 beside the 1 of the margin, then 11.3 beside
    /// 11 of both.
    @Test(
        "what costs more than a margin is worth keeps the request alone",
        arguments: [(1.1, 440.0), (1.3, 460), (11.5, 500)])
    func dear(price: Double, netKW: Double) throws {
        let bench = PlanBench([500, 500, 500], [PlanAssets.generator(least: 0, now: 0, price: price)])
        let plan = try Self.plan(bench, marginKW: 20)
        #expect(isNear(plan.netKW[1], netKW) && isNear(plan.netKW[0], 500))
        #expect((plan.unkept != nil) == (netKW == 500))
        #expect(plan.breaches.contains { $0.name == "margin under request dr" } == (netKW > 440))
    }

    @Test("what is wished for pay has none, nor what nobody asked for")
    func none() throws {
        let plan = try Self.plan(Self.stored, marginKW: 20, pay: 90)
        #expect(isNear(plan.netKW[1], 460))
        #expect(try Self.plan(Self.stored, marginKW: 20, ceilingKW: nil) == Self.stored.plan())
    }

    @Test("the connection has one where the site can come near its limit")
    func connection() throws {
        var bench = Self.stored
        bench.loadKW = [400, 500, 400]
        bench.connection.importMaxKW = 480
        let plan = try Self.plan(bench, marginKW: 30, ceilingKW: nil)
        #expect(isNear(plan.netKW[1], 450) && plan.unkept == nil)
    }

    @Test("a margin that is none changes nothing", arguments: [-5.0, .nan, .infinity])
    func hostile(marginKW: Double) throws {
        #expect(try isNear(Self.plan(Self.stored, marginKW: marginKW).netKW[1], 460))
    }
}
