import Foundation
import GRDB
import TwinBooks
import TwinCore
import TwinDispatch
import TwinRuntime

/// What reports read beside the rows.
extension SQLiteStore {
    /// Reads, and says what SQLite has to say in the words of the store.
    func reading<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try database.read(body) } catch let error as DatabaseError {
            throw StoreProblem("\(path): cannot read the store (\(error.message ?? "unknown"))", exitCode: 74)
        }
    }

    func runs() throws -> [StoredRun] { try reading { try runs($0) } }

    func runs(_ db: Database) throws -> [StoredRun] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT r.*, (SELECT max(start_ms) FROM period WHERE run = r.id) AS last_ms
                FROM run r ORDER BY r.start_ms
                """
        ).map { row in
            let run: String = row["run"]
            return StoredRun(
                run: run, site: row["site"], start: PlantTime(ms: row["start_ms"]),
                end: (row["last_ms"] as Int64?).map { PlantTime(ms: $0) + settlementPeriod }, build: row["build"],
                facts: try facts(row, run))
        }
    }

    private func facts(_ row: Row, _ run: String) throws -> RunFacts? {
        guard let step = row["step_s"] as Int? else { return nil }
        guard step > 0 else { throw problem("run \(run) has a step of \(step) s, expected 1 s or more") }
        guard let mode = ControlMode(rawValue: row["mode"] ?? ""), let loop = LoopKind(rawValue: row["loop"] ?? "")
        else { throw problem("run \(run) has no known mode or loop") }
        var facts = RunFacts(stepS: step, mode: mode, loop: loop, run: run)
        facts.wallS = row["wall_s"] ?? 0
        facts.expectationsPassed = row["expectations_passed"] ?? 0
        facts.expectationsFailed = row["expectations_failed"] ?? 0
        return facts
    }

    func checkpoint(ofRun run: String) throws -> StoredCheckpoint? {
        try reading { db in
            let newest = try Int64.fetchOne(
                db, sql: "SELECT id FROM run WHERE run = ? ORDER BY start_ms DESC", arguments: [run])
            return try newest.flatMap { try checkpoint($0, db) }
        }
    }

    func checkpoint(_ run: Int64, _ db: Database) throws -> StoredCheckpoint? {
        try Row.fetchOne(db, sql: "SELECT * FROM checkpoint WHERE run = ?", arguments: [run]).map { row in
            StoredCheckpoint(
                build: row["build"], data: [UInt8](row["data"] as Data),
                cursor: JournalCursor(
                    segment: row["segment"], offset: row["offset"], tick: row["tick"], chain: row["chain"]))
        }
    }

    func configurations() throws -> [StoredConfiguration] {
        try reading { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT c.hash, r.run, f.from_ms, f.tick FROM in_force f
                    JOIN configuration c ON c.id = f.configuration JOIN run r ON r.id = f.run
                    ORDER BY f.from_ms, f.tick
                    """
            ).map {
                StoredConfiguration(hash: $0[0], run: $0[1], from: PlantTime(ms: $0[2]), tick: $0[3])
            }
        }
    }

    func files(ofConfiguration hash: String) throws -> [(name: String, bytes: [UInt8])] {
        try reading { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT f.name, f.bytes FROM configuration_file f JOIN configuration c ON c.id = f.configuration
                    WHERE c.hash = ? ORDER BY f.name
                    """, arguments: [hash]
            ).map { ($0[0], [UInt8]($0[1] as Data)) }
        }
    }

    func restatements(_ window: StoreWindow) throws -> [StoredRestatement] {
        try reading { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT r.run, s.start_ms, s.tick, s.at_ms, s.account, s.delta_ws
                    FROM restatement s JOIN run r ON r.id = s.run
                    WHERE s.start_ms >= ? AND s.start_ms < ? ORDER BY s.start_ms, s.tick
                    """, arguments: [window.from.ms, window.to.ms])
            var found: [StoredRestatement] = []
            for row in rows {
                let one = Restatement(
                    period: PlantTime(ms: row["start_ms"]), tick: row["tick"], at: PlantTime(ms: row["at_ms"]),
                    deltas: [row["account"]: row["delta_ws"]])
                if let last = found.last?.restatement, last.period == one.period, last.tick == one.tick {
                    found[found.count - 1].restatement.deltas.merge(one.deltas) { first, _ in first }
                } else {
                    found.append(StoredRestatement(run: row["run"], restatement: one))
                }
            }
            return found
        }
    }

    func alarms(_ window: StoreWindow) throws -> [StoredAlarm] {
        try reading { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT r.run, a.at_ms, a.area, a.asset, a.code, a.raised, a.cause FROM alarm a JOIN run r ON r.id = a.run
                    WHERE a.at_ms >= ? AND a.at_ms < ? ORDER BY a.at_ms, a.raised, a.area, a.asset, a.code
                    """, arguments: [window.from.ms, window.to.ms]
            ).compactMap { row in
                guard let area = Area(rawValue: row["area"]), let code = AlarmCode(rawValue: row["code"]) else {
                    return nil
                }
                return StoredAlarm(
                    run: row["run"], at: PlantTime(ms: row["at_ms"]), key: AlarmKey(area, row["asset"], code),
                    isRaised: row["raised"], cause: row["cause"] ?? "")
            }
        }
    }

    func vehicles(_ window: StoreWindow) throws -> [LineOff] {
        try reading { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT line, vehicle, ts_ms, model, modelled FROM vehicle WHERE ts_ms >= ? AND ts_ms < ?
                    ORDER BY ts_ms, vehicle
                    """, arguments: [window.from.ms, window.to.ms]
            ).map {
                LineOff(
                    line: $0[0], vehicle: $0[1], ts: PlantTime(ms: $0[2]), model: $0[3], isModelled: $0[4])
            }
        }
    }

    // MARK: - Commands

    private static let commandColumns = """
        SELECT r.run, c.*, s.renewals, s.rejected, s.expired, s.last_tick
        FROM command c JOIN run r ON r.id = c.run
        LEFT JOIN (SELECT run, asset, since_ms, sum(n) AS renewals, sum(rejected) AS rejected,
                sum(expired) AS expired, max(last_tick) AS last_tick FROM renewal GROUP BY run, asset, since_ms) s
            ON s.run = c.run AND s.asset = c.asset AND s.since_ms = c.at_ms
        """

    func commands(_ window: StoreWindow, asset: AssetPath?) throws -> [StoredCommand] {
        try reading { db in
            try Row.fetchAll(
                db,
                sql: Self.commandColumns + """
                     WHERE c.at_ms >= ? AND c.at_ms < ? AND (? IS NULL OR c.asset = ?) ORDER BY c.at_ms, c.tick, c.n
                    """, arguments: [window.from.ms, window.to.ms, asset?.text, asset?.text]
            ).compactMap(command)
        }
    }

    func command(run: String, tick: Int, n: Int) throws -> FoundCommand? {
        try reading { db in
            let change = try Row.fetchOne(
                db, sql: Self.commandColumns + " WHERE r.run = ? AND c.tick = ? AND c.n = ? ORDER BY r.start_ms DESC",
                arguments: [run, tick, n])
            if let change { return command(change).map(FoundCommand.change) }
            let hours = try Row.fetchCursor(
                db,
                sql: """
                    SELECT w.* FROM renewal w JOIN run r ON r.id = w.run
                    WHERE r.run = ? AND w.first_tick <= ? AND w.last_tick >= ? ORDER BY r.start_ms DESC
                    """, arguments: [run, tick, tick])
            while let row = try hours.next() {
                guard let asset = AssetPath(text: row["asset"] as String) else { continue }
                let since = PlantTime(ms: row["since_ms"])
                let hour = try renewals(
                    asset, since: since, hour: PlantTime(ms: row["hour_ms"]), [UInt8](row["data"] as Data))
                guard let found = hour.renewals.first(where: { $0.tick == tick && $0.n == n }) else { continue }
                let of = try Row.fetchOne(
                    db, sql: Self.commandColumns + " WHERE c.run = ? AND c.asset = ? AND c.at_ms = ?",
                    arguments: [row["run"] as Int64, asset.text, since.ms])
                return of.flatMap(command).map { .renewal(of: $0, fate: found.fate?.rawValue) }
            }
            return nil
        }
    }

    private func command(_ row: Row) -> StoredCommand? {
        guard let asset = AssetPath(text: row["asset"] as String) else { return nil }
        var command = StoredCommand(
            run: row[0], tick: row["tick"], n: row["n"], at: PlantTime(ms: row["at_ms"]), asset: asset,
            action: row["action"], value: row["value"], reason: row["reason"], fate: row["fate"])
        command.renewals.count = row["renewals"] ?? 0
        command.renewals.rejected = row["rejected"] ?? 0
        command.renewals.expired = row["expired"] ?? 0
        command.renewals.lastTick = row["last_tick"]
        return command
    }
}
