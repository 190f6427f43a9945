import GRDB
import TwinBooks
import TwinCore
import TwinRuntime

/// What is read is what was written, or it is said which is not.
extension SQLiteStore {
    /// Hands on the rows of a part in a window, columns as in `part.rows`. The days that the window touches are read
    /// whole and proven; a caller keeps nothing of what was handed on when this throws.
    func forEach(
        _ part: StorePart, in window: StoreWindow = .all, owner: Int64? = nil, order: String? = nil, _ db: Database,
        _ body: (RawStatement) throws -> Void = { _ in }
    ) throws {
        let days = RowSums.day(window.from.ms)...max(RowSums.day(window.from.ms), RowSums.day(window.to.ms - 1))
        var bounds: [RawStatement.Value] = []
        var conditions: [String] = []
        if part.isTimed {
            conditions.append("\(part.time) >= ? AND \(part.time) < ?")
            bounds += [.word(days.lowerBound &* RowSums.dayMs), .word((days.upperBound &+ 1) &* RowSums.dayMs)]
        }
        if let owner {
            conditions.append("\(part.owner) = ?")
            bounds.append(.word(owner))
        }
        let rows = try RawStatement(
            db,
            part.rows + (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND "))
                + (order.map { " ORDER BY \($0)" } ?? ""))
        try rows.bind(bounds)
        defer { rows.reset() }
        var sums = RowSums()
        while try rows.step() {
            sums.add(part, rows)
            if !part.isTimed || (rows.int(1) >= window.from.ms && rows.int(1) < window.to.ms) { try body(rows) }
        }
        try check(sums, part, days: part.isTimed ? days : 0...0, owner: owner, db)
    }

    /// Throws the first day whose rows are not those that were written.
    func check(
        _ found: RowSums, _ part: StorePart, days: ClosedRange<Int64>, owner: Int64?, _ db: Database
    ) throws {
        let known = try RawStatement(
            db,
            "SELECT owner, day, n, sum FROM proof WHERE part = ? AND day >= ? AND day <= ?"
                + (owner == nil ? "" : " AND owner = ?") + " ORDER BY day, owner")
        try known.bind(
            [.text(part.rawValue), .word(days.lowerBound), .word(days.upperBound)]
                + (owner.map { [.word($0)] } ?? []))
        defer { known.reset() }
        var rest = found.sums
        while try known.step() {
            let key = RowSums.Key(part: part, owner: known.int(0), day: known.int(1))
            let sum = RowSums.Sum(count: known.int(2), sum: known.int(3))
            guard rest.removeValue(forKey: key) == sum else { throw try damage(key, db) }
        }
        if let stray = rest.keys.min(by: { ($0.day, $0.owner) < ($1.day, $1.owner) }) { throw try damage(stray, db) }
    }

    private func damage(_ key: RowSums.Key, _ db: Database) throws -> StoreProblem {
        var place = key.part.words
        if key.part.isTimed {
            let start = PlantTime(ms: key.day &* RowSums.dayMs)
            let isKnown = start > .earliest && start < .latest
            place += " of \(isKnown ? String(start.rfc3339.prefix(10)) : "an unknown day")"
        }
        if key.part == .series {
            let name = try RawStatement(db, "SELECT area || '/' || asset || '/' || key FROM signal WHERE id = ?")
            try name.bind([key.owner])
            if try name.step() { place += " of \(name.text(0))" }
            name.reset()
        }
        if StorePart.ofRun.contains(key.part) || key.part == .run {
            let name = try RawStatement(db, "SELECT run FROM run WHERE id = ?")
            try name.bind([key.owner])
            if try name.step() { place += " of run \(name.text(0))" }
            name.reset()
        }
        return problem("damaged: \(place) (the checksum differs)")
    }

    func prove() throws {
        try reading { db in
            // The file's structure: damage there may hide rows, or show them twice.
            let structure = try RawStatement(db, "PRAGMA quick_check(1)")
            structure.reset()
            let words = try structure.step() ? structure.text(0) : "no answer"
            structure.reset()
            guard words == "ok" else { throw problem("damaged: the file (\(words))") }
            for part in StorePart.allCases where part != .period { try forEach(part, db) }
        }
        try forEachRow(.all, on: chart(.all)) { _ in }
        try reading { db in
            for run in try runs(db) { try proveEnd(run, db) }
        }
    }

    /// The checkpoint's chain is that of the last row where both are of one tick.
    private func proveEnd(_ run: StoredRun, _ db: Database) throws {
        let last = try RawStatement(
            db,
            """
            SELECT p.stepped_to_ms, p.chain, c.tick, c.chain, c.run FROM run r JOIN checkpoint c ON c.run = r.id
            JOIN period p ON p.run = r.id WHERE r.run = ? AND r.start_ms = ? ORDER BY p.start_ms DESC LIMIT 1
            """)
        try last.bind([.text(run.run), .word(run.start.ms)])
        defer { last.reset() }
        guard try last.step(), let step = run.facts?.stepS else { return }
        let (ticks, overflow) = last.int(2).multipliedReportingOverflow(by: Int64(step) &* 1000)
        guard !overflow, last.int(0) == run.start.ms &+ ticks, last.text(1) != last.text(3) else { return }
        throw problem(
            "the checkpoint of run \(run.run) is of another run than its last half hour (tick \(last.int(2)), chain"
                + " \(last.text(3).prefix(12))…, half hour \(last.text(1).prefix(12))…)")
    }
}
