import TwinConfiguration
import TwinCore
import TwinFiles

/// Takes the rows of one source and keeps count of what it cannot take. `finished()` makes payloads of them.
struct SourceImport {
    /// How long a value holds.
    enum Form {
        /// For the row's interval.
        case interval
        /// From its instant to the next one's.
        case held
        /// It is the register's reading at an instant.
        case instant

        init(_ kind: ImportKind) {
            switch kind {
            case .mean, .energy: self = .interval
            case .sample: self = .held
            case .counter: self = .instant
            }
        }
    }

    /// The signals that share a payload.
    struct Group {
        var area: Area
        var asset: String
        var form: Form
        /// Indices of the source's signals.
        var signals: [Int]
    }

    let source: ImportSource
    let groups: [Group]
    let from: PlantTime
    let to: PlantTime
    let numbers: NumberStyle
    let times: SourceTimes
    var rows: [ImportRow] = []
    var readings: [ImportReading] = []
    var report: ImportReport.Source
    var counts: [ImportReport.Signal]
    var tracks: [SignalTrack]
    var sessions: [ChargingSession] = []
    private var seenSessions: Set<[[UInt8]]> = []
    private var file = ""
    /// Of the row above in this file.
    private var lastInstant: PlantTime?
    private var lastInside: RowPlace?
    var spare = SpareColumns()

    init(_ source: ImportSource, mapping: ImportMapping) {
        self.source = source
        from = mapping.from
        to = mapping.to
        numbers = NumberStyle(hasDecimalComma: source.hasDecimalComma)
        times = SourceTimes(source, siteZone: mapping.zone)
        report = ImportReport.Source(source)
        counts = source.signals.map { ImportReport.Signal($0, source: source) }
        tracks = source.signals.map { _ in SignalTrack() }
        var groups: [Group] = []
        for (index, signal) in source.signals.enumerated() {
            let form = Form(signal.kind)
            if let known = groups.firstIndex(where: {
                $0.area == signal.area && $0.asset == signal.asset && $0.form == form
            }) {
                groups[known].signals.append(index)
            } else {
                groups.append(Group(area: signal.area, asset: signal.asset, form: form, signals: [index]))
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
        self.file = file
        lastInstant = nil
        var reader = CSVReader(delimiter: source.delimiter.byte, next: TextLines(next).next)
        guard let heading = Heading.find(&reader, file: file, source: source, log: log) else { return }
        if heading.line > 1 { report.headingLines.append("\(file):\(heading.line)") }
        switch source.layout {
        case .rows:
            guard let columns = heading.rowColumns() else { return }
            each(&reader, heading, spare: heading.spareColumns) { $0.takeRow($1, columns, heading.count) }
        case .halfHours(let order):
            guard let columns = heading.dayColumns() else { return }
            let first = columns.runs.map(\.first).min() ?? 0
            each(&reader, heading, spare: heading.spareColumns.filter { $0 < first }) { $0.takeDay($1, columns, order) }
        case .sessions:
            guard case .sessions(let sessions) = source.layout, let columns = heading.sessionColumns(sessions) else {
                return
            }
            each(&reader, heading, spare: heading.spareColumns) { $0.takeSession($1, columns, heading.count) }
        }
    }

    /// Hands out the records that the source's filters let through.
    private mutating func each(
        _ reader: inout CSVReader, _ heading: Heading, spare columns: [Int],
        _ take: (inout SourceImport, CSVRecord) -> Void
    ) {
        while let record = reader.record() {
            report.rows += 1
            let at = place(record)
            if record.isBroken {
                report.badRows.add(at, "a quote is not closed, or the line is too long")
            } else if let (filter, text) = heading.refusal(of: record) {
                report.filtered.add(at, "\(filter.column) is \(quoted(text)), not \(quoted(filter.text))")
            } else {
                spare.note(record, columns, names: heading.names)
                take(&self, record)
            }
        }
    }

    mutating func note(_ text: String) { report.notes.append(text) }

    private func place(_ record: CSVRecord) -> RowPlace { RowPlace(file: file, line: record.line) }

    private mutating func takeRow(_ record: CSVRecord, _ columns: RowColumns, _ count: Int) {
        guard let read = time(record, columns.time, count) else { return }
        guard mayLieInside(read) else { return }
        let instant = times.instant(read, after: lastInstant)
        lastInstant = instant
        take(
            at: times.shifted(instant), place(record), isEstimated: isEstimated(record, columns.quality),
            isSkipped: times.isSkipped(read, instant), texts: columns.values.map { $0.map { record.text($0) ?? "" } })
    }

    /// A row's time; nil where it has none, or other columns than the heading, which is counted.
    private mutating func time(_ record: CSVRecord, _ columns: [Int], _ count: Int) -> PlantTime? {
        let at = place(record)
        guard record.fits(count), let text = record.text(columns) else {
            report.badRows.add(at, "\(record.count) columns where the heading has \(count)")
            return nil
        }
        if let read = times.read(text) { return read }
        let fix = times.whatReads(text).map { "; \($0) reads it" } ?? ""
        report.badRows.add(at, "\(quoted(text)) is no time as written in \(times.form)\(fix)")
        return nil
    }

    private func isEstimated(_ record: CSVRecord, _ column: Int?) -> Bool {
        guard let column, let quality = source.quality else { return false }
        return quality.estimated.contains(record.text(column) ?? "")
    }

    /// A day's half hours, counted on from local midnight, so that no clock change makes two of one.
    private mutating func takeDay(_ record: CSVRecord, _ columns: DayColumns, _ order: ImportDateOrder) {
        let at = place(record)
        let text = record.text(columns.date) ?? ""
        guard let date = SourceTimes.date(text, order) else {
            let others = SourceTimes.orders(of: text).map { "date: \($0.rawValue)" }.joined(separator: " or ")
            report.badRows.add(
                at,
                "\(quoted(text)) is no date as written in \(order.rawValue), \(order.example)"
                    + (others.isEmpty ? "" : "; \(others) reads it"))
            return
        }
        guard mayLieInside(PlantTime(ms: Span.days(date.daysSinceEpoch).ms)) else { return }
        let day = HalfHourDay(date, in: source.zone)
        let isEstimatedDay = isEstimated(record, columns.quality)
        var texts: [[String]] = []
        var flags = [Bool](repeating: isEstimatedDay, count: day.count)
        for run in columns.runs {
            let all = run.texts(record)
            let estimates = run.estimates(record)
            do throws(HalfHourDay.WrongCount) {
                let cells = try day.cells(all, run.layout)
                texts.append(cells.map { $0 < all.count ? all[$0] : "" })
                for (index, cell) in cells.enumerated() where cell < estimates.count && estimates[cell] {
                    flags[index] = true
                }
            } catch {
                report.refuse("\(at.text): \(error.sentence)", at)
                return
            }
        }
        for index in 0..<day.count {
            let start = day.midnight + Int64(index) * HalfHourDay.length
            take(
                at: times.shifted(start), at, isEstimated: flags[index], texts: texts.map { [$0[index]] })
        }
    }

    private mutating func takeSession(_ record: CSVRecord, _ columns: SessionColumns, _ count: Int) {
        guard let start = time(record, columns.start, count).map({ times.instant($0) }) else { return }
        let at = place(record)
        counts[0].rows += 1
        guard seenSessions.insert(record.content).inserted else {
            counts[0].duplicates.add(at)
            return
        }
        guard let number = number(of: 0, at, [record.text(columns.energy) ?? ""]) else { return }
        let energyKWh = source.signals[0].energyKWh(number)
        report.sessionsKWh += energyKWh
        /// In the hour that a clock change repeats, the end is the passing that comes after the start.
        func passing(_ columns: [Int]) -> PlantTime? {
            record.text(columns).flatMap(times.read).map { times.instant($0, after: start - Span(ms: 1)) }
        }
        guard let end = passing(columns.end), end >= start else {
            report.withoutEnd.add(at, record.text(columns.end).map(quoted))
            report.withoutEndKWh += energyKWh
            return
        }
        let laid = times.shifted(start)
        let done =
            (columns.done.isEmpty ? nil : passing(columns.done)).flatMap { $0 > start && $0 < end ? $0 : nil } ?? end
        sessions.append(
            ChargingSession(
                start: laid, charged: laid + max(done - start, Span(ms: 1)), end: laid + max(end - start, Span(ms: 1)),
                energyKWh: energyKWh, point: columns.point.isEmpty ? nil : record.text(columns.point),
                place: at))
    }

    /// A cheap test that spares most rows of a year the zones; no zone is two days off.
    private mutating func mayLieInside(_ read: PlantTime) -> Bool {
        let rough = read + .days(source.shiftDays ?? 0)
        report.earliest = min(report.earliest ?? rough, rough)
        report.latest = max(report.latest ?? rough, rough)
        return rough >= from - .days(2) && rough <= to + .days(2)
    }

    /// - Parameter texts: a signal's cells, which are added.
    private mutating func take(
        at stamp: PlantTime, _ place: RowPlace, isEstimated: Bool, isSkipped: Bool = false, texts: [[String]]
    ) {
        let (start, end) = times.interval(stamp)
        func holds(_ form: Form) -> Bool {
            switch form {
            case .interval: start >= from && end <= to
            case .held: stamp > from - source.period && stamp < to
            case .instant: stamp >= from && stamp <= to
            }
        }
        guard groups.contains(where: { holds($0.form) }) else { return }
        // A sample before the first day may hold into it; a row may hold a day.
        if stamp >= from, place != lastInside {
            report.rowsInside += 1
            lastInside = place
        }
        var values = [Double?](repeating: nil, count: source.signals.count)
        for group in groups where holds(group.form) {
            for signal in group.signals {
                counts[signal].rows += 1
                values[signal] = number(of: signal, place, texts[signal])
            }
        }
        rows.append(
            ImportRow(
                stamp: stamp, start: start, end: end, place: place, isEstimated: isEstimated, isSkipped: isSkipped,
                values: values))
    }

    /// The number that the cells make together; nil where there is none, which is counted.
    private mutating func number(of index: Int, _ place: RowPlace, _ texts: [String]) -> Double? {
        let signal = source.signals[index]
        if texts.contains("") {
            counts[index].empty += 1
            return nil
        }
        var number = 0.0
        for text in texts {
            guard let value = numbers.number(text), value.isFinite else {
                let fix = numbers.whatReads(text).map { "; \($0)" } ?? ""
                counts[index].unreadable.add(place, "\(quoted(text)) is no number\(fix)")
                return nil
            }
            number += value
        }
        let isUsable = signal.written(number, period: source.period).isFinite
        guard isUsable, signal.range.map({ $0.contains(number) }) ?? true else {
            counts[index].outOfRange.add(place, "\(plain(number)) is outside the range")
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
