import Foundation
import GRDB
import TwinBooks
import TwinCore
import TwinRuntime
import TwinUnits

extension WriteSession {
    init(_ db: Database, _ identity: RunIdentity, run: Int64) throws {
        self.init(identity, run: run)
        let rows = try RawStatement(
            db, "SELECT from_ms, tick, configuration FROM in_force WHERE run = ? ORDER BY tick")
        try rows.bind([run])
        while try rows.step() { inForce.append((PlantTime(ms: rows.int(0)), Int(rows.int(1)), rows.int(2))) }
    }

    /// Notes a configuration, its files and its chart, each once.
    mutating func take(_ next: ConfigurationInForce, _ sums: inout RowSums, _ db: Database) throws {
        let id = try configurations[next.hash] ?? add(next, &sums, db)
        configurations[next.hash] = id
        guard !inForce.contains(where: { $0.tick == next.tick && $0.configuration == id }) else { return }
        try sums.note(.inForce, [.word(run), .word(Int64(next.tick))], db) {
            try db.execute(
                sql: "INSERT OR REPLACE INTO in_force (run, tick, from_ms, configuration) VALUES (?, ?, ?, ?)",
                arguments: [run, next.tick, next.from.ms, id])
        }
        inForce.removeAll { $0.tick == next.tick }
        inForce.append((next.from, next.tick, id))
        inForce.sort { $0.tick < $1.tick }
    }

    /// Finds the ids of a chart's meters and accounts.
    mutating func lay(_ next: Chart, _ db: Database) throws {
        guard chart != next else { return }
        lines = try next.meters.map { try WriteSession.id(of: $0, db) }
        accounts = try next.accountPlaces.map { place in
            (place, try WriteSession.id(of: Account.allCases[place], db))
        }
        chart = next
    }

    private func add(_ next: ConfigurationInForce, _ sums: inout RowSums, _ db: Database) throws -> Int64 {
        let known = try Int64.fetchOne(
            db, sql: "SELECT id FROM configuration NOT INDEXED WHERE hash = ?", arguments: [next.hash])
        if let known { return known }
        let configuration = try insert(next, db)
        let insert = try RawStatement(
            db, "INSERT INTO configuration_meter (configuration, line, meter) VALUES (?, ?, ?)")
        for (line, meter) in next.chart.meters.enumerated() {
            try insert.bind([configuration, Int64(line), try WriteSession.id(of: meter, db)])
            try insert.run()
        }
        for part in [StorePart.configuration, .configurationFile, .configurationMeter] {
            try sums.add(part, [.word(configuration)], times: 1, db)
        }
        return configuration
    }

    private static func id(of account: Account, _ db: Database) throws -> Int64 {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO account (account) VALUES (?)")
            .execute(arguments: [account.name])
        let known = try db.cachedStatement(sql: "SELECT id FROM account NOT INDEXED WHERE account = ?")
        return try Int64.fetchOne(known, arguments: [account.name]) ?? 0
    }

    private static func id(of meter: Meter, _ db: Database) throws -> Int64 {
        let names: StatementArguments = [meter.account.name, meter.path.area.rawValue, meter.path.asset]
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO meter (account, area, asset) VALUES (?, ?, ?)")
            .execute(arguments: names)
        let known = try db.cachedStatement(
            sql: "SELECT id FROM meter NOT INDEXED WHERE account = ? AND area = ? AND asset = ?")
        return try Int64.fetchOne(known, arguments: names) ?? 0
    }

    private func insert(_ next: ConfigurationInForce, _ db: Database) throws -> Int64 {
        try db.execute(sql: "INSERT INTO configuration (hash) VALUES (?)", arguments: [next.hash])
        let id = db.lastInsertedRowID
        for file in next.files {
            try db.execute(
                sql: "INSERT INTO configuration_file (configuration, name, bytes) VALUES (?, ?, ?)",
                arguments: [id, file.name, Data(file.bytes)])
        }
        return id
    }
}

extension SQLiteStore {
    /// Rows of the books, in the place of what was there of them.
    func write(_ rows: [PeriodRow], _ session: WriteSession, _ sums: inout RowSums, _ db: Database) throws {
        guard !rows.isEmpty else { return }
        let names = try RowNames(db)
        let posting = try RawStatement(
            db, "INSERT INTO posting (start_ms, meter, ws, measured_ms, estimated_ms) VALUES (?, ?, ?, ?, ?)")
        let total = try RawStatement(
            db, "INSERT INTO account_total (start_ms, account, ws, measured_ms, estimated_ms) VALUES (?, ?, ?, ?, ?)")
        for row in rows {
            guard row.isWhole(meters: session.lines.count) else {
                throw StoreProblem(
                    "\(path): the row of \(row.start.rfc3339) does not have the meters of its chart", .failed,
                    exitCode: 65)
            }
            try sums.add(.period, [.word(row.start.ms)], times: -1, db)
            try remove(row.start.ms, db)
            try writePeriod(row, session, db)
            let none = AccountSum()
            for (line, meter) in session.lines.enumerated() where row.meters[line] != none {
                try posting.run(row.start.ms, meter, row.meters[line])
            }
            for (place, account) in session.accounts where row.accounts[place] != none {
                try total.run(row.start.ms, account, row.accounts[place])
            }
            try writeCounts(row, db)
            if let saving = row.saving { try write(saving, row.start.ms, db) }
            try prove(row.start, names, db)
            try sums.add(.period, [.word(row.start.ms)], times: 1, db)
        }
    }

    /// Sums what the tables have of a half hour.
    private func prove(_ start: PlantTime, _ names: RowNames, _ db: Database) throws {
        var tables = try BookTables(db, from: start.ms, to: start.ms + 1, withPostings: true)
        let put = try RawStatement(db, "UPDATE period SET proof = ?, meters_proof = ? WHERE start_ms = ?")
        while let found = try tables.next(RowPlaces(names)) {
            try put.bind([found.proof, found.metersProof, start.ms])
            try put.run()
        }
    }

    /// Proves what was written by programs that did not sum; from now on it is told from what is changed.
    /// - Parameter version: of the store as it is.
    func upgrade(_ db: Database, from version: Int32) throws {
        try Schema.addVehicleEvents(db)
        try Schema.addDispatch(db)
        guard version < 3 else { return try Schema.setVersion(db) }
        try Schema.complete(db)
        let names = try RowNames(db)
        let starts = try RawStatement(db, "SELECT start_ms FROM period")
        starts.reset()
        var all: [Int64] = []
        while try starts.step() { all.append(starts.int(0)) }
        for start in all { try prove(PlantTime(ms: start), names, db) }
        var sums = RowSums()
        for part in StorePart.allCases {
            let rows = try RawStatement(db, part.rows)
            rows.reset()
            while try rows.step() { sums.add(part, rows) }
        }
        try sums.write(db)
        try Schema.setVersion(db)
    }

    /// Removes what the books of a half hour say, if it is there.
    private func remove(_ start: Int64, _ db: Database) throws {
        let isKnown = try RawStatement(db, "SELECT 1 FROM period WHERE start_ms = ?")
        try isKnown.bind([start])
        let wasThere = try isKnown.step()
        isKnown.reset()
        guard wasThere else { return }
        for table in SQLiteStore.booksOfPeriod {
            let statement = try RawStatement(db, "DELETE FROM \(table) WHERE start_ms = ?")
            try statement.bind([start])
            try statement.run()
        }
    }

    private func writeCounts(_ row: PeriodRow, _ db: Database) throws {
        let start = row.start.ms
        try writeCounts("vehicle_count", start, row.vehiclesByModel, db)
        try writeCounts(
            "rejection", start,
            Dictionary(uniqueKeysWithValues: row.counts.rejected.map { ($0.key.rawValue, $0.value) }), db)
        for (reason, signals) in row.counts.lost { try writeLost(start, signals, reason.rawValue, db) }
        try writeLost(start, row.counts.retained, SQLiteStore.retained, db)
        if row.counts.doubtedVehicles != 0 {
            try writeLost(start, ["vehicles": row.counts.doubtedVehicles], SQLiteStore.contradicted, db)
        }
        try writeLost(start, row.counts.standInMs.mapValues { Int($0) }, SQLiteStore.standIn, db)
        for (meter, wh) in row.counts.contradictedWh {
            try writeLost(start, [meter.text: Int(wh)], SQLiteStore.contradicted, db)
        }
        try writeCounts("alarm_count", start, row.alarms, db)
        try writeCounts("gap", start, row.gaps, db)
    }

    private func writePeriod(_ row: PeriodRow, _ session: WriteSession, _ db: Database) throws {
        // Late data may change a row that was stepped under another configuration than the present one.
        guard let inForce = session.inForce.last(where: { $0.from < row.end }) ?? session.inForce.first else {
            throw problem("the run of the row of \(row.start.rfc3339) has no configuration")
        }
        let counts = row.counts
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO period (
                    start_ms, run, configuration, stepped_ms, stepped_from_ms, stepped_to_ms, vehicles,
                    vehicles_modelled, heating_k_ms, production_day_ms, intensity_ug_per_kwh, messages, accepted,
                    readings, duplicates, late, shed, commands_issued, commands_accepted, commands_rejected,
                    commands_expired, chain)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                row.start.ms, session.run, inForce.configuration, row.steppedMs, row.steppedFrom?.ms, row.steppedTo?.ms,
                row.vehicles, row.vehiclesModelled, row.heatingKMs, row.productionDayMs,
                row.intensity?.microgramsPerKWh, counts.messages, counts.accepted, counts.readings,
                counts.duplicates, counts.late, counts.shed, row.commands.issued, row.commands.accepted,
                row.commands.rejected, row.commands.expired, row.chain.hex,
            ])
    }

    private func writeLost(_ start: Int64, _ counts: [String: Int], _ reason: String, _ db: Database) throws {
        for (name, n) in counts {
            try db.cachedStatement(sql: "INSERT INTO lost_value (start_ms, name, reason, n) VALUES (?, ?, ?, ?)")
                .execute(arguments: [start, name, reason, n])
        }
    }

    private func writeCounts(_ table: String, _ start: Int64, _ counts: [String: Int], _ db: Database) throws {
        for (name, n) in counts {
            try db.cachedStatement(sql: "INSERT INTO \(table) (start_ms, name, n) VALUES (?, ?, ?)").execute(
                arguments: [start, name, n])
        }
    }
}
