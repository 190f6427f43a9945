import GRDB
import TwinBooks
import TwinCore
import TwinDispatch
import TwinRuntime

/// What dispatch saved, and what was asked of the exchange with the grid.
extension SQLiteStore {
    /// After `start_ms`.
    static let savingColumns = """
        saved_annual, saved_half_hourly, saved_money, level_annual, level_half_hourly, level_money, missed_annual,
        missed_half_hourly, missed_money, doubted_annual, doubted_half_hourly, doubted_money, counted_ms, left_out_ms
        """

    func write(_ saving: DispatchSaving, _ start: Int64, _ db: Database) throws {
        let put = try RawStatement(
            db,
            """
            INSERT INTO dispatch_saving (start_ms, \(SQLiteStore.savingColumns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        let figures = [saving.saved, saving.levelled, saving.missed, saving.doubted]
        try put.bind(
            [start] + figures.flatMap { [$0.annual, $0.halfHourly, $0.money] } + [saving.countedMs, saving.leftOutMs])
        try put.run()
    }

    /// Stepped again, a request finds its row.
    func write(_ requests: GridRequestChanges, _ run: Int64, _ sums: inout RowSums, _ db: Database) throws {
        func place(_ number: Int) -> [RawStatement.Value] { [.word(run), .word(Int64(number))] }
        for number in requests.dropped {
            try sums.note(.gridRequest, place(number), db) {
                try db.execute(
                    sql: "DELETE FROM grid_request WHERE run = ? AND number = ?", arguments: [run, number])
            }
        }
        for (number, record) in requests.records {
            let (request, metered) = (record.request, record.metered)
            try sums.note(.gridRequest, place(number), db) {
                try db.cachedStatement(
                    sql: """
                        INSERT OR REPLACE INTO grid_request (
                            run, number, heard_ms, request, from_ms, until_ms, import_max_kw, pay_per_mwh, baseline_kw,
                            planned, measured_s, kept_s, idle_s, net_kwh, over_kwh, over_max_kw)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """
                ).execute(
                    arguments: [
                        run, number, record.heard.ms, request.id, request.from.ms, request.until.ms, request.ceilingKW,
                        request.payPerMWh, record.baselineKW, record.isPlanned, metered.seconds, metered.secondsKept,
                        metered.secondsIdle, metered.netKWh, metered.overKWh, metered.overMaxKW,
                    ])
            }
        }
    }

    func requests(_ window: StoreWindow) throws -> [GridRequestRecord] {
        try reading { db in
            var found: [GridRequestRecord] = []
            // Who is heard later asks nothing of the window; what was heard earlier may reach into it.
            let first = max(window.from, .earliest + HandWord.longest) - HandWord.longest
            let heard = StoreWindow(from: first, to: window.to)
            try forEach(.gridRequest, in: heard, order: "heard_ms, number", db) { row in
                func real(_ column: Int32) -> Double? { row.isNull(column) ? nil : row.real(column) }
                let request = GridRequest(
                    id: row.text(3), from: time(row.int(4)), until: time(row.int(5)), ceilingKW: row.real(6),
                    payPerMWh: real(7))
                var metered = GridRequestRecord.Metered()
                metered.seconds = row.real(10)
                metered.secondsKept = row.real(11)
                metered.secondsIdle = row.real(12)
                metered.netKWh = row.real(13)
                metered.overKWh = row.real(14)
                metered.overMaxKW = row.real(15)
                let record = GridRequestRecord(
                    request, number: Int(row.int(2)), heard: time(row.int(1)), baselineKW: real(8),
                    isPlanned: row.int(9) != 0, metered: metered)
                if record.reaches(from: window.from, to: window.to) { found.append(record) }
            }
            return found
        }
    }
}

extension DispatchSaving {
    /// - Parameter row: `start_ms` and the columns of `SQLiteStore.savingColumns`.
    init(_ row: RawStatement) {
        func millionths(_ first: Int32) -> SavedMillionths {
            SavedMillionths(annual: row.int(first), halfHourly: row.int(first + 1), money: row.int(first + 2))
        }
        self.init(
            saved: millionths(1), levelled: millionths(4), missed: millionths(7), doubted: millionths(10),
            countedMs: row.int(13), leftOutMs: row.int(14))
    }
}
