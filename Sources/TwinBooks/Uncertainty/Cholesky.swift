/// The factor L of a symmetric positive definite matrix S = L Lᵀ. For the few dozen unknowns of a plant's balances.
struct Cholesky: Sendable {
    /// Lower triangle, row by row.
    private let rows: [[Double]]

    /// Nil for a matrix that is not positive definite beyond rounding, or not finite.
    /// - Parameter matrix: square; its lower triangle counts.
    init?(_ matrix: [[Double]]) {
        var rows: [[Double]] = []
        for (i, source) in matrix.enumerated() {
            guard source.count > i else { return nil }
            var row: [Double] = []
            for j in 0...i {
                let inner = zip(row, j < i ? rows[j] : row).prefix(j).reduce(0) { $0 + $1.0 * $1.1 }
                let left = source[j] - inner
                if j < i {
                    row.append(left / rows[j][j])
                } else {
                    // What cancels to the last digits of the diagonal is a balance that says nothing new.
                    guard left.isFinite, left > 1e-12 * abs(source[i]) else { return nil }
                    row.append(left.squareRoot())
                }
            }
            rows.append(row)
        }
        self.rows = rows
    }

    /// x of S x = b.
    /// - Precondition: `b` has one number for each row.
    func solve(_ b: [Double]) -> [Double] {
        precondition(b.count == rows.count, "one number for each row")
        var x = b
        for i in rows.indices {
            for j in 0..<i { x[i] -= rows[i][j] * x[j] }
            x[i] /= rows[i][i]
        }
        for i in rows.indices.reversed() {
            for j in rows.indices.dropFirst(i + 1) { x[i] -= rows[j][i] * x[j] }
            x[i] /= rows[i][i]
        }
        return x
    }
}
