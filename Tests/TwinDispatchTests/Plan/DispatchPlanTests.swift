import Testing
import TwinCore
import TwinProgram
import TwinSolver

@testable import TwinDispatch

@Suite("A plan as a line")
struct DispatchPlanTests {
    /// Periods of half an hour with chance figures, as they are told.
    static func plan(seed: UInt64, periods: Int = 96) -> DispatchPlan {
        var chance = SeedStream(seed: seed, name: "plan")
        func list(_ digits: Double, _ most: Double) -> [Double] {
            (0..<periods).map { _ in ((chance.unit() - 0.5) * most * digits).rounded() / digits + 0 }
        }
        let starts = (0..<periods).map { PlanBench.start + Int64($0) * .minutes(30) }
        return DispatchPlan(
            made: PlanBench.start, starts: starts, end: PlanBench.start + Int64(periods) * .minutes(30),
            setPoints: [PlanAssets.bay: list(10, 400), PlanAssets.cell: list(10, 2000)], busPrices: list(1e5, 1),
            heatPrices: list(1e5, 0.2), gramsPerKWh: list(10, 400), netKW: list(10, 60_000), objective: 123_456.78,
            gap: 0.000_734,
            breaches: [.init(name: "import limit", at: starts[periods / 2], amount: 12.345, cost: 678.9)],
            reasons: [
                PlanAssets.bay: PlanReason(more: 0.012345, less: nil), PlanAssets.cell: PlanReason(more: nil, less: 0),
            ])
    }

    @Test("a plan is its line, to the last digit, through text too", arguments: 0..<50 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        let plan = Self.plan(seed: seed)
        let json = plan.json(purpose: "least cost")
        #expect(DispatchPlan(json) == plan)
        #expect(DispatchPlan(try JSONReader.read(Array(json.line.utf8))) == plan)
    }

    @Test("what a solver gave is its line", .enabled(if: coin != nil, isAbsent))
    func solved() throws {
        var bench = PlanBench([1000, 1100, 900], [PlanAssets.store(soc: 0.55), PlanAssets.generator(heat: 1 / 3.0)])
        bench.buy = [1.0 / 7, 1.0 / 3, 0.2]
        bench.heatKW = [200.0 / 3]
        let plan = try bench.plan()
        #expect(DispatchPlan(try JSONReader.read(Array(plan.json(purpose: "").line.utf8))) == plan)
    }

    private static func changed(_ key: String, _ value: JSON?) -> JSON {
        guard case .object(let members) = plan(seed: 1, periods: 3).json(purpose: "") else { return .null }
        let rest = members.filter { $0.key != key }
        return .object(rest + (value.map { [.init(key, $0)] } ?? []))
    }

    @Test("a line that is no plan is none")
    func malformed() {
        #expect(DispatchPlan(Self.changed("nothing", .null)) != nil)
        let numbers: (Int) -> JSON = { .array((0..<$0).map { .number(Double($0)) }) }
        let broken: [(String, JSON?)] = [
            ("from", nil), ("from", .string("yesterday")), ("from", .number(1)), ("until", nil), ("starts", nil),
            ("starts", .array([])), ("starts", numbers(2)), ("starts", numbers(4)),
            ("starts", .array([.number(1), .number(2), .number(3)])),
            ("starts", .array([.number(0), .number(3), .number(3)])),
            ("starts", .array([.number(0), .number(3), .number(1e300)])),
            ("starts", .array([.number(0), .number(3), .string("x")])),
            ("starts", .array([.number(0), .number(-3), .number(4)])), ("set", nil), ("set", .array([])),
            ("set", .object([.init("storage/s", numbers(2))])), ("set", .object([.init("nowhere", numbers(3))])),
            ("set", .object([.init("storage/s", .array([.number(.nan), .number(0), .number(0)]))])),
            ("set", .object([.init("storage/s", .array([.null, .number(0), .number(0)]))])),
            ("bus_price_per_kwh", numbers(2)), ("heat_price_per_kwh", nil), ("net_kw", .string("0")),
            ("g_per_kwh", numbers(2)),
        ]
        for (key, value) in broken { #expect(DispatchPlan(Self.changed(key, value)) == nil, "\(key): \(value as Any)") }
        for json in [JSON.null, .array([]), .string("plan"), .object([])] { #expect(DispatchPlan(json) == nil) }
        let many = Array(repeating: JSON.number(0), count: 500)
        #expect(DispatchPlan(Self.changed("starts", .array(many))) == nil)
    }

    @Test("a plan holds for four hours, from its start to its end")
    func tail() {
        let plan = Self.plan(seed: 1)
        #expect(plan.period(at: plan.made - .seconds(1)) == nil)
        #expect(plan.period(at: plan.made) == 0 && plan.period(at: plan.made + .minutes(29)) == 0)
        #expect(plan.period(at: plan.made + .minutes(30)) == 1)
        #expect(plan.period(at: plan.made + .minutes(239)) == 7 && plan.period(at: plan.made + .hours(4)) == nil)
        let short = Self.plan(seed: 1, periods: 2)
        #expect(short.period(at: short.made + .minutes(59)) == 1 && short.period(at: short.end) == nil)
        #expect(plan.setPoint(PlanAssets.cell, 96) == nil && plan.setPoint(PlanAssets.oven, 0) == nil)
    }

    private struct Failing: ProgramSolver {
        var outcome: ProgramOutcome
        func solve(_: LinearProgram, within: ProgramLimits, from: ProgramStart?) -> ProgramOutcome { outcome }
    }

    @Test("each way to fail has its words")
    func failures() {
        let outcomes: [(ProgramOutcome, String)] = [
            (.infeasible, "no set-points keep what cannot be breached"),
            (.unbounded, "the prices let money be made without end"),
            (.failed("no memory"), "the solver failed: no memory"),
        ]
        for (outcome, words) in outcomes {
            guard case .failure(let why) = Planner(Failing(outcome: outcome)).plan(PlanBench([1]).problem) else {
                Issue.record("a plan of \(outcome)")
                continue
            }
            #expect(why.description == words)
        }
    }

    /// A demand of a kWh more costs what the price says. In a corner the price lies between what one more and one less
    /// change. Integers stay as they are: the first hours of this plan have none that would turn.
    @Test(
        "the prices of bus and heat are what one kWh more costs", .enabled(if: coin != nil, isAbsent), arguments: 0..<24
    )
    func shadowPrices(place: Int) throws {
        var bench = PlanBench(
            (0..<24).map { 900 + 13 * Double($0 * 7 % 11) },
            [
                PlanAssets.store(soc: 0.5), PlanAssets.heatPump(kW: 250), PlanAssets.bays(must: 7, openKWh: 33),
                PlanAssets.generator(least: 0, ramp: 20, price: 0.21, heat: 0.4),
            ])
        bench.hours = 0.5
        bench.buy = (0..<24).map { 0.12 + 0.017 * Double($0 * 5 % 13) }
        bench.heatKW = (0..<24).map { 150 + 11 * Double($0 * 5 % 9) }
        bench.heatStore = HeatStore(storedKWh: 40, capacityKWh: 200, powerMaxKW: 80)
        bench.connection.peakKW = 1010
        bench.objective = PlanObjective(carbonPerTonne: 250)
        let solver = try #require(coin)
        func objective(_ bench: PlanBench) throws -> Double {
            let program = try PlanProgram(bench.problem).program
            #expect(program.integerCount == 0)
            return try #require(solver.solve(program, within: ProgramLimits(gap: 0), from: nil).solution).objective
        }
        let plan = try bench.plan()
        func isPrice(_ price: Double, _ change: (inout PlanBench, Double) -> Void) throws {
            // Small, so that few corners lie within.
            let small = 0.01
            var (more, less) = (bench, bench)
            change(&more, small / bench.hours)
            change(&less, -small / bench.hours)
            let now = try objective(bench)
            let (up, down) = try ((objective(more) - now) / small, (now - objective(less)) / small)
            #expect(price >= min(up, down) - 1e-4 && price <= max(up, down) + 1e-4, "\(price): \(down) to \(up)")
        }
        try isPrice(plan.busPrices[place]) { $0.loadKW[place] += $1 }
        try isPrice(plan.heatPrices[place]) { $0.heatKW[place] += $1 }
    }
}
