public import TwinBooks
import TwinCore
import TwinUnits

/// The books as CSV (RFC 4180, UTF-8, CRLF): one row per settlement period and account that has an asset behind it.
///
/// Sums of `energy_ws` (whole watt-seconds) and of `co2_kg_location` (whole micrograms as decimals) are exactly the
/// figures of the JSON. Cells are empty where there is nothing to say, never 0.
public enum ReportCSV {
    /// Names of the columns, in their order.
    public static let columns = [
        "period_start_utc", "period_start_local", "stepped_s", "account", "energy_ws", "energy_kwh", "measured_pct",
        "estimated_pct", "scope", "co2_kg_location", "factor_id", "factor_kg_per_kwh", "grid_intensity_g_per_kwh",
        "source",
    ]

    /// The first line, without its CRLF.
    public static let header = columns.joined(separator: ",")

    /// One row's lines, without their CRLF.
    /// - Parameter isSimulated: whether the telemetry came from models.
    public static func lines(_ row: PeriodRow, _ method: ReportMethod, isSimulated: Bool) -> [String] {
        let source = CSVCell.text(isSimulated ? "simulated" : "measured")
        return Account.allCases.filter { method.accounts.contains($0) }.map {
            (cells(row, $0, method) + [source]).map(\.text).joined(separator: ",")
        }
    }

    private static func cells(_ row: PeriodRow, _ account: Account, _ method: ReportMethod) -> [CSVCell] {
        [
            .text(row.start.rfc3339), .text(method.zone.text(row.start)), .seconds(ms: row.steppedMs),
            .text(account.name),
        ] + AccountPart(account, of: row, method).cells + [
            account == .gridImport ? row.intensity.map { .number($0.gramsPerKWh) } ?? .empty : .empty
        ]
    }
}

/// One cell of a table: of a CSV file, or of a sheet.
enum CSVCell {
    case empty
    case integer(Int64)
    case number(Double)
    case text(String)

    static func seconds(ms: Int64) -> CSVCell { .number(Double(ms) / 1000) }

    /// As it stands in a CSV file.
    var text: String {
        switch self {
        case .empty: ""
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? JSON.numberText(value) : ""
        case .text(let value): CSVCell.quoted(CSVCell.harmless(value).printable)
        }
    }

    /// A spreadsheet would compute a text that begins like a formula; behind an apostrophe it stays a text.
    private static func harmless(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else { return text }
        return "'" + text
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
