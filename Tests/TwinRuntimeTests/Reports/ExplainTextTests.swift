import Testing
import TwinBooks
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting
import TwinUnits

@Suite("Explain text")
struct ExplainTextTests {
    private func number(_ text: Substring) throws -> Double {
        let value = Double(text.filter { $0 != "," })
        return try #require(value)
    }

    @Test("every product of the figure can be done by hand")
    func products() async throws {
        let summary = try await BundledDay.closed().result.summary
        let text = ExplainText.render(summary)
        let gas = try #require(text.firstMatch(of: /gas ([0-9,.]+) kWh x ([0-9.]+) kg/))
        let ethanol = try #require(text.firstMatch(of: /ethanol ([0-9,.]+) kWh x ([0-9.]+) kg/))
        let scope1 = try number(gas.1) * number(gas.2) + number(ethanol.1) * number(ethanol.2)
        #expect(abs(scope1 - summary.carbon.scope1.kilograms) < 0.05)
        let grid = try #require(text.firstMatch(of: /grid_import ([0-9,.]+) kWh x ([0-9.]+) kg/))
        #expect(abs(try number(grid.1) * number(grid.2) - summary.carbon.scope2Location.kilograms) < 0.05)
        let figure = try #require(text.firstMatch(of: /co2_kg_per_vehicle ([0-9,.]+) kg = ([0-9,.]+) kg \/ ([0-9]+) v/))
        #expect(abs(try number(figure.1) - number(figure.2) / number(figure.3)) < 0.001)
    }

    @Test("the balance adds up to nothing, and no line is wider than a terminal")
    func balance() async throws {
        let text = ExplainText.render(try await BundledDay.closed().result.summary)
        var sum = 0.0
        for match in text.matches(of: #/(?m)^    ([+-]) [a-z_]+ +([0-9,.]+)  /#) {
            sum += try number(match.2) * (match.1 == "+" ? 1 : -1)
        }
        // Each of the eight figures is rounded to 0.1 kWh.
        #expect(abs(sum) <= 0.4)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test("areas and meters add up to the printed kilograms, with every fuel of the site")
    func areas() async throws {
        let text = ExplainText.render(try await BundledDay.closed().result.summary)
        let table = text.split(separator: "\n").drop { !$0.contains("where it ends") }.dropFirst(3)
        func grams(_ line: Substring) throws -> Int {
            let last = try #require(line.split(separator: " ").last).filter { $0 != "," && $0 != "." }
            return try #require(Int(last))
        }
        func sum(_ lines: some Sequence<Substring>) throws -> Int { try lines.reduce(0) { $0 + (try grams($1)) } }
        let total = try #require(table.last)
        let areas = table.filter { !$0.hasPrefix("      ") && !$0.hasPrefix("    total") }
        let meters = table.filter { $0.hasPrefix("      ") }
        let figure = try #require(text.firstMatch(of: /= ([0-9,.]+) kg/)).1.filter { $0 != "," && $0 != "." }
        #expect(areas.count == 7 && meters.count >= 19 && total.hasPrefix("    total "))
        #expect(try grams(total) == Int(figure))
        #expect(try sum(areas) == grams(total))
        #expect(try sum(meters) == grams(total))
    }

    @Test("the ledger names every route: what comes in is what ends or is kept, by each method")
    func ledger() async throws {
        let summary = try await BundledDay.closed().result.summary
        let routes = try #require(ExplainText.json(summary)["ledger"]?.items)
        func sum(_ side: String, _ kinds: [String], _ part: Carbon.Part) -> Double {
            routes.filter { route in kinds.contains { route[side]?.text?.hasPrefix($0) == true } }
                .reduce(0) { $0 + ($1["co2_kg"]?[part.key]?.double ?? 0) }
        }
        for part in Carbon.Part.allCases {
            let entered = sum("from", ["source ", "vehicle "], part)
            let ended = sum("to", ["use "], part) - sum("from", ["use "], part)
            let kept = summary.sum.ledger.stored[part].kilograms
            #expect(entered > 0 && abs(entered - ended - kept) < 1e-6, "\(part)")
        }
        #expect(abs(sum("from", ["source ", "vehicle "], .scope1) - summary.carbon.scope1.kilograms) < 1e-6)
        #expect(abs(sum("from", ["source ", "vehicle "], .market) - summary.carbon.scope2Market.kilograms) < 1e-6)
        // What brings carbon in names its factors and its meters' quality; what only carries it on has no factor.
        let gas = try #require(routes.first { $0["from"]?.text?.hasPrefix("source gas") == true })
        #expect(gas["factor_set"]?.text == summary.factorSetID && gas["quality"]?["measured_pct"]?.double == 100)
        let carried = try #require(routes.first { $0["from"]?.text == "bus electricity" })
        #expect(carried["factor_set"] == .null && carried["quality"] != nil)
        // 44,527.2 kWh of ethanol at 0.00152 kg: the fuel cell burnt it, and its power and heat carry it on.
        #expect(abs(sum("to", ["converter fuelcell/sofc-1"], .scope1) - 67.681) < 0.01)
    }

    @Test("a simulated day is not called measured, and a measured one is")
    func simulated() async throws {
        let summary = try await BundledDay.closed().result.summary
        let text = ExplainText.render(summary)
        #expect(text.contains("simulated 100.0 % of the time") && !text.contains("measured 100.0"))
        #expect(ExplainText.json(summary)["source"]?.text == "simulated")
        let facts = RunFacts(stepS: 60, mode: .shadow, loop: .open, run: "7f3a9c21")
        let live = try #require(Summary(summary.sum, facts: facts))
        #expect(ExplainText.render(live).contains("measured 100.0 % of the time"))
        #expect(ExplainText.json(live)["source"]?.text == "measured")
    }

    @Test("says what the interval is made of, and holds sub-meters against the grid's")
    func uncertainty() async throws {
        let summary = try await BundledDay.closed().result.summary
        let text = ExplainText.render(summary)
        #expect(text.contains("95 % interval ± 6.433 kg = ± 9,102.947 kg, factors in it:"))
        let parts = try text.matches(of: #/(?m)^    [a-z ]+ +systematic +([0-9,.]+)$/#).map { try number($0.1) }
        #expect(parts.count == 4)
        #expect(abs(parts.reduce(0) { $0 + $1 * $1 }.squareRoot() - 9102.9) < 0.2)
        #expect(text.contains("chi-square 1.3, 95 % bound 15.5: no gross error"))
        // The simulated plant has 150 kW behind no meter: 3,600 kWh.
        let found = try #require(text.firstMatch(of: #/most in doubt: what has no meter .*\+([0-9,.]+) kWh/#))
        #expect(abs(try number(found.1) - 3600) < 600)
        let json = ExplainText.json(summary)
        #expect(json["uncertainty"] == summary.json["uncertainty"])
        #expect(json["reconciliation"]?["gross_error"] == .bool(false))
        let left = try #require(json["reconciliation"]?["residual_kwh"]?.double)
        #expect(abs(left - summary.energy(.unmetered).kilowattHours) < 1e-6)
    }
}
