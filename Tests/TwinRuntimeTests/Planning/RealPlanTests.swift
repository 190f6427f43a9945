import Testing
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinSolver
import TwinTesting

@testable import TwinDispatch
@testable import TwinProgram
@testable import TwinRuntime

/// One plan of the shipped plant, looked at in full.
@Suite("A plan of the shipped plant", .enabled(if: coin != nil, isAbsent))
struct RealPlanTests {
    private static func problem() async throws -> PlanProblem {
        let config = try Repository.config()
        let plan = RunPlan(run: "one", start: SmallRecording.start, stepS: 60, mode: .control, clock: .event)
        let engine = TwinEngine(config: config, plan: plan, seating: .plain)
        var plant = PlantSimulator(config: config, start: SmallRecording.start, seed: 7)
        var desk = PlanDesk(config, epoch: 0, step: config.step)
        var problem: PlanProblem?
        for minute in 1...30 {
            var input = TickInput()
            input.arrivals = plant.advance().map { Arrival(t: plant.now, topic: $0.topic, payload: $0.payload) }
            _ = await engine.close(input)
            let scene = try #require(engine.scene)
            problem = desk.look(scene.plant, scene.image, at: SmallRecording.start + .minutes(Int64(minute)))?.problem
        }
        return try #require(problem)
    }

    @Test("it has 96 half hours, keeps all limits, and is the same when it is solved again")
    func whole() async throws {
        let problem = try await Self.problem()
        let planner = Planner(try #require(coin))
        let (one, two) = try (planner.plan(problem).get(), planner.plan(problem).get())
        #expect(one == two && one.starts.count == 96 && one.unkept == nil && one.gap <= 0.0001)
        #expect(one.setPoints.count >= 12 && one.netKW.allSatisfy { $0 < 48_000 })
    }

    /// With its integers as they are, half a kW more or less in a period changes the objective by its price.
    @Test("the prices of bus and heat are what one kWh more costs in any period")
    func prices() async throws {
        let problem = try await Self.problem()
        let solver = try #require(coin)
        let plan = try PlanProgram(problem)
        var program = plan.program
        let solved = try #require(
            solver.solve(program, within: ProgramLimits(nodesMax: 200, gap: 1e-3), from: nil).solution)
        for index in 0..<program.columnCount where program.isInteger[index] {
            try program.setBounds(
                .exactly(solved.values[index]), of: LinearProgram.Column(index: index))
        }
        func objective(_ row: LinearProgram.Row, _ change: Double) throws -> Double {
            var changed = program
            let now = program.rowLower[row.index]
            try changed.setBounds(.exactly(now + change), of: row)
            // It stays a mixed-integer program, whose integers are fixed.
            return try #require(solver.solve(changed, within: ProgramLimits(gap: 0), from: nil).solution).objective
        }
        let now = try objective(plan.bus[0], 0)
        for place in stride(from: 0, to: 96, by: 19) {
            for row in [plan.bus[place], plan.heat[place]] {
                let up = try objective(row, 0.5) - now
                let down = try now - objective(row, -0.5)
                let price = solved.price(of: row) * 0.5
                #expect(
                    price >= min(up, down) - 1e-4 && price <= max(up, down) + 1e-4, "\(place): \(down) \(price) \(up)")
            }
        }
    }
}
