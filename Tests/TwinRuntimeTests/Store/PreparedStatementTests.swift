import GRDB
import GRDBSQLite
import Testing
import TwinTesting

@testable import TwinStore

@Suite("What a store prepares")
struct PreparedStatementTests {
    /// How often SQLite prepared statements of the connection anew.
    private func count(_ store: SQLiteStore) throws -> Int {
        try store.reading { db in
            var count = 0
            var next = sqlite3_next_stmt(db.sqliteConnection, nil)
            while let statement = next {
                count += Int(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0))
                next = sqlite3_next_stmt(db.sqliteConnection, statement)
            }
            return count
        }
    }

    @Test("a page that reads prepares nothing anew, neither for the next one nor for who writes")
    func once() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.path("a.sqlite"), mustExist: false, patienceS: 5)
        _ = try store.runs()
        let before = try count(store)
        for _ in 0..<3 { _ = try store.runs() }
        #expect(try count(store) == before)
    }

    @Test("who reads sees one moment, and nothing of a transaction stays open, also after an error")
    func moment() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.path("a.sqlite"), mustExist: false, patienceS: 5)
        #expect(throws: Stop.self) { try store.reading { _ in throw Stop() } }
        #expect(try store.reading { $0.isInsideTransaction })
        #expect(store.database.unsafeRead { !$0.isInsideTransaction })
    }
}
