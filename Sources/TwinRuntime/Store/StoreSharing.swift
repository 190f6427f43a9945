public import TwinBooks
import TwinCore

extension StoreReading {
    /// What each half hour of a window came to by the rule of the contract, ascending; nothing for a site that shares with nobody.
    public func forEachSharing(
        _ method: ReportMethod, _ window: StoreWindow, _ body: (PeriodRow, SharingLedger) throws -> Void
    ) throws {
        guard let terms = method.ledger.sharing else { return }
        let method = try matched(method.covering(chart(window)), window)
        var ledger = Ledger(method.chart, method.factors, method.ledger, carry: try carry(into: window, method))
        let empty = SharingLedger(terms, ledger, outside: method.ledger.outside)
        try forEachRow(window, on: method.chart) { row in
            ledger.add(row)
            var sharing = empty
            let tariff = method.tariffs[method.tariffs.index(at: row.start)].value
            sharing.add(ledger, importPerMWh: tariff.importPerMWh)
            try body(row, sharing)
        }
    }
}
