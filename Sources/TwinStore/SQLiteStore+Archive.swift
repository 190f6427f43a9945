import Foundation
import GRDB
import TwinCore
import TwinRuntime

/// The archive: hours of signals, packed.
extension SQLiteStore {
    /// Adds hours to what is there of them.
    func write(
        _ hours: [SeriesHour], _ session: inout WriteSession, _ sums: inout RowSums, _ db: Database
    ) throws {
        guard !hours.isEmpty else { return }
        if session.signals.isEmpty { session.signals = try signals(db) }
        // Of later hours there is nothing, and nearly all are.
        let newest = try newestHour(db)
        let put = try SeriesPut(db)
        var times = SeriesHour.PackedTimes()
        for hour in hours {
            let signal = try session.signals[hour.signal] ?? enter(hour.signal, &sums, db)
            session.signals[hour.signal] = signal
            let place: [RawStatement.Value] = [.word(hour.hour.ms), .word(signal)]
            if let newest, hour.hour.ms <= newest, let stored = try stored(hour.signal, signal, hour.hour, db) {
                var all = stored
                all.add(hour)
                if all != stored { try sums.note(.series, place, db) { try put.run(all, signal, &times) } }
            } else {
                try put.run(hour, signal, &times)
                try sums.add(.series, place, times: 1, db)
            }
        }
    }

    private func newestHour(_ db: Database) throws -> Int64? {
        let newest = try RawStatement(db, "SELECT hour_ms FROM series ORDER BY hour_ms DESC LIMIT 1")
        newest.reset()
        defer { newest.reset() }
        return try newest.step() ? newest.int(0) : nil
    }

    /// A signal that was never heard before.
    private func enter(_ signal: SignalPath, _ sums: inout RowSums, _ db: Database) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO signal (area, asset, key) VALUES (?, ?, ?)",
            arguments: [signal.path.area.rawValue, signal.path.asset, signal.key])
        let id = db.lastInsertedRowID
        try sums.add(.signal, [.word(id)], times: 1, db)
        return id
    }

    /// Forgets all from `start` on; an earlier run may have the beginning of its hour, and of its day.
    func emptySeries(_ db: Database, from start: PlantTime) throws {
        let shared = start.floored(to: SeriesHour.length)
        let day = RowSums.day(shared.ms)
        var sums = RowSums()
        let rows = try RawStatement(db, "\(StorePart.series.rows) WHERE hour_ms >= ? AND hour_ms < ?")
        try rows.bind([shared.ms, (day + 1) * RowSums.dayMs])
        let paths = Dictionary(try signals(db).map { ($1, $0) }) { first, _ in first }
        var kept: [(Int64, SeriesHour)] = []
        while try rows.step() {
            sums.add(.series, rows, times: -1)
            guard shared < start, rows.int(1) == shared.ms, let signal = paths[rows.int(0)] else { continue }
            let hour = try unpacked(signal, shared, rows.blob(5)).part { $0.from < start }
            if !hour.isEmpty { kept.append((rows.int(0), hour)) }
        }
        try db.execute(sql: "DELETE FROM series WHERE hour_ms >= ?", arguments: [shared.ms])
        try db.execute(sql: "DELETE FROM proof WHERE part = 'series' AND day > ?", arguments: [day])
        let put = try SeriesPut(db)
        var times = SeriesHour.PackedTimes()
        for (id, hour) in kept {
            try put.run(hour, id, &times)
            try sums.add(.series, [.word(shared.ms), .word(id)], times: 1, db)
        }
        try sums.write(db)
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

    /// Ids of the signals of areas that this program knows. There are few, and an index may be damaged: none is asked.
    func signals(_ db: Database) throws -> [SignalPath: Int64] {
        var ids: [SignalPath: Int64] = [:]
        try forEach(.signal, db) { row in
            guard let area = Area(rawValue: row.text(3)) else { return }
            ids[SignalPath(AssetPath(area, row.text(4)), row.text(5))] = row.int(2)
        }
        return ids
    }

    // MARK: - Reading

    func signals() throws -> [SignalPath] {
        try reading { try signals($0).keys.sorted() }
    }

    func extent(of signal: SignalPath) throws -> StoreWindow? {
        try reading { db in
            guard let id = try signals(db)[signal] else { return nil }
            let days = try seriesDays(id, .all, db)
            guard let first = days.first, let last = days.last else { return nil }
            let hours = try [first, last].map { try self.hours(id, signal, day: $0, db) }
            guard let begin = hours[0].first, let end = hours[1].last else { return nil }
            return StoreWindow(from: begin.hour, to: end.hour + SeriesHour.length)
        }
    }

    /// The days of which there are sums: what is there is looked up, as a scan would read all signals.
    private func seriesDays(_ signal: Int64, _ window: StoreWindow, _ db: Database) throws -> [Int64] {
        let days = try RawStatement(
            db, "SELECT day FROM proof WHERE part = 'series' AND owner = ? AND day >= ? AND day <= ? ORDER BY day")
        try days.bind([signal, RowSums.day(window.from.ms), RowSums.day(window.to.ms - 1)])
        var found: [Int64] = []
        while try days.step() { found.append(days.int(0)) }
        return found
    }

    /// A day of a signal, proven.
    private func hours(_ id: Int64, _ signal: SignalPath, day: Int64, _ db: Database) throws -> [SeriesHour] {
        let row = try RawStatement(db, "\(StorePart.series.rows) WHERE \(StorePart.series.key)")
        var sums = RowSums()
        var found: [SeriesHour] = []
        for hour in 0..<24 {
            let start = day &* RowSums.dayMs &+ Int64(hour) * SeriesHour.length.ms
            try row.bind([start, id])
            while try row.step() {
                sums.add(.series, row)
                found.append(try unpacked(signal, PlantTime(ms: start), row.blob(5)))
            }
        }
        try check(sums, .series, days: day...day, owner: id, db)
        return found
    }

    func forEachPoint(
        _ signal: SignalPath, _ kind: SeriesPoint.Kind, _ window: StoreWindow, _ body: (SeriesPoint) throws -> Void
    ) throws {
        try reading { db in
            guard let id = try signals(db)[signal] else { return }
            for day in try seriesDays(id, window, db) {
                for hour in try hours(id, signal, day: day, db) {
                    for point in hour.points(kind) where point.from >= window.from && point.from < window.to {
                        try body(point)
                    }
                }
            }
        }
    }

    func latest() throws -> [(signal: SignalPath, point: SeriesPoint)] {
        try reading { db in
            guard let newest = try newestHour(db) else { return [] }
            let window = StoreWindow(from: time(newest) - .days(1), to: time(newest) + .hours(1))
            let paths = Dictionary(try signals(db).map { ($1, $0) }) { first, _ in first }
            var found: [SignalPath: (hour: PlantTime, data: [UInt8])] = [:]
            // A later hour stands for the earlier ones.
            try forEach(.series, in: window, order: "hour_ms DESC", db) { row in
                guard row.int(1) > newest - Span.days(1).ms, row.int(2) > 0, let signal = paths[row.int(0)],
                    found[signal] == nil
                else { return }
                found[signal] = (PlantTime(ms: row.int(1)), row.blob(5))
            }
            return try found.compactMap { signal, stored in
                try unpacked(signal, stored.hour, stored.data).readings.last.map { (signal, $0) }
            }.sorted { $0.0 < $1.0 }
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
