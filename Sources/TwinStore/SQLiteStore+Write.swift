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
                try db.execute(
                    sql: """
                        INSERT INTO run (run, site, start_ms, build) VALUES (?, ?, ?, ?)
                        ON CONFLICT (run, start_ms) DO UPDATE SET build = excluded.build
                        """,
                    arguments: [identity.run, identity.site, identity.start.ms, identity.build])
                let id = try Int64.fetchOne(
                    db, sql: "SELECT id FROM run WHERE run = ? AND start_ms = ?",
                    arguments: [identity.run, identity.start.ms])
                let begun = try WriteSession(db, identity, run: id ?? 0)
                session.withLock { $0 = begun }
                return try checkpoint(id ?? 0, db)
            }
        }
    }

    /// A run that was killed before its first half hour was stored leaves nothing to keep.
    private func dropEmptyRuns(_ db: Database, but identity: RunIdentity) throws {
        let others = try Row.fetchAll(
            db,
            sql: """
                SELECT id, start_ms FROM run WHERE id NOT IN (SELECT run FROM period)
                    AND NOT (run = ? AND site = ? AND start_ms = ?)
                """, arguments: [identity.run, identity.site, identity.start.ms])
        for other in others {
            try empty(db, other["id"], from: PlantTime(ms: other["start_ms"]))
            try db.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [other["id"] as Int64])
        }
    }

    /// Runs of one site that do not overlap share a store; the last one alone goes on.
    private func checkNeighbours(_ db: Database, _ identity: RunIdentity) throws {
        func refuse(_ why: String) -> StoreProblem {
            StoreProblem("\(path): \(why); name another --store, or move this one away", exitCode: 73)
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
            throw StoreProblem("\(path): is written before a run has begun", exitCode: 70)
        }
        try reporting {
            try database.write { db in
                if batch.replacesAll { try empty(db, session.run, from: session.identity.start) }
                if batch.replacesAll { session.inForce = [] }
                for configuration in batch.configurations { try session.take(configuration, db) }
                if !batch.rows.isEmpty { try session.lay(batch.chart, db) }
                try write(batch.rows, session, db)
                try writeEvents(batch, session.run, db)
                try writeCommands(batch, session.run, db)
                try write(batch.series, &session, db)
                try writeFacts(batch, session, db)
            }
        }
        // Only what was committed is known.
        self.session.withLock { $0 = session }
    }

    /// Calls `body`, and says what SQLite has to say in the words of the store.
    private func reporting<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as DatabaseError {
            throw StoreProblem("\(path): cannot write the store (\(error.message ?? "unknown"))", exitCode: 74)
        }
    }

    static let booksOfPeriod = [
        "posting", "account_total", "vehicle_count", "rejection", "lost_value", "alarm_count", "gap",
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
        for table in ["period", "restatement", "vehicle", "alarm", "command", "renewal", "checkpoint", "in_force"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE run = ?", arguments: [run])
        }
        try emptySeries(db, from: start)
    }

    private func writeFacts(_ batch: StoreBatch, _ session: WriteSession, _ db: Database) throws {
        if let facts = batch.facts {
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
        guard let data = batch.checkpoint, let cursor = batch.cursor else { return }
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

    // MARK: - Events

    private func writeEvents(_ batch: StoreBatch, _ run: Int64, _ db: Database) throws {
        for restatement in batch.restatements {
            for (account, delta) in restatement.deltas {
                try db.cachedStatement(
                    sql: """
                        INSERT OR REPLACE INTO restatement (run, start_ms, tick, at_ms, account, delta_ws)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """
                ).execute(
                    arguments: [run, restatement.period.ms, restatement.tick, restatement.at.ms, account, delta])
            }
        }
        for edge in batch.alarmEdges {
            try db.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO alarm (run, at_ms, area, asset, code, raised, cause)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(
                arguments: [
                    run, edge.at.ms, edge.key.area.rawValue, edge.key.asset, edge.key.code.rawValue, edge.isRaised,
                    edge.isRaised ? edge.cause : nil,
                ])
        }
        let put = try RawStatement(
            db,
            """
            INSERT OR REPLACE INTO vehicle (run, ts_ms, vehicle, line, model, modelled) VALUES (?, ?, ?, ?, ?, ?)
            """)
        for vehicle in batch.vehicles {
            try put.bind(run, at: 1)
            try put.bind(vehicle.ts.ms, at: 2)
            try put.bind(vehicle.vehicle, at: 3)
            try put.bind(vehicle.line, at: 4)
            try put.bind(vehicle.model, at: 5)
            try put.bind(Int64(vehicle.isModelled ? 1 : 0), at: 6)
            try put.run()
        }
    }

    /// Stepped again, a command finds its row and keeps the fate it had.
    private func writeCommands(_ batch: StoreBatch, _ run: Int64, _ db: Database) throws {
        let put = try RawStatement(
            db,
            """
            INSERT INTO command (run, tick, n, at_ms, asset, action, value, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                at_ms = excluded.at_ms, asset = excluded.asset, action = excluded.action,
                value = excluded.value, reason = excluded.reason
            """)
        for command in batch.commands {
            try put.bind([run, Int64(command.tick), Int64(command.n), command.ts.ms])
            try put.bind(command.path.text, at: 5)
            try put.bind(command.point.action.rawValue, at: 6)
            try put.bind(command.point.value, at: 7)
            try put.bind(command.point.reason, at: 8)
            try put.run()
        }
        let settle = try RawStatement(db, "UPDATE command SET fate = ? WHERE run = ? AND tick = ? AND n = ?")
        for outcome in batch.outcomes {
            try settle.bind(outcome.fate.rawValue, at: 1)
            try settle.bind(run, at: 2)
            try settle.bind(Int64(outcome.command.tick), at: 3)
            try settle.bind(Int64(outcome.command.n), at: 4)
            try settle.run()
        }
        for hour in batch.renewals { try write(hour, run, db) }
    }

    private func write(_ hour: RenewalHour, _ run: Int64, _ db: Database) throws {
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
        try put.bind([run, hour.hour.ms, hour.since.ms] + counts.map(Int64.init))
        try put.bind(asset, at: 9)
        try put.bind(all.packed(), at: 10)
        try put.run()
    }

    func renewals(_ asset: AssetPath, since: PlantTime, hour: PlantTime, _ packed: [UInt8]) throws -> RenewalHour {
        do { return try RenewalHour(asset, since: since, hour: hour, packed: packed) } catch {
            throw problem("the renewals of \(asset.text) at \(hour.rfc3339) cannot be read")
        }
    }
}
