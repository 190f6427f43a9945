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
            let stored = try Row.fetchAll(
                db, sql: "SELECT start_ms, row FROM period WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms",
                arguments: [low, high])
            let rows = try stored.map { try row($0, decoder) }
            try checkMeters(rows, db, decoder)
            let runFacts = try self.facts(facts, decoder)
            let restatements =
                try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM restatement WHERE period_ms >= ? AND period_ms < ?",
                    arguments: [low, high]) ?? 0
            return Window(
                site: run["site"], run: run["run"], config: run["config"],
                facts: runFacts, rows: rows, restatements: restatements)
        }
    }

    private func facts(_ data: Data, _ decoder: JSONDecoder) throws -> RunFacts {
        let facts: RunFacts
        do { facts = try decoder.decode(RunFacts.self, from: data) } catch {
            throw problem("the facts of the run cannot be read (\(error))")
        }
        guard facts.stepS > 0 else { throw problem("the run has a step of \(facts.stepS) s, expected 1 s or more") }
        return facts
    }

    /// One stored row; figures are read from it by place, so one that has lost accounts is refused.
    private func row(_ stored: Row, _ decoder: JSONDecoder) throws -> PeriodRow {
        let start = PlantTime(ms: stored["start_ms"])
        let row: PeriodRow
        do { row = try decoder.decode(PeriodRow.self, from: stored["row"] as Data) } catch {
            throw problem("the row of \(start.rfc3339) cannot be read (\(error))")
        }
        let wanted = Account.allCases.count
        guard row.accounts.count == wanted else {
            throw problem("the row of \(start.rfc3339) has \(row.accounts.count) accounts, expected \(wanted)")
        }
        return row
    }

    /// A run has one configuration, so its rows have the same meters.
    private func checkMeters(_ rows: [PeriodRow], _ db: Database, _ decoder: JSONDecoder) throws {
        let first = try Row.fetchOne(db, sql: "SELECT start_ms, row FROM period ORDER BY start_ms LIMIT 1")
        guard let count = try first.map({ try row($0, decoder).meters.count }) else { return }
        for row in rows where row.meters.count != count {
            throw problem(
                "the row of \(row.start.rfc3339) has \(row.meters.count) meters, the run's first row has \(count)")
        }
    }

    private func problem(_ what: String) -> StoreProblem {
        StoreProblem(
            "\(path): \(what); replay the run's journal into a new --store", exitCode: 65)
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
