/// A linear model of an energy over a few variables by ordinary least squares.
///
/// Variables are centred and scaled first, so that their normal matrix is that of their correlations; Cholesky's factor of
/// it gives coefficients, standard errors and the error of a prediction. The same numbers give the same bits.
public struct EnergyRegression: Sendable, Hashable {
    public struct Coefficient: Sendable, Hashable {
        public var value: Double
        public var standardError: Double

        /// Value over standard error; infinite where the data leave no error.
        public var t: Double {
            if standardError > 0 { return value / standardError }
            return value == 0 ? 0 : value > 0 ? .infinity : -.infinity
        }

        /// 95 % of the errors of many days lie within about two standard errors.
        static let tProven = 2.0
    }

    public let intercept: Coefficient
    /// In the order of the variables.
    public let coefficients: [Coefficient]
    /// Lowest and highest of each variable: beyond them the model is a guess.
    public let ranges: [ClosedRange<Double>]
    /// Observations.
    public let count: Int
    /// Of what is told by the model, in its unit.
    public let mean: Double
    /// Sums of squares of what the model leaves, and about the mean.
    public let residualSquares: Double
    public let totalSquares: Double

    private let centres: [Double]
    private let scales: [Double]
    /// Inverse of Cholesky's factor of the correlations, row by row.
    private let inverse: [[Double]]

    /// A variable of which less than this share varies on its own cannot be told from those before it.
    static let ownShareMin = 1e-9

    /// Nil where there are no more observations than coefficients, where a number is not finite, where a variable does not
    /// vary, or where one follows from the others.
    /// - Parameter variables: of each observation, all of one length.
    public init?(_ variables: [[Double]], _ values: [Double]) {
        let (n, k) = (values.count, variables.first?.count ?? 0)
        guard n == variables.count, n > k + 1, variables.allSatisfy({ $0.count == k }),
            values.allSatisfy(\.isFinite), variables.allSatisfy({ $0.allSatisfy(\.isFinite) })
        else { return nil }
        func mean(_ value: (Int) -> Double) -> Double { (0..<n).reduce(0) { $0 + value($1) } / Double(n) }
        let centres = (0..<k).map { place in mean { variables[$0][place] } }
        let scales = (0..<k).map { place in
            (0..<n).reduce(0) { sum, day in
                let off = variables[day][place] - centres[place]
                return sum + off * off
            }.squareRoot()
        }
        // What varies by no more than rounding does not vary.
        for (centre, scale) in zip(centres, scales) where scale <= 1e-12 * max(1, abs(centre)) { return nil }
        let scaled = variables.map { row in (0..<k).map { (row[$0] - centres[$0]) / scales[$0] } }
        let correlations = (0..<k).map { a in
            (0..<k).map { b in scaled.reduce(0) { $0 + $1[a] * $1[b] } }
        }
        guard let inverse = EnergyRegression.inverseFactor(correlations) else { return nil }
        let middle = mean { values[$0] }
        let sums = (0..<k).map { place in (0..<n).reduce(0) { $0 + scaled[$1][place] * (values[$1] - middle) } }
        // (L L')^-1 = L^-1' L^-1.
        let half = inverse.map { row in zip(row, sums).reduce(0) { $0 + $1.0 * $1.1 } }
        let slopes = (0..<k).map { place in (place..<k).reduce(0) { $0 + inverse[$1][place] * half[$1] } / scales[place]
        }
        let constant = middle - zip(slopes, centres).reduce(0) { $0 + $1.0 * $1.1 }
        var (left, total) = (0.0, 0.0)
        for (row, value) in zip(variables, values) {
            // From the middle, where the parts are small.
            let off = zip(row, zip(slopes, centres)).reduce(value - middle) { $0 - $1.1.0 * ($1.0 - $1.1.1) }
            left += off * off
            total += (value - middle) * (value - middle)
        }
        count = n
        self.mean = middle
        residualSquares = left
        totalSquares = total
        ranges = (0..<k).map { place in
            let column = variables.map { $0[place] }
            return (column.min() ?? 0)...(column.max() ?? 0)
        }
        (self.centres, self.scales, self.inverse) = (centres, scales, inverse)
        let deviation = (left / Double(n - k - 1)).squareRoot()
        coefficients = (0..<k).map { place in
            let own = (place..<k).reduce(0) { $0 + inverse[$1][place] * inverse[$1][place] }
            return Coefficient(value: slopes[place], standardError: deviation * own.squareRoot() / scales[place])
        }
        let reach = EnergyRegression.squaredLength(zip(centres, scales).map { -$0 / $1 }, inverse)
        intercept = Coefficient(
            value: constant, standardError: deviation * (1 / Double(n) + reach).squareRoot())
    }

    /// Inverse of the lower triangle L with L L' = `matrix`; nil where the matrix is not positive definite.
    private static func inverseFactor(_ matrix: [[Double]]) -> [[Double]]? {
        let k = matrix.count
        var factor = [[Double]](repeating: [Double](repeating: 0, count: k), count: k)
        var inverse = factor
        for row in 0..<k {
            for column in 0...row {
                let rest = (0..<column).reduce(matrix[row][column]) { $0 - factor[row][$1] * factor[column][$1] }
                if row == column {
                    guard rest > ownShareMin else { return nil }
                    factor[row][row] = rest.squareRoot()
                } else {
                    factor[row][column] = rest / factor[column][column]
                }
            }
            inverse[row][row] = 1 / factor[row][row]
            for column in 0..<row {
                let sum = (column..<row).reduce(0) { $0 + factor[row][$1] * inverse[$1][column] }
                inverse[row][column] = -sum / factor[row][row]
            }
        }
        return inverse
    }

    /// |L^-1 z|^2.
    private static func squaredLength(_ z: [Double], _ inverse: [[Double]]) -> Double {
        inverse.reduce(0) { sum, row in
            let part = zip(row, z).reduce(0) { $0 + $1.0 * $1.1 }
            return sum + part * part
        }
    }

    /// Coefficients with the intercept.
    public var parameters: Int { coefficients.count + 1 }

    /// Share of the variance that the model tells; nil where nothing varied.
    public var r2: Double? { totalSquares > 0 ? 1 - residualSquares / totalSquares : nil }

    /// The same, less what further variables tell by chance.
    public var adjustedR2: Double? {
        r2.map { 1 - (1 - $0) * Double(count - 1) / Double(count - parameters) }
    }

    /// Standard deviation of what the model leaves.
    public var rmse: Double { (residualSquares / Double(count - parameters)).squareRoot() }

    /// `rmse` over the mean (ASHRAE Guideline 14); nil without a mean.
    public var cvRMSE: Double? { mean > 0 ? rmse / mean : nil }

    public func predicted(_ variables: [Double]) -> Double {
        zip(coefficients, variables).reduce(intercept.value) { $0 + $1.0.value * $1.1 }
    }

    /// Standard error of a sum of predictions against what will be measured: what single days leave grows with the root of
    /// their number, what the coefficients do not know with the number itself.
    /// - Parameters:
    ///   - count: of new observations.
    ///   - sums: of each variable over them.
    ///   - rmseMin: what a day leaves at least, such as by the class of its meter.
    public func sumError(count new: Int, sums: [Double], rmseMin: Double = 0) -> Double {
        let n = Double(new)
        let z = zip(sums, zip(centres, scales)).map { ($0 - n * $1.0) / $1.1 }
        let variance = n + n * n / Double(count) + EnergyRegression.squaredLength(z, inverse)
        return max(rmse, rmseMin) * variance.squareRoot()
    }
}
