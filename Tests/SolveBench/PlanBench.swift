import Synchronization
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinProgram
import TwinRuntime
import TwinSolver

/// Plans of the whole plant on different days: 48 h in half hours, with integers for generators and ovens. Building and
/// solving are told apart.
struct PlanBench {
    private let solver: CoinSolver
    private let problems: [PlanProblem]

    /// Weeks of the four seasons; each eleventh half hour is looked at, 30 of each week.
    private static let weeks = ["2025-01-13", "2025-04-14", "2025-06-16", "2025-10-13"]
    private static let every = 11

    init(_ solver: CoinSolver, configuration: String) throws {
        self.solver = solver
        let config = try SiteConfig.load(folder: configuration)
        let found = Mutex<[PlanProblem]>([])
        // The rules decide; what is looked at is what a plan would have been made of.
        var planner = Planner(NoSolver())
        let count = Mutex(0)
        planner.onProblem = { problem in
            let number = count.withLock { count in
                defer { count += 1 }
                return count
            }
            if number % PlanBench.every == 0 { found.withLock { $0.append(problem) } }
        }
        for (seed, day) in PlanBench.weeks.enumerated() {
            guard let noon = PlantTime(rfc3339: "\(day)T12:00:00.000Z") else { continue }
            let start = config.zone.instant(config.zone.local(noon).date)
            var run = SimulatedRun(
                config: config, from: start, to: start + .days(7), step: .minutes(10), seed: UInt64(seed),
                control: .optimiser, planner: planner)
            run.forEachRow { _ in }
        }
        problems = found.withLock { $0 }
    }

    /// Prints p95 in milliseconds, number of columns and of plans.
    func time(gap: Double, _ label: String) throws {
        var built: [Double] = []
        var solved: [Double] = []
        var again: [Double] = []
        var columns = 0
        let limits = ProgramLimits(nodesMax: 200, gap: gap)
        for (place, problem) in problems.enumerated() {
            let begun = ContinuousClock.now
            let program = try PlanProgram(problem).program
            let ready = ContinuousClock.now
            let outcome = solver.solve(program, within: limits, from: nil)
            guard let solution = outcome.solution else { throw NotSolved(label: "\(label): \(outcome)") }
            built.append((ready - begun) / .milliseconds(1))
            solved.append((ContinuousClock.now - ready) / .milliseconds(1))
            columns = max(columns, program.columnCount)
            // The most that the plan before could help: begun where it shall end.
            let warm = ContinuousClock.now
            _ = solver.solve(program, within: limits, from: ProgramStart(solution))
            again.append((ContinuousClock.now - warm) / .milliseconds(1))
            // The same objective, to 1e-6 of it.
            guard place % 20 == 0 else { continue }
            let second = solver.solve(program, within: limits, from: nil).solution?.objective ?? .nan
            guard abs(second - solution.objective) <= 1e-6 * abs(solution.objective) else {
                throw NotSolved(label: "\(label): \(solution.objective), and \(second) when solved again")
            }
        }
        func p95(_ list: [Double]) -> Double { list.sorted()[min(list.count - 1, list.count * 95 / 100)] }
        func median(_ list: [Double]) -> Double { list.sorted()[list.count / 2] }
        func text(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        let sums = zip(built, solved).map { $0 + $1 }
        print(
            "\(text(p95(sums))) \(columns) PLAN \(label), p95 of \(problems.count) (build \(text(p95(built))),"
                + " solve \(text(p95(solved))), median \(text(median(sums))))")
        print(
            "\(text(p95(again))) \(columns) solve \(label) begun at its own solution, p95 (median \(text(median(again))),"
                + " of a cold one \(text(median(solved))))")
    }

    private struct NoSolver: ProgramSolver {
        func solve(_: LinearProgram, within: ProgramLimits, from: ProgramStart?) -> ProgramOutcome { .failed("none") }
    }

    struct NotSolved: Error { var label: String }
}
