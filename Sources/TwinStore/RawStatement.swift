import GRDB
import GRDBSQLite
import TwinBooks
import TwinCore
import TwinUnits

/// Of the SQLite that is loaded.
public var sqliteVersion: String { String(cString: sqlite3_libversion()) }

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

    /// Runs a statement that returns nothing, for a sum of the books: where it belongs, and its words.
    func run(_ start: Int64, _ id: Int64, _ sum: AccountSum) throws {
        try bind(start, at: 1)
        try bind(id, at: 2)
        try bind(sum.energy.wattSeconds, at: 3)
        try bind(sum.measuredMs, at: 4)
        try bind(sum.estimatedMs, at: 5)
        try run()
    }

    /// Runs it with what is bound.
    func run() throws {
        guard sqlite3_step(handle) == SQLITE_DONE else { throw failure }
        sqlite3_reset(handle)
    }

    /// Begins a query.
    func bind(_ words: [Int64]) throws {
        sqlite3_reset(handle)
        for (index, word) in words.enumerated() { try bind(word, at: Int32(index + 1)) }
    }

    /// A value that finds rows.
    enum Value {
        case word(Int64)
        case text(String)
    }

    /// Begins a query.
    func bind(_ values: [Value]) throws {
        sqlite3_reset(handle)
        for (index, value) in values.enumerated() {
            switch value {
            case .word(let word): try bind(word, at: Int32(index + 1))
            case .text(let text): try bind(text, at: Int32(index + 1))
            }
        }
    }

    /// - Parameter place: the first is 1.
    func bind(_ word: Int64, at place: Int32) throws {
        guard sqlite3_bind_int64(handle, place, word) == SQLITE_OK else { throw failure }
    }

    func bind(_ value: Double?, at place: Int32) throws {
        let code = value.map { sqlite3_bind_double(handle, place, $0) } ?? sqlite3_bind_null(handle, place)
        guard code == SQLITE_OK else { throw failure }
    }

    func bind(_ text: String?, at place: Int32) throws {
        guard var text else {
            guard sqlite3_bind_null(handle, place) == SQLITE_OK else { throw failure }
            return
        }
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, place, $0.baseAddress, Int32(clamping: $0.count), RawStatement.copied)
            }
        }
        guard code == SQLITE_OK else { throw failure }
    }

    func bind(_ bytes: [UInt8], at place: Int32) throws {
        let code = bytes.withUnsafeBytes {
            sqlite3_bind_blob64(handle, place, $0.baseAddress, UInt64($0.count), RawStatement.copied)
        }
        guard code == SQLITE_OK else { throw failure }
    }

    /// SQLITE_TRANSIENT, a macro that Swift does not see: SQLite takes a copy.
    private static let copied = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)

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

    func blob(_ column: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(handle, column))
        return sqlite3_column_blob(handle, column).map { Array(UnsafeRawBufferPointer(start: $0, count: count)) } ?? []
    }

    func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
    /// Nil where there is none.
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// Adds the columns of the row as they lie there, whatever they should be.
    func add(from first: Int32 = 0, to checksum: inout Checksum) {
        for column in first..<max(first, sqlite3_column_count(handle)) { add(column, to: &checksum) }
    }

    func add(_ column: Int32, to checksum: inout Checksum) {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: checksum.add(int(column))
        case SQLITE_FLOAT: checksum.add(real(column))
        case SQLITE_NULL: checksum.addNothing()
        default:
            let bytes = sqlite3_column_blob(handle, column)
            checksum.add(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
        }
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
