public import TwinBooks
import TwinCore
import TwinUnits

/// The books as a sheet: one row per half hour and account as in the CSV, or per local day and account in a window that is
/// longer than a month.
///
/// Its text is `head`, what each row adds, and `finish`: a year of rows has no place in memory.
public struct PeriodSheet {
    /// Of the file.
    public let part: String
    private(set) var sheet: Sheet
    private let method: ReportMethod
    private let isByDay: Bool
    private let source: SheetCell
    private let accounts: [Account]
    /// The local day that is being added up.
    private var day: (date: CivilDate, parts: [AccountPart])?

    /// 31 days and the hour that the clocks are set back.
    private static let longestByHalfHours = Span(ms: (31 * 24 + 1) * 3_600_000)

    init(_ summary: Summary, part: String) {
        self.part = part
        method = summary.method
        isByDay = summary.to - summary.from > PeriodSheet.longestByHalfHours
        source = .text(summary.facts.isSimulated ? "simulated" : "measured")
        accounts = Account.allCases.filter { summary.method.accounts.contains($0) }
        let times =
            isByDay
            ? [("local_day", 12)]
            : [("local_time", 17), ("period_start_utc", 25), ("period_start_local", 30)]
        let intensity = isByDay ? [] : [("grid_intensity_g_per_kwh", 26)]
        sheet = Sheet(
            isByDay ? "Days" : "Half hours",
            columns: times + [
                ("stepped_s", 11), ("account", 20), ("energy_ws", 18), ("energy_kwh", 20), ("measured_pct", 14),
                ("estimated_pct", 14), ("scope", 16), ("co2_kg_location", 20), ("factor_id", 16),
                ("factor_kg_per_kwh", 18),
            ] + intensity + [("source", 11)])
    }

    public var head: String { sheet.head }

    /// Takes the next row of the books; rows ascend.
    /// - Returns: the rows of the sheet that are whole now.
    public mutating func add(_ row: PeriodRow) -> String {
        let parts = accounts.map { AccountPart($0, of: row, method) }
        let local = method.zone.local(row.start)
        guard isByDay else {
            let head: [SheetCell] = [
                .minute(local.date, ms: local.msOfDay), .text(row.start.rfc3339), .text(method.zone.text(row.start)),
            ]
            return parts.map { part in
                let intensity = part.account == .gridImport ? row.intensity?.gramsPerKWh : nil
                return sheet.row(head + cells(part) + [.figure(intensity), source])
            }.joined()
        }
        if day?.date == local.date, let before = day?.parts {
            day?.parts = zip(before, parts).map { whole, part in
                var whole = whole
                whole.add(part)
                return whole
            }
            return ""
        }
        defer { day = (local.date, parts) }
        return dayRows()
    }

    /// The rows that waited for more, and the end of the part.
    public mutating func finish() -> String { dayRows() + Sheet.tail }

    private mutating func dayRows() -> String {
        guard let (date, parts) = day else { return "" }
        day = nil
        return parts.map { sheet.row([.day(date)] + cells($0) + [source]) }.joined()
    }

    private func cells(_ part: AccountPart) -> [SheetCell] {
        [SheetCell(.seconds(ms: part.steppedMs)), .text(part.account.name)] + part.cells.map { SheetCell($0) }
    }
}
