/// Values for all columns of a program, with what they cost and what its bounds are worth.
public struct ProgramSolution: Sendable, Hashable {
    /// A softened row that could not be kept, or that was dearer to keep than to breach.
    public struct Breach: Sendable, Hashable {
        public enum Side: Sendable, Hashable { case above, below }

        public let row: LinearProgram.Row
        public let name: LinearProgram.Name
        public let side: Side
        /// How far the row's sum is beyond the bound, in the unit of the row; above 0.
        public let amount: Double
        /// Of one unit.
        public let price: Double

        /// What it adds to the objective.
        public var cost: Double { amount * price }
    }

    /// Below this a breach is the solver's rounding and is not told.
    static let breachMin = 1e-6

    /// The sum of cost x value.
    public let objective: Double
    /// No solution costs less than this. In a linear program it is the objective itself.
    public let bound: Double
    /// Of each column, in the order in which they were added.
    public let values: [Double]
    /// Of each row: the change of the objective for one unit more on the bound that holds it, its shadow price; 0 where
    /// none does. Of a mixed-integer program: with its integers as they are.
    public let rowPrices: [Double]
    /// Of each column: the same for the bound that holds the column.
    public let reducedCosts: [Double]
    /// Softened rows that are breached, in the order in which they were softened.
    public let breaches: [Breach]
    /// How many nodes of the search tree were looked at; 0 where the linear program alone was enough.
    public let nodes: Int
    /// Which columns and rows lie at a bound, to start the next program of this shape from.
    public let basis: ProgramBasis?

    /// How far the objective may be from the best one, as a share of the greater of objective and bound; 0 when it is the
    /// best.
    public var gap: Double {
        let size = max(abs(objective), abs(bound))
        return objective > bound && size > 0 ? (objective - bound) / size : 0
    }

    /// A column's value; NaN for a column that the program does not have.
    public subscript(column: LinearProgram.Column) -> Double {
        values.indices.contains(column.index) ? values[column.index] : .nan
    }

    /// A row's shadow price; NaN for a row that the program does not have.
    public func price(of row: LinearProgram.Row) -> Double {
        rowPrices.indices.contains(row.index) ? rowPrices[row.index] : .nan
    }

    /// A column's reduced cost; NaN for a column that the program does not have.
    public func reducedCost(of column: LinearProgram.Column) -> Double {
        reducedCosts.indices.contains(column.index) ? reducedCosts[column.index] : .nan
    }
}

/// How a linear program was solved: of each column and row whether it is free, basic, or at a bound. A start that is near
/// the end saves most of the work, and a wrong one costs time only.
public struct ProgramBasis: Sendable, Hashable {
    /// The words of Clp.
    public enum Status: UInt8, Sendable, Hashable {
        case free, basic, atUpper, atLower, superBasic, fixed
    }

    public var columns: [Status]
    public var rows: [Status]

    public init(columns: [Status], rows: [Status]) {
        self.columns = columns
        self.rows = rows
    }
}

/// What became of a program.
public enum ProgramOutcome: Sendable, Hashable {
    /// No better solution exists, but for the gap that the limits allow.
    case optimal(ProgramSolution)
    /// The best one when the nodes were used up; `gap` says how far it may be from the best of all.
    case nodeLimit(ProgramSolution)
    /// The best one when the emergency stop came. What it is depends on the machine's speed.
    case timeLimit(ProgramSolution)
    /// No values keep all hard bounds.
    case infeasible
    /// The objective falls without end.
    case unbounded
    /// The solver gave up, found nothing within its limits, or gave something that is no solution. The sentence says which.
    case failed(String)

    /// The solution, where there is one.
    public var solution: ProgramSolution? {
        switch self {
        case .optimal(let solution), .nodeLimit(let solution), .timeLimit(let solution): solution
        case .infeasible, .unbounded, .failed: nil
        }
    }
}
