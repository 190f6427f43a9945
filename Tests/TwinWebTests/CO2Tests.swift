import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting

@testable import TwinWeb

@Suite("The page of CO2")
struct CO2Tests {
    private static func summary(_ day: WebDay) throws -> Summary {
        let window = try AskedWindow(day.config).window("2025-06-18", "period")
        return try #require(try day.store.summary(day.config.method.covering(day.store.chart(window)), window))
    }

    @Test("has the very figures of twin report")
    func sameAsReport() async throws {
        let day = try await WebDay.made()
        let report = try Self.summary(day).json
        let page = try await WebDay.json("/co2.json?period=2025-06-18", day.source)
        let now = page["report"]
        #expect(now?["figure"]?["kg_per_vehicle"] == report["co2_kg_per_vehicle"])
        #expect(now?["figure"]?["kg_per_vehicle_market"] == report["co2_kg_per_vehicle_market"])
        #expect(now?["figure"]?["uncertainty_kg_per_vehicle"] == report["uncertainty_kg_per_vehicle"])
        #expect(now?["figure"]?["vehicles"] == report["vehicles"])
        #expect(now?["baseline"]?["reduction_pct"] == report["baseline"]?["reduction_pct"])
        #expect(now?["quality"]?["measured_pct"] == report["data_quality"]?["measured_pct"])
        for row in try #require(now?["scopes"]?.items) {
            let key = try #require(row["key"]?.text)
            if let kg = report["co2_kg"]?[key] { #expect(row["kg"] == kg, "\(key)") }
        }
        // Without a period it is the newest day's.
        #expect(try await WebDay.json("/co2.json", day.source) == page)
    }

    @Test("the bars of the waterfall come to the difference")
    func waterfall() async throws {
        let day = try await WebDay.made()
        let change = try await WebDay.json("/co2.json", day.source)["report"]?["change"]
        let parts = try #require(change?["parts"]?.items).reduce(0) { $0 + ($1["kg"]?.double ?? 0) }
        let from = try #require(change?["from_kg"]?.double), to = try #require(change?["to_kg"]?.double)
        #expect(abs(from + parts - to) < 1e-6)
    }

    /// The figure times the vehicles is what enters, and what enters is what ends somewhere, to the gram; a fuel is the sum of
    /// its meters.
    @Test("the tree goes from the figure to the meters and loses nothing on the way")
    func tree() async throws {
        let day = try await WebDay.made()
        let summary = try Self.summary(day)
        let root = ExplainTree.json(summary)
        func kg(_ json: JSON?) -> Double { json?["kg"]?.double ?? .nan }
        func sum(_ json: JSON?) -> Double { (json?["children"]?.items ?? []).reduce(0) { $0 + kg($1) } }
        #expect(abs(kg(root) - summary.productionKgLocation) < 1e-9)
        let views = try #require(root["children"]?.items)
        #expect(views.count == 2)
        for view in views {
            #expect(abs(kg(view) - kg(root)) < 0.01)
            #expect(abs(sum(view) - kg(view)) < 0.01)
        }
        let scope1 = views[0]["children"]?.items?.first
        #expect(abs(sum(scope1) - kg(scope1)) < 0.01)
        let gas = scope1?["children"]?.items?.first
        #expect(gas?["label"]?.text == "gas")
        #expect(abs(sum(gas) - kg(gas)) < 0.01)
        #expect(gas?["children"]?.items?.isEmpty == false)
        let page = try await WebDay.json("/co2.json", day.source)
        #expect(page["explain"] == root)
    }

    @Test("gives the report as the files that twin report writes")
    func files() async throws {
        let day = try await WebDay.made()
        let window = try AskedWindow(day.config).window("2025-06-18", "period")
        let report = try StoredReport(day.store, day.config, period: "2025-06-18", window)
        let summary = try #require(try report.summary())
        #expect(try await WebDay.text("/co2/report.json?period=2025-06-18", day.source) == report.json(summary).line)
        let csv = try await WebDay.text("/co2/report.csv?period=2025-06-18", day.source)
        #expect(csv.hasPrefix(ReportCSV.header + "\r\n"))
        // A header, and each half hour with each account of the site.
        #expect(
            csv.split(separator: "\r\n").count == 1 + 48
                * Account.allCases.count { report.method.accounts.contains($0) })
        let html = try await WebDay.text("/co2/report.html?period=2025-06-18", day.source)
        #expect(html.hasPrefix("<!DOCTYPE html>"))
        #expect(html.contains("Why the figure can be trusted"))
        _ = try await WebDay.json("/co2.json?period=1999", day.source, status: 404)
        _ = try await WebDay.json("/co2.json?period=x", day.source, status: 400)
    }
}
