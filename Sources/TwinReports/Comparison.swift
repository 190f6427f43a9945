public import TwinBooks
public import TwinCore
import TwinUnits

/// Two summaries side by side: what the second has otherwise, and what a saved tonne costs.
public struct Comparison: Sendable {
    /// A figure of both.
    public struct Row: Sendable, Hashable {
        public var name: String
        public var unit: String
        public var first: Double?
        public var second: Double?
        var decimals: Int

        public var difference: Double? { first.flatMap { first in second.map { $0 - first } } }
    }

    public let names: (first: String, second: String)
    public let rows: [Row]
    /// Production CO2e that the second has less, t: by location and by market, with what stores hold more at its end.
    public let savedTonnes: Double
    public let savedTonnesMarket: Double
    /// Of the first, what its stores gave more than they took, less the same of the second, t.
    public let storedTonnes: Double
    /// What the second costs more, carbon not counted.
    public let extraCost: Double
    public let currency: String
    private let isAlike: Bool

    public init(_ first: Summary, _ second: Summary, names: (first: String, second: String)) {
        self.names = names
        func row(_ name: String, _ unit: String, _ decimals: Int, _ value: (Summary) -> Double?) -> Row {
            Row(name: name, unit: unit, first: value(first), second: value(second), decimals: decimals)
        }
        func megawattHours(_ account: Account) -> (Summary) -> Double? {
            { $0.method.accounts.contains(account) ? $0.sum[account].energy.kilowattHours / 1000 : nil }
        }
        currency = second.cost.currency
        rows = [
            row("per vehicle, location-based", "kg CO2e", 1) { $0.kgPerVehicleLocation },
            row("per vehicle, market-based", "kg CO2e", 1) { $0.kgPerVehicleMarket },
            row("vehicles", "", 0) { Double($0.vehicles) },
            row("production, location-based", "t CO2e", 2) { $0.productionKgLocation / 1000 },
            row("production, market-based", "t CO2e", 2) { $0.productionKgMarket / 1000 },
            row("stores gave more than they took", "t CO2e", 2) { $0.storesGaveKg / 1000 },
            row("grid import", "MWh", 1, megawattHours(.gridImport)),
            row("grid export", "MWh", 1, megawattHours(.gridExport)),
            row("gas", "MWh", 1, megawattHours(.gas)),
            row("energy and carbon", currency, 0) { $0.cost.total },
        ]
        storedTonnes = (first.storesGaveKg - second.storesGaveKg) / 1000
        savedTonnes = (first.productionKgLocation - second.productionKgLocation) / 1000 + storedTonnes
        savedTonnesMarket = (first.productionKgMarket - second.productionKgMarket) / 1000 + storedTonnes
        extraCost = (second.cost.total - second.cost.carbon) - (first.cost.total - first.cost.carbon)
        isAlike = first.vehicles == second.vehicles && first.from == second.from && first.to == second.to
    }

    /// Money for a tonne, carbon not counted; nil where nothing is saved.
    public var costPerTonne: Double? { savedTonnes > 0.001 ? extraCost / savedTonnes : nil }

    /// The whole in one line.
    public var sentence: String {
        let verb = savedTonnes >= 0 ? "saves" : "adds"
        var text =
            "\(names.second) \(verb) \(Figures.fixed(abs(savedTonnes), 2)) t CO2e (location-based, contents of the stores counted)"
            + " for \(Figures.whole(extraCost)) \(currency) of energy"
        if let costPerTonne { text += ", \(Figures.whole(costPerTonne)) \(currency) a tonne" }
        text +=
            "; market-based it \(savedTonnesMarket >= 0 ? "saves" : "adds") \(Figures.fixed(abs(savedTonnesMarket), 2)) t"
        return isAlike ? text : text + "; the two are not of one window and one production"
    }

    /// A table of at most 80 columns, and the sentence.
    public var text: [String] {
        func cell(_ value: Double?, _ row: Row, sign: Bool = false) -> String {
            guard let value else { return "—" }
            let text = Figures.fixed(value, row.decimals)
            return sign && value > 0 ? "+\(text)" : text
        }
        func line(_ name: String, _ cells: [String]) -> String {
            cells.reduce(name.padded(to: 40)) { line, cell in
                line + String(repeating: " ", count: max(1, 13 - cell.count)) + cell
            }
        }
        let head = line("", ["first", "second", "difference"])
        return ["first:  \(names.first)", "second: \(names.second)", head]
            + rows.map { row in
                line(
                    row.unit.isEmpty ? row.name : "\(row.name), \(row.unit)",
                    [cell(row.first, row), cell(row.second, row), cell(row.difference, row, sign: true)])
            } + SummaryText.wrapped(sentence, width: 80)
    }

    public var json: JSON {
        .fields([
            "schema": .string("comparison/1"), "first": .string(names.first), "second": .string(names.second),
            "rows": .array(
                rows.map {
                    .fields([
                        "name": .string($0.name), "unit": .string($0.unit), "first": .optional($0.first),
                        "second": .optional($0.second), "difference": .optional($0.difference),
                    ])
                }),
            "saved_t_location": .number(savedTonnes), "saved_t_market": .number(savedTonnesMarket),
            "stored_t": .number(storedTonnes), "extra_cost": .number(extraCost), "currency": .string(currency),
            "cost_per_tonne": .optional(costPerTonne), "sentence": .string(sentence),
        ])
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
