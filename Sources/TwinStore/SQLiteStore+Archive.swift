import Foundation
import GRDB
import TwinCore
import TwinRuntime

/// The archive: hours of signals, packed.
extension SQLiteStore {
    /// Adds hours to what is there of them.
    func write(_ hours: [SeriesHour], _ session: inout WriteSession, _ db: Database) throws {
        guard !hours.isEmpty else { return }
        // Of later hours there is nothing, and nearly all are.
        let newest = try Int64.fetchOne(db, sql: "SELECT max(hour_ms) FROM series")
        let put = try SeriesPut(db)
        var times = SeriesHour.PackedTimes()
        for hour in hours {
            let signal: Int64
            if let known = session.signals[hour.signal] {
                signal = known
            } else {
                signal = try id(of: hour.signal, db)
                session.signals[hour.signal] = signal
            }
            if let newest, hour.hour.ms <= newest, let stored = try stored(hour.signal, signal, hour.hour, db) {
                var all = stored
                all.add(hour)
                if all != stored { try put.run(all, signal, &times) }
            } else {
                try put.run(hour, signal, &times)
            }
        }
    }

    private func id(of signal: SignalPath, _ db: Database) throws -> Int64 {
        let names: StatementArguments = [signal.path.area.rawValue, signal.path.asset, signal.key]
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO signal (area, asset, key) VALUES (?, ?, ?)")
            .execute(arguments: names)
        let known = try db.cachedStatement(sql: "SELECT id FROM signal WHERE area = ? AND asset = ? AND key = ?")
        return try Int64.fetchOne(known, arguments: names) ?? 0
    }

    /// Forgets all from `start` on; an earlier run may have the beginning of its hour.
    func emptySeries(_ db: Database, from start: PlantTime) throws {
        let shared = start.floored(to: SeriesHour.length)
        var kept: [(Int64, SeriesHour)] = []
        if shared < start {
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT s.id, s.area, s.asset, s.key, v.data FROM series v JOIN signal s ON s.id = v.signal
                    WHERE v.hour_ms = ?
                    """, arguments: [shared.ms])
            for row in rows {
                guard let signal = signal(row) else { continue }
                let hour = try unpacked(signal, shared, [UInt8](row["data"] as Data)).part { $0.from < start }
                if !hour.isEmpty { kept.append((row["id"], hour)) }
            }
        }
        try db.execute(sql: "DELETE FROM series WHERE hour_ms >= ?", arguments: [shared.ms])
        let put = try SeriesPut(db)
        var times = SeriesHour.PackedTimes()
        for (id, hour) in kept { try put.run(hour, id, &times) }
    }

    private func stored(
        _ signal: SignalPath, _ id: Int64, _ hour: PlantTime, _ db: Database
    ) throws -> SeriesHour? {
        let statement = try RawStatement(db, "SELECT data FROM series WHERE hour_ms = ? AND signal = ?")
        try statement.bind([hour.ms, id])
        defer { statement.reset() }
        return try statement.step() ? unpacked(signal, hour, statement.blob(0)) : nil
    }

    private func unpacked(_ signal: SignalPath, _ hour: PlantTime, _ packed: [UInt8]) throws -> SeriesHour {
        do { return try SeriesHour(signal, hour: hour, packed: packed) } catch {
            throw problem("the values of \(signal.text) at \(hour.rfc3339) cannot be read")
        }
    }

    /// Nil for a signal of an area that this program does not know.
    private func signal(_ row: Row) -> SignalPath? {
        Area(rawValue: row["area"]).map { SignalPath(AssetPath($0, row["asset"]), row["key"]) }
    }

    // MARK: - Reading

    func signals() throws -> [SignalPath] {
        try reading { db in
            try Row.fetchAll(db, sql: "SELECT area, asset, key FROM signal").compactMap(signal).sorted()
        }
    }

    func extent(of signal: SignalPath) throws -> StoreWindow? {
        try reading { db in
            guard let id = try known(signal, db) else { return nil }
            func hour(_ order: String) throws -> Int64? {
                try Int64.fetchOne(
                    db, sql: "SELECT hour_ms FROM series WHERE signal = ? ORDER BY hour_ms \(order) LIMIT 1",
                    arguments: [id])
            }
            guard let first = try hour("ASC"), let last = try hour("DESC") else { return nil }
            return StoreWindow(from: PlantTime(ms: first), to: PlantTime(ms: last) + SeriesHour.length)
        }
    }

    private func known(_ signal: SignalPath, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT id FROM signal WHERE area = ? AND asset = ? AND key = ?",
            arguments: [signal.path.area.rawValue, signal.path.asset, signal.key])
    }

    func forEachPoint(
        _ signal: SignalPath, _ kind: SeriesPoint.Kind, _ window: StoreWindow, _ body: (SeriesPoint) throws -> Void
    ) throws {
        guard let extent = try extent(of: signal)?.clamped(to: window) else { return }
        try reading { db in
            guard let id = try known(signal, db) else { return }
            // The hour leads the key, so each hour is looked up: a scan would read all signals.
            var hour = extent.from.floored(to: SeriesHour.length)
            while hour < extent.to {
                if let stored = try stored(signal, id, hour, db) {
                    for point in stored.points(kind) where point.from >= window.from && point.from < window.to {
                        try body(point)
                    }
                }
                hour = hour + SeriesHour.length
            }
        }
    }

    func latest() throws -> [(signal: SignalPath, point: SeriesPoint)] {
        try reading { db in
            guard let newest = try Int64.fetchOne(db, sql: "SELECT max(hour_ms) FROM series") else { return [] }
            var found: [SignalPath: SeriesPoint] = [:]
            // A later hour stands for the earlier ones.
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT v.hour_ms, s.area, s.asset, s.key, v.data FROM series v JOIN signal s ON s.id = v.signal
                    WHERE v.hour_ms > ? AND v.n > 0 ORDER BY v.hour_ms DESC
                    """, arguments: [newest - Span.days(1).ms])
            while let row = try rows.next() {
                guard let signal = signal(row), found[signal] == nil else { continue }
                found[signal] = try unpacked(
                    signal, PlantTime(ms: row["hour_ms"]), [UInt8](row["data"] as Data)
                ).readings.last
            }
            return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }
}

/// Puts hours of signals in the place of what is there of them.
private struct SeriesPut {
    private let statement: RawStatement

    init(_ db: Database) throws {
        statement = try RawStatement(
            db, "INSERT OR REPLACE INTO series (hour_ms, signal, n, low, high, data) VALUES (?, ?, ?, ?, ?, ?)")
    }

    func run(_ hour: SeriesHour, _ signal: Int64, _ times: inout SeriesHour.PackedTimes) throws {
        let bounds = hour.bounds
        try statement.bind(hour.hour.ms, at: 1)
        try statement.bind(signal, at: 2)
        try statement.bind(Int64(hour.readings.count), at: 3)
        try statement.bind(bounds?.low, at: 4)
        try statement.bind(bounds?.high, at: 5)
        try statement.bind(hour.packed(&times), at: 6)
        try statement.run()
    }
}
