import TwinConfiguration
import TwinCore

extension SourceImport {
    /// Why the source has nothing to import, with the text that was found and what would read it; nil when it has
    /// something. A source that the mapping calls optional may have nothing, and is a gap.
    func refusal() -> ConfigProblem? {
        if let spacing = report.usualSpacing {
            return problem(
                source.periodPlace ?? source.filePlace, "\(source.path).period",
                "rows stand \(spacing.text) apart and each is said to hold for \(source.period.text), so that the total "
                    + "would not be the file's; write period: \(spacing.text)")
        }
        guard !report.files.isEmpty, !source.isOptional, counts.allSatisfy({ $0.written == 0 }) else { return nil }
        let found = nothing
        let fix = found.isEmpty ? "no value in the imported time" : found.joined(separator: "; ")
        return problem(
            source.filePlace, "\(source.path).file",
            "nothing was read of \(report.files.joined(separator: ", ")): \(fix)")
    }

    private func problem(_ place: FilePlace, _ path: String, _ text: String) -> ConfigProblem {
        ConfigProblem(file: place.file, line: place.line, column: place.column, path: path, text: text)
    }

    /// What became of the rows, by what took most of them.
    private var nothing: [String] {
        if report.rows == 0 { return ["a heading and no row below it"] }
        var found: [(count: Int, text: String)] = []
        func add(_ what: ImportReport.Found, _ text: String) {
            guard what.count > 0 else { return }
            found.append((what.count, text + (what.example.map { ": \($0)" } ?? ": \(what.places)")))
        }
        let rows = report.rows
        if report.filtered.count > 0 {
            add(report.filtered, "\(report.filtered.count) rows of \(rows) did not match where")
        }
        add(report.badRows, "\(report.badRows.count) rows of \(rows) are unreadable")
        if report.wrongDays.count > 0 {
            found.append((report.wrongDays.count, report.refusals.first ?? "days with a wrong number of values"))
        }
        for count in counts {
            add(count.unreadable, "\(count.unreadable.count) cells of \(count.column) are no number")
            add(count.outOfRange, "\(count.outOfRange.count) cells of \(count.column) are out of range")
            if count.empty > 0 { found.append((count.empty, "\(count.empty) cells of \(count.column) are empty")) }
            if count.conflicts.count > 0 { found.append((count.conflicts.count, count.conflictNote + choice)) }
        }
        let outside = rows - report.filtered.count - report.badRows.count - report.wrongDays.count - report.rowsInside
        if report.rowsInside == 0, outside > 0 { found.append((outside, report.outside(from, to))) }
        add(
            report.contradicting,
            "\(report.contradicting.count) sessions contradict each other; write repeats: first or last")
        if report.withoutEnd.count > 0 { add(report.withoutEnd, "\(report.withoutEnd.count) sessions have no end") }
        return found.sorted { $0.count > $1.count }.map(\.text)
    }

    /// How a mapping may choose between rows of one stamp.
    private var choice: String {
        guard let (name, texts) = spare.telling, let last = texts.last else { return "; write repeats: first or last" }
        return
            "; \(name) holds \(texts.joined(separator: ", ")): where: {\(name): \(quoted(last))} takes one kind of row, "
            + "quality: {column: \(name), estimated: […]} the actual ones; repeats: first or last goes by their order"
    }
}

extension ImportReport.Source {
    /// Where rows lie that are not in the imported time.
    func outside(_ from: PlantTime, _ to: PlantTime) -> String {
        guard let earliest, let latest else { return "no row lies in the imported time; check shift, zone and from" }
        func day(_ time: PlantTime) -> String { String(time.rfc3339.prefix(10)) }
        return "no row lies in the imported time; they run from \(day(earliest)) to \(day(latest)), and from "
            + "\(from.rfc3339) to \(to.rfc3339) is asked for; check shift, zone, from and period"
    }
}
