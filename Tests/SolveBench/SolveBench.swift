import ReferencePrograms
import TwinProgram
import TwinSolver

/// Times building and solving programs of the size of a plan, as `make bench` wants it. Prints a line each: median
/// milliseconds, number of columns, what it is.
@main
struct SolveBench {
    static func main() throws {
        let solver = try CoinSolver()
        try time("LP of a day ahead, 96 x 15 min", rounds: 101, solver) { try ReferencePrograms.dayAhead() }
        try time("LP of a battery and deferrable loads, 48 x 30 min", rounds: 101, solver) {
            try ReferencePrograms.deferrableDay()
        }
        try time("MILP of a fuel cell, 96 x 30 min", rounds: 5, solver) {
            try ReferencePrograms.fuelCellDay(periods: 96)
        }
        let plans = try PlanBench(
            solver, configuration: CommandLine.arguments.dropFirst().first ?? "twin-config/sunderland")
        try plans.time(gap: 1e-3, "of the plant at gap 1e-3")
        try plans.time(gap: 1e-4, "of the plant at gap 1e-4")
    }

    private static func time(
        _ label: String, rounds: Int, _ solver: CoinSolver, _ build: () throws -> LinearProgram
    ) throws {
        var took: [Double] = []
        var columns = 0
        for _ in 0..<rounds {
            let begun = ContinuousClock.now
            let program = try build()
            guard case .optimal = solver.solve(program) else { throw NotSolved(label: label) }
            took.append((ContinuousClock.now - begun) / .milliseconds(1))
            columns = program.columnCount
        }
        let median = took.sorted()[rounds / 2]
        print("\((median * 1000).rounded() / 1000) \(columns) \(label)")
    }

    struct NotSolved: Error { var label: String }
}
