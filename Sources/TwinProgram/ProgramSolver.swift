/// What solves programs. The same program, limits and start give the same outcome, to the last bit.
public protocol ProgramSolver: Sendable {
    /// Solves; blocks its thread until that is done.
    /// - Parameter start: something near the solution that saves work; nil starts from nothing.
    func solve(_ program: LinearProgram, within limits: ProgramLimits, from start: ProgramStart?) -> ProgramOutcome
}

extension ProgramSolver {
    /// Solves within the usual limits, from nothing.
    public func solve(_ program: LinearProgram) -> ProgramOutcome { solve(program, within: ProgramLimits(), from: nil) }
}

/// How far the search for the best integers goes. Counted in nodes and not in seconds, so that a plan is the same on every
/// machine and under every load. A linear program has no nodes and needs no limit.
public struct ProgramLimits: Sendable, Hashable {
    /// Most nodes of the search tree, 0 or more.
    public var nodesMax: Int
    /// The search ends when no solution can be better by more than this share of the objective, 0...1.
    public var gap: Double
    /// Emergency stop of the search, seconds; nil: none. A plan that it ended depends on the machine.
    public var emergencyStopS: Double?

    public init(nodesMax: Int = 10_000, gap: Double = 0.001, emergencyStopS: Double? = nil) {
        self.nodesMax = nodesMax
        self.gap = gap
        self.emergencyStopS = emergencyStopS
    }
}

/// Where to begin: the solution of a program of the same shape, with its columns and rows in the same order. The outcome
/// of a linear program costs the same from every start; a mixed-integer one ends within the gap, perhaps elsewhere.
public struct ProgramStart: Sendable, Hashable {
    /// For the linear program.
    public var basis: ProgramBasis?
    /// Of all columns; whole numbers for the integers among them. Where they keep all bounds the search has its first
    /// solution before it begins.
    public var values: [Double]?

    public init(basis: ProgramBasis? = nil, values: [Double]? = nil) {
        self.basis = basis
        self.values = values
    }

    /// From where the last one ended.
    public init(_ solution: ProgramSolution) { self.init(basis: solution.basis, values: solution.values) }

    /// What does not fit `program`, as a sentence; nil where all does.
    package func misfit(_ program: LinearProgram) -> String? {
        if let basis, basis.columns.count != program.columnCount || basis.rows.count != program.rowCount {
            return "the start's basis has \(basis.columns.count) columns and \(basis.rows.count) rows, the program"
                + " \(program.columnCount) and \(program.rowCount)"
        }
        if let values, values.count != program.columnCount {
            return "the start has \(values.count) values, the program \(program.columnCount) columns"
        }
        if let values, let bad = values.firstIndex(where: { !$0.isFinite }) {
            return "the start has \(values[bad]) for column \(program.columnNames[bad])"
        }
        return nil
    }
}
