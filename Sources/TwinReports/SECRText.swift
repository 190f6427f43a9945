public import TwinBooks
import TwinCore
import TwinUnits

/// Energy and carbon as the UK's Streamlined Energy and Carbon Reporting asks for them: a table with the period before, the
/// method, and where the company's own words go. At most 80 columns.
public struct SECRText {
    private let summary: Summary
    private let before: Summary?
    private var lines: [String] = []

    /// - Parameters:
    ///   - before: the same period a year earlier; nil where the store has no books of it.
    ///   - name: of the site.
    public static func lines(_ summary: Summary, before: Summary?, name: String) -> [String] {
        var text = SECRText(summary: summary, before: before)
        text.head(name)
        text.energy()
        text.emissions()
        text.intensity()
        text.words()
        return text.lines
    }

    private init(summary: Summary, before: Summary?) { (self.summary, self.before) = (summary, before) }

    private mutating func head(_ name: String) {
        lines += SummaryText.wrapped("Streamlined Energy and Carbon Reporting: \(name)", width: 80)
        for caveat in summary.caveats { lines += SummaryText.wrapped("NOTE: \(caveat)", width: 80) }
        lines.append("")
        row("", [window(summary), before.map(window) ?? "a year before"])
    }

    private func window(_ summary: Summary) -> String {
        let zone = summary.method.zone
        let first = String(zone.text(summary.from).prefix(10))
        let last = String(zone.text(summary.to - Span(ms: 1)).prefix(10))
        return first == last ? first : "\(first.dropFirst(2)) \(last.dropFirst(2))"
    }

    private mutating func energy() {
        title("Energy consumption used to calculate emissions, kWh")
        figure("grid electricity", 0) { $0.energy(.gridImport).kilowattHours }
        for fuel in summary.fuels {
            figure("\(fuel.name) (\(fuel.row.basis) calorific value)", 0) { $0.energy(fuel.account).kilowattHours }
        }
        figure("wind and sun used on site", 0) { summary in
            summary.renewableShare.map { share in
                let supplied = Bus.electricity.sheet.sources.filter { $0.row.flow != .discharged }
                let used = summary.energy(supplied) - summary.energy(.gridExport)
                return share * used.kilowattHours
            }
        }
    }

    private mutating func emissions() {
        title("Emissions, t CO2e")
        figure("Scope 1, combustion of fuels", 1) { $0.carbon.scope1.kilograms / 1000 }
        if summary.otherScope1 != nil {
            figure("Scope 1, other", 1) { $0.carbon.scope1Other.kilograms / 1000 }
        }
        figure("Scope 2, electricity, location-based", 1) { $0.carbon.scope2Location.kilograms / 1000 }
        figure("Scope 2, electricity, market-based", 1) { $0.carbon.scope2Market.kilograms / 1000 }
        if !summary.method.ledger.outside.isEmpty {
            figure("on the site, no production: not in them", 1) {
                ($0.carbon.outside[.scope1] + $0.carbon.outside[.location]).kilograms / 1000
            }
        }
        figure("total, location-based", 1) { $0.productionKgLocation / 1000 }
        figure("outside of scopes: biogenic CO2", 1) { $0.carbon.biogenic.kilograms / 1000 }
    }

    private mutating func intensity() {
        title("Intensity ratios")
        figure("vehicles lined off", 0) { Double($0.vehicles) }
        figure("kg CO2e per vehicle, location-based", 1) { $0.kgPerVehicleLocation }
        figure("kWh of electricity and fuels per vehicle", 0) { summary in
            let kWh = summary.fuels.reduce(summary.energy(.gridImport).kilowattHours) {
                $0 + summary.energy($1.account).kilowattHours
            }
            return summary.perVehicle(kWh)
        }
    }

    private mutating func words() {
        title("Methodology")
        let purchased =
            summary.method.ledger.purchased.isEmpty ? "" : ", private wire without certificates at the residual mix"
        paragraph(
            "GHG Protocol Corporate Standard and Scope 2 Guidance; UK Government conversion factors, set \(summary.factorSetID)"
                + " (\(summary.method.factors.convention.rawValue)); market-based by \(summary.marketWords)\(purchased)."
        )
        if let certificates = summary.certificateWords { paragraph("Certificates: \(certificates).") }
        paragraph("Boundary: \(summary.method.boundary)")
        let missing = summary.otherScope1 == nil ? "other Scope 1 (solvents, refrigerants, site diesel) and " : ""
        paragraph("Not included: \(missing)transport by rented cars.")
        if let quality = summary.dataQuality, !summary.facts.isSimulated {
            paragraph(
                "Of the energy \(Figures.fixed(quality.measured, 1)) % was measured, \(Figures.fixed(quality.estimated, 1)) %"
                    + " estimated and \(Figures.fixed(quality.missing, 1)) % is missing.")
        }
        title("Energy efficiency action")
        paragraph("To be stated by the company: what was done in the period, and what it saved.")
        if before == nil {
            lines.append("")
            paragraph(
                "The store has no books of the same period a year before; the figures of that report belong here.")
        }
    }

    private mutating func figure(_ name: String, _ decimals: Int, _ value: (Summary) -> Double?) {
        func text(_ value: Double?) -> String { value.map { Figures.fixed($0, decimals) } ?? "—" }
        row("  \(name)", [text(value(summary)), text(before.flatMap(value))])
    }

    private mutating func title(_ text: String) { lines += ["", text] }

    private mutating func paragraph(_ text: String) { lines += SummaryText.wrapped(text, width: 80) }

    private mutating func row(_ name: String, _ cells: [String]) {
        let line = name + String(repeating: " ", count: max(1, 44 - name.count))
        lines.append(cells.reduce(line) { $0 + String(repeating: " ", count: max(1, 18 - $1.count)) + $1 })
    }
}
