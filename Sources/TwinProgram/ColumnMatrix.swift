/// The terms of a program column by column, as solvers want them: each pair of a row and a column at most once.
package struct ColumnMatrix: Sendable, Hashable {
    /// Where each column begins in `rows` and `coefficients`, and at last where the last one ends.
    package private(set) var starts: [Int32]
    package private(set) var rows: [Int32]
    package private(set) var coefficients: [Double]

    package init(_ program: LinearProgram) {
        let terms = program.terms
        var counts = [Int32](repeating: 0, count: program.columnCount + 1)
        for term in terms { counts[Int(term.column) + 1] += 1 }
        for column in 1..<max(1, counts.count) { counts[column] += counts[column - 1] }
        var next = counts
        var order = [Int32](repeating: 0, count: terms.count)
        for (index, term) in terms.enumerated() {
            order[Int(next[Int(term.column)])] = Int32(truncatingIfNeeded: index)
            next[Int(term.column)] += 1
        }
        starts = [0]
        rows = []
        coefficients = []
        starts.reserveCapacity(counts.count)
        rows.reserveCapacity(terms.count)
        coefficients.reserveCapacity(terms.count)
        // Where the row of this number stands already, if it stands in this column.
        var places = [Int32](repeating: -1, count: program.rowCount)
        for column in 0..<program.columnCount {
            let first = rows.count
            for index in order[Int(counts[column])..<Int(counts[column + 1])] {
                let term = terms[Int(index)]
                let place = Int(places[Int(term.row)])
                if place >= first {
                    coefficients[place] += term.coefficient
                } else {
                    places[Int(term.row)] = Int32(truncatingIfNeeded: rows.count)
                    rows.append(term.row)
                    coefficients.append(term.coefficient)
                }
            }
            starts.append(Int32(truncatingIfNeeded: rows.count))
        }
    }
}
