public import TwinBooks
public import TwinCore
import TwinUnits

/// What the years of a simulated past came to, at most 80 columns wide.
public enum HistoryText {
    /// - Parameter years: one summary each, ascending.
    public static func lines(_ years: [Summary], zone: LocalZone) -> [String] {
        let head = row("year", "vehicles", "MWh electricity", "MWh gas", "kg CO2e per vehicle")
        let rows = years.map { year in
            row(
                "\(zone.local(year.from).date.year)", Figures.whole(Double(year.vehicles)),
                Figures.whole(electricityKWh(year) / 1000), Figures.whole(year.energy(.gas).kilowattHours / 1000),
                year.kgPerVehicleLocation.map { Figures.fixed($0, 1) } ?? "—")
        }
        return [head] + rows + ["simulated: every figure comes from models, none is measured; location-based"]
    }

    private static func row(_ cells: String...) -> String {
        zip(cells, [4, 12, 18, 12, 22]).map { cell, width in
            String(repeating: " ", count: max(0, width - cell.count)) + cell
        }.joined()
    }

    public static func json(_ years: [Summary], site: String) -> JSON {
        .fields([
            "schema": .string("history/1"), "site": .string(site), "simulated": .bool(true),
            "years": .array(
                years.map { year in
                    .fields([
                        "year": .integer(year.method.zone.local(year.from).date.year),
                        "vehicles": .integer(year.vehicles), "electricity_kwh": .number(electricityKWh(year)),
                        "gas_kwh": .number(year.energy(.gas).kilowattHours),
                        "co2_kg_per_vehicle_location": year.kgPerVehicleLocation.map(JSON.number) ?? .null,
                    ])
                }),
        ])
    }

    /// All that came onto the site's bus and was used there.
    private static func electricityKWh(_ year: Summary) -> Double {
        let sources: [Account] = [.wind, .solar, .fuelcell, .chp, .gridImport]
        return sources.reduce(-year.energy(.gridExport).kilowattHours) { $0 + year.energy($1).kilowattHours }
    }
}
