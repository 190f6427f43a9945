import TwinConfiguration
public import TwinCore
public import TwinFiles

/// Proposes a mapping for a file by its first rows: how its columns stand apart, which one is the time and how it is
/// written, how far apart the rows are, and which columns hold numbers. What nobody can tell from a file, to which
/// asset a column belongs, is left to be written.
public struct MappingGuess {
    /// Rows that are looked at.
    static let rowsMax = 500

    private let delimiter: ImportSource.Delimiter
    private let names: [String]
    private let rows: [[String]]

    /// Nil where no row is found that holds a time.
    /// - Parameter next: hands out the file's lines, nil at the end.
    public init?(next: @escaping () -> LineRead?) {
        let text = TextLines(next)
        var lines: [LineRead] = []
        while lines.count < MappingGuess.rowsMax, let line = text.next() { lines.append(line) }
        let tables = ImportSource.Delimiter.allCases.map { ($0, MappingGuess.table(lines, $0)) }
        // The delimiter that gives the rows the most columns.
        func width(_ table: [[String]]) -> Int { table.map(\.count).sorted().dropFirst(table.count / 2).first ?? 0 }
        guard let (delimiter, table) = tables.max(by: { width($0.1) < width($1.1) }),
            let first = table.firstIndex(where: { $0.contains { TimeGuess.isTime($0) } }), first > 0
        else { return nil }
        self.delimiter = delimiter
        names = table[first - 1]
        rows = table[first...].filter { $0.count >= 2 }
    }

    private static func table(_ lines: [LineRead], _ delimiter: ImportSource.Delimiter) -> [[String]] {
        var rest = lines[...]
        var reader = CSVReader(delimiter: delimiter.byte) { rest.popFirst() }
        var table: [[String]] = []
        while let record = reader.record() {
            if !record.isBroken { table.append((0..<record.count).map { record.text($0) ?? "" }) }
        }
        return table
    }

    private func cells(_ column: Int) -> [String] {
        rows.compactMap { $0.indices.contains(column) && !$0[column].isEmpty ? $0[column] : nil }
    }

    /// The mapping as text, with `…` where a person has to write.
    /// - Parameters:
    ///   - file: the file's name, which the source reads.
    ///   - site: the configuration's site, with its zone and step.
    public func text(file: String, site: String, zone: LocalZone, stepS: Int) -> String {
        let columns = names.indices.filter { !names[$0].isEmpty }
        let time = TimeGuess(columns.map { (names[$0], cells($0)) })
        let day = columns.first { column in
            var found = 0
            return DayRun(names: names, first: column, found: &found) != nil
        }
        var lines = [
            "twin: mapping/1", "site: \(site)", "time_zone: \(zone.name)", "step_s: \(stepS)",
            "from: \(time.firstDay(zone) ?? "…")", "for: 1d", "sources:", "  - name: source",
            "    file: \(JSON.string(file).printableLine)",
        ]
        if delimiter != .comma { lines.append("    delimiter: \(delimiter.rawValue)") }
        let numeric = columns.filter { !time.columns.contains(names[$0]) && isNumeric($0) }
        if let comma = decimalComma(numeric), delimiter != .comma || !comma {
            lines.append("    decimal_comma: \(comma)")
        }
        if let day {
            lines += [
                "    layout: half_hours", "    time: {column: \(time.column), date: \(time.order), zone: \(zone.name)}",
                "    signals:", signal(names[day], unit: "kWh", kind: "energy"),
            ]
            return lines.joined(separator: "\n") + "\n"
        }
        lines += [
            "    time: {column: \(time.column), \(time.format(zone)), stamp: start}  # or end",
            "    period: \(time.period?.text ?? "…")", "    signals:",
        ]
        lines += numeric.map { column in
            let unit = MappingGuess.unit(names[column])
            let kind =
                unit == nil ? "…" : unit == "kWh" || unit == "MWh" || unit == "m3" ? "energy  # or counter" : "mean"
            return signal(names[column], unit: unit ?? "…", kind: kind)
        }
        return (lines + time.doubts.map { "# \($0)" }).joined(separator: "\n") + "\n"
    }

    private func signal(_ name: String, unit: String, kind: String) -> String {
        let parts = kind.split(separator: "  #", maxSplits: 1).map(String.init)
        let note = parts.count > 1 ? "  #\(parts[1])" : ""
        return
            "      - {column: \(JSON.string(name).printableLine), asset: …, key: …, unit: \(unit), kind: \(parts[0])}\(note)"
    }

    private func isNumeric(_ column: Int) -> Bool {
        let cells = cells(column)
        let commas: [Bool?] = [nil, true, false]
        let numbers = cells.filter { cell in
            commas.contains { NumberStyle(hasDecimalComma: $0).number(cell) != nil }
        }
        return !cells.isEmpty && numbers.count * 10 >= cells.count * 9
    }

    /// Nil where points read all numbers.
    private func decimalComma(_ columns: [Int]) -> Bool? {
        let cells = columns.flatMap { self.cells($0) }
        func reads(_ comma: Bool?) -> Int {
            cells.filter { NumberStyle(hasDecimalComma: comma).number($0) != nil }.count
        }
        let plain = reads(nil)
        if reads(true) > plain { return true }
        return reads(false) > plain ? false : nil
    }

    private static func unit(_ name: String) -> String? {
        let word = name.lowercased()
        let units = [
            ("mwh", "MWh"), ("kwh", "kWh"), ("mw", "MW"), ("kw", "kW"), ("m3", "m3"), ("m³", "m3"), ("°c", "degC"),
        ]
        return units.first { word.contains($0.0) }?.1
    }
}
