public import TwinBooks
import TwinCore
import TwinUnits

/// Sharing by half hour as CSV (RFC 4180, UTF-8, CRLF): one row per settlement period and taker, to settle accounts with.
///
/// Sums of `taken_ws` and `renewable_ws` (whole watt-seconds) are exactly the figures of the JSON.
public enum SharingCSV {
    /// The first line, without its CRLF.
    public static let header = [
        "period_start_utc", "period_start_local", "taker", "taken_ws", "renewable_ws", "renewable_ws_by_mix", "grid_ws",
        "other_ws", "co2_kg_location", "co2_kg_market", "co2_kg_location_half_hourly", "co2_kg_location_by_mix",
        "shared_cost", "currency",
    ].joined(separator: ",")

    /// One half hour's lines, without their CRLF. What a partner pays is empty where no price is agreed, and for the others.
    public static func lines(_ row: PeriodRow, _ sharing: SharingLedger, _ method: ReportMethod) -> [String] {
        let currency = method.tariffs[method.tariffs.index(at: row.start)].value.currency
        return SharingWords.rows(sharing).enumerated().dropLast().map { place, taker in
            let line = taker.line
            let energies = [line.taken, line.renewable, line.renewableByMix, line.grid, line.other]
            let isPartner = place < sharing.terms.partners.count
            let price = isPartner ? sharing.terms.pricePerKWh : nil
            let halfHourly =
                row.intensity == nil
                ? CSVCell.empty : .number(line.carbon.scopes(by: .locationHalfHourly).kilograms)
            let cells: [CSVCell] =
                [.text(row.start.rfc3339), .text(method.zone.text(row.start)), .text(taker.name)]
                + energies.map { .integer($0.wattSeconds) } + [
                    .number(line.carbon.scopes(by: .location).kilograms),
                    .number(line.carbon.scopes(by: .market).kilograms), halfHourly,
                    .number(line.carbonByMix.scopes(by: .location).kilograms),
                    price.map { .number($0 * line.renewable.kilowattHours) } ?? .empty,
                    price == nil ? .empty : .text(currency),
                ]
            return cells.map(\.text).joined(separator: ",")
        }
    }
}
