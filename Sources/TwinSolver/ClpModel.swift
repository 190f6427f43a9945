import TwinProgram

/// A linear program inside Clp; integers are any numbers to it.
///
/// It is solved by the dual simplex without presolve: of Clp's ways the fastest for plans, and one that puts no handler
/// on signals.
final class ClpModel {
    enum Outcome {
        case optimal(ProgramAnswer)
        case infeasible
        case unbounded
        case failed(String)
    }

    private let clp: ClpFunctions
    private let model: OpaquePointer
    private let problem: CoinProblem

    /// - Returns: nil when there is no memory for one.
    init?(_ clp: ClpFunctions, _ problem: CoinProblem) {
        guard let model = clp.newModel() else { return nil }
        self.clp = clp
        self.model = model
        self.problem = problem
        clp.setLogLevel(model, 0)
        // The simplex hardly ever needs more pivots than three times its rows. Where it turns in circles this ends it,
        // at the same pivot everywhere.
        clp.setMaximumIterations(model, Int32(clamping: 100_000 + 50 * (Int(problem.rows) + Int(problem.columns))))
        clp.loadProblem(
            model, problem.columns, problem.rows, problem.matrix.starts, problem.matrix.rows,
            problem.matrix.coefficients, problem.columnLower, problem.columnUpper, problem.costs, problem.rowLower,
            problem.rowUpper)
    }

    deinit { clp.deleteModel(model) }

    /// Solves it, from a basis of its shape or from where it stands.
    func solve(from basis: ProgramBasis? = nil) -> Outcome {
        if let basis { clp.copyInStatus(model, basis.columns.map(\.rawValue) + basis.rows.map(\.rawValue)) }
        _ = clp.dual(model, 0)
        // Rarely the dual simplex is stuck, or its solution does not hold once scaling is undone.
        if clp.status(model) > 2 || clp.secondaryStatus(model) == 2 || clp.secondaryStatus(model) == 4 {
            _ = clp.primal(model, 0)
        }
        switch clp.status(model) {
        case 0: return answer.map(Outcome.optimal) ?? .failed("Clp says optimal and gives no values")
        case 1: return .infeasible
        case 2: return .unbounded
        case let status: return .failed("Clp gave up on the linear program (status \(status))")
        }
    }

    /// Fixes the integers, so that what is left is a linear program with prices.
    func fix(_ values: [Double]) {
        var lower = problem.columnLower
        var upper = problem.columnUpper
        for index in problem.integers.map(Int.init) {
            lower[index] = values[index]
            upper[index] = values[index]
        }
        clp.changeColumnLower(model, lower)
        clp.changeColumnUpper(model, upper)
    }

    private var answer: ProgramAnswer? {
        let (columns, rows) = (Int(problem.columns), Int(problem.rows))
        guard let values = Self.array(clp.columnSolution(model), columns),
            let prices = Self.array(clp.rowPrice(model), rows), let costs = Self.array(clp.reducedCost(model), columns)
        else { return nil }
        return ProgramAnswer(values: values, rowPrices: prices, reducedCosts: costs, basis: basis)
    }

    /// Columns come first, then rows; the lowest three bits are the status.
    private var basis: ProgramBasis? {
        guard let bytes = Self.array(clp.statusArray(model), Int(problem.columns) + Int(problem.rows)) else {
            return nil
        }
        let status = bytes.map { ProgramBasis.Status(rawValue: $0 & 7) ?? .free }
        return ProgramBasis(
            columns: Array(status.prefix(Int(problem.columns))), rows: Array(status.dropFirst(Int(problem.columns))))
    }

    private static func array<Element>(_ start: UnsafePointer<Element>?, _ count: Int) -> [Element]? {
        if count == 0 { return [] }
        return start.map { Array(UnsafeBufferPointer(start: $0, count: count)) }
    }
}
