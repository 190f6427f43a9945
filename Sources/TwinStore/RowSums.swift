import GRDB
import TwinCore

/// Sums over rows by part, owner and day, in any order: a row that was changed, lost or added makes another sum.
struct RowSums {
    struct Key: Hashable {
        var part: StorePart
        var owner: Int64
        /// Since 1970, UTC.
        var day: Int64
    }

    struct Sum: Hashable {
        var count: Int64 = 0
        var sum: Int64 = 0
    }

    private(set) var sums: [Key: Sum] = [:]

    static let dayMs: Int64 = 86_400_000

    static func day(_ ms: Int64) -> Int64 { ms / dayMs - (ms % dayMs < 0 ? 1 : 0) }

    /// - Parameters:
    ///   - row: of `part.rows`.
    ///   - times: -1 takes it out again.
    mutating func add(_ part: StorePart, _ row: RawStatement, times: Int64 = 1) {
        var checksum = Checksum(part.rawValue)
        row.add(to: &checksum)
        let key = Key(part: part, owner: row.int(0), day: RowSums.day(row.int(1)))
        let before = sums[key] ?? Sum()
        sums[key] = Sum(count: before.count &+ times, sum: before.sum &+ checksum.value &* times)
    }

    /// Adds the rows of one key, or takes them out.
    mutating func add(_ part: StorePart, _ key: [RawStatement.Value], times: Int64, _ db: Database) throws {
        let found = try RawStatement(db, "\(part.rows) WHERE \(part.key)")
        try found.bind(key)
        while try found.step() { add(part, found, times: times) }
    }

    /// Notes what `body` changes of the rows of one key.
    mutating func note(
        _ part: StorePart, _ key: [RawStatement.Value], _ db: Database, _ body: () throws -> Void
    ) throws {
        try add(part, key, times: -1, db)
        try body()
        try add(part, key, times: 1, db)
    }

    /// Brings the changes into the table.
    func write(_ db: Database) throws {
        let known = try RawStatement(db, "SELECT n, sum FROM proof WHERE part = ? AND owner = ? AND day = ?")
        let put = try RawStatement(db, "INSERT OR REPLACE INTO proof (part, owner, day, n, sum) VALUES (?, ?, ?, ?, ?)")
        let drop = try RawStatement(db, "DELETE FROM proof WHERE part = ? AND owner = ? AND day = ?")
        for (key, change) in sums where change != Sum() {
            let place: [RawStatement.Value] = [.text(key.part.rawValue), .word(key.owner), .word(key.day)]
            try known.bind(place)
            var sum = change
            if try known.step() {
                sum = Sum(count: change.count &+ known.int(0), sum: change.sum &+ known.int(1))
                known.reset()
            }
            if sum == Sum() {
                try drop.bind(place)
                try drop.run()
            } else {
                try put.bind(place + [.word(sum.count), .word(sum.sum)])
                try put.run()
            }
        }
    }
}
