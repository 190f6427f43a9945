import TwinConfiguration
import TwinCore

extension ImportReport {
    /// A table with a row per signal, and below it what needs a sentence.
    public var text: String {
        let head = ["signal", "rows", "written", "empty", "double", "no number", "range", "gaps", "gap time", "result"]
        let rows = signals.map { signal in
            [
                "\(signal.target) \(signal.key)", "\(signal.rows)", "\(signal.written)", "\(signal.empty)",
                "\(signal.duplicates.count)", "\(signal.unreadable.count)", "\(signal.outOfRange.count)",
                "\(signal.gaps)", signal.gapTotal.text, signal.result,
            ]
        }
        var lines = ["\(zone.text(from)) to \(zone.text(to)) (\(zone.name))"]
        lines += table([head] + rows)
        lines += scaleNotes
        for signal in signals { lines += signal.notes(in: zone) }
        for source in sources { lines += source.notes(in: self) }
        for entry in modelled { lines.append("modelled, not measured: \(entry.name): \(entry.reason)") }
        return lines.map(\.printable).joined(separator: "\n") + "\n"
    }

    /// One sentence for all signals that are scaled by the same figure for the same reason.
    private var scaleNotes: [String] {
        var notes: [(targets: [String], sentence: String)] = []
        for signal in signals {
            guard let reason = signal.scaleReason else { continue }
            let sentence = "\(signal.key): measured values x \(rounded(signal.scale, 10_000)): \(reason)"
            if let place = notes.firstIndex(where: { $0.sentence == sentence }) {
                notes[place].targets.append(signal.target)
            } else {
                notes.append(([signal.target], sentence))
            }
        }
        return notes.map { "\($0.targets.joined(separator: ", ")) \($0.sentence)" }
    }

    private func table(_ rows: [[String]]) -> [String] {
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { index, cell in
                let space = String(repeating: " ", count: widths[index] - cell.count)
                return index == 0 ? cell + space : space + cell
            }.joined(separator: "  ")
        }
    }
}

extension ImportReport.Signal {
    var result: String {
        if let energyKWh { return "\(oneDecimal(energyKWh)) kWh" }
        guard let mean, let unit = ImportUnit.ofKey(key) else { return "-" }
        return "mean \(oneDecimal(mean)) \(unit.name)"
    }

    func notes(in zone: LocalZone) -> [String] {
        let name = "\(target) \(key)"
        var notes: [String] = []
        for (found, what) in [
            (duplicates, "with a stamp that was there already"), (unreadable, "without a number"),
            (outOfRange, "out of range"), (replaced, "below the one before, as of a new meter"),
            (ranOver, "after the register ran over"), (wrong, "that the register cannot have shown"),
            (overlapping, "left out, because they overlap the one before"),
        ] where found.count > 0 {
            notes.append("\(name): \(found.count) \(what): \(source), \(found.places)")
            if let example = found.example { notes.append(example) }
        }
        if conflicts.count > 0 { notes.append("\(name): \(conflictNote)") }
        if superseded > 0 {
            notes.append(
                "\(name): \(superseded) values gave way to a better one of their stamp: estimates, or times that the clock "
                    + "skips")
        }
        if estimated > 0 { notes.append("\(name): \(estimated) of the values are estimates, as the file says") }
        if written > 0 {
            notes += firstGaps.map { "\(name): gap from \(zone.text($0.from)) to \(zone.text($0.to))" }
            if gaps > firstGaps.count { notes.append("\(name): and \(gaps - firstGaps.count) more gaps") }
        }
        return notes
    }

    /// What differs, and what became of it.
    var conflictNote: String {
        let most = conflictShare.isFinite ? ", by up to \(rounded(conflictShare * 100, 10)) %" : ""
        let outcome: String
        switch repeats {
        case .first: outcome = "the first counts"
        case .last: outcome = "the last counts"
        case nil: outcome = "none of them counts"
        }
        return "\(conflicts.count) stamps have values that differ\(most); \(outcome): "
            + (conflicts.example ?? "\(source), \(conflicts.places)")
    }
}

extension ImportReport.Source {
    func notes(in report: ImportReport) -> [String] {
        let files = files.isEmpty ? "no file" : files.joined(separator: ", ")
        var lines = [
            "\(name): \(files), \(rowsInside) of \(rows) rows\(credit.map { "; \($0)" } ?? "")"
        ]
        if !headingLines.isEmpty {
            lines.append("\(name): lines above the heading are passed over: \(headingLines.joined(separator: ", "))")
        }
        if badRows.count > 0 { lines.append("\(name): \(badRows.count) unreadable rows: \(badRows.places)") }
        lines += [badRows.example].compactMap(\.self)
        if wrongDays.count > 0 {
            lines.append(
                "\(name): \(wrongDays.count) days with a wrong number of values are left out: \(wrongDays.places)")
            lines += refusals
        }
        if hasSessions {
            lines.append(
                "\(name): sessions of \(oneDecimal(sessionsKWh)) kWh in all, \(rowsInside) in the imported time")
        }
        if withoutEnd.count > 0 {
            lines.append(
                "\(name): \(withoutEnd.count) sessions of \(oneDecimal(withoutEndKWh)) kWh without an end after their start "
                    + "are left out: \(withoutEnd.places)")
        }
        if resumed.count > 0 {
            lines.append(
                "\(name): \(resumed.count) sessions begin with another one at the same charge point and are not counted "
                    + "again: \(resumed.places)")
        }
        if contradicting.count > 0 {
            lines.append(
                "\(name): \(contradicting.count) sessions begin together at one charge point and the longest has not the "
                    + "most energy; none counts: \(contradicting.places); repeats: first or last chooses")
        }
        if self.files.isEmpty {
            lines.append("\(name): no input matches its file; its signals are gaps")
        } else if rowsInside == 0 {
            lines.append("\(name): \(outside(report.from, report.to))")
        }
        return lines + notes.map { "\(name): \($0)" }
    }
}

/// A figure for people: rounded half to even, always with its one decimal.
private func oneDecimal(_ value: Double) -> String {
    let text = rounded(value, 10)
    return text.contains(".") || text.contains("e") ? text : text + ".0"
}

private func rounded(_ value: Double, _ parts: Double) -> String {
    plain((value * parts).rounded(.toNearestOrEven) / parts)
}
