import Foundation
import GRDB
import Synchronization
import TwinBooks
import TwinCore
import TwinDispatch
import TwinRuntime

/// What the store knows of the run that is written.
struct WriteSession {
    var identity: RunIdentity
    var run: Int64
    /// Begins of configurations, ascending by tick.
    var inForce: [(from: PlantTime, tick: Int, configuration: Int64)] = []
    /// Ids by name, as far as they were asked for.
    var configurations: [String: Int64] = [:]
    /// Meters of the rows' chart by line.
    var chart: Chart?
    var lines: [Int64] = []
    /// By place in a row.
    var accounts: [(place: Int, id: Int64)] = []
    var signals: [SignalPath: Int64] = [:]

    init(_ identity: RunIdentity, run: Int64) {
        self.identity = identity
        self.run = run
    }
}

extension SQLiteStore {
    func begin(_ identity: RunIdentity) throws -> StoredCheckpoint? {
        try reporting {
            try database.write { db in
                try dropEmptyRuns(db, but: identity)
                try checkNeighbours(db, identity)
                let id = try self.id(of: identity, db)
                var sums = RowSums()
                try sums.note(.run, [.word(id)], db) {
                    try db.execute(
                        sql: "UPDATE run SET build = ? WHERE id = ?", arguments: [identity.build, id])
                }
                try sums.write(db)
                let begun = try WriteSession(db, identity, run: id)
                session.withLock { $0 = begun }
                return try checkpoint(id, db)
            }
        }
    }

    /// Of the run in the table, where it is entered if it is new.
    private func id(of identity: RunIdentity, _ db: Database) throws -> Int64 {
        let known = try Int64.fetchOne(
            db, sql: "SELECT id FROM run NOT INDEXED WHERE run = ? AND start_ms = ?",
            arguments: [identity.run, identity.start.ms])
        if let known { return known }
        try db.execute(
            sql: "INSERT INTO run (run, site, start_ms, build) VALUES (?, ?, ?, ?)",
            arguments: [identity.run, identity.site, identity.start.ms, identity.build])
        let id = db.lastInsertedRowID
        var sums = RowSums()
        try sums.add(.run, [.word(id)], times: 1, db)
        try sums.write(db)
        return id
    }

    /// A run that was killed before its first half hour was stored leaves nothing to keep.
    private func dropEmptyRuns(_ db: Database, but identity: RunIdentity) throws {
        let rows = try RawStatement(
            db,
            """
            SELECT id, start_ms FROM run WHERE id NOT IN (SELECT run FROM period)
                AND NOT (run = ? AND site = ? AND start_ms = ?)
            """)
        try rows.bind([.text(identity.run), .text(identity.site), .word(identity.start.ms)])
        var others: [(id: Int64, start: PlantTime)] = []
        while try rows.step() { others.append((rows.int(0), PlantTime(ms: rows.int(1)))) }
        for (id, start) in others {
            try empty(db, id, from: start)
            try db.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM proof WHERE part = 'run' AND owner = ?", arguments: [id])
        }
    }

    /// Runs of one site that do not overlap share a store; the last one alone goes on.
    private func checkNeighbours(_ db: Database, _ identity: RunIdentity) throws {
        func refuse(_ why: String) -> StoreProblem {
            StoreProblem("\(path): \(why); name another --store, or move this one away", .occupied, exitCode: 73)
        }
        for other in try runs(db) {
            guard other.site == identity.site else {
                throw refuse("holds runs of site \(other.site), not \(identity.site)")
            }
            if other.run == identity.run, other.start == identity.start { continue }
            if other.start < identity.start {
                guard let end = other.end, end > identity.start else { continue }
                throw refuse(
                    "holds run \(other.run) until \(end.rfc3339), and run \(identity.run) begins at"
                        + " \(identity.start.rfc3339); runs of one store cannot overlap")
            } else {
                throw refuse(
                    "holds run \(other.run) from \(other.start.rfc3339) on, and run \(identity.run) began at"
                        + " \(identity.start.rfc3339); only the last run of a store goes on")
            }
        }
    }

    func write(_ batch: StoreBatch) throws {
        guard var session = session.withLock(\.self) else {
            throw StoreProblem("\(path): is written before a run has begun", .failed, exitCode: 70)
        }
        try checkIsThere()
        try reporting {
            try database.write { db in
                if batch.replacesAll { try empty(db, session.run, from: session.identity.start) }
                if batch.replacesAll { session.inForce = [] }
                var sums = RowSums()
                for configuration in batch.configurations { try session.take(configuration, &sums, db) }
                if !batch.rows.isEmpty { try session.lay(batch.chart, db) }
                try write(batch.rows, session, &sums, db)
                try writeEvents(batch, session.run, &sums, db)
                try writeCommands(batch, session.run, &sums, db)
                try write(batch.requests, session.run, &sums, db)
                try write(batch.series, &session, &sums, db)
                try writeFacts(batch, session, &sums, db)
                try sums.write(db)
            }
        }
        // Only what was committed is known.
        self.session.withLock { $0 = session }
    }

    /// Calls `body`, and says what SQLite has to say in the words of the store.
    private func reporting<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as DatabaseError {
            throw StoreProblem(error, path, cannot: "write")
        }
    }

    static let booksOfPeriod = [
        "posting", "account_total", "vehicle_count", "rejection", "lost_value", "alarm_count", "gap", "dispatch_saving",
    ]
    /// Reason of what is no value but a whole message; see `Counts.retained`.
    static let retained = "retained"
    /// ... of how long a long-term mean stood in, ms; see `Counts.standInMs`.
    static let standIn = "stand_in"
    /// ... and of what a line of the books may be wrong by, Wh; see `Counts.contradictedWh`.
    static let contradicted = "contradicted"

    /// Removes what a run left; the half hours and hours from its start on are its own.
    private func empty(_ db: Database, _ run: Int64, from start: PlantTime) throws {
        for table in SQLiteStore.booksOfPeriod {
            try db.execute(
                sql: "DELETE FROM \(table) WHERE start_ms IN (SELECT start_ms FROM period WHERE run = ?)",
                arguments: [run])
        }
        for part in StorePart.ofRun {
            try db.execute(sql: "DELETE FROM \(part.rawValue) WHERE run = ?", arguments: [run])
            try db.execute(sql: "DELETE FROM proof WHERE part = ? AND owner = ?", arguments: [part.rawValue, run])
        }
        try emptySeries(db, from: start)
    }

    private func writeFacts(
        _ batch: StoreBatch, _ session: WriteSession, _ sums: inout RowSums, _ db: Database
    ) throws {
        if let facts = batch.facts {
            try sums.note(.run, [.word(session.run)], db) {
                try db.cachedStatement(
                    sql: """
                        UPDATE run SET step_s = ?, mode = ?, loop = ?, wall_s = ?, expectations_passed = ?,
                            expectations_failed = ? WHERE id = ?
                        """
                ).execute(
                    arguments: [
                        facts.stepS, facts.mode.rawValue, facts.loop.rawValue, facts.wallS, facts.expectationsPassed,
                        facts.expectationsFailed, session.run,
                    ])
            }
        }
        guard let data = batch.checkpoint, let cursor = batch.cursor else { return }
        try sums.note(.checkpoint, [.word(session.run)], db) {
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO checkpoint (run, build, data, segment, offset, tick, chain)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    session.run, session.identity.build, Data(data), cursor.segment, cursor.offset, cursor.tick,
                    cursor.chain,
                ])
        }
    }

    // MARK: - Events

    private func writeEvents(_ batch: StoreBatch, _ run: Int64, _ sums: inout RowSums, _ db: Database) throws {
        for restatement in batch.restatements {
            for (account, delta) in restatement.deltas {
                let place: [RawStatement.Value] = [
                    .word(run), .word(restatement.period.ms), .word(Int64(restatement.tick)), .text(account),
                ]
                try sums.note(.restatement, place, db) {
                    try db.cachedStatement(
                        sql: """
                            INSERT OR REPLACE INTO restatement (run, start_ms, tick, at_ms, account, delta_ws)
                            VALUES (?, ?, ?, ?, ?, ?)
                            """
                    ).execute(
                        arguments: [run, restatement.period.ms, restatement.tick, restatement.at.ms, account, delta])
                }
            }
        }
        for edge in batch.alarmEdges {
            let key = edge.key
            let place: [RawStatement.Value] = [
                .word(run), .word(edge.at.ms), .text(key.area.rawValue), .text(key.asset), .text(key.code.rawValue),
                .word(edge.isRaised ? 1 : 0),
            ]
            try sums.note(.alarm, place, db) {
                try db.cachedStatement(
                    sql: """
                        INSERT OR IGNORE INTO alarm (run, at_ms, area, asset, code, raised, cause)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                        """
                ).execute(
                    arguments: [
                        run, edge.at.ms, key.area.rawValue, key.asset, key.code.rawValue, edge.isRaised,
                        edge.isRaised ? edge.cause : nil,
                    ])
            }
        }
        let put = try RawStatement(
            db,
            """
            INSERT OR REPLACE INTO vehicle (run, ts_ms, vehicle, line, model, modelled) VALUES (?, ?, ?, ?, ?, ?)
            """)
        for vehicle in batch.vehicles {
            let place: [RawStatement.Value] = [.word(run), .word(vehicle.ts.ms), .text(vehicle.vehicle)]
            try sums.note(.vehicle, place, db) {
                try put.bind(place)
                try put.bind(vehicle.line, at: 4)
                try put.bind(vehicle.model, at: 5)
                try put.bind(Int64(vehicle.isModelled ? 1 : 0), at: 6)
                try put.run()
            }
        }
        let tell = try RawStatement(
            db,
            """
            INSERT OR REPLACE INTO vehicle_event (run, ts_ms, vehicle, line, event, model, modelled)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        for event in batch.vehicleEvents {
            let place: [RawStatement.Value] = [
                .word(run), .word(event.ts.ms), .text(event.vehicle), .text(event.line), .text(event.kind.rawValue),
            ]
            try sums.note(.vehicleEvent, place, db) {
                try tell.bind(place)
                try tell.bind(event.model, at: 6)
                try tell.bind(Int64(event.isModelled ? 1 : 0), at: 7)
                try tell.run()
            }
        }
    }

    /// Stepped again, a command finds its row and keeps the fate it had.
    private func writeCommands(_ batch: StoreBatch, _ run: Int64, _ sums: inout RowSums, _ db: Database) throws {
        func place(_ command: Command) -> [RawStatement.Value] {
            [.word(run), .word(Int64(command.tick)), .word(Int64(command.n))]
        }
        let put = try RawStatement(
            db,
            """
            INSERT INTO command (run, tick, n, at_ms, asset, action, value, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                at_ms = excluded.at_ms, asset = excluded.asset, action = excluded.action,
                value = excluded.value, reason = excluded.reason
            """)
        for command in batch.commands {
            try sums.note(.command, place(command), db) {
                try put.bind(place(command) + [.word(command.ts.ms)])
                try put.bind(command.path.text, at: 5)
                try put.bind(command.point.action.rawValue, at: 6)
                try put.bind(command.point.value, at: 7)
                try put.bind(command.point.reason, at: 8)
                try put.run()
            }
        }
        let settle = try RawStatement(db, "UPDATE command SET fate = ? WHERE run = ? AND tick = ? AND n = ?")
        for outcome in batch.outcomes {
            let place = place(outcome.command)
            try sums.note(.command, place, db) {
                try settle.bind([.text(outcome.fate.rawValue)] + place)
                try settle.run()
            }
        }
        for hour in batch.renewals { try write(hour, run, &sums, db) }
    }

    private func write(_ hour: RenewalHour, _ run: Int64, _ sums: inout RowSums, _ db: Database) throws {
        var all = RenewalHour(hour.asset, since: hour.since, hour: hour.hour)
        let asset = hour.asset.text
        let stored = try RawStatement(
            db, "SELECT data FROM renewal WHERE run = ? AND hour_ms = ? AND since_ms = ? AND asset = ?")
        try stored.bind([run, hour.hour.ms, hour.since.ms])
        try stored.bind(asset, at: 4)
        if try stored.step() { all = try renewals(hour.asset, since: hour.since, hour: hour.hour, stored.blob(0)) }
        stored.reset()
        for renewal in hour.renewals { all.add(renewal) }
        guard let first = all.renewals.first, let last = all.renewals.last else { return }
        let put = try RawStatement(
            db,
            """
            INSERT OR REPLACE INTO renewal
                (run, hour_ms, since_ms, n, rejected, expired, first_tick, last_tick, asset, data)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        let counts = [all.renewals.count, all.count(.rejected), all.count(.expired), first.tick, last.tick]
        let place: [RawStatement.Value] = [.word(run), .word(hour.hour.ms), .text(asset), .word(hour.since.ms)]
        try sums.note(.renewal, place, db) {
            try put.bind([run, hour.hour.ms, hour.since.ms] + counts.map(Int64.init))
            try put.bind(asset, at: 9)
            try put.bind(all.packed(), at: 10)
            try put.run()
        }
    }

    func renewals(_ asset: AssetPath, since: PlantTime, hour: PlantTime, _ packed: [UInt8]) throws -> RenewalHour {
        do { return try RenewalHour(asset, since: since, hour: hour, packed: packed) } catch {
            throw problem("the renewals of \(asset.text) at \(hour.rfc3339) cannot be read")
        }
    }
}
