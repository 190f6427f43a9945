public import TwinConfiguration
public import TwinCore

/// What an import read and wrote, for people and for tests.
public struct ImportReport: Sendable {
    /// How often something was found, and where first.
    public struct Found: Sendable, Hashable {
        static let firstMax = 5

        public internal(set) var count = 0
        /// Line numbers of the first five.
        public internal(set) var firstLines: [Int] = []

        mutating func add(line: Int) {
            count += 1
            if firstLines.count < Found.firstMax { firstLines.append(line) }
        }

        var places: String {
            let more = count > firstLines.count ? ", …" : ""
            return "line\(count == 1 ? "" : "s") \(firstLines.map(String.init).joined(separator: ", "))\(more)"
        }
    }

    /// A span of the imported time without a value.
    public struct Gap: Sendable, Hashable {
        public let from: PlantTime
        public let to: PlantTime
    }

    public struct Signal: Sendable {
        static let gapsMax = 5

        /// Name of its source.
        public let source: String
        public let column: String
        /// `wind/farm`.
        public let target: String
        public let key: String
        public let kind: ImportKind
        public let scale: Double
        public let scaleReason: String?
        /// Rows inside the imported time.
        public internal(set) var rows = 0
        public internal(set) var written = 0
        /// Rows without a value.
        public internal(set) var empty = 0
        /// Rows whose stamp was there already; the first one counts.
        public internal(set) var duplicates = Found()
        /// Cells that are no number.
        public internal(set) var unreadable = Found()
        public internal(set) var outOfRange = Found()
        /// Readings of a counter that were below the one before: a new meter or a reset. It counts on from there.
        public internal(set) var replaced = Found()
        /// Readings of a counter that had run over its digits.
        public internal(set) var ranOver = Found()
        /// Spans of the imported time without a value, whatever the cause.
        public internal(set) var gaps = 0
        public internal(set) var gapTotal = Span(ms: 0)
        /// The first five.
        public internal(set) var firstGaps: [Gap] = []
        /// Values whose interval runs into the next one's.
        var overlapping = 0
        /// Energy of the written values, kWh: the sum of power x period, or what a counter grew. Nil for the rest.
        public internal(set) var energyKWh: Double?
        /// Mean of the written values in the key's unit; nil without any.
        public internal(set) var mean: Double?
    }

    public struct Source: Sendable {
        public let name: String
        public let credit: String?
        /// Names of the files read.
        public internal(set) var files: [String] = []
        /// Rows of all files, header excluded.
        public internal(set) var rows = 0
        public internal(set) var rowsInside = 0
        /// Rows with a wrong number of fields, a broken quote, or a time that cannot be read.
        public internal(set) var badRows = Found()
        /// Half-hour rows with a wrong number of values for their date.
        public internal(set) var wrongDays = Found()
        /// What was expected of the first five of them, found, and what to do: `file:line: …`.
        public internal(set) var refusals: [String] = []
        /// Energy of all readable sessions of the files, kWh, whether they lie in the imported time or not.
        public internal(set) var sessionsKWh = 0.0
        /// Sessions that have no end, or end before they start; they are left out.
        public internal(set) var withoutEnd = Found()
        /// Their energy, kWh.
        public internal(set) var withoutEndKWh = 0.0
        /// Files that were cut or damaged.
        public internal(set) var notes: [String] = []
        /// Whether its rows are charging sessions.
        let hasSessions: Bool

        init(_ source: ImportSource) {
            name = source.name
            credit = source.credit
            if case .sessions = source.layout { hasSessions = true } else { hasSessions = false }
        }

        mutating func refuse(_ sentence: String, line: Int) {
            wrongDays.add(line: line)
            if refusals.count < Found.firstMax { refusals.append(sentence) }
        }
    }

    public let from: PlantTime
    public let to: PlantTime
    public let zone: LocalZone
    public internal(set) var sources: [Source]
    public internal(set) var signals: [Signal]
    public internal(set) var modelled: [ImportModelled]
}

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
        return lines.joined(separator: "\n") + "\n"
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
            (ranOver, "after the register ran over"),
        ] where found.count > 0 {
            notes.append("\(name): \(found.count) \(what): \(source), \(found.places)")
        }
        if written > 0 {
            notes += firstGaps.map { "\(name): gap from \(zone.text($0.from)) to \(zone.text($0.to))" }
            if gaps > firstGaps.count { notes.append("\(name): and \(gaps - firstGaps.count) more gaps") }
        }
        if overlapping > 0 { notes.append("\(name): \(overlapping) intervals overlap; is the period right?") }
        return notes
    }
}

extension ImportReport.Source {
    func notes(in report: ImportReport) -> [String] {
        let files = files.isEmpty ? "no file" : files.joined(separator: ", ")
        var lines = [
            "\(name): \(files), \(rowsInside) of \(rows) rows\(credit.map { "; \($0)" } ?? "")"
        ]
        if badRows.count > 0 { lines.append("\(name): \(badRows.count) unreadable rows: \(badRows.places)") }
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
        if self.files.isEmpty {
            lines.append("\(name): no input matches its file; its signals are gaps")
        } else if rowsInside == 0 {
            lines.append("\(name): no row lies in the imported time; check shift, zone and from")
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
