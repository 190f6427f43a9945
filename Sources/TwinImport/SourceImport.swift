import TwinConfiguration
import TwinCore
import TwinFiles

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
    let from: PlantTime
    let to: PlantTime
    private let times: SourceTimes
    var readings: [ImportReading] = []
    var report: ImportReport.Source
    var counts: [ImportReport.Signal]
    var tracks: [SignalTrack]
    var sessions: [ChargingSession] = []
    private var seen: Set<PlantTime> = []

    init(_ source: ImportSource, mapping: ImportMapping) {
        self.source = source
        from = mapping.from
        to = mapping.to
        times = SourceTimes(source, siteZone: mapping.zone)
        report = ImportReport.Source(source)
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
        let heading = Heading(header, file: file, source: source, log: log)
        switch source.layout {
        case .rows:
            guard let columns = heading.rowColumns() else { return }
            each(&reader, heading) { $0.takeRow($1, columns, heading.count) }
        case .halfHours(let order):
            guard let columns = heading.dayColumns() else { return }
            each(&reader, heading) { $0.takeDay($1, columns, order, file: file) }
        case .sessions(let sessions):
            guard let columns = heading.sessionColumns(sessions) else { return }
            each(&reader, heading) { $0.takeSession($1, columns, heading.count) }
        }
    }

    /// Hands out the records that the source's filters let through.
    private mutating func each(
        _ reader: inout CSVReader, _ heading: Heading, _ take: (inout SourceImport, CSVRecord) -> Void
    ) {
        while let record = reader.record() {
            report.rows += 1
            if record.isBroken {
                report.badRows.add(line: record.line)
            } else if heading.lets(record) {
                take(&self, record)
            }
        }
    }

    mutating func note(_ text: String) { report.notes.append(text) }

    private mutating func takeRow(_ record: CSVRecord, _ columns: RowColumns, _ count: Int) {
        guard record.count == count, let read = record.text(columns.time).flatMap(times.read) else {
            report.badRows.add(line: record.line)
            return
        }
        guard mayLieInside(read) else { return }
        take(
            line: record.line, at: times.shifted(times.instant(read)),
            texts: columns.values.map { $0.map { record.text($0) ?? "" } })
    }

    /// A day's half hours, counted on from local midnight, so that no clock change makes two of one.
    private mutating func takeDay(_ record: CSVRecord, _ columns: DayColumns, _ order: ImportDateOrder, file: String) {
        guard let date = record.text(columns.date).flatMap({ SourceTimes.date($0, order) }) else {
            report.badRows.add(line: record.line)
            return
        }
        guard mayLieInside(PlantTime(ms: Span.days(date.daysSinceEpoch).ms)) else { return }
        let day = HalfHourDay(date, in: source.zone)
        var cells: [[String]] = []
        for run in columns.runs {
            do throws(HalfHourDay.WrongCount) { cells.append(try day.cells(run.texts(record), run.layout)) } catch {
                report.refuse("\(file):\(record.line): \(error.sentence)", line: record.line)
                return
            }
        }
        for index in 0..<day.count {
            let start = day.midnight + Int64(index) * HalfHourDay.length
            take(line: record.line, at: times.shifted(start), texts: cells.map { [$0[index]] })
        }
    }

    private mutating func takeSession(_ record: CSVRecord, _ columns: SessionColumns, _ count: Int) {
        guard record.count == count, let start = record.text(columns.start).flatMap(times.read).map(times.instant)
        else {
            report.badRows.add(line: record.line)
            return
        }
        func time(_ column: Int?) -> PlantTime? {
            column.flatMap { record.text($0) }.flatMap(times.read).map(times.instant)
        }
        counts[0].rows += 1
        guard let number = number(of: 0, line: record.line, [record.text(columns.energy) ?? ""]) else { return }
        let energyKWh = source.signals[0].energyKWh(number)
        report.sessionsKWh += energyKWh
        guard let end = time(columns.end), end >= start else {
            report.withoutEnd.add(line: record.line)
            report.withoutEndKWh += energyKWh
            return
        }
        let laid = times.shifted(start)
        let done = time(columns.done).flatMap { $0 > start && $0 < end ? $0 : nil } ?? end
        sessions.append(
            ChargingSession(
                start: laid, charged: laid + max(done - start, Span(ms: 1)), end: laid + max(end - start, Span(ms: 1)),
                energyKWh: energyKWh))
    }

    /// A cheap test that spares most rows of a year the zones; no zone is two days off.
    private func mayLieInside(_ read: PlantTime) -> Bool {
        let rough = read + .days(source.shiftDays ?? 0)
        return rough >= from - .days(2) && rough <= to + .days(2)
    }

    /// - Parameter texts: a signal's cells, which are added.
    private mutating func take(line: Int, at stamp: PlantTime, texts: [[String]]) {
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
                    counts[signal].duplicates.add(line: line)
                    continue
                }
                guard let number = number(of: signal, line: line, texts[signal]) else { continue }
                let value = source.signals[signal].written(number, period: source.period)
                counts[signal].written += 1
                tracks[signal].add(ts, value)
                values.append((source.signals[signal].key, value))
            }
            guard !values.isEmpty else { continue }
            readings.append(
                ImportReading(
                    t: ts + (period ?? Span(ms: 0)), ts: ts, period: period, group: index, line: line,
                    values: values))
        }
    }

    /// The number that the cells make together; nil where there is none, which is counted.
    private mutating func number(of index: Int, line: Int, _ texts: [String]) -> Double? {
        let signal = source.signals[index]
        if texts.contains("") {
            counts[index].empty += 1
            return nil
        }
        let numbers = texts.compactMap {
            Double(decimal: source.hasDecimalComma ? $0.replacing(",", with: ".") : $0)
        }
        guard numbers.count == texts.count, numbers.allSatisfy(\.isFinite) else {
            counts[index].unreadable.add(line: line)
            return nil
        }
        let number = numbers.reduce(0, +)
        let isUsable = signal.written(number, period: source.period).isFinite
        guard isUsable, signal.range.map({ $0.contains(number) }) ?? true else {
            counts[index].outOfRange.add(line: line)
            return nil
        }
        return number
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
