import GRDB
import TwinBooks
import TwinCore
import TwinRuntime
import TwinUnits

/// The rows of the books, one at a time.
extension SQLiteStore {
    func chart(_ window: StoreWindow) throws -> Chart {
        try reading { db in
            let used = try RawStatement(
                db,
                """
                SELECT configuration, min(start_ms) AS first FROM period WHERE start_ms >= ? AND start_ms < ?
                GROUP BY configuration ORDER BY first
                """)
            try used.bind([window.from.ms, window.to.ms])
            var configurations: [Int64] = []
            while try used.step() { configurations.append(used.int(0)) }
            var meters: [Meter] = []
            for configuration in configurations {
                try forEach(.configurationMeter, owner: configuration, order: "line", db) { row in
                    if let meter = meter(row, 3) { meters.append(meter) }
                }
            }
            return Chart(meters)
        }
    }

    private func meter(_ row: RawStatement, _ first: Int32) -> Meter? {
        guard let account = Account(name: row.text(first)), let area = Area(rawValue: row.text(first + 1)) else {
            return nil
        }
        return Meter(account, area, row.text(first + 2))
    }

    func forEachRow(_ window: StoreWindow, on chart: Chart, _ body: (PeriodRow) throws -> Void) throws {
        try reading { db in
            var places = RowPlaces(try RowNames(db))
            for row in places.names.accounts {
                if let account = Account(name: row.name) { places.accounts[row.id] = account.index }
            }
            for row in places.names.meters { places.lines[row.id] = row.meter.flatMap { chart.index(of: $0) } }
            places.meterCount = chart.meters.count
            // Rows that are not there cannot tell so themselves. A half hour that differs is named before its day is.
            let missing = try damagedDay(window, db)
            var tables = try BookTables(
                db, from: window.from.ms, to: window.to.ms, withPostings: !chart.meters.isEmpty)
            while let found = try tables.next(places) {
                guard let row = found.row, found.isProven else {
                    let start = PlantTime(ms: found.start)
                    throw problem(
                        "damaged: the half hour of"
                            + " \(start > .earliest && start < .latest ? start.rfc3339 : "an unknown time")"
                            + " (the checksum differs)")
                }
                if missing == nil { try body(row) }
            }
            if let missing { throw missing }
        }
    }

    private func damagedDay(_ window: StoreWindow, _ db: Database) throws -> StoreProblem? {
        do { try forEach(.period, in: window, db) } catch let problem as StoreProblem { return problem }
        return nil
    }
}

/// Accounts and meters by the ids that the books have of them.
struct RowNames {
    fileprivate var accounts: [(id: Int64, name: String)] = []
    fileprivate var meters: [(id: Int64, meter: Meter?)] = []
    /// Checksums of what ids stand for: a name that was changed makes another sum, too.
    fileprivate var account = Places<Int64>()
    fileprivate var meter = Places<Int64>()
    fileprivate var configuration = Places<Int64>()

    init(_ db: Database) throws {
        func each(_ columns: String, of table: String, _ take: (RawStatement, Int64) -> Void) throws {
            let rows = try RawStatement(db, "SELECT id, \(columns) FROM \(table)")
            rows.reset()
            while try rows.step() {
                var checksum = Checksum(table)
                rows.add(from: 1, to: &checksum)
                take(rows, checksum.value)
            }
        }
        try each("account", of: "account") { row, sum in
            accounts.append((row.int(0), row.text(1)))
            account[row.int(0)] = sum
        }
        try each("account, area, asset", of: "meter") { row, sum in
            let (account, area) = (Account(name: row.text(1)), Area(rawValue: row.text(2)))
            let known = account.flatMap { account in area.map { Meter(account, $0, row.text(3)) } }
            meters.append((row.int(0), known))
            meter[row.int(0)] = sum
        }
        try each("hash", of: "configuration") { configuration[$0.int(0)] = $1 }
    }
}

/// Where stored lines lie in a row.
struct RowPlaces {
    let names: RowNames
    fileprivate var accounts = Places<Int>()
    fileprivate var lines = Places<Int>()
    var meterCount = 0

    init(_ names: RowNames) { self.names = names }
}

/// Values by small ids.
private struct Places<Value> {
    private var values: [Value?] = []

    subscript(id: Int64) -> Value? {
        get { id >= 0 && id < values.count ? values[Int(id)] : nil }
        set {
            // Ids count from 1; one far beyond is damage and has no place.
            guard let newValue, (0..<1_000_000).contains(id) else { return }
            while values.count <= id { values.append(nil) }
            values[Int(id)] = newValue
        }
    }
}

/// The tables of the books, read side by side.
struct BookTables {
    /// A half hour as it was found.
    struct Found {
        var start: Int64
        /// Nil where its chain is none.
        var row: PeriodRow?
        /// Checksums of all of it but its postings, and of these.
        var proof: Int64
        var metersProof: Int64
        /// Whether they are those that were written.
        var isProven: Bool
    }

    private let withPostings: Bool
    private let periods: RawStatement
    private var totals: SideBySide
    private var postings: SideBySide?
    private var models: SideBySide
    private var rejections: SideBySide
    private var lost: SideBySide
    private var alarms: SideBySide
    private var gaps: SideBySide
    private var savings: SideBySide

    init(_ db: Database, from: Int64, to: Int64, withPostings: Bool) throws {
        self.withPostings = withPostings
        let bounds = "WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms"
        func table(_ name: String, _ columns: String) throws -> SideBySide {
            try SideBySide(db, "SELECT start_ms, \(columns) FROM \(name) \(bounds)", from: from, to: to)
        }
        periods = try RawStatement(
            db,
            """
            SELECT start_ms, stepped_ms, stepped_from_ms, stepped_to_ms, vehicles, vehicles_modelled, heating_k_ms,
                production_day_ms, intensity_ug_per_kwh, messages, accepted, readings, duplicates, late, shed,
                commands_issued, commands_accepted, commands_rejected, commands_expired, chain, run,
                proof, meters_proof, configuration
            FROM period \(bounds)
            """)
        totals = try table("account_total", "account, ws, measured_ms, estimated_ms")
        postings = withPostings ? try table("posting", "meter, ws, measured_ms, estimated_ms") : nil
        models = try table("vehicle_count", "name, n")
        rejections = try table("rejection", "name, n")
        lost = try table("lost_value", "name, reason, n")
        alarms = try table("alarm_count", "name, n")
        gaps = try table("gap", "name, n")
        savings = try table("dispatch_saving", SQLiteStore.savingColumns)
        try periods.bind([from, to])
    }

    /// Nil after the last.
    mutating func next(_ places: RowPlaces) throws -> Found? {
        guard try periods.step() else { return nil }
        let start = periods.int(0)
        let stored = (periods.int(21), periods.int(22), has: !periods.isNull(21) && !periods.isNull(22))
        var proof = ownChecksum(places.names)
        var metersProof = BookTables.postingSeed.value
        let chain = DigestChain(hex: periods.text(19))
        var row = period(places.meterCount)
        row.chain = chain ?? row.chain
        try totals.take(start) { stored in
            let (id, sum) = (stored.int(1), BookTables.sum(stored))
            proof &+= BookTables.checksum(BookTables.totalSeed, places.names.account[id], sum)
            if let place = places.accounts[id] { row.accounts[place] = sum }
        }
        try postings?.take(start) { stored in
            let (id, sum) = (stored.int(1), BookTables.sum(stored))
            metersProof &+= BookTables.checksum(BookTables.postingSeed, places.names.meter[id], sum)
            if let line = places.lines[id] { row.meters[line] = sum }
        }
        try models.take(start) { stored in
            proof &+= BookTables.checksum("vehicle_count", stored)
            row.vehiclesByModel[stored.text(1)] = Int(stored.int(2))
        }
        try alarms.take(start) { stored in
            proof &+= BookTables.checksum("alarm_count", stored)
            row.alarms[stored.text(1)] = Int(stored.int(2))
        }
        try gaps.take(start) { stored in
            proof &+= BookTables.checksum("gap", stored)
            row.gaps[stored.text(1)] = Int(stored.int(2))
        }
        try rejections.take(start) { stored in
            proof &+= BookTables.checksum("rejection", stored)
            if let reason = RejectReason(rawValue: stored.text(1)) { row.counts.rejected[reason] = Int(stored.int(2)) }
        }
        try lost.take(start) { stored in
            proof &+= BookTables.checksum("lost_value", stored)
            BookTables.add(stored, to: &row.counts)
        }
        try savings.take(start) { stored in
            proof &+= BookTables.checksum("dispatch_saving", stored)
            row.saving = DispatchSaving(stored)
        }
        let agree = stored.has && stored.0 == proof && (!withPostings || stored.1 == metersProof)
        return Found(
            start: start, row: chain == nil ? nil : row, proof: proof, metersProof: metersProof, isProven: agree)
    }

    private static func add(_ stored: RawStatement, to counts: inout Counts) {
        let (name, reason, n) = (stored.text(1), stored.text(2), Int(stored.int(3)))
        if reason == SQLiteStore.retained { counts.retained[name] = n }
        if reason == SQLiteStore.contradicted, name == "vehicles" { counts.doubtedVehicles = n }
        if reason == SQLiteStore.standIn { counts.standInMs[name] = Int64(n) }
        if reason == SQLiteStore.contradicted, let meter = Meter(text: name) { counts.contradictedWh[meter] = Int64(n) }
        if let reason = RejectReason(rawValue: reason) { counts.lost[reason, default: [:]][name] = n }
    }

    // MARK: - Checksums

    /// Of the tables with a row for each meter and account.
    private static let totalSeed = Checksum("account_total")
    private static let postingSeed = Checksum("posting")

    /// Of the row of `period`, with the configuration that its id stands for.
    private func ownChecksum(_ names: RowNames) -> Int64 {
        var checksum = Checksum("period")
        for column in 0..<Int32(19) {
            if periods.isNull(column) { checksum.addNothing() } else { checksum.add(periods.int(column)) }
        }
        periods.add(19, to: &checksum)
        checksum.add(periods.int(20))
        checksum.add(names.configuration[periods.int(23)] ?? 0)
        return checksum.value
    }

    /// - Parameter name: checksum of what the first column stands for; nil where it stands for nothing.
    private static func checksum(_ seed: Checksum, _ name: Int64?, _ sum: AccountSum) -> Int64 {
        var checksum = seed
        checksum.add(name ?? 0)
        checksum.add(sum.energy.wattSeconds)
        checksum.add(sum.measuredMs)
        checksum.add(sum.estimatedMs)
        return checksum.value
    }

    private static func checksum(_ table: String, _ row: RawStatement) -> Int64 {
        var checksum = Checksum(table)
        row.add(from: 1, to: &checksum)
        return checksum.value
    }

    // MARK: - Values

    private static func sum(_ stored: RawStatement) -> AccountSum {
        AccountSum(Energy(wattSeconds: stored.int(2)), measuredMs: stored.int(3), estimatedMs: stored.int(4))
    }

    private func period(_ meterCount: Int) -> PeriodRow {
        func count(_ column: Int32) -> Int { Int(periods.int(column)) }
        func time(_ column: Int32) -> PlantTime? {
            periods.isNull(column) ? nil : PlantTime(ms: periods.int(column))
        }
        var row = PeriodRow(start: PlantTime(ms: periods.int(0)), meterCount: meterCount)
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
