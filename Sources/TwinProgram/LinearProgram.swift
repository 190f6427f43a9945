/// A linear or mixed-integer program: the least sum of cost x value over its columns, within bounds of columns and rows.
///
/// A value: no file, no clock, no solver. It is built column by column and row by row, and each step refuses what no
/// solver could read and names the place, so a program that was built can be solved. `ProgramSolver` solves it.
///
/// ```swift
/// var program = LinearProgram()
/// let grid = try program.addColumn(LinearProgram.Name("import", 0), .between(0, 1920), cost: 0.22)
/// let store = try program.addColumn(LinearProgram.Name("discharge", 0), .between(0, 363), cost: 0.02)
/// let balance = try program.addRow(LinearProgram.Name("balance", 0), .exactly(304), [(grid, 1), (store, 0.9)])
/// try program.soften(balance, priceAbove: 100, priceBelow: 100)
/// ```
public struct LinearProgram: Sendable, Hashable {
    /// A variable of the program that gave it out.
    public struct Column: Sendable, Hashable {
        package let index: Int
    }

    /// A condition of the program that gave it out.
    public struct Row: Sendable, Hashable {
        package let index: Int
    }

    /// Greatest size of a finite figure. A solver reads larger ones as infinite, or loses all others beside them.
    public static let figureMax = 1e15
    /// Most columns, rows and terms: the solvers count with 32 bits.
    static let countMax = Int(Int32.max)

    package private(set) var columnNames: [Name] = []
    package private(set) var columnLower: [Double] = []
    package private(set) var columnUpper: [Double] = []
    package private(set) var costs: [Double] = []
    package private(set) var isInteger: [Bool] = []
    package private(set) var rowNames: [Name] = []
    package private(set) var rowLower: [Double] = []
    package private(set) var rowUpper: [Double] = []
    /// In the order in which they were added.
    package private(set) var terms: [Term] = []
    /// Whether a row may be breached for a price.
    var isSoft: [Bool] = []
    /// The rows that may be breached for a price, in the order in which they were softened.
    public internal(set) var relaxations: [Relaxation] = []
    /// Number of integer columns.
    public private(set) var integerCount = 0

    /// An empty program.
    public init() {}

    public var columnCount: Int { costs.count }
    public var rowCount: Int { rowLower.count }

    /// Makes room, so that building a program of known size copies nothing.
    public mutating func reserve(columns: Int, rows: Int, terms: Int) {
        columnNames.reserveCapacity(columns)
        columnLower.reserveCapacity(columns)
        columnUpper.reserveCapacity(columns)
        costs.reserveCapacity(columns)
        isInteger.reserveCapacity(columns)
        rowNames.reserveCapacity(rows)
        rowLower.reserveCapacity(rows)
        rowUpper.reserveCapacity(rows)
        isSoft.reserveCapacity(rows)
        self.terms.reserveCapacity(terms)
    }

    /// Adds a variable.
    /// - Parameters:
    ///   - cost: what one unit of it adds to the objective, finite.
    ///   - isInteger: whether it takes whole numbers only.
    public mutating func addColumn(
        _ name: Name, _ bounds: Bounds = .atLeast(0), cost: Double = 0, isInteger: Bool = false
    ) throws(Problem) -> Column {
        try bounds.check { .column(name) }
        try Self.check(cost, "cost") { .column(name) }
        guard columnCount < Self.countMax else { throw Problem(.column(name), "is one more than a program may have") }
        columnNames.append(name)
        columnLower.append(bounds.lower)
        columnUpper.append(bounds.upper)
        costs.append(cost)
        self.isInteger.append(isInteger)
        if isInteger { integerCount += 1 }
        return Column(index: columnCount - 1)
    }

    /// Adds a variable that is 0 or 1.
    public mutating func addBinary(_ name: Name, cost: Double = 0) throws(Problem) -> Column {
        try addColumn(name, .between(0, 1), cost: cost, isInteger: true)
    }

    /// Adds a condition: the sum of coefficient x value over its terms lies within the bounds. More terms may be added
    /// later, so that each part of a plan adds its own to a balance that another made. Two terms of one column add up.
    @discardableResult
    public mutating func addRow(
        _ name: Name, _ bounds: Bounds, _ terms: [(Column, Double)] = []
    ) throws(Problem) -> Row {
        try bounds.check { .row(name) }
        guard rowCount < Self.countMax else { throw Problem(.row(name), "is one more than a program may have") }
        // All or nothing: a row that is refused leaves no trace.
        for (column, coefficient) in terms { try check(coefficient, column, in: name) }
        rowNames.append(name)
        rowLower.append(bounds.lower)
        rowUpper.append(bounds.upper)
        isSoft.append(false)
        let row = Row(index: rowCount - 1)
        for (column, coefficient) in terms { append(coefficient, column, row) }
        return row
    }

    /// Adds coefficient x column to a row.
    public mutating func add(_ coefficient: Double, _ column: Column, to row: Row) throws(Problem) {
        try check(coefficient, column, in: name(of: row))
        append(coefficient, column, row)
    }

    /// Puts other bounds in place of a column's.
    public mutating func setBounds(_ bounds: Bounds, of column: Column) throws(Problem) {
        let name = try name(of: column)
        try bounds.check { .column(name) }
        columnLower[column.index] = bounds.lower
        columnUpper[column.index] = bounds.upper
    }

    /// Puts other bounds in place of a row's.
    public mutating func setBounds(_ bounds: Bounds, of row: Row) throws(Problem) {
        let name = try name(of: row)
        try bounds.check { .row(name) }
        if isSoft[row.index], let relaxation = relaxations.first(where: { $0.row == row }) {
            try checkSides(above: relaxation.above != nil, below: relaxation.below != nil, bounds, name)
        }
        rowLower[row.index] = bounds.lower
        rowUpper[row.index] = bounds.upper
    }

    /// The name of a column. A handle that another program gave out may be refused.
    public func name(of column: Column) throws(Problem) -> Name {
        guard columnNames.indices.contains(column.index) else {
            throw Problem(.program, "has \(columnCount) columns, and column \(column.index) is of another program")
        }
        return columnNames[column.index]
    }

    /// The name of a row. A handle that another program gave out may be refused.
    public func name(of row: Row) throws(Problem) -> Name {
        guard rowNames.indices.contains(row.index) else {
            throw Problem(.program, "has \(rowCount) rows, and row \(row.index) is of another program")
        }
        return rowNames[row.index]
    }

    /// The bounds of a row.
    public func bounds(of row: Row) throws(Problem) -> Bounds {
        _ = try name(of: row)
        return .between(rowLower[row.index], rowUpper[row.index])
    }

    private mutating func append(_ coefficient: Double, _ column: Column, _ row: Row) {
        // A zero says nothing and costs the solver time.
        guard coefficient != 0 else { return }
        terms.append(
            Term(
                column: Int32(truncatingIfNeeded: column.index), row: Int32(truncatingIfNeeded: row.index), coefficient)
        )
    }

    private func check(_ coefficient: Double, _ column: Column, in row: Name) throws(Problem) {
        guard columnNames.indices.contains(column.index) else {
            throw Problem(
                .row(row),
                "has a term of column \(column.index), and the program has \(columnCount) columns: it is of another program"
            )
        }
        guard abs(coefficient) <= Self.figureMax else {
            throw Problem(
                .row(row),
                "has \(coefficient) as coefficient of \(columnNames[column.index]); \(Self.expectedFigure)")
        }
        guard terms.count < Self.countMax else { throw Problem(.row(row), "has one term more than a program may have") }
    }

    static func check(_ figure: Double, _ what: String, _ place: () -> Place) throws(Problem) {
        guard abs(figure) <= figureMax else {
            throw Problem(place(), "has \(figure) as \(what); \(expectedFigure)")
        }
    }

    private static let expectedFigure = "expected is a finite number of at most 1e15 either way"
}
