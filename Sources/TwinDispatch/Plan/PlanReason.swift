import TwinCore
import TwinProgram

/// Why an asset has its set-point in the first period of a plan: what one unit more or less would cost, by what the networks
/// and its own store pay for it.
public struct PlanReason: Sendable, Hashable {
    /// Of a unit more for an hour, money with carbon; nil where no more is possible. What is at the price between its bounds
    /// costs 0 either way.
    public var more: Double?
    /// The same of a unit less.
    public var less: Double?

    public init(more: Double?, less: Double?) { (self.more, self.less) = (more, less) }

    /// In words: what it is held by, and what another choice would cost.
    /// - Parameter isSource: of a set-point that is gas or electric.
    public func sentence(isSource: Bool, _ currency: String) -> String {
        func money(_ value: Double, times: Double) -> String { "\(whole(value * times)) \(currency)" }
        if isSource {
            if let more, more > PlanReason.nothing {
                return "electric would cost \(money(more, times: 1)) more an hour"
            }
            if let less, less > PlanReason.nothing { return "gas would cost \(money(less, times: 1)) more an hour" }
        }
        switch (more, less) {
        case (nil, nil): return "it has no choice"
        case (let more?, nil): return "no more than it must: a MWh more would cost \(money(more, times: 1000))"
        case (nil, let less?): return "as much as it can: a MWh less would cost \(money(less, times: 1000))"
        case (let more?, let less?) where more <= PlanReason.nothing && less <= PlanReason.nothing:
            return "now or at another time costs the same"
        case (let more?, let less?):
            return "a MWh more would cost \(money(more, times: 1000)), a MWh less \(money(less, times: 1000))"
        }
    }

    /// Below this a price is the solver's rounding, money for each kWh.
    static let nothing = 1e-6
}

extension PlanProgram {
    /// Of each asset's set-point in the first period.
    ///
    /// A column's margin is its own cost less what the rows that it shares with others pay: the bus, hot water, what a store
    /// holds. Above 0, more of it would cost that; below 0, less of it would. It is exact for the first unit, and a long way
    /// costs at least as much for each.
    func reasons(_ solution: ProgramSolution) -> [AssetPath: PlanReason] {
        var reasons: [AssetPath: PlanReason] = [:]
        guard let hours = problem.periods.first?.hours, hours > 0 else { return reasons }
        let margins = margins(of: parts.flatMap { $0.terms.first ?? [] }.map(\.column), solution)
        for part in parts {
            var reason = PlanReason(more: nil, less: nil)
            for (column, factor) in part.terms.first ?? [] where factor != 0 {
                guard program.columnLower[column.index] < program.columnUpper[column.index] else { continue }
                let margin = (margins[column.index] ?? 0) / hours / abs(factor)
                let up = margin > -PlanReason.nothing ? max(0, margin) : nil
                let down =
                    margin < PlanReason.nothing
                        && solution[column] > program.columnLower[column.index] + PlanProgram.atBound
                    ? max(0, -margin) : nil
                let (more, less) = factor > 0 ? (up, down) : (down, up)
                reason.more = least(reason.more, more)
                reason.less = least(reason.less, less)
            }
            for path in part.paths { reasons[path] = reason }
        }
        return reasons
    }

    private static let atBound = 1e-6

    private func margins(
        of columns: [LinearProgram.Column], _ solution: ProgramSolution
    ) -> [Int: Double] {
        var margins: [Int: Double] = [:]
        for column in columns { margins[column.index] = program.costs[column.index] }
        let shared = Set((bus + heat + contents).map(\.index))
        for term in program.terms {
            guard let margin = margins[Int(term.column)], shared.contains(Int(term.row)) else { continue }
            margins[Int(term.column)] = margin - term.coefficient * solution.rowPrices[Int(term.row)]
        }
        return margins
    }

    private func least(_ a: Double?, _ b: Double?) -> Double? {
        guard let a else { return b }
        return b.map { min(a, $0) } ?? a
    }
}
