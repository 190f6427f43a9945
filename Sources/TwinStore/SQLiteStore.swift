import Foundation
import GRDB
import Glibc
import Synchronization
import TwinBooks
import TwinCore
public import TwinRuntime

/// Opens or creates a store: a file of SQLite.
/// - Throws: `StoreProblem` 73 when the parent folder is missing or not writable, or when it cannot be written on; 66
///   when `mustExist` and it does not; 65 when the file is damaged, or no store of this version; 74 when it is locked.
/// - Parameter patienceS: how long a lock of another process is waited for.
public func openStore(
    _ path: String, mustExist: Bool = false, patienceS: Double = 5
) throws -> any TwinStorePort {
    try SQLiteStore(path: path, mustExist: mustExist, patienceS: patienceS)
}

/// Runs of one site in SQLite. The journal is the truth; this is its cache, so one transaction holds rows, checkpoint
/// and journal cursor together.
final class SQLiteStore: TwinStorePort {
    let database: DatabaseQueue
    let path: String
    let session = Mutex<WriteSession?>(nil)
    /// Of the file, as it was opened.
    private let identity: FileIdentity?

    init(path: String, mustExist: Bool, patienceS: Double) throws {
        self.path = path
        try SQLiteStore.checkPlace(path, mustExist: mustExist)
        // Who may only read it may still report: nothing is set, made or upgraded.
        let isReadOnly = mustExist && access(path, W_OK) != 0
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.prepareDatabase { db in
            try SQLiteStore.checkOwner(db, path, exitCode: mustExist ? 65 : 73)
            guard !isReadOnly else { return try db.execute(sql: "PRAGMA trusted_schema = OFF") }
            // Without effect on a file that has pages already.
            try db.execute(sql: "PRAGMA page_size = \(Schema.pageSize); PRAGMA journal_mode = WAL")
            // The journal is fsynced before; a store that loses its last transaction is stepped again from there.
            try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF")
        }
        configuration.busyMode = .timeout(patienceS)
        do {
            database = try DatabaseQueue(
                path: isReadOnly ? SQLiteStore.readOnlyName(path) : path, configuration: configuration)
            identity = FileIdentity(path)
            if isReadOnly {
                try database.read { try SQLiteStore.checkIsNewest($0, path) }
                return
            }
            try database.write { db in
                if try SQLiteStore.tables(db).isEmpty { return try Schema.create(db) }
                let version = try SQLiteStore.version(db)
                if version < Schema.version { try upgrade(db, from: version) }
            }
        } catch let error as DatabaseError {
            if isReadOnly, error.resultCode == .SQLITE_CANTOPEN, !SQLiteStore.standsStill(path) {
                throw StoreProblem(
                    "\(path): what was written last stands beside it in \(path)-wal, and cannot be read where nothing may be"
                        + " written; copy both files to where you may write", .permission, exitCode: 77)
            }
            throw StoreProblem(
                error, path, cannot: isReadOnly ? "read" : "create or write", exitCode: isReadOnly ? 74 : 73)
        }
    }

    /// SQLite reads a WAL database with what is beside it, or makes that; where nobody writes, nothing is there, and who may
    /// not make it either has to say that the file stands still. The books' own checksums would tell if it did not.
    private static func readOnlyName(_ path: String) -> String {
        guard standsStill(path) else { return path }
        let absolute = URL(fileURLWithPath: path).path
        let safe = CharacterSet(charactersIn: "?#%").inverted
        return "file:\(absolute.addingPercentEncoding(withAllowedCharacters: safe) ?? absolute)?immutable=1"
    }

    /// Whether all of a store is in its file, and nobody writes to it: who does has an index beside it, also while the log is empty.
    private static func standsStill(_ path: String) -> Bool {
        var info = stat()
        return stat(path + "-wal", &info) != 0 || (info.st_size == 0 && access(path + "-shm", F_OK) != 0)
    }

    /// An upgrade writes, which this user may not.
    private static func checkIsNewest(_ db: Database, _ path: String) throws {
        let version = try version(db)
        guard version < Schema.version else { return }
        throw StoreProblem(
            "\(path): is a store of version \(version), which has to be made one of version \(Schema.version), and you may only"
                + " read it; let its owner run any command on it once, such as twin verify --store \(path)",
            .permission,
            exitCode: 77)
    }

    /// SQLite goes on writing to a file that was removed, where nobody will find it.
    func checkIsThere() throws(StoreProblem) {
        guard FileIdentity(path) != identity else { return }
        throw StoreProblem("\(path): was removed or replaced while it was written", .missing, exitCode: 74)
    }

    private static func checkPlace(_ path: String, mustExist: Bool) throws(StoreProblem) {
        let files = FileManager.default
        var status = stat()
        // SQLite would wait for a FIFO's writer, or read a device without end.
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            let what = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "a device, FIFO or socket"
            throw StoreProblem(
                "\(path): is \(what), and no store; name a file", .missing, exitCode: mustExist ? 65 : 73)
        }
        guard !files.fileExists(atPath: path) else { return }
        guard !mustExist else {
            throw StoreProblem(
                "\(path): no such store; run `twin replay … --store \(path)` first", .missing, exitCode: 66)
        }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard files.fileExists(atPath: parent) else {
            throw StoreProblem(
                "\(path): cannot create the store, folder \(parent) does not exist", .missing, exitCode: 73)
        }
    }

    /// Throws when the file holds somebody else's tables, or those of another version: they are left as they are.
    private static func checkOwner(_ db: Database, _ path: String, exitCode: Int32) throws {
        var tables = try tables(db)
        guard !tables.isEmpty else { return }
        let owner = try Int32.fetchOne(db, sql: "PRAGMA application_id")
        let version = try version(db)
        if owner == Schema.applicationID {
            guard !(Schema.oldest...Schema.version).contains(version) else { return }
            let way = version > Schema.version ? "read it with a newer twin, or replay" : "replay"
            throw StoreProblem(
                "\(path): is a store of version \(version), this program reads version \(Schema.version);"
                    + " \(way) the run's journal into a new --store", .otherVersion, exitCode: exitCode)
        }
        // The first version had no number of its own.
        if tables.remove("grdb_migrations") != nil, tables.isSuperset(of: ["run", "period", "checkpoint"]) {
            throw StoreProblem(
                "\(path): is a store of version 1 (twin 0.1.0), this program reads version \(Schema.version);"
                    + " replay the run's journal into a new --store; the file is left as it is", .otherVersion,
                exitCode: exitCode)
        }
        throw StoreProblem("\(path): is not a store of this program; choose another --store", .foreign, exitCode: 65)
    }

    private static func version(_ db: Database) throws -> Int32 {
        try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }

    private static func tables(_ db: Database) throws -> Set<String> {
        let rows = try RawStatement(db, "SELECT name FROM sqlite_master WHERE type = 'table'")
        rows.reset()
        var names: Set<String> = []
        while try rows.step() { names.insert(rows.text(0)) }
        return names
    }

    /// What is stored and cannot be.
    func problem(_ what: String) -> StoreProblem { .damaged(path, what) }
}

/// Which file a path means.
private struct FileIdentity: Equatable {
    let device: UInt64
    let number: UInt64

    init?(_ path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        device = UInt64(info.st_dev)
        number = UInt64(info.st_ino)
    }
}
