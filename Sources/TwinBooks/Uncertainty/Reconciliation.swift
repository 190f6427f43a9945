/// What measurements would have to be for every balance to close, each moved by as little as its variance allows: steady-state
/// data reconciliation by weighted least squares.
///
/// With the measurements x, their variances V, balances A x = 0 that hold but for a noise of variance D, and the residuals
/// r = A x, the covariance of the residuals is S = A V Aᵀ + D. The adjusted values are x - V Aᵀ S⁻¹ r, with the variances
/// V - V Aᵀ S⁻¹ A V. Two tests for gross errors follow from it:
///
/// - Global: rᵀ S⁻¹ r is distributed as chi-square with one degree of freedom for each balance when there is none.
/// - Of each measurement: its adjustment over the standard deviation of that adjustment, about standard normal. The largest is
///   the most in doubt. With one balance alone all are equal and nobody is named.
///
/// - Note: Narasimhan and Jordache, Data Reconciliation and Gross Error Detection (2000), chapters 3 and 7.
public struct Reconciliation: Sendable, Hashable {
    public struct Measurement: Sendable, Hashable {
        public var value: Double
        /// Of the value before, 0 or more.
        public var variance: Double
        public var adjusted: Double
        public var adjustedVariance: Double
        /// Of its adjustment, 0 or more; 0 for what no balance can judge.
        public var score: Double
    }

    public var measurements: [Measurement]
    /// r, by balance.
    public var residuals: [Double]
    /// rᵀ S⁻¹ r.
    public var chiSquare: Double
    /// What `chiSquare` stays below in 95 % of all cases without a gross error.
    public var bound: Double

    public var hasGrossError: Bool { chiSquare > bound }

    /// - Parameters:
    ///   - values: x; any unit.
    ///   - variances: V, of the same unit squared.
    ///   - balances: A, row by row.
    ///   - noise: D, by balance.
    /// - Returns: nil where shapes do not fit, without a balance, or where a balance follows from the others.
    public init?(values: [Double], variances: [Double], balances: [[Double]], noise: [Double]) {
        guard !balances.isEmpty, noise.count == balances.count, variances.count == values.count,
            balances.allSatisfy({ $0.count == values.count })
        else { return nil }
        let residuals = balances.map { row in zip(row, values).reduce(0) { $0 + $1.0 * $1.1 } }
        var covariance = balances.map { row in
            balances.map { other in values.indices.reduce(0) { $0 + row[$1] * variances[$1] * other[$1] } }
        }
        for place in noise.indices { covariance[place][place] += noise[place] }
        guard let factor = Cholesky(covariance) else { return nil }
        let weighted = factor.solve(residuals)
        func along(_ column: [Double], _ other: [Double]) -> Double {
            zip(column, other).reduce(0) { $0 + $1.0 * $1.1 }
        }
        self.residuals = residuals
        chiSquare = along(residuals, weighted)
        bound = ChiSquare.bound95(balances.count)
        measurements = values.indices.map { place in
            let column = balances.map { $0[place] }
            let pull = along(column, weighted)
            // Aᵀ S⁻¹ A of this column: what of its own error the balances see.
            let seen = max(0, along(column, factor.solve(column)))
            let variance = variances[place]
            return Measurement(
                value: values[place], variance: variance, adjusted: values[place] - variance * pull,
                adjustedVariance: max(0, variance - variance * variance * seen),
                score: seen > 0 && variance > 0 ? abs(pull) / seen.squareRoot() : 0)
        }
    }
}

/// Quantiles of the chi-square distribution.
enum ChiSquare {
    /// 95 %, by degrees of freedom from 1 on: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4.
    private static let table = [
        3.841, 5.991, 7.815, 9.488, 11.070, 12.592, 14.067, 15.507, 16.919, 18.307, 19.675, 21.026, 22.362, 23.685,
        24.996,
        26.296, 27.587, 28.869, 30.144, 31.410,
    ]

    /// What a chi-square of so many degrees of freedom stays below in 95 % of all cases.
    static func bound95(_ degrees: Int) -> Double {
        guard degrees > 0 else { return 0 }
        if degrees <= table.count { return table[degrees - 1] }
        // Wilson and Hilferty (1931): off by less than 0.01 here.
        let part = 2 / (9 * Double(degrees))
        let root = 1 - part + 1.6449 * part.squareRoot()
        return Double(degrees) * root * root * root
    }
}
