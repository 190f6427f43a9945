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

    @Test("areas and meters add up: gas to the account, kilograms to the figure")
    func areas() async throws {
        let summary = try await BundledDay.closed().result.summary
        let text = ExplainText.render(summary)
        let table = text.split(separator: "\n").drop { !$0.contains("by area and meter") }.dropFirst(2)
        func last(_ line: Substring) throws -> Double { try number(try #require(line.split(separator: " ").last)) }
        let areas = table.filter { $0.hasPrefix("    ") && !$0.hasPrefix("      ") }
        let meters = table.filter { $0.hasPrefix("      ") }
        #expect(areas.count == 7 && meters.count >= 18)
        let kg = try areas.reduce(0) { $0 + (try last($1)) }
        #expect(abs(kg - (try meters.reduce(0) { $0 + (try last($1)) })) < 2)
        // The ethanol's few kilograms are no meter's of the table.
        let ethanol = summary.energy(.ethanol).kilowattHours * 0.00152
        #expect(abs(kg + ethanol - summary.productionKgLocation) < 3)
    }
}
