import TwinBooks
import TwinCore
import TwinUnits

/// What contracts share out and pay for; empty for a site without one.
extension ReportPage {
    var sharing: String {
        guard let sharing = summary.sum.sharing else { return "" }
        let keys = sharing.partners.indices.map { "partners[\($0)]" }
        let known = keys + (sharing.others == SharingLine() ? [] : ["others"]) + ["plant", "export", "site"]
        let rows = zip(SharingWords.rows(sharing), known).map { row, key -> [HTML.Cell] in
            func figure(_ value: Double, _ name: String) -> HTML.Cell {
                .figure(Answers.short(value / 1000), key: "sharing.\(key).\(name)", value: value)
            }
            let kg = row.line.carbon.scopes(by: .location).kilograms
            let moved = (row.line.carbon - row.line.carbonByMix).scopes(by: .location).kilograms
            return [
                .text(row.name), figure(row.line.taken.kilowattHours, "taken_kwh"),
                figure(row.line.renewable.kilowattHours, "renewable_kwh"), figure(kg, "co2_kg.location"),
                .figure(Answers.signed(moved / 1000), key: "sharing.\(key).co2_kg_moved.location", value: moved),
            ]
        }
        let words = SharingWords.sentences(summary, sharing).joined(separator: " ")
        return "<h3>Sharing of own wind and sun: \(SharingWords.rule(sharing.terms.rule))</h3>"
            + HTML.table(["", "MWh", "own", "t CO2e", "moved, t"], cells: rows, strong: [rows.count - 1])
            + "<p class=\"note\">\(HTML.escaped(words))</p>"
    }

    var vehicleGrid: String {
        guard let groups = summary.vehicleGrid, let total = summary.vehicleGridTotal else { return "" }
        let keyed = groups.enumerated().map { ($1.path.text, $1.result, "groups[\($0)]") } + [("all", total, "total")]
        let rows = keyed.map { name, result, key -> [HTML.Cell] in
            func figure(_ value: Double?, _ name: String, _ words: (Double) -> String) -> HTML.Cell {
                .figure(value.map(words) ?? "—", key: "v2g.\(key).\(name)", value: value)
            }
            return [
                .text(name), figure(result.givenKWh, "given_kwh", Answers.short),
                figure(result.connectedHours, "connected_vehicle_hours", Answers.short),
                figure(result.pay, "pay.total", Answers.short),
                figure(result.savedHalfHourlyKg, "saved_co2_kg.location_half_hourly", Answers.signed),
                figure(result.savedKg, "saved_co2_kg.location", Answers.signed),
            ]
        }
        let head = ["", "kWh given", "vehicle h", "pay, \(summary.cost.currency)", "kg by half hour", "kg by year"]
        return "<h3>Cars that give back</h3>" + HTML.table(head, cells: rows, strong: [rows.count - 1])
            + "<p class=\"note\">Kg: what the grid did not emit less what charging for it did, losses included.</p>"
    }
}
