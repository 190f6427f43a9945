public import TwinBooks
public import TwinCore
import TwinUnits

/// A signal or an account over time as CSV (RFC 4180, UTF-8, CRLF), one value a line.
public enum SeriesCSV {
    public static let header = "ts_utc,ts_local,value,quality,kind"

    /// A line without its CRLF.
    public static func line(_ point: SeriesPoint, kind: String, _ zone: LocalZone) -> String {
        [
            CSVCell.text(point.from.rfc3339), .text(zone.text(point.from)), .number(point.value),
            .text(point.quality.rawValue), .text(kind),
        ].map(\.text).joined(separator: ",")
    }

    /// What a half hour put on an account, kWh, as a value with the least that is known of it: measured throughout is
    /// good, anything else is estimated.
    public static func point(_ row: PeriodRow, _ account: Account) -> SeriesPoint {
        let sum = row[account]
        let quality: Quality =
            if account.row.flow.isDerived {
                .estimated
            } else if row.steppedMs > 0, sum.measuredMs >= row.steppedMs {
                .good
            } else {
                sum.measuredMs == 0 && sum.estimatedMs == 0 ? .stale : .estimated
            }
        return SeriesPoint(from: row.start, to: row.end, value: sum.energy.kilowattHours, quality: quality)
    }
}
