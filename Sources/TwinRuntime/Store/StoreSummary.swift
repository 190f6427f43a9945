public import TwinBooks
import TwinCore

extension StoreReading {
    /// Facts of the runs that reach into the window: of the last one, with the expectations and wall time of all.
    /// - Throws: nothing of its own; nil where no run has got to its first mark.
    public func facts(_ window: StoreWindow = .all) throws -> RunFacts? {
        let facts = try runs().filter { run in
            guard let end = run.end else { return false }
            return run.start < window.to && end > window.from
        }.compactMap(\.facts)
        guard var last = facts.last else { return nil }
        last.wallS = facts.reduce(0) { $0 + $1.wallS }
        last.expectationsPassed = facts.reduce(0) { $0 + $1.expectationsPassed }
        last.expectationsFailed = facts.reduce(0) { $0 + $1.expectationsFailed }
        return last
    }

    /// The figures of a window; nil when the store holds nothing of it. One row is in memory at a time.
    public func summary(_ method: ReportMethod, _ window: StoreWindow = .all) throws -> Summary? {
        guard let facts = try facts(window) else { return nil }
        var sum = WindowSum(method)
        try forEachRow(window, on: method.chart) { sum.add($0) }
        return Summary(sum, facts: facts)
    }
}
