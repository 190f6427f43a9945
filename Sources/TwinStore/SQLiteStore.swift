import Foundation
import GRDB
import Synchronization
import TwinBooks
import TwinCore
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

/// Opens or creates a store: a file of SQLite.
/// - Throws: `StoreProblem` 73 when the parent folder is missing or not writable, or when it cannot be written on; 66
///   when `mustExist` and it does not; 65 when the file is no store of this version.
public func openStore(_ path: String, mustExist: Bool = false) throws -> any TwinStorePort {
    try SQLiteStore(path: path, mustExist: mustExist)
}

/// Runs of one site in SQLite. The journal is the truth; this is its cache, so one transaction holds rows, checkpoint
/// and journal cursor together.
final class SQLiteStore: TwinStorePort {
    let database: DatabaseQueue
    let path: String
    let session = Mutex<WriteSession?>(nil)

    init(path: String, mustExist: Bool) throws {
        self.path = path
        try SQLiteStore.checkPlace(path, mustExist: mustExist)
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try SQLiteStore.checkOwner(db, path, exitCode: mustExist ? 65 : 73)
            // Without effect on a file that has pages already.
            try db.execute(sql: "PRAGMA page_size = \(Schema.pageSize); PRAGMA journal_mode = WAL")
            // The journal is fsynced before; a store that loses its last transaction is stepped again from there.
            try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF")
        }
        configuration.busyMode = .timeout(5)
        do {
            database = try DatabaseQueue(path: path, configuration: configuration)
            try database.write { db in
                if try db.tableExists("run") == false { try Schema.create(db) }
                try Schema.complete(db)
            }
        } catch let error as DatabaseError {
            let isForeign = error.resultCode == .SQLITE_NOTADB || error.resultCode == .SQLITE_CORRUPT
            throw StoreProblem(
                isForeign
                    ? "\(path): is not a store of this program (\(error.message ?? "unreadable"))"
                    : "\(path): cannot create or write the store (\(error.message ?? "unknown")); choose another --store",
                exitCode: isForeign ? 65 : 73)
        }
    }

    private static func checkPlace(_ path: String, mustExist: Bool) throws(StoreProblem) {
        let files = FileManager.default
        guard !files.fileExists(atPath: path) else { return }
        guard !mustExist else {
            throw StoreProblem("\(path): no such store; run `twin replay … --store \(path)` first", exitCode: 66)
        }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard files.fileExists(atPath: parent) else {
            throw StoreProblem("\(path): cannot create the store, folder \(parent) does not exist", exitCode: 73)
        }
    }

    /// Throws when the file holds somebody else's tables, or those of another version: they are left as they are.
    private static func checkOwner(_ db: Database, _ path: String, exitCode: Int32) throws {
        var tables = try String.fetchSet(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        guard !tables.isEmpty else { return }
        let owner = try Int32.fetchOne(db, sql: "PRAGMA application_id")
        let version = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if owner == Schema.applicationID {
            guard version != Schema.version else { return }
            throw StoreProblem(
                "\(path): is a store of version \(version), this program reads version \(Schema.version);"
                    + " replay the run's journal into a new --store", exitCode: exitCode)
        }
        // The first version had no number of its own.
        if tables.remove("grdb_migrations") != nil, tables.isSuperset(of: ["run", "period", "checkpoint"]) {
            throw StoreProblem(
                "\(path): is a store of version 1 (twin 0.1.0), this program reads version \(Schema.version);"
                    + " replay the run's journal into a new --store; the file is left as it is", exitCode: exitCode)
        }
        throw StoreProblem("\(path): is not a store of this program; choose another --store", exitCode: 65)
    }

    /// What is stored and cannot be: damage, not bad input.
    func problem(_ what: String) -> StoreProblem {
        StoreProblem("\(path): \(what); replay the run's journal into a new --store", exitCode: 65)
    }
}
