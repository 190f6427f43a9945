/// What a solver says, before anybody believes it.
package struct ProgramAnswer: Sendable {
    package var values: [Double]
    package var rowPrices: [Double]
    package var reducedCosts: [Double]
    package var basis: ProgramBasis?

    package init(values: [Double], rowPrices: [Double], reducedCosts: [Double], basis: ProgramBasis? = nil) {
        self.values = values
        self.rowPrices = rowPrices
        self.reducedCosts = reducedCosts
        self.basis = basis
    }

    /// Solvers keep bounds to 1e-7 of figures that they scale; a breach of more than this share is none of rounding.
    static let tolerance = 1e-6

    /// The answer as a solution of `program`, if it is one: all numbers finite, all bounds kept, integers whole. The
    /// objective is summed here and not taken over.
    /// - Parameter bound: least possible objective, as the solver says; nil: the objective itself.
    /// - Returns: the sentence says what is wrong with the answer.
    package func judged(
        for program: LinearProgram, bound: Double? = nil, nodes: Int = 0
    ) -> Result<ProgramSolution, Doubt> {
        guard values.count == program.columnCount, reducedCosts.count == program.columnCount,
            rowPrices.count == program.rowCount
        else { return .failure(Doubt("it has another number of columns or rows than the program")) }
        if let doubt = doubtAboutColumns(program) ?? doubtAboutRows(program) { return .failure(doubt) }
        var settled = self
        // What rounding leaves beside a bound goes.
        for index in values.indices {
            settled.values[index] = min(max(values[index], program.columnLower[index]), program.columnUpper[index])
        }
        let objective = settled.objective(of: program)
        guard objective.isFinite, bound.map({ !$0.isNaN }) ?? true else {
            return .failure(Doubt("its objective is \(objective) and its bound \(bound ?? objective)"))
        }
        return .success(
            ProgramSolution(
                objective: objective, bound: min(bound ?? objective, objective), values: settled.values,
                rowPrices: rowPrices, reducedCosts: reducedCosts, breaches: settled.breaches(in: program), nodes: nodes,
                basis: basis))
    }

    /// The sum of cost x value, in the order of the columns.
    package func objective(of program: LinearProgram) -> Double {
        var sum = 0.0
        for (value, cost) in zip(values, program.costs) where cost != 0 { sum += value * cost }
        return sum
    }

    /// Why an answer is no solution.
    package struct Doubt: Error, Sendable, Hashable {
        package let sentence: String

        package init(_ sentence: String) { self.sentence = sentence }
    }

    private func doubtAboutColumns(_ program: LinearProgram) -> Doubt? {
        for index in values.indices {
            let value = values[index]
            let (lower, upper) = (program.columnLower[index], program.columnUpper[index])
            guard value.isFinite, reducedCosts[index].isFinite else {
                return Doubt(
                    "column \(program.columnNames[index]) is \(value) at a reduced cost of \(reducedCosts[index])")
            }
            let slack = Self.tolerance * max(1, abs(value))
            guard value >= lower - slack, value <= upper + slack else {
                return Doubt("column \(program.columnNames[index]) is \(value), its bounds are \(lower) to \(upper)")
            }
            guard !program.isInteger[index] || value == value.rounded() else {
                return Doubt("column \(program.columnNames[index]) is \(value) and no whole number")
            }
        }
        return nil
    }

    private func doubtAboutRows(_ program: LinearProgram) -> Doubt? {
        var sums = [Double](repeating: 0, count: program.rowCount)
        var sizes = sums
        for term in program.terms {
            let part = term.coefficient * values[Int(term.column)]
            sums[Int(term.row)] += part
            sizes[Int(term.row)] += abs(part)
        }
        for index in sums.indices {
            let (lower, upper) = (program.rowLower[index], program.rowUpper[index])
            guard rowPrices[index].isFinite, sums[index].isFinite else {
                return Doubt("row \(program.rowNames[index]) is \(sums[index]) at a price of \(rowPrices[index])")
            }
            let slack = Self.tolerance * max(1, sizes[index])
            guard sums[index] >= lower - slack, sums[index] <= upper + slack else {
                return Doubt("row \(program.rowNames[index]) is \(sums[index]), its bounds are \(lower) to \(upper)")
            }
        }
        return nil
    }

    private func breaches(in program: LinearProgram) -> [ProgramSolution.Breach] {
        program.relaxations.flatMap { relaxation in
            [(relaxation.above, ProgramSolution.Breach.Side.above), (relaxation.below, .below)].compactMap {
                slack, side in
                guard let slack, values[slack.index] > ProgramSolution.breachMin else { return nil }
                return ProgramSolution.Breach(
                    row: relaxation.row, name: program.rowNames[relaxation.row.index], side: side,
                    amount: values[slack.index], price: program.costs[slack.index])
            }
        }
    }
}
