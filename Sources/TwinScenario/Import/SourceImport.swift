import TwinCore

/// A payload that an import will write.
struct ImportReading: Sendable {
    /// When the line arrives: the end of its interval.
    var t: PlantTime
    var ts: PlantTime
    var period: Span?
    /// Index of its group in the source: an asset with the form of its values.
    var group: Int
    var line: Int
    var values: [(key: String, value: Double)]
}

/// Turns the rows of one source into payloads and keeps count.
struct SourceImport {
    /// The signals that share a payload.
    struct Group {
        var area: Area
        var asset: String
        var isInterval: Bool
        /// Indices of the source's signals.
        var signals: [Int]
    }

    let source: ImportSource
    let groups: [Group]
    private let from: PlantTime
    private let to: PlantTime
    private let siteZone: LocalZone
    private(set) var readings: [ImportReading] = []
    private(set) var report: ImportReport.Source
    private var counts: [ImportReport.Signal]
    private var tracks: [SignalTrack]
    private var seen: Set<PlantTime> = []

    init(_ source: ImportSource, mapping: ImportMapping) {
        self.source = source
        from = mapping.from
        to = mapping.to
        siteZone = mapping.zone
        report = ImportReport.Source(name: source.name, credit: source.credit)
        counts = source.signals.map { signal in
            ImportReport.Signal(
                source: source.name, column: signal.column, target: "\(signal.area.rawValue)/\(signal.asset)",
                key: signal.key, kind: signal.kind, scale: signal.scale, scaleReason: signal.scaleReason)
        }
        tracks = source.signals.map { _ in SignalTrack() }
        var groups: [Group] = []
        for (index, signal) in source.signals.enumerated() {
            let isInterval = signal.kind.isInterval
            if let known = groups.firstIndex(where: {
                $0.area == signal.area && $0.asset == signal.asset && $0.isInterval == isInterval
            }) {
                groups[known].signals.append(index)
            } else {
                groups.append(Group(area: signal.area, asset: signal.asset, isInterval: isInterval, signals: [index]))
            }
        }
        self.groups = groups
    }

    /// Takes one file's rows.
    /// - Parameters:
    ///   - file: its name, for messages.
    ///   - next: hands out its lines, the header row first.
    ///   - log: takes columns that the file does not have.
    mutating func take(file: String, log: ProblemLog, next: @escaping () -> LineRead?) {
        report.files.append(file)
        var reader = CSVReader(delimiter: source.delimiter.byte, next: next)
        guard let header = reader.record() else {
            log.add(
                source.filePlace, path: source.path, "\(file) is empty; a row with the names of its columns is expected"
            )
            return
        }
        let names = (0..<header.count).map { header.text($0) ?? "" }
        let time = column(source.timeColumn, names, file, source.timeColumnPlace, source.path, log)
        let cells = source.signals.map { column($0.column, names, file, $0.columnPlace, $0.path, log) }
        let columns = cells.compactMap(\.self)
        guard let time, columns.count == cells.count else { return }
        while let record = reader.record() {
            report.rows += 1
            guard !record.isBroken, record.count == header.count, let read = record.text(time).flatMap(read) else {
                report.badRows.add(line: record.line)
                continue
            }
            guard mayLieInside(read) else { continue }
            let stamp = instant(read)
            take(record, at: shifted(stamp), columns)
        }
    }

    mutating func note(_ text: String) { report.notes.append(text) }

    private func column(
        _ name: String, _ names: [String], _ file: String, _ place: FilePlace, _ path: String, _ log: ProblemLog
    ) -> Int? {
        let found = names.indices.filter { names[$0] == name }
        if found.count == 1 { return found.first }
        if found.isEmpty {
            let near = suggestion(for: name, among: names).map { "; did you mean \(quoted($0))?" } ?? ";"
            log.add(
                place, path: path,
                "\(quoted(name)) is no column of \(file)\(near) it has \(names.joined(separator: ", "))")
        } else {
            log.add(place, path: path, "\(file) has \(found.count) columns \(quoted(name)); rename all but one of them")
        }
        return nil
    }

    /// A time as the file writes it; `local` and `offset` times as if they were UTC.
    private func read(_ text: String) -> PlantTime? {
        switch source.timeFormat {
        case .rfc3339: PlantTime(rfc3339: text)
        case .local, .offset: PlantTime(zoneless: text)
        }
    }

    /// The instant that a time as written means, before any shift.
    private func instant(_ read: PlantTime) -> PlantTime {
        switch source.timeFormat {
        case .rfc3339: return read
        case .offset(let offset): return read - offset
        case .local:
            let day = read.floored(to: .days(1))
            return source.zone.instant(
                CivilDate(daysSinceEpoch: day.ms / Span.days(1).ms), msOfDay: (read - day).ms)
        }
    }

    /// A cheap test that spares most rows of a year the zones; no zone is two days off.
    private func mayLieInside(_ read: PlantTime) -> Bool {
        let rough = read + .days(source.shiftDays ?? 0)
        return rough >= from - .days(2) && rough <= to + .days(2)
    }

    /// The same time of day by the wall clock, on the day it is laid on.
    private func shifted(_ stamp: PlantTime) -> PlantTime {
        guard let days = source.shiftDays else { return stamp }
        let local = source.zone.local(stamp)
        return siteZone.instant(
            CivilDate(daysSinceEpoch: local.date.daysSinceEpoch + days), msOfDay: local.msOfDay)
    }

    private mutating func take(_ record: CSVRecord, at stamp: PlantTime, _ columns: [Int]) {
        let start = source.stamp == .start ? stamp : stamp - source.period
        let holdsInterval = start >= from && start + source.period <= to
        let holdsInstant = stamp >= from && stamp <= to
        guard groups.contains(where: { $0.isInterval ? holdsInterval : holdsInstant }) else { return }
        report.rowsInside += 1
        let isFirst = seen.insert(stamp).inserted
        for (index, group) in groups.enumerated() where group.isInterval ? holdsInterval : holdsInstant {
            let ts = group.isInterval ? start : stamp
            let period = group.isInterval ? source.period : nil
            var values: [(key: String, value: Double)] = []
            for signal in group.signals {
                counts[signal].rows += 1
                guard isFirst else {
                    counts[signal].duplicates.add(line: record.line)
                    continue
                }
                guard let value = value(of: signal, record, columns[signal]) else { continue }
                counts[signal].written += 1
                tracks[signal].add(ts, value)
                values.append((source.signals[signal].key, value))
            }
            guard !values.isEmpty else { continue }
            readings.append(
                ImportReading(
                    t: ts + (period ?? Span(ms: 0)), ts: ts, period: period, group: index, line: record.line,
                    values: values))
        }
    }

    /// The value to write; nil where the cell has none, which is counted.
    private mutating func value(of index: Int, _ record: CSVRecord, _ column: Int) -> Double? {
        let signal = source.signals[index]
        let text = record.text(column) ?? ""
        if text.isEmpty {
            counts[index].empty += 1
            return nil
        }
        let number = Trap.decimal(source.hasDecimalComma ? text.replacing(",", with: ".") : text)
        guard let number, number.isFinite else {
            counts[index].unreadable.add(line: record.line)
            return nil
        }
        let value = signal.written(number, period: source.period)
        guard value.isFinite, signal.range.map({ $0.contains(number) }) ?? true else {
            counts[index].outOfRange.add(line: record.line)
            return nil
        }
        return value
    }

    /// The signals' counts with their gaps and integrals.
    func signalReports() -> [ImportReport.Signal] {
        zip(counts, tracks).map { count, track in
            var count = count
            track.finish(&count, period: source.period, from: from, to: to)
            return count
        }
    }
}

/// The written values of one signal, for its gaps and its integral.
struct SignalTrack {
    private var values: [(ts: PlantTime, value: Double)] = []

    mutating func add(_ ts: PlantTime, _ value: Double) { values.append((ts, value)) }

    func finish(_ signal: inout ImportReport.Signal, period: Span, from: PlantTime, to: PlantTime) {
        let sorted = values.sorted { $0.ts < $1.ts }
        // A sample may come a little late; what is missing is a gap from when it was due.
        let tolerance = signal.kind.isInterval ? Span(ms: 0) : Span(ms: period.ms / 2)
        var covered = from
        for entry in sorted {
            if signal.kind.isInterval, entry.ts < covered { signal.overlapping += 1 }
            signal.addGap(covered, entry.ts, tolerance)
            covered = max(covered, entry.ts + period)
        }
        signal.addGap(covered, to, tolerance)
        guard !sorted.isEmpty else { return }
        let sum = sorted.reduce(0) { $0 + $1.value }
        signal.mean = sum / Double(sorted.count)
        let quantity = ImportUnit.ofKey(signal.key)?.quantity
        if signal.kind == .counter, quantity == .energy {
            // A register that falls was replaced; it counts on from its new value.
            signal.energyKWh = zip(sorted, sorted.dropFirst()).reduce(0) { $0 + max(0, $1.1.value - $1.0.value) }
        } else if signal.kind.isInterval, quantity == .power {
            signal.energyKWh = sum * period.hours
        }
    }
}

extension ImportReport.Signal {
    fileprivate mutating func addGap(_ start: PlantTime, _ end: PlantTime, _ tolerance: Span) {
        guard end > start + tolerance else { return }
        gaps += 1
        gapTotal = gapTotal + (end - start)
    }
}
