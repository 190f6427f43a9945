import TwinBooks
import TwinCore
import TwinUnits

/// Page 3, of a site that has contracts for it: what is shared out, what is paid for what cars give, and what others asked of the
/// connection.
extension ReportPage {
    /// Nil for a site without such a contract.
    var contracts: String? {
        let parts = [sharing, vehicleGrid, requests].compactMap(\.self)
        return parts.isEmpty ? nil : (["<h2>What contracts share and pay</h2>"] + parts).joined(separator: "\n")
    }

    private var requests: String? {
        guard let records = summary.facts.requests, !records.isEmpty else { return nil }
        let lines = records.map { record in
            "<li>\(HTML.escaped("\(record.request.id): \(RequestWords.line(record, summary.method.zone, summary.cost.currency))"))</li>"
        }
        return "<h3>Requests for the exchange with the grid</h3><ul>\(lines.joined())</ul>"
    }

    private var sharing: String? {
        guard let sharing = summary.sum.sharing else { return nil }
        let keys =
            sharing.partners.indices.map { "partners[\($0)]" } + (sharing.hasOthers ? ["others"] : [])
            + ["plant", "export", "site"]
        let rows = zip(SharingWords.rows(sharing), keys).map { row, key in sharingCells(row.name, row.line, key) }
        let head = [
            "", "MWh", "own wind and sun", "by the mix", "grid", "other", "t, location", "by the mix", "moved",
            "t, market",
        ]
        let words = SharingWords.sentences(summary, sharing).map { "<li>\(HTML.escaped($0))</li>" }.joined()
        return "<h3>Own wind and sun, shared out: \(SharingWords.rule(sharing.terms.rule))</h3>"
            + HTML.table(head, cells: rows, strong: [rows.count - 1]) + "<ul>\(words)</ul>"
    }

    private func sharingCells(_ name: String, _ line: SharingLine, _ key: String) -> [HTML.Cell] {
        func figure(_ value: Double, _ figure: String, _ words: (Double) -> String = Answers.short) -> HTML.Cell {
            .figure(words(value / 1000), key: "sharing.\(key).\(figure)", value: value)
        }
        func kg(_ carbon: Carbon, _ view: Carbon.View) -> Double { carbon.scopes(by: view).kilograms }
        let moved = kg(line.carbon - line.carbonByMix, .location)
        return [
            .text(name), figure(line.taken.kilowattHours, "taken_kwh"),
            figure(line.renewable.kilowattHours, "renewable_kwh"),
            figure(line.renewableByMix.kilowattHours, "renewable_kwh_by_mix"),
            figure(line.grid.kilowattHours, "grid_kwh"), figure(line.other.kilowattHours, "other_kwh"),
            figure(kg(line.carbon, .location), "co2_kg.location"),
            figure(kg(line.carbonByMix, .location), "co2_kg_by_mix.location"),
            figure(moved, "co2_kg_moved.location", Answers.signed), figure(kg(line.carbon, .market), "co2_kg.market"),
        ]
    }

    private var vehicleGrid: String? {
        guard let groups = summary.vehicleGrid, let total = summary.vehicleGridTotal else { return nil }
        let all = groups.count > 1 ? [("all", total, "total")] : []
        let keyed = groups.enumerated().map { ($1.path.text, $1.result, "groups[\($0)]") } + all
        let rows = keyed.map { name, result, key -> [HTML.Cell] in
            func figure(
                _ value: Double?, _ figure: String, _ words: (Double) -> String = Answers.short
            ) -> HTML.Cell {
                .figure(value.map(words) ?? "—", key: "v2g.\(key).\(figure)", value: value)
            }
            return [
                .text(name), figure(result.givenKWh, "given_kwh"), figure(result.takenKWh, "taken_kwh"),
                figure(result.connectedHours, "connected_vehicle_hours"), figure(result.pay, "pay.total"),
                figure(result.savedHalfHourlyKg, "saved_co2_kg.location_half_hourly", Answers.signed),
                figure(result.savedKg, "saved_co2_kg.location", Answers.signed),
                figure(result.savedMarginalKg, "saved_co2_kg.marginal", Answers.signed),
                figure(
                    result.costPerTonne(result.savedHalfHourlyKg), "cost_per_tonne.location_half_hourly", Figures.whole),
            ]
        }
        let currency = summary.cost.currency
        let head = [
            "", "kWh given", "taken", "vehicle hours plugged in", "pay, \(currency)", "kg saved by half hour",
            "by the year", "marginal", "\(currency) per t",
        ]
        return "<h3>Cars that give back</h3>"
            + HTML.table(head, cells: rows, strong: groups.count > 1 ? [rows.count - 1] : [])
            + "<p class=\"note\">Kg: what spared import would have emitted less what charging for it caused, losses included. A tonne's cost is"
            + " the pay alone, by the half hour; a dash where nothing is saved, or nobody knows it.</p>"
    }
}
