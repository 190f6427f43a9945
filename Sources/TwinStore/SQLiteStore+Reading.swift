import Foundation
import GRDB
public import TwinBooks
public import TwinCore

/// What reports read.
extension SQLiteStore {
    /// A store's run and the rows of a window.
    public struct Window: Sendable {
        public var site: String
        public var run: String
        /// `sha256:…` of the configuration the run was made with.
        public var config: String
        public var facts: RunFacts
        public var rows: [PeriodRow]
        public var restatements: Int
    }

    /// Rows whose period starts in `from..<to`; all rows without bounds.
    public func window(from: PlantTime? = nil, to: PlantTime? = nil) throws -> Window {
        try database.read { db in
            guard let run = try Row.fetchOne(db, sql: "SELECT * FROM run"), let facts = run["facts"] as Data? else {
                throw StoreProblem("\(path): holds no complete run yet", exitCode: 65)
            }
            let low = from?.ms ?? Int64.min
            let high = to?.ms ?? Int64.max
            let decoder = JSONDecoder()
            let rows = try Data.fetchAll(
                db, sql: "SELECT row FROM period WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms",
                arguments: [low, high]
            ).map { try decoder.decode(PeriodRow.self, from: $0) }
            let restatements =
                try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM restatement WHERE period_ms >= ? AND period_ms < ?",
                    arguments: [low, high]) ?? 0
            return Window(
                site: run["site"], run: run["run"], config: run["config"],
                facts: try decoder.decode(RunFacts.self, from: facts), rows: rows, restatements: restatements)
        }
    }

    /// A command as it was issued, and what became of it.
    public struct StoredCommand: Sendable {
        public var at: PlantTime
        /// `storage/string-1`.
        public var asset: String
        public var action: String
        /// In the unit of the action.
        public var value: Double
        public var reason: String
        /// `accepted`, `rejected` or `expired`; nil while it is pending.
        public var fate: String?
    }

    public func command(tick: Int, n: Int) throws -> StoredCommand? {
        try database.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM command WHERE tick = ? AND n = ?", arguments: [tick, n]).map {
                row in
                StoredCommand(
                    at: PlantTime(ms: row["ts_ms"]), asset: row["asset"], action: row["action"],
                    value: row["value"], reason: row["reason"], fate: row["fate"])
            }
        }
    }
}
