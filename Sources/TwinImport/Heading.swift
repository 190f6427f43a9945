import TwinConfiguration
import TwinCore

/// Columns of a file of rows.
struct RowColumns {
    /// Those that hold the time together.
    var time: [Int]
    /// By signal: the columns that are added.
    var values: [[Int]]
    var quality: Int?
}

/// Columns of a file of days.
struct DayColumns {
    var date: [Int]
    /// By signal.
    var runs: [DayRun]
    var quality: Int?
}

/// Columns of a file of sessions.
struct SessionColumns {
    var start: [Int]
    var end: [Int]
    /// Empty where the file does not say when the current stopped.
    var done: [Int]
    /// Empty where nothing names the charge point.
    var point: [Int]
    var energy: Int
}

/// A file's header row, in which a source finds its columns. What is missing is reported at its place in the mapping.
struct Heading {
    /// Names above which lines a file may have: a title, the meter's number, the unit.
    static let linesAboveMax = 40
    /// Names in a message; more are a list that nobody reads.
    private static let shownMax = 12

    /// Columns that a row must have: those of the heading, less empty ones at its end.
    let count: Int
    /// The line it stands in.
    let line: Int
    let names: [String]
    /// Columns that the mapping has no word for.
    let spareColumns: [Int]
    private let file: String
    private let source: ImportSource
    private let log: ProblemLog
    private let filters: [(column: Int, filter: ImportFilter)]

    init(_ header: CSVRecord, file: String, source: ImportSource, log: ProblemLog) {
        let names = (0..<header.count).map { header.text($0) ?? "" }
        count = (names.lastIndex { !$0.isEmpty } ?? -1) + 1
        line = header.line
        self.names = names
        let named = Set(source.namedColumns)
        spareColumns = names.indices.filter { !names[$0].isEmpty && !named.contains(names[$0]) }
        self.file = file
        self.source = source
        self.log = log
        filters = source.filters.compactMap { filter in
            Heading.column(filter.column, names, file, (filter.place, "\(source.path).where"), log).map { ($0, filter) }
        }
    }

    /// Finds a file's heading: the first row that has all the columns of the mapping. Lines may stand above it, and the
    /// first may say `sep=;`, which counts.
    static func find(_ reader: inout CSVReader, file: String, source: ImportSource, log: ProblemLog) -> Heading? {
        let wanted = Set(source.namedColumns)
        var best: (record: CSVRecord, hits: Int)?
        while let record = reader.record(), record.line <= linesAboveMax {
            if let delimiter = record.statedDelimiter(reader.delimiter) {
                reader.delimiter = delimiter
                continue
            }
            let hits = wanted.intersection((0..<record.count).compactMap { record.text($0) }).count
            if hits == wanted.count { return Heading(record, file: file, source: source, log: log) }
            if best.map({ hits > $0.hits }) ?? true { best = (record, hits) }
        }
        guard let best else {
            log.add(
                source.filePlace, path: source.path, "\(file) is empty; a row with the names of its columns is expected"
            )
            return nil
        }
        guard !best.record.isBroken else {
            log.add(
                source.filePlace, path: source.path,
                "\(file):\(best.record.line): no row of headings: a quote is not closed, or the line is longer than 1 MiB; "
                    + "where lines end with carriage returns alone, save the file with line feeds")
            return nil
        }
        // For its problems.
        return Heading(best.record, file: file, source: source, log: log)
    }

    /// The first filter that a record does not pass, with the text it has there; nil where it passes all.
    func refusal(of record: CSVRecord) -> (filter: ImportFilter, text: String)? {
        for (column, filter) in filters {
            let text = record.text(column) ?? ""
            if text != filter.text { return (filter, text) }
        }
        return nil
    }

    func rowColumns() -> RowColumns? {
        let time = columns(source.timeColumns, source.timeColumnPlace)
        let values = source.signals.map { signal in
            ([signal.column] + signal.addedColumns).map { column($0, signal.columnPlace, signal.path) }
        }
        guard let time, !values.joined().contains(nil), hasFilters, let quality = qualityColumn() else { return nil }
        return RowColumns(time: time, values: values.map { $0.compactMap(\.self) }, quality: quality)
    }

    func dayColumns() -> DayColumns? {
        let date = columns(source.timeColumns, source.timeColumnPlace)
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
        guard let date, !runs.contains(where: { $0 == nil }), hasFilters, let quality = qualityColumn() else {
            return nil
        }
        return DayColumns(date: date, runs: runs.compactMap(\.self), quality: quality)
    }

    func sessionColumns(_ sessions: ImportSessions) -> SessionColumns? {
        let start = columns(source.timeColumns, source.timeColumnPlace)
        let end = columns(sessions.endColumns, sessions.endPlace)
        let done = columns(sessions.doneColumns, sessions.donePlace ?? sessions.endPlace)
        let point = columns(sessions.pointColumns, sessions.pointPlace ?? sessions.endPlace)
        guard let signal = source.signals.first else { return nil }
        let energy = column(signal.column, signal.columnPlace, signal.path)
        guard let start, let end, let done, let point, let energy, hasFilters else { return nil }
        return SessionColumns(
            start: start, end: end, done: done, point: point.isEmpty ? pointColumns : point, energy: energy)
    }

    /// Columns whose names say that they name a charge point.
    private var pointColumns: [Int] {
        let words: Set<String> = [
            "point", "chargepoint", "chargepointid", "cp", "cpid", "connector", "connectorid", "station", "stationid",
            "evse", "evseid", "socket", "socketid", "outlet", "charger", "chargerid", "loadpoint", "wallbox",
            "ladepunkt",
            "space", "bay",
        ]
        return names.indices.filter { words.contains(names[$0].lowercased().filter { $0.isLetter }) }
    }

    private var hasFilters: Bool { filters.count == source.filters.count }

    /// Nil where the mapping names a column that is not there.
    private func qualityColumn() -> Int?? {
        guard let quality = source.quality else { return .some(nil) }
        return column(quality.column, quality.place, "\(source.path).quality").map { .some($0) }
    }

    private func columns(_ wanted: [String], _ place: FilePlace) -> [Int]? {
        let found = wanted.map { column($0, place, source.path) }
        return found.contains(nil) ? nil : found.compactMap(\.self)
    }

    private func column(_ name: String, _ place: FilePlace, _ path: String) -> Int? {
        Heading.column(name, names, file, (place, path), log)
    }

    private static func column(
        _ name: String, _ names: [String], _ file: String, _ place: (FilePlace, String), _ log: ProblemLog
    ) -> Int? {
        let found = names.indices.filter { names[$0] == name }
        if found.count == 1 { return found.first }
        if found.isEmpty {
            log.add(place.0, path: place.1, "\(quoted(name)) is no column of \(file)\(hint(name, names))")
        } else {
            log.add(
                place.0, path: place.1, "\(file) has \(found.count) columns \(quoted(name)); rename all but one of them"
            )
        }
        return nil
    }

    private static func hint(_ name: String, _ names: [String]) -> String {
        if names.count == 1, let row = names.first {
            let other = ImportSource.Delimiter.allCases.first {
                row.utf8.contains($0.byte) && row.split(separator: Character(Unicode.Scalar($0.byte))).count > 1
            }
            if let other { return "; its columns stand apart by \(other.rawValue): write delimiter: \(other.rawValue)" }
        }
        let near = suggestion(for: name, among: names).map { "; did you mean \(quoted($0))?" } ?? ";"
        let shown = names.prefix(shownMax).map { name in
            name.unicodeScalars.contains { $0.value < 0x20 } || name.count > 40 ? quoted(name) : name
        }
        return "\(near) it has \(shown.joined(separator: ", "))\(names.count > shownMax ? ", …" : "")"
    }
}

extension CSVRecord {
    /// What a first line `sep=;` says of the file's delimiter.
    fileprivate func statedDelimiter(_ current: UInt8) -> UInt8? {
        guard line == 1, let first = text(0)?.lowercased(), first.hasPrefix("sep=") else { return nil }
        let rest = Array(first.utf8.dropFirst(4))
        // Cut at the delimiter that it states, the line has two fields.
        if rest.isEmpty { return current }
        return rest.count == 1 ? rest[0] : nil
    }
}

extension ImportSource {
    /// All columns that the mapping names; of half hours the first.
    fileprivate var namedColumns: [String] {
        var names = timeColumns + signals.flatMap { [$0.column] + $0.addedColumns } + filters.map(\.column)
        names += [quality?.column].compactMap(\.self)
        if case .sessions(let sessions) = layout {
            names += sessions.endColumns + sessions.doneColumns + sessions.pointColumns
        }
        return names
    }
}
