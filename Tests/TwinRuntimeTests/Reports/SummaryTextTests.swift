import Testing
import TwinBooks
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting

/// The table for people: the JSON's figures, rounded, in at most 80 columns.
@Suite("Summary text")
struct SummaryTextTests {
    @Test("no line is wider than 80 columns", arguments: [LoopKind.open, .closed])
    func width(loop: LoopKind) async throws {
        let run = try await BundledDay.run(loop)
        let lines = SummaryText.render(run.result.summary).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count > 30)
        #expect(lines.filter { $0.count > 80 } == [])
        #expect(lines.filter { $0.last == " " } == [])
    }

    @Test("long names and counts break into further lines")
    func longTexts() async throws {
        let result = try await BundledDay.closed().result
        let day = result.summary
        var facts = day.facts
        facts.expectationsFailed = 123_456_789
        var method = day.method
        method.targets[0].name = "a-target-with-a-name-that-goes-on-and-on"
        let text = SummaryText.render(Summary(rows: result.rows, method: method, facts: facts))
        #expect(text.split(separator: "\n").filter { $0.count > 80 } == [])
    }

    @Test("what dispatch saved is said with its interval, and not proven where that spans 0")
    func savedByDispatch() async throws {
        let result = try await BundledDay.closed().result
        let (method, facts) = (result.summary.method, result.summary.facts)
        #expect(!SummaryText.render(result.summary).contains("not proven"))
        var rows = result.rows
        rows[20].saving?.missed.money = 5_000_000_000
        let summary = Summary(rows: rows, method: method, facts: facts)
        let line = try #require(
            SummaryText.render(summary).split(separator: "\n").first { $0.contains("money, of energy alone") })
        #expect(line.contains("GBP  -") && line.contains(" to "))
        let page = ReportPage.lines(
            summary, months: [],
            facts: ReportPage.Facts(period: nil, name: "plant", build: "b", rules: "r", configurations: [])
        ).joined(separator: "\n")
        #expect(
            page.contains("Saved by the dispatcher, against leaving all to itself: ") && page.contains("; not proven)"))
        #expect(page.contains("Saved by the dispatcher: by half hour "))
        for row in rows.indices { rows[row].saving = nil }
        #expect(!SummaryText.render(Summary(rows: rows, method: method, facts: facts)).contains("Saved by dispatch"))
    }

    @Test("without a vehicle there is a dash and a reason, never 0 or infinity")
    func noVehicle() async throws {
        let result = try await BundledDay.closed().result
        let day = result.summary
        let night = Summary(rows: Array(result.rows.prefix(6)), method: day.method, facts: day.facts)
        #expect(night.vehicles == 0)
        let text = SummaryText.render(night)
        let line = try #require(text.split(separator: "\n").first { $0.contains("this window") })
        #expect(line.contains("—") && line.contains("no vehicle was lined off"))
        #expect(!text.contains("inf") && !text.contains("nan"))
        for key in [
            "co2_kg_per_vehicle", "co2_kg_per_vehicle_market", "uncertainty_kg_per_vehicle", "cost.per_vehicle",
        ] {
            #expect(night.json.at(key) == .null)
        }
        #expect(night.json.at("baseline.comparable")?.bool == false)
    }

    @Test(
        "the figures are the JSON's, rounded",
        arguments: [
            ("this window", "co2_kg_per_vehicle", 1.0, 1), ("vehicles lined off", "vehicles", 1, 0),
            ("market-based", "co2_kg_per_vehicle_market", 1, 1), ("wind in", "energy_kwh.wind", 0.001, 2),
            ("grid import in", "energy_kwh.grid_import", 0.001, 2), ("shops and heat out", "energy_kwh.load", 0.001, 2),
            ("storage in", "energy_kwh.storage_discharge", 0.001, 2), ("losses out", "energy_kwh.losses", 0.001, 2),
            ("unmetered out", "energy_kwh.unmetered", 0.001, 2), ("gas (gross)", "gas_kwh", 0.001, 2),
            ("own renewables", "renewable_share", 100, 1), ("Scope 1 (gas, ethanol)", "co2_kg.scope1", 0.001, 2),
            ("Scope 2 location-based", "co2_kg.scope2_location", 0.001, 2),
            ("by half hour", "co2_kg.scope2_location_half_hourly", 0.001, 2),
            ("Scope 2 market-based", "co2_kg.scope2_market", 0.001, 2),
            ("Scope 3 upstream", "co2_kg.scope3_upstream", 0.001, 2), ("messages", "messages", 1, 0),
            ("commands issued", "commands.issued", 1, 0), ("reduction", "baseline.reduction_pct", 1, 1),
            ("2018 plant, same window", "baseline.kg_per_vehicle", 1, 1),
            ("energy by simulated meters", "data_quality.measured_pct", 1, 1),
            ("balance error", "balance_error_kwh", 1, 3),
        ] as [(String, String, Double, Int)])
    func figures(label: String, path: String, scale: Double, decimals: Int) async throws {
        let run = try await BundledDay.closed()
        let line = try #require(
            SummaryText.render(run.result.summary).split(separator: "\n").first {
                $0.drop { $0 == " " }.hasPrefix(label)
            })
        let rest = line.drop { $0 == " " }.dropFirst(label.count)
        let word = try #require(rest.split(separator: " ").first).replacing(",", with: "")
        let printed = try #require(Double(word))
        let exact = try #require(run.json.number(path)) * scale
        let unit = [1.0, 0.1, 0.01, 0.001][decimals]
        #expect(abs(printed - exact) <= unit / 2 + 1e-9, "\(line)")
        #expect(word.split(separator: ".").dropFirst().first?.count ?? 0 == decimals)
    }

    @Test("one line tells the vehicles by model")
    func byModel() async throws {
        let run = try await BundledDay.open()
        let members = try #require(run.json.at("vehicles_by_model")?.members)
        #expect(members.map(\.key) == ["juke", "leaf", "qashqai"])
        #expect(members.reduce(0) { $0 + ($1.value.double ?? 0) } == run.json.number("vehicles"))
        let text = SummaryText.render(run.result.summary)
        let words = members.map { "\($0.key) \($0.value.integer ?? 0)" }.joined(separator: ", ")
        #expect(text.split(separator: "\n").contains { $0.hasPrefix("    models") && $0.hasSuffix("3  \(words)") })
    }

    @Test("the digest is printed whole")
    func digest() async throws {
        let run = try await BundledDay.closed()
        #expect(SummaryText.render(run.result.summary).contains("\n  digest \(run.digest)\n"))
    }
}
