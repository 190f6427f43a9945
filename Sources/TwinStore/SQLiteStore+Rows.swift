import GRDB
import TwinBooks
import TwinCore
import TwinRuntime
import TwinUnits

/// The rows of the books, one at a time.
extension SQLiteStore {
    func chart(_ window: StoreWindow) throws -> Chart {
        try reading { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT m.account, m.area, m.asset FROM
                        (SELECT configuration, min(start_ms) AS first FROM period
                            WHERE start_ms >= ? AND start_ms < ? GROUP BY configuration) p
                    JOIN configuration_meter c ON c.configuration = p.configuration JOIN meter m ON m.id = c.meter
                    ORDER BY p.first, c.line
                    """, arguments: [window.from.ms, window.to.ms])
            return Chart(rows.compactMap { meter($0[0], $0[1], $0[2]) })
        }
    }

    private func meter(_ account: String, _ area: String, _ asset: String) -> Meter? {
        guard let account = Account(name: account), let area = Area(rawValue: area) else { return nil }
        return Meter(account, area, asset)
    }

    func forEachRow(_ window: StoreWindow, on chart: Chart, _ body: (PeriodRow) throws -> Void) throws {
        try reading { db in
            var places = RowPlaces()
            for row in try Row.fetchAll(db, sql: "SELECT id, account FROM account") {
                if let account = Account(name: row[1] as String) { places.accounts[row[0]] = account.index }
            }
            for row in try Row.fetchAll(db, sql: "SELECT id, account, area, asset FROM meter") {
                places.lines[row[0]] = meter(row[1], row[2], row[3]).flatMap { chart.index(of: $0) }
            }
            places.meterCount = chart.meters.count
            var tables = try BookTables(db, window, withPostings: !chart.meters.isEmpty)
            while let row = try tables.next(places) {
                guard let row else { throw problem("a row of the books cannot be read") }
                try body(row)
            }
        }
    }
}

/// Where stored lines lie in a row.
private struct RowPlaces {
    /// By id.
    var accounts = Places()
    var lines = Places()
    var meterCount = 0
}

/// Places by small ids.
private struct Places {
    private var places: [Int] = []

    subscript(id: Int64) -> Int? {
        get {
            guard id >= 0, id < places.count, places[Int(id)] >= 0 else { return nil }
            return places[Int(id)]
        }
        set {
            // Ids count from 1; one far beyond is damage and has no place.
            guard let newValue, (0..<1_000_000).contains(id) else { return }
            while places.count <= id { places.append(-1) }
            places[Int(id)] = newValue
        }
    }
}

/// The tables of the books, read side by side.
private struct BookTables {
    private let periods: RawStatement
    private var totals: SideBySide
    private var postings: SideBySide?
    private var models: SideBySide
    private var rejections: SideBySide
    private var lost: SideBySide
    private var alarms: SideBySide
    private var gaps: SideBySide

    init(_ db: Database, _ window: StoreWindow, withPostings: Bool) throws {
        let (from, to) = (window.from.ms, window.to.ms)
        let bounds = "WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms"
        func table(_ name: String, _ columns: String) throws -> SideBySide {
            try SideBySide(db, "SELECT start_ms, \(columns) FROM \(name) \(bounds)", from: from, to: to)
        }
        periods = try RawStatement(
            db,
            """
            SELECT start_ms, stepped_ms, stepped_from_ms, stepped_to_ms, vehicles, vehicles_modelled, heating_k_ms,
                production_day_ms, intensity_ug_per_kwh, messages, accepted, readings, duplicates, late, shed,
                commands_issued, commands_accepted, commands_rejected, commands_expired, chain
            FROM period \(bounds)
            """)
        totals = try table("account_total", "account, ws, measured_ms, estimated_ms")
        postings = withPostings ? try table("posting", "meter, ws, measured_ms, estimated_ms") : nil
        models = try table("vehicle_count", "name, n")
        rejections = try table("rejection", "name, n")
        lost = try table("lost_value", "name, reason, n")
        alarms = try table("alarm_count", "name, n")
        gaps = try table("gap", "name, n")
        try periods.bind([from, to])
    }

    /// Nil after the last; a nil row is damaged.
    mutating func next(_ places: RowPlaces) throws -> PeriodRow?? {
        guard try periods.step() else { return .none }
        guard var row = period(places.meterCount) else { return .some(nil) }
        let start = row.start.ms
        try totals.take(start) { stored in
            if let place = places.accounts[stored.int(1)] { row.accounts[place] = BookTables.sum(stored) }
        }
        try postings?.take(start) { stored in
            if let line = places.lines[stored.int(1)] { row.meters[line] = BookTables.sum(stored) }
        }
        try models.take(start) { row.vehiclesByModel[$0.text(1)] = Int($0.int(2)) }
        try alarms.take(start) { row.alarms[$0.text(1)] = Int($0.int(2)) }
        try gaps.take(start) { row.gaps[$0.text(1)] = Int($0.int(2)) }
        try rejections.take(start) { stored in
            if let reason = RejectReason(rawValue: stored.text(1)) { row.counts.rejected[reason] = Int(stored.int(2)) }
        }
        try lost.take(start) { stored in
            let (name, reason, n) = (stored.text(1), stored.text(2), Int(stored.int(3)))
            if reason == SQLiteStore.retained { row.counts.retained[name] = n }
            if reason == SQLiteStore.contradicted, name == "vehicles" { row.counts.doubtedVehicles = n }
            if reason == SQLiteStore.standIn { row.counts.standInMs[name] = Int64(n) }
            if reason == SQLiteStore.contradicted, let meter = Meter(text: name) {
                row.counts.contradictedWh[meter] = Int64(n)
            }
            if let reason = RejectReason(rawValue: reason) { row.counts.lost[reason, default: [:]][name] = n }
        }
        return row
    }

    private static func sum(_ stored: RawStatement) -> AccountSum {
        AccountSum(Energy(wattSeconds: stored.int(2)), measuredMs: stored.int(3), estimatedMs: stored.int(4))
    }

    private func period(_ meterCount: Int) -> PeriodRow? {
        func count(_ column: Int32) -> Int { Int(periods.int(column)) }
        func time(_ column: Int32) -> PlantTime? {
            periods.isNull(column) ? nil : PlantTime(ms: periods.int(column))
        }
        guard let chain = DigestChain(hex: periods.text(19)) else { return nil }
        var row = PeriodRow(start: PlantTime(ms: periods.int(0)), meterCount: meterCount)
        row.chain = chain
        row.steppedMs = periods.int(1)
        row.steppedFrom = time(2)
        row.steppedTo = time(3)
        row.vehicles = count(4)
        row.vehiclesModelled = count(5)
        row.heatingKMs = periods.int(6)
        row.productionDayMs = periods.int(7)
        row.intensity = periods.isNull(8) ? nil : EmissionFactor(microgramsPerKWh: periods.int(8))
        row.counts.messages = count(9)
        row.counts.accepted = count(10)
        row.counts.readings = count(11)
        row.counts.duplicates = count(12)
        row.counts.late = count(13)
        row.counts.shed = count(14)
        row.commands.issued = count(15)
        row.commands.accepted = count(16)
        row.commands.rejected = count(17)
        row.commands.expired = count(18)
        return row
    }
}
