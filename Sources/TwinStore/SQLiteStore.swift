import Foundation
import GRDB
import TwinBooks
import TwinCore
import TwinDispatch
import TwinUnits
public import TwinRuntime

/// A store that cannot be used, with what to do about it.
public struct StoreProblem: Error, Sendable, CustomStringConvertible {
    public var description: String
    public var exitCode: Int32

    init(_ description: String, exitCode: Int32) {
        self.description = description
        self.exitCode = exitCode
    }
}

/// The books, alarms and commands of one run in SQLite. The journal is the truth; this is its cache, so one
/// transaction holds rows, checkpoint and journal cursor together.
public final class SQLiteStore: TwinStorePort {
    let database: DatabaseQueue
    let path: String
    private var identity: RunIdentity?

    /// Opens or creates a store.
    /// - Throws: `StoreProblem` 73 when the parent folder is missing or not writable, 66 when `mustExist` and it
    ///   does not, 65 when the file is no store.
    public init(path: String, mustExist: Bool = false) throws {
        self.path = path
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let files = FileManager.default
        if !files.fileExists(atPath: path) {
            guard !mustExist else {
                throw StoreProblem("\(path): no such store; run `twin replay … --store \(path)` first", exitCode: 66)
            }
            guard files.fileExists(atPath: parent) else {
                throw StoreProblem("\(path): cannot create the store, folder \(parent) does not exist", exitCode: 73)
            }
        }
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try SQLiteStore.checkOwner(db, path)
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            // The journal is fsynced before; a store that loses its last transaction is stepped again from there.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        configuration.busyMode = .timeout(5)
        do {
            database = try DatabaseQueue(path: path, configuration: configuration)
            try Schema.migrator.migrate(database)
        } catch let error as DatabaseError {
            let isForeign = error.resultCode == .SQLITE_NOTADB || error.resultCode == .SQLITE_CORRUPT
            throw StoreProblem(
                isForeign
                    ? "\(path): is not a store of this program (\(error.message ?? "unreadable"))"
                    : "\(path): cannot create or write the store (\(error.message ?? "unknown")); choose another --store",
                exitCode: isForeign ? 65 : 73)
        }
    }

    /// Throws when the file holds somebody else's tables: they are left as they are.
    private static func checkOwner(_ db: Database, _ path: String) throws {
        var tables = try String.fetchSet(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        tables.remove("grdb_migrations")
        guard tables.isEmpty || tables.isSuperset(of: ["run", "period", "checkpoint"]) else {
            throw StoreProblem("\(path): is not a store of this program; choose another --store", exitCode: 65)
        }
    }

    public func begin(_ identity: RunIdentity) throws -> StoredCheckpoint? {
        self.identity = identity
        return try database.write { db in
            if let row = try Row.fetchOne(db, sql: "SELECT * FROM run") {
                let run: String = row["run"]
                let isSame = run == identity.run && row["site"] == identity.site && row["start_ms"] == identity.start.ms
                // A run that was killed before its first mark left nothing but its name.
                let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM period") == 0
                guard isSame || isEmpty else {
                    throw StoreProblem(
                        "\(path): belongs to run \(run); name another --store, or move this one away", exitCode: 73)
                }
                if isSame { return try checkpoint(db) }
                try db.execute(sql: "DELETE FROM run")
            }
            try db.execute(
                sql: "INSERT INTO run (site, run, start_ms, config, build) VALUES (?, ?, ?, ?, ?)",
                arguments: [identity.site, identity.run, identity.start.ms, identity.config, identity.build])
            return nil
        }
    }

    private func checkpoint(_ db: Database) throws -> StoredCheckpoint? {
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM checkpoint") else { return nil }
        return StoredCheckpoint(
            build: row["build"], data: Array(row["data"] as Data),
            cursor: JournalCursor(
                segment: row["segment"], offset: row["offset"], tick: row["tick"], chain: row["chain"]))
    }

    public func write(_ batch: StoreBatch) throws {
        do {
            try database.write { db in
                try write(batch, db)
            }
        } catch let error as DatabaseError {
            throw StoreProblem("\(path): cannot write the store (\(error.message ?? "unknown"))", exitCode: 74)
        }
    }

    private func write(_ batch: StoreBatch, _ db: Database) throws {
        if batch.replacesAll {
            for table in ["period", "restatement", "alarm", "command", "checkpoint"] {
                try db.execute(sql: "DELETE FROM \(table)")
            }
        }
        let encoder = JSONEncoder()
        let upsert = try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO period (start_ms, import_ws, gas_ws, vehicles, row) VALUES (?, ?, ?, ?, ?)")
        for row in batch.rows {
            try upsert.execute(arguments: [
                row.start.ms, row[.gridImport].energy.wattSeconds, row[.gas].energy.wattSeconds, row.vehicles,
                encoder.encode(row),
            ])
        }
        for restatement in batch.restatements {
            try db.execute(
                sql: "INSERT INTO restatement (period_ms, tick, at_ms, deltas) VALUES (?, ?, ?, ?)",
                arguments: [
                    restatement.period.ms, restatement.tick, restatement.at.ms, try encoder.encode(restatement.deltas),
                ])
        }
        for edge in batch.alarmEdges {
            try db.execute(
                sql: "INSERT INTO alarm (at_ms, path, raised) VALUES (?, ?, ?)",
                arguments: [edge.at.ms, edge.key.path, edge.isRaised])
        }
        // Nearly every command is answered within its batch, so it is written once, with its fate.
        var fates: [CommandKey: CommandDesk.Fate] = [:]
        for outcome in batch.outcomes { fates[CommandKey(outcome.command)] = outcome.fate }
        for command in batch.commands {
            let fate = fates.removeValue(forKey: CommandKey(command))
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO command (tick, n, ts_ms, asset, action, value, reason, fate)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(
                arguments: [
                    command.tick, command.n, command.ts.ms, command.path.text, command.point.action.rawValue,
                    command.point.value, command.point.reason, fate?.rawValue,
                ])
        }
        for outcome in batch.outcomes where fates[CommandKey(outcome.command)] != nil {
            try db.cachedStatement(sql: "UPDATE command SET fate = ? WHERE tick = ? AND n = ?").execute(
                arguments: [outcome.fate.rawValue, outcome.command.tick, outcome.command.n])
        }
        if let facts = batch.facts {
            try db.execute(sql: "UPDATE run SET facts = ?", arguments: [try encoder.encode(facts)])
        }
        if let data = batch.checkpoint, let cursor = batch.cursor, let build = identity?.build {
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO checkpoint (id, build, data, segment, offset, tick, chain)
                    VALUES (1, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [build, Data(data), cursor.segment, cursor.offset, cursor.tick, cursor.chain])
        }
    }
}

/// The primary key of a command.
private struct CommandKey: Hashable {
    let tick: Int
    let n: Int

    init(_ command: Command) {
        tick = command.tick
        n = command.n
    }
}
