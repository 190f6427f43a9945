public import TwinBooks
import TwinCore

/// The rows of a run in memory, as a store would keep them: for runs that have none.
public struct RowLedger: Sendable {
    private struct Entry {
        var row: PeriodRow
        var chart: Chart
    }

    private var entries: [Entry] = []

    public init() {}

    public mutating func add(_ outcome: TickOutcome) {
        for row in outcome.changedRows { add(Entry(row: row, chart: outcome.chart)) }
    }

    /// Adds the row that the last tick left open.
    public mutating func close(_ books: Books) {
        if let open = books.open { add(Entry(row: open, chart: books.chart)) }
    }

    private mutating func add(_ entry: Entry) {
        // Nearly always the one after the last.
        if let index = entries.lastIndex(where: { $0.row.start <= entry.row.start }) {
            if entries[index].row.start == entry.row.start {
                entries[index] = entry
            } else {
                entries.insert(entry, at: index + 1)
            }
        } else {
            entries.insert(entry, at: 0)
        }
    }

    /// All meters that a row names: those of the latest configuration first.
    public var chart: Chart {
        var charts: [Chart] = []
        for entry in entries.reversed() where charts.last != entry.chart { charts.append(entry.chart) }
        return (charts.first ?? Chart([])).joined(Array(charts.dropFirst()))
    }

    /// The rows, laid on one chart.
    public func rows(on chart: Chart) -> [PeriodRow] {
        entries.map { entry in
            var row = entry.row
            if entry.chart != chart { row.lay(from: entry.chart, over: chart) }
            return row
        }
    }

    /// The sum over all rows by a method.
    public func sum(_ method: ReportMethod) -> WindowSum {
        var method = method.covering(chart)
        let rows = rows(on: method.chart)
        var demand = CertificateDemand(method.ledger.certificates)
        for row in rows { demand.add(row) }
        method.ledger.certificates = demand.matched
        var sum = WindowSum(method)
        for row in rows { sum.add(row) }
        return sum
    }
}
