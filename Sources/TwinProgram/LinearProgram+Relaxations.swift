extension LinearProgram {
    /// A row that may be breached for a price: two more columns take what its sum is beyond its bounds.
    ///
    /// A program with all such rows softened always has a solution, and the solution tells what could not be kept
    /// (``ProgramSolution/breaches``). A price must be above what keeping the row can cost, or breaching it pays.
    public struct Relaxation: Sendable, Hashable {
        public let row: Row
        /// How far the sum is above the upper bound; nil where that is not for sale.
        public let above: Column?
        /// How far it is below the lower bound.
        public let below: Column?
    }

    /// Lets a row be breached for a price.
    /// - Parameters:
    ///   - priceAbove: what each unit above the upper bound costs, 0 or more; nil keeps that bound hard.
    ///   - priceBelow: what each unit below the lower bound costs.
    @discardableResult
    public mutating func soften(
        _ row: Row, priceAbove: Double? = nil, priceBelow: Double? = nil
    ) throws(Problem) -> Relaxation {
        let name = try name(of: row)
        guard !isSoft[row.index] else {
            throw Problem(.row(name), "is softened already")
        }
        guard priceAbove != nil || priceBelow != nil else {
            throw Problem(.row(name), "is to be softened without a price; expected is one above, below, or both")
        }
        for price in [priceAbove, priceBelow] {
            guard let price else { continue }
            try Self.check(price, "price of a breach") { .row(name) }
            guard price >= 0 else {
                throw Problem(.row(name), "has \(price) as price of a breach; expected is 0 or more")
            }
        }
        try checkSides(above: priceAbove != nil, below: priceBelow != nil, bounds(of: row), name)
        let above = try slack(-1, row, Name(name.word + " above", name.index), priceAbove)
        let below = try slack(1, row, Name(name.word + " below", name.index), priceBelow)
        let relaxation = Relaxation(row: row, above: above, below: below)
        relaxations.append(relaxation)
        isSoft[row.index] = true
        return relaxation
    }

    /// What is for sale needs a bound to be beyond.
    func checkSides(above: Bool, below: Bool, _ bounds: Bounds, _ name: Name) throws(Problem) {
        guard !above || bounds.upper < .infinity else {
            throw Problem(.row(name), "has a price above its upper bound and no upper bound")
        }
        guard !below || bounds.lower > -.infinity else {
            throw Problem(.row(name), "has a price below its lower bound and no lower bound")
        }
    }

    private mutating func slack(
        _ coefficient: Double, _ row: Row, _ name: Name, _ price: Double?
    ) throws(Problem) -> Column? {
        guard let price else { return nil }
        let column = try addColumn(name, cost: price)
        try add(coefficient, column, to: row)
        return column
    }
}
