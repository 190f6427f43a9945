import TwinConfiguration
import TwinCore

/// Columns of a file of rows.
struct RowColumns {
    var time: Int
    /// By signal: the columns that are added.
    var values: [[Int]]
}

/// Columns of a file of days.
struct DayColumns {
    var date: Int
    /// By signal.
    var runs: [DayRun]
}

/// Columns of a file of sessions.
struct SessionColumns {
    var start: Int
    var end: Int
    var done: Int?
    var energy: Int
}

/// A file's header row, in which a source finds its columns. What is missing is reported at its place in the mapping.
struct Heading {
    let count: Int
    private let names: [String]
    private let file: String
    private let source: ImportSource
    private let log: ProblemLog
    private let filters: [(column: Int, text: String)]

    init(_ header: CSVRecord, file: String, source: ImportSource, log: ProblemLog) {
        let names = (0..<header.count).map { header.text($0) ?? "" }
        count = header.count
        self.names = names
        self.file = file
        self.source = source
        self.log = log
        filters = source.filters.compactMap { filter in
            let place = (filter.place, "\(source.path).where")
            return Heading.column(filter.column, names, file, place, log).map { ($0, filter.text) }
        }
    }

    /// Whether a record passes the source's filters.
    func lets(_ record: CSVRecord) -> Bool { filters.allSatisfy { record.text($0.column) == $0.text } }

    func rowColumns() -> RowColumns? {
        let time = column(source.timeColumn, source.timeColumnPlace, source.path)
        let values = source.signals.map { signal in
            ([signal.column] + signal.addedColumns).map { column($0, signal.columnPlace, signal.path) }
        }
        guard let time, !values.joined().contains(nil), hasFilters else { return nil }
        return RowColumns(time: time, values: values.map { $0.compactMap(\.self) })
    }

    func dayColumns() -> DayColumns? {
        let date = column(source.timeColumn, source.timeColumnPlace, source.path)
        let runs = source.signals.map { signal -> DayRun? in
            guard let first = column(signal.column, signal.columnPlace, signal.path) else { return nil }
            var found = 0
            if let run = DayRun(names: names, first: first, found: &found) { return run }
            log.add(
                signal.columnPlace, path: signal.path,
                "\(file) has \(found) columns that count on from \(quoted(signal.column)); a day needs 48, or 50 with the "
                    + "two of the long day; name the first one")
            return nil
        }
        guard let date, !runs.contains(where: { $0 == nil }), hasFilters else { return nil }
        return DayColumns(date: date, runs: runs.compactMap(\.self))
    }

    func sessionColumns(_ sessions: ImportSessions) -> SessionColumns? {
        let start = column(source.timeColumn, source.timeColumnPlace, source.path)
        let end = column(sessions.endColumn, sessions.endPlace, source.path)
        let done = sessions.doneColumn.map { column($0, sessions.donePlace ?? sessions.endPlace, source.path) }
        guard let signal = source.signals.first else { return nil }
        let energy = column(signal.column, signal.columnPlace, signal.path)
        guard let start, let end, let energy, hasFilters else { return nil }
        if let done, done == nil { return nil }
        return SessionColumns(start: start, end: end, done: done.flatMap(\.self), energy: energy)
    }

    private var hasFilters: Bool { filters.count == source.filters.count }

    private func column(_ name: String, _ place: FilePlace, _ path: String) -> Int? {
        Heading.column(name, names, file, (place, path), log)
    }

    private static func column(
        _ name: String, _ names: [String], _ file: String, _ place: (FilePlace, String), _ log: ProblemLog
    ) -> Int? {
        let found = names.indices.filter { names[$0] == name }
        if found.count == 1 { return found.first }
        if found.isEmpty {
            let near = suggestion(for: name, among: names).map { "; did you mean \(quoted($0))?" } ?? ";"
            log.add(
                place.0, path: place.1,
                "\(quoted(name)) is no column of \(file)\(near) it has \(names.joined(separator: ", "))")
        } else {
            log.add(
                place.0, path: place.1, "\(file) has \(found.count) columns \(quoted(name)); rename all but one of them"
            )
        }
        return nil
    }
}
