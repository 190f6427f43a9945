import Foundation
import Testing
import TwinCore
import TwinTesting

/// One day in every format: the figures are the same to the last digit, or to the last one that is printed.
@Suite(.serialized)
struct FormatsTests {
    /// Kilograms as whole micrograms, which is what is added up.
    private func micrograms(_ kg: Double?) throws -> Int64 { Int64(try #require(kg.map { ($0 * 1e9).rounded() })) }

    /// `1,234.5`, as texts for people have it.
    private func printed(_ value: Double?, _ decimals: Int) throws -> String {
        let digits = String(format: "%.\(decimals)f", try #require(value))
        let whole = digits.prefix { $0 != "." }
        let groups = whole.reversed().enumerated().reduce("") {
            $0 + ($1.0 > 0 && $1.0 % 3 == 0 ? "," : "") + String($1.1)
        }
        return String(groups.reversed()) + digits.dropFirst(whole.count)
    }

    @Test func `Figures are equal across formats, to the last digit`() async throws {
        try await Scene.play { scene in
            let store = scene.path("day.sqlite")
            let day = try await scene.replay(Repository.day, ["--store", store])
            func report(_ format: String) async throws -> String {
                try await scene.twin("report", "--store", store, "--format", format).success()
            }
            // What a member of co2_kg is; 0 for what the site does not have.
            func emitted(_ key: String) throws -> Int64 { try micrograms(day["co2_kg"]?[key]?.double ?? 0) }
            let tonnes = try [("scope1", "scope2_location"), ("scope1_certified", "scope2_market")].map {
                scope1, scope2 in
                Double(try emitted(scope1) + emitted("scope1_other") + emitted(scope2)) / 1e9 / 1000
            }
            let keys = [
                "co2_kg_per_vehicle_location", "co2_kg_per_vehicle_market", "vehicles", "energy_kwh.grid_import",
                "co2_kg.scope1", "co2_kg.scope2_location", "co2_kg.scope2_market",
            ]
            func figure(_ key: String) throws -> Double { try #require(day.number(key), "\(key)") }

            // JSON.
            let json = try Summary.one(in: try await report("json"))
            for key in keys + ["gas_kwh"] { #expect(json.number(key) == (try figure(key)), "\(key)") }

            // CSV: sums of whole watt-seconds and micrograms.
            let lines = try await report("csv").components(separatedBy: "\r\n").map { $0.components(separatedBy: ",") }
            let heads = lines[0]
            func cells(_ account: String, _ column: String) throws -> [String] {
                let place = try #require(heads.firstIndex(of: column))
                return lines.filter { $0.contains(account) }.map { $0[place] }
            }
            for (account, key) in [("gas", "gas_kwh"), ("grid_import", "energy_kwh.grid_import")] {
                let wattSeconds = try cells(account, "energy_ws").compactMap { Int64($0) }.reduce(0, +)
                #expect(Double(wattSeconds) / 3.6e6 == (try figure(key)), "\(key)")
            }
            let scope2 = try cells("grid_import", "co2_kg_location").map { try micrograms(Double($0)) }.reduce(0, +)
            #expect(Double(scope2) / 1e9 == (try figure("co2_kg.scope2_location")))

            // Workbook.
            let file = scene.path("day.xlsx")
            let write = ["report", "--store", store, "--format", "xlsx", "--out", file]
            #expect(try await scene.twin(write).success().isEmpty)
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
            _ = try await scene.twin(write + ["--force"]).success()
            #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data(bytes), "the same bytes each time")
            let refused = try await scene.twin("report", "--store", store, "--format", "xlsx").ending()
            #expect(refused.code == 2 && refused.err.contains("--out report.xlsx"))
            let book = try WorkbookReader(bytes)
            let table = try #require(book["Summary"]).table
            for key in keys + ["gas_kwh"] {
                let values = table.filter { $0["key"] == key }.map { $0["value"] }
                #expect(
                    !values.isEmpty && values.allSatisfy { $0 == JSON.numberText((try? figure(key)) ?? .nan) }, "\(key)"
                )
            }
            let production = table.filter { $0["figure"] == "This window, production" }.map { $0["value"] }
            #expect(production == tonnes.map(JSON.numberText))
            let gas = try #require(book["Half hours"]).table.filter { $0["account"] == "gas" }
            #expect(
                Double(gas.compactMap { Int64($0["energy_ws"] ?? "") }.reduce(0, +)) / 3.6e6 == (try figure("gas_kwh")))

            // Page.
            let page = try await report("html")
            func onPage(_ key: String) -> [String] {
                page.components(separatedBy: "<data data-key=\"\(key)\" value=\"").dropFirst().map { part in
                    String(part.prefix { $0 != "\"" })
                }
            }
            for key in keys { #expect(onPage(key) == [JSON.numberText(try figure(key))], "\(key)") }
            for (basis, tonnes) in zip(["location", "market"], tonnes) {
                #expect(onPage("production_t_\(basis)") == [JSON.numberText(tonnes)], "\(basis)")
            }

            // Texts, rounded as they print it.
            let text = try await report("text")
            for (label, value) in [
                ("this window", "\(try printed(figure("co2_kg_per_vehicle_location"), 1)) kg"),
                ("market-based", "\(try printed(figure("co2_kg_per_vehicle_market"), 1)) kg"),
                ("vehicles lined off", try printed(figure("vehicles"), 0)),
                ("grid import in", try printed(figure("energy_kwh.grid_import") / 1000, 2)),
                ("gas (gross)", try printed(figure("gas_kwh") / 1000, 2)),
                ("Scope 2 location-based", try printed(figure("co2_kg.scope2_location") / 1000, 2)),
            ] {
                let line = text.split(separator: "\n").first { $0.hasPrefix("  \(label) ") }
                #expect(line?.contains(" \(value)") == true, "\(label): \(value) is not in \(line ?? "no line")")
            }
            let secr = try await report("secr")
            for (label, value) in [
                ("grid electricity", try printed(figure("energy_kwh.grid_import"), 0)),
                ("gas (gross calorific value)", try printed(figure("gas_kwh"), 0)),
                ("Scope 2, electricity, market-based", try printed(figure("co2_kg.scope2_market") / 1000, 1)),
                ("total, location-based", try printed(tonnes[0], 1)),
                ("vehicles lined off", try printed(figure("vehicles"), 0)),
                (
                    "kg CO2e per vehicle, location-based", try printed(figure("co2_kg_per_vehicle_location"), 1)
                ),
            ] {
                let line = secr.split(separator: "\n").first { $0.hasPrefix("  \(label) ") }
                #expect(line?.contains(" \(value)") == true, "\(label): \(value) is not in \(line ?? "no line")")
            }

            // Explained.
            let said = try await scene.twin("explain", "co2", "--store", store, "--json").success()
            let explained = try JSONReader.read(Array(said.utf8.dropLast()))
            #expect(explained["co2_kg_per_vehicle"]?.double == (try figure("co2_kg_per_vehicle")))
            #expect(explained["vehicles"]?.double == (try figure("vehicles")))
            #expect(explained["scope1_kg"]?.double == (try figure("co2_kg.scope1")))
            #expect(explained["scope2_kg"]?.double == (try figure("co2_kg.scope2_location")))
            for (account, key) in [("gas", "gas_kwh"), ("grid_import", "energy_kwh.grid_import")] {
                let product = explained["products"]?.items?.first { $0["account"]?.text == account }
                #expect(product?["energy_kwh"]?.double == (try figure(key)), "\(account)")
            }
        }
    }
}
