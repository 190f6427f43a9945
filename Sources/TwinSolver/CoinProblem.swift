import TwinProgram

/// A program in the arrays that Clp and Cbc load.
struct CoinProblem {
    let columns: Int32
    let rows: Int32
    let matrix: ColumnMatrix
    let columnLower: [Double]
    let columnUpper: [Double]
    let costs: [Double]
    let rowLower: [Double]
    let rowUpper: [Double]
    /// Which columns are integers.
    let integers: [Int32]

    init(_ program: LinearProgram) {
        // A program has no more than 32 bits count.
        columns = Int32(clamping: program.columnCount)
        rows = Int32(clamping: program.rowCount)
        matrix = ColumnMatrix(program)
        columnLower = Self.coin(program.columnLower)
        columnUpper = Self.coin(program.columnUpper)
        costs = program.costs
        rowLower = Self.coin(program.rowLower)
        rowUpper = Self.coin(program.rowUpper)
        integers = (0..<columns).filter { program.isInteger[Int($0)] }
    }

    /// Infinity is the greatest finite number there (`COIN_DBL_MAX`).
    private static func coin(_ bounds: [Double]) -> [Double] {
        bounds.map { min(max($0, -Double.greatestFiniteMagnitude), Double.greatestFiniteMagnitude) }
    }
}
