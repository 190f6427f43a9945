import Testing
import TwinProgram
import TwinSolver

/// The solver of this machine; nil where its package is not installed. `make test` installs it.
let coin = try? CoinSolver()  // the suites that need it say why they are skipped

let isAbsent: Comment = "no solver here: install the Debian package coinor-libcbc3"

/// The solution of a program that has one.
func optimum(
    _ program: LinearProgram, gap: Double = 0, from start: ProgramStart? = nil
) throws -> ProgramSolution {
    let outcome = try #require(coin).solve(program, within: ProgramLimits(nodesMax: 100_000, gap: gap), from: start)
    guard case .optimal(let solution) = outcome else { throw Unexpected(outcome: outcome) }
    return solution
}

struct Unexpected: Error { var outcome: ProgramOutcome }

/// Whether `value` is within a share of `expected`.
func isNear(_ value: Double, _ expected: Double, share: Double = 1e-9) -> Bool {
    abs(value - expected) <= share * max(1, abs(expected))
}
