import Foundation
import GRDB
import TwinBooks
import TwinCore
import TwinDispatch
import TwinRuntime

/// What reports read beside the rows.
extension SQLiteStore {
    /// Reads what stood in the store at one moment, and says what SQLite has to say in the words of the store.
    ///
    /// GRDB's own `read` forbids to write by a pragma, before and after, and SQLite prepares every statement of the connection
    /// anew after each, those of who writes too.
    func reading<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try database.unsafeRead { db in
                try db.beginTransaction(.deferred)
                defer { if db.isInsideTransaction { try? db.rollback() } }  // nothing was written
                return try body(db)
            }
        } catch let error as DatabaseError {
            throw StoreProblem(error, path, cannot: "read")
        }
    }

    func runs() throws -> [StoredRun] { try reading { try runs($0) } }

    /// A time that nobody wrote may be any number; arithmetic goes on with it until its checksum is compared.
    func time(_ ms: Int64) -> PlantTime { PlantTime(ms: min(max(ms, PlantTime.earliest.ms), PlantTime.latest.ms)) }

    func runs(_ db: Database) throws -> [StoredRun] {
        let last = try RawStatement(db, "SELECT start_ms FROM period WHERE run = ? ORDER BY start_ms DESC LIMIT 1")
        var runs: [StoredRun] = []
        try forEach(.run, order: "start_ms", db) { row in
            try last.bind([row.int(0)])
            let end = try last.step() ? time(last.int(0)) + settlementPeriod : nil
            last.reset()
            runs.append(
                StoredRun(
                    run: row.text(2), site: row.text(3), start: PlantTime(ms: row.int(4)), end: end,
                    build: row.text(5), facts: try facts(row)))
        }
        return runs
    }

    private func facts(_ row: RawStatement) throws -> RunFacts? {
        guard !row.isNull(6) else { return nil }
        let run = row.text(2)
        guard let step = Int(exactly: row.int(6)), step > 0 else {
            throw problem("run \(run) has a step of \(row.int(6)) s, expected 1 s or more")
        }
        guard let mode = ControlMode(rawValue: row.text(7)), let loop = LoopKind(rawValue: row.text(8))
        else { throw problem("run \(run) has no known mode or loop") }
        var facts = RunFacts(stepS: step, mode: mode, loop: loop, run: run)
        facts.wallS = row.real(9)
        facts.expectationsPassed = Int(row.int(10))
        facts.expectationsFailed = Int(row.int(11))
        return facts
    }

    /// Names by id.
    private func runNames(_ db: Database) throws -> [Int64: String] {
        var names: [Int64: String] = [:]
        try forEach(.run, db) { names[$0.int(0)] = $0.text(2) }
        return names
    }

    func checkpoint(ofRun run: String) throws -> StoredCheckpoint? {
        try reading { db in
            let newest = try RawStatement(
                db, "SELECT id FROM run NOT INDEXED WHERE run = ? ORDER BY start_ms DESC LIMIT 1")
            try newest.bind([.text(run)])
            defer { newest.reset() }
            return try newest.step() ? checkpoint(newest.int(0), db) : nil
        }
    }

    func checkpoint(_ run: Int64, _ db: Database) throws -> StoredCheckpoint? {
        var found: StoredCheckpoint?
        try forEach(.checkpoint, owner: run, db) { row in
            found = StoredCheckpoint(
                build: row.text(2), data: row.blob(3),
                cursor: JournalCursor(
                    segment: row.text(4), offset: row.int(5), tick: Int(row.int(6)), chain: row.text(7)))
        }
        return found
    }

    func configurations() throws -> [StoredConfiguration] {
        try reading { db in
            let runs = try runNames(db)
            var hashes: [Int64: String] = [:]
            try forEach(.configuration, db) { hashes[$0.int(0)] = $0.text(2) }
            var all: [StoredConfiguration] = []
            try forEach(.inForce, order: "from_ms, tick", db) { row in
                guard let run = runs[row.int(0)], let hash = hashes[row.int(4)] else { return }
                all.append(
                    StoredConfiguration(
                        hash: hash, run: run, from: PlantTime(ms: row.int(3)), tick: Int(row.int(2))))
            }
            return all
        }
    }

    func files(ofConfiguration hash: String) throws -> [(name: String, bytes: [UInt8])] {
        try reading { db in
            var id: Int64?
            try forEach(.configuration, db) { if $0.text(2) == hash { id = $0.int(0) } }
            guard let id else { return [] }
            var files: [(name: String, bytes: [UInt8])] = []
            try forEach(.configurationFile, owner: id, order: "name", db) { files.append(($0.text(2), $0.blob(3))) }
            return files
        }
    }

    func restatements(_ window: StoreWindow) throws -> [StoredRestatement] {
        try reading { db in
            let runs = try runNames(db)
            var found: [StoredRestatement] = []
            try forEach(.restatement, in: window, order: "start_ms, tick", db) { row in
                let one = Restatement(
                    period: PlantTime(ms: row.int(1)), tick: Int(row.int(2)), at: PlantTime(ms: row.int(3)),
                    deltas: [row.text(4): row.int(5)])
                if let last = found.last?.restatement, last.period == one.period, last.tick == one.tick {
                    found[found.count - 1].restatement.deltas.merge(one.deltas) { first, _ in first }
                } else {
                    found.append(StoredRestatement(run: runs[row.int(0)] ?? "", restatement: one))
                }
            }
            return found
        }
    }

    func alarms(_ window: StoreWindow) throws -> [StoredAlarm] {
        try reading { db in
            let runs = try runNames(db)
            var found: [StoredAlarm] = []
            try forEach(.alarm, in: window, order: "at_ms, raised, area, asset, code", db) { row in
                guard let area = Area(rawValue: row.text(2)), let code = AlarmCode(rawValue: row.text(4)) else {
                    return
                }
                found.append(
                    StoredAlarm(
                        run: runs[row.int(0)] ?? "", at: PlantTime(ms: row.int(1)),
                        key: AlarmKey(area, row.text(3), code), isRaised: row.int(5) != 0, cause: row.text(6)))
            }
            return found
        }
    }

    func vehicles(_ window: StoreWindow) throws -> [LineOff] {
        try reading { db in
            var found: [LineOff] = []
            try forEach(.vehicle, in: window, order: "ts_ms, vehicle", db) { row in
                found.append(
                    LineOff(
                        line: row.text(3), vehicle: row.text(2), ts: PlantTime(ms: row.int(1)),
                        model: row.optionalText(4), isModelled: row.int(5) != 0))
            }
            return found
        }
    }

    func vehicleEvents(_ window: StoreWindow) throws -> [VehicleEvent] {
        try reading { db in
            var found: [VehicleEvent] = []
            try forEach(.vehicleEvent, in: window, order: "ts_ms, vehicle, line, event", db) { row in
                guard let kind = VehicleEvent.Kind(rawValue: row.text(4)) else { return }
                found.append(
                    VehicleEvent(
                        kind: kind, line: row.text(3), vehicle: row.text(2), ts: PlantTime(ms: row.int(1)),
                        model: row.optionalText(5), isModelled: row.int(6) != 0))
            }
            return found
        }
    }

    // MARK: - Commands

    func commands(_ window: StoreWindow, asset: AssetPath?) throws -> [StoredCommand] {
        try reading { try commands(window, asset: asset, $0) }
    }

    private func commands(_ window: StoreWindow, asset: AssetPath?, _ db: Database) throws -> [StoredCommand] {
        let runs = try runNames(db)
        var found: [(key: RenewalKey, command: StoredCommand)] = []
        try forEach(.command, in: window, order: "at_ms, tick, n", db) { row in
            guard let path = AssetPath(text: row.text(4)), asset == nil || path == asset else { return }
            let at = PlantTime(ms: row.int(1))
            found.append(
                (
                    RenewalKey(run: row.int(0), asset: row.text(4), since: at.ms),
                    StoredCommand(
                        run: runs[row.int(0)] ?? "", tick: Int(row.int(2)), n: Int(row.int(3)), at: at, asset: path,
                        action: row.text(5), value: row.real(6), reason: row.text(7), fate: row.optionalText(8))
                ))
        }
        guard let first = found.first else { return [] }
        let renewals = try renewals(since: first.command.at, db)
        return found.map { key, command in
            var command = command
            command.renewals = renewals[key] ?? command.renewals
            return command
        }
    }

    private struct RenewalKey: Hashable {
        var run: Int64
        var asset: String
        var since: Int64
    }

    /// Counts of renewals by the change that they renewed, of changes from a time on.
    private func renewals(since: PlantTime, _ db: Database) throws -> [RenewalKey: StoredCommand.Renewals] {
        var all: [RenewalKey: StoredCommand.Renewals] = [:]
        try forEach(.renewal, in: StoreWindow(from: since.floored(to: SeriesHour.length)), db) { row in
            let key = RenewalKey(run: row.int(0), asset: row.text(2), since: row.int(3))
            var sum = all[key] ?? StoredCommand.Renewals()
            sum.count &+= Int(row.int(4))
            sum.rejected &+= Int(row.int(5))
            sum.expired &+= Int(row.int(6))
            sum.lastTick = max(sum.lastTick ?? 0, Int(row.int(8)))
            all[key] = sum
        }
        return all
    }

    func command(run: String, tick: Int, n: Int) throws -> FoundCommand? {
        try reading { db in
            let all = try commands(.all, asset: nil, db)
            if let change = all.last(where: { $0.run == run && $0.tick == tick && $0.n == n }) {
                return .change(change)
            }
            let runs = try runNames(db)
            var hours: [(asset: AssetPath, since: PlantTime, hour: PlantTime, data: [UInt8])] = []
            try forEach(.renewal, db) { row in
                guard runs[row.int(0)] == run, row.int(7) <= Int64(tick), row.int(8) >= Int64(tick),
                    let asset = AssetPath(text: row.text(2))
                else { return }
                hours.append((asset, PlantTime(ms: row.int(3)), PlantTime(ms: row.int(1)), row.blob(9)))
            }
            for (asset, since, hour, data) in hours.reversed() {
                let renewals = try renewals(asset, since: since, hour: hour, data).renewals
                guard let found = renewals.first(where: { $0.tick == tick && $0.n == n }),
                    let of = all.last(where: { $0.run == run && $0.asset == asset && $0.at == since })
                else { continue }
                return .renewal(of: of, fate: found.fate?.rawValue)
            }
            return nil
        }
    }
}
