import GRDB
import GRDBSQLite

/// A statement driven by hand: the books of a year are two million rows, and arrays of arguments and boxed values would
/// take most of the time.
struct RawStatement {
    private let statement: Statement
    private var handle: SQLiteStatement { statement.sqliteStatement }
    private let database: Database

    init(_ database: Database, _ sql: String) throws {
        self.database = database
        statement = try database.cachedStatement(sql: sql)
    }

    /// Runs a statement that returns nothing.
    func run(_ words: Int64...) throws {
        try bind(words)
        guard sqlite3_step(handle) == SQLITE_DONE else { throw failure }
        sqlite3_reset(handle)
    }

    /// Begins a query.
    func bind(_ words: [Int64]) throws {
        sqlite3_reset(handle)
        for (index, word) in words.enumerated() {
            guard sqlite3_bind_int64(handle, Int32(index + 1), word) == SQLITE_OK else { throw failure }
        }
    }

    /// False after the last row.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        default: throw failure
        }
    }

    func reset() { sqlite3_reset(handle) }

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func text(_ column: Int32) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    private var failure: DatabaseError {
        defer { sqlite3_reset(handle) }
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database.sqliteConnection)),
            message: sqlite3_errmsg(database.sqliteConnection).map { String(cString: $0) })
    }
}

/// Rows of one table in the order of their half hour, read beside others in step.
struct SideBySide {
    private let statement: RawStatement
    /// Of the row that is next; nil after the last.
    private(set) var start: Int64?

    init(_ database: Database, _ sql: String, from: Int64, to: Int64) throws {
        statement = try RawStatement(database, sql)
        try statement.bind([from, to])
        try advance()
    }

    /// Calls `body` for each row of that half hour.
    mutating func take(_ half: Int64, _ body: (RawStatement) throws -> Void) throws {
        while let next = start, next <= half {
            if next == half { try body(statement) }
            try advance()
        }
    }

    private mutating func advance() throws { start = try statement.step() ? statement.int(0) : nil }
}
