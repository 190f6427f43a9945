import TwinBooks
import TwinCore
import TwinUnits

/// The report's figures as a sheet: what it compares, and then all of `summary/1` by its keys.
struct SummarySheet {
    static let sheet = Sheet(
        "Summary", columns: [("figure", 44), ("value", 24), ("unit", 22), ("basis", 48), ("key", 40)])

    private let summary: Summary

    init(_ summary: Summary) { self.summary = summary }

    var rows: [[SheetCell]] {
        comparison.map { figure in
            [
                .text(figure.name), .figure(figure.value), .text(figure.unit), .text(figure.basis),
                .text(figure.key),
            ]
        } + [[]]
            + leaves(summary.json, at: "").compactMap { key, value in
                // A workbook is the same whenever it is made; how long the run took is no figure of the plant.
                if key == "wall_s" { return nil }
                return [.text(words(key)), SummarySheet.cell(value), .text(unit(key)), .text(basis(key)), .text(key)]
            }
    }

    // MARK: - What is compared

    private struct Figure {
        var name: String
        var value: Double?
        var unit: String
        var basis: String
        var key = ""
    }

    private static let perVehicle = "kg CO2e per vehicle"

    private var comparison: [Figure] {
        var figures = [
            Figure(
                name: "This window, CO2 per vehicle", value: summary.kgPerVehicleLocation,
                unit: SummarySheet.perVehicle,
                basis: "location-based", key: "co2_kg_per_vehicle_location"),
            Figure(
                name: "This window, CO2 per vehicle", value: summary.kgPerVehicleMarket, unit: SummarySheet.perVehicle,
                basis: "market-based", key: "co2_kg_per_vehicle_market"),
            Figure(
                name: "95 % half-width of it", value: summary.uncertaintyKgPerVehicle, unit: SummarySheet.perVehicle,
                basis: "\(summary.method.scope2.rawValue)-based", key: "uncertainty_kg_per_vehicle"),
            Figure(
                name: "This window, production", value: summary.productionKgLocation / 1000, unit: "t CO2e",
                basis: "Scope 1 and 2, location-based"),
            Figure(
                name: "This window, production", value: summary.productionKgMarket / 1000, unit: "t CO2e",
                basis: "Scope 1 and 2, market-based"),
            Figure(
                name: "Vehicles lined off", value: Double(summary.vehicles), unit: "", basis: "each id once",
                key: "vehicles"),
        ]
        guard let baseline = summary.method.baseline else { return figures }
        figures.append(
            Figure(
                name: "\(baseline.year), CO2 per vehicle", value: baseline.kgPerVehicle, unit: SummarySheet.perVehicle,
                basis: "the year as reported"))
        if !summary.isYear {
            figures.append(
                Figure(
                    name: "\(baseline.year)'s plant, CO2 per vehicle", value: summary.baselineKgPerVehicle,
                    unit: SummarySheet.perVehicle, basis: "at this window's volume, weather and day types",
                    key: "baseline.kg_per_vehicle"))
        }
        let reduction = summary.reductionPct
        let doubt = summary.incomparableReason ?? "location-based, like for like"
        for (name, value, key) in [
            ("Reduction", reduction?.value, "baseline.reduction_pct"),
            ("Reduction, low end of 95 %", reduction?.low, "baseline.reduction_ci_pct[0]"),
            ("Reduction, high end of 95 %", reduction?.high, "baseline.reduction_ci_pct[1]"),
        ] {
            figures.append(Figure(name: name, value: value, unit: "%", basis: doubt, key: key))
        }
        for path in summary.paths {
            figures.append(
                Figure(
                    name: "Way to \(path.target.name) in \(path.year)", value: path.askedPct, unit: "% less",
                    basis: path.verdict.rawValue.replacing("_", with: " ")))
        }
        return figures
    }

    // MARK: - All of the summary

    /// Every value that is no object and no list, with its path.
    private func leaves(_ json: JSON, at path: String) -> [(key: String, value: JSON)] {
        if let members = json.members {
            return members.flatMap { leaves($0.value, at: path.isEmpty ? $0.key : "\(path).\($0.key)") }
        }
        if let items = json.items {
            return items.enumerated().flatMap { leaves($0.element, at: "\(path)[\($0.offset)]") }
        }
        return [(path, json)]
    }

    private static func cell(_ value: JSON) -> SheetCell {
        switch value {
        case .number(let number): .figure(number)
        case .string(let text): .text(text)
        case .bool(let flag): .flag(flag)
        case .null, .array, .object: .empty
        }
    }

    private func words(_ key: String) -> String {
        key.replacing("_", with: " ").replacing(".", with: ", ").replacing("[", with: " ").replacing("]", with: "")
    }

    /// From the key's own ending: its names have their units in them.
    private func unit(_ key: String) -> String {
        let last = key.split(separator: ".").last.map(String.init) ?? key
        if key.hasPrefix("cost."), last != "currency" {
            return last == "per_vehicle" ? "\(summary.cost.currency) per vehicle" : summary.cost.currency
        }
        if last.contains("kg_per_vehicle") { return SummarySheet.perVehicle }
        if last.hasPrefix("half_hours") { return "" }
        if key.hasPrefix("sharing.") || key.hasPrefix("v2g."), let unit = contractUnit(key) { return unit }
        if key.hasPrefix("co2_kg.") { return last == "biogenic" ? "kg CO2" : "kg CO2e" }
        for (mark, unit) in [("_kwh", "kWh"), ("_pct", "%"), ("_hours", "h"), ("_s", "s"), ("_l", "l")] {
            let holds = key.split(separator: ".").contains { part in
                part.hasSuffix(mark) || part.contains("\(mark)[")
            }
            if holds { return unit }
        }
        return ""
    }

    /// Of what contracts share out and pay for; nil where the key's ending says it.
    private func contractUnit(_ key: String) -> String? {
        if key.contains("co2_kg.") || key.contains("co2_kg_by_mix.") || key.contains("co2_kg_moved.")
            || key.contains(".kg_") || key.contains("carbon_error_kg")
        {
            return "kg CO2e"
        }
        if key.hasSuffix("price_per_kwh") { return "\(summary.cost.currency) per kWh" }
        if key.hasSuffix("g_per_kwh") { return "g CO2e per kWh" }
        if key.contains(".cost_per_tonne.") { return "\(summary.cost.currency) per t" }
        let isMoney = key.contains(".pay.") || key.hasSuffix("shared_cost") || key.hasSuffix("shared_at_import_price")
        return isMoney ? summary.cost.currency : nil
    }

    private func basis(_ key: String) -> String {
        if key.contains("half_hourly") { return "location-based, by half hour; not for the total" }
        if key.contains("location") { return "location-based" }
        if key.contains("market") { return "market-based" }
        return switch key {
        case "co2_kg_per_vehicle", "uncertainty_kg_per_vehicle": "\(summary.method.scope2.rawValue)-based"
        case "co2_kg.biogenic": "outside the scopes"
        case "co2_kg.scope3_upstream": "outside the figure per vehicle"
        case "co2_kg.avoided_export": "information, not netted"
        case "cost.carbon": "of Scope 1; the grid's is in its price"
        case "cost.demand": "agreed capacity and each month's highest half hour of import, for its share of the month"
        default: ""
        }
    }
}
