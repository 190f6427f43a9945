import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime

/// What `twin journal list` says of a journal: a table of at most 80 columns, or JSON.
struct JournalTable {
    struct Row {
        var segment: JournalSegment
        var to: PlantTime
        var ticks: Int
        /// It may still grow.
        var isOpen: Bool
    }

    let folder: JournalFolder
    let rows: [Row]

    init(_ folder: JournalFolder) throws {
        self.folder = folder
        let all = try folder.contents()
        guard !all.isEmpty else { throw Failure("\(folder.path): holds no journal", exitCode: 66) }
        rows = try all.enumerated().map { index, segment in
            if index + 1 < all.count, all[index + 1].number == segment.number + 1 {
                let next = all[index + 1]
                return Row(
                    segment: segment, to: next.from, ticks: next.firstTick - segment.firstTick, isOpen: false)
            }
            let end = try folder.end(of: segment)
            return Row(
                segment: segment, to: end.time, ticks: end.tick - segment.tickBefore, isOpen: !segment.isCompressed)
        }
    }

    private var header: Header { rows[0].segment.header }
    private var ticks: Int { rows.reduce(0) { $0 + $1.ticks } }
    private var bytes: Int64 { rows.reduce(0) { $0 + $1.segment.bytes } }

    // MARK: - For people

    var lines: [String] {
        let zone = LocalZone(database: header.timeZone) ?? .utc
        var out = [
            "run \(header.run)  \(header.site)  \(header.timeZone)  step \(header.stepS) s", "",
            "segment  from              to                 ticks      size  mode     config",
        ]
        var last: Int?
        for row in rows {
            if let last, row.segment.number > last + 1 {
                let first = JournalSegment.text(last + 1)
                let until = JournalSegment.text(row.segment.number - 1)
                out.append(first == until ? "\(first)   is missing" : "\(first) to \(until) are missing")
            }
            last = row.segment.number
            let header = row.segment.header
            out.append(
                [
                    JournalSegment.text(row.segment.number) + (row.isOpen ? "*" : " "),
                    zone.minute(row.segment.from), zone.minute(row.to),
                    JournalTable.right(JournalTable.grouped(row.ticks), 6),
                    JournalTable.right(JournalTable.size(row.segment.bytes), 8),
                    JournalTable.left(header.mode.rawValue, 7),
                    String(header.config.replacing("sha256:", with: "").prefix(8)),
                ].joined(separator: "  "))
        }
        out.append("")
        out.append(
            "\(JournalTable.counted(rows.count, "segment")), \(JournalTable.counted(ticks, "tick")),"
                + " \(JournalTable.size(bytes))" + (rows.contains(where: \.isOpen) ? "; * is not closed yet" : ""))
        return out
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// `812 B`, `41.3 kB`, `2.6 MB`.
    static func size(_ bytes: Int64) -> String {
        for (unit, size) in [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)] as [(String, Int64)]
        where bytes >= size {
            let tenths = (bytes * 10 + size / 2) / size
            return "\(tenths / 10).\(tenths % 10) \(unit)"
        }
        return "\(bytes) B"
    }

    /// `1,440`.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return String(
            digits.indices.flatMap { index in
                index > 0 && (digits.count - index) % 3 == 0 ? [",", digits[index]] : [digits[index]]
            })
    }

    /// `1 segment`, `1,440 ticks`.
    static func counted(_ count: Int, _ what: String) -> String {
        "\(grouped(count)) \(what)\(count == 1 ? "" : "s")"
    }

    // MARK: - For programs

    var json: JSON {
        .fields([
            "schema": .string("journal/1"), "run": .string(header.run), "site": .string(header.site),
            "start": .string(header.start.rfc3339), "step_s": .integer(header.stepS), "ticks": .integer(ticks),
            "bytes": .integer(bytes), "segments": .array(rows.map(json)),
        ])
    }

    private func json(_ row: Row) -> JSON {
        let segment = row.segment
        return .fields([
            "segment": .integer(segment.number), "file": .string(segment.name), "from": .string(segment.from.rfc3339),
            "to": .string(row.to.rfc3339), "first_tick": .integer(segment.firstTick), "ticks": .integer(row.ticks),
            "bytes": .integer(segment.bytes), "open": .bool(row.isOpen),
            "mode": .string(segment.header.mode.rawValue), "config": .string(segment.header.config),
            "chain": segment.header.chain.map { .string($0) } ?? .null, "build": .string(segment.header.build),
        ])
    }
}
