import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting

/// The management report as a page.
@Suite("Report page")
struct ReportPageTests {
    private func page(
        _ summary: Summary, months: [ReportMonth] = [], name: String = "Plant", configurations: [String] = [],
        restated: RestatementEffect? = nil
    ) -> String {
        ReportPage.lines(
            summary, months: months,
            facts: ReportPage.Facts(
                period: "2025-06-18", name: name, build: "test", rules: "sha256:00", configurations: configurations,
                restated: restated)
        ).joined(separator: "\n")
    }

    @Test("answers the five questions in words, with the figures of the summary")
    func answers() async throws {
        let summary = try await BundledDay.closed().result.summary
        let page = page(summary)
        for question in [
            "How much, and against 2018?", "On the way to 2030?", "What drove the change?", "Can I trust it?",
            "What next, and at what cost?",
        ] {
            #expect(page.contains("<dt>\(question)</dt>"), "\(question)")
        }
        // 158.80 kg in the closed loop, 32.3 % below 234.5; the interval holds what the way asks for.
        #expect(page.contains("Production emitted 159 kg CO2e per vehicle, 32.3 % below 2018 (235 kg)"))
        #expect(page.contains("group-2030 asks for 30.3 % less in 2025"))
        #expect(page.contains("Simulated: every figure comes from models, none is measured."))
        let change = try #require(summary.change)
        #expect(abs(change.parts.reduce(change.from) { $0 + $1.kgPerVehicle } - change.to) < 1e-6)
        #expect(page.contains("this window") && page.contains("grid factor"))
    }

    @Test("is one file of at most 300 KB without a script or a link, and the same every time")
    func file() async throws {
        let summary = try await BundledDay.closed().result.summary
        let months = (1...12).map {
            ReportMonth(label: "M\($0)", kgPerVehicle: $0 == 7 ? nil : 200, vehicles: 1, isWhole: $0 > 1)
        }
        let page = page(summary, months: months)
        #expect(page.utf8.count < 300_000)
        for word in ["<script", "http://", "https://", "@import", "url("] { #expect(!page.contains(word), "\(word)") }
        #expect(page == self.page(summary, months: months))
        // A month without vehicles has no dot and breaks the line: it is missing, not 0.
        #expect(page.components(separatedBy: "class=\"course\"").count == 3)
        #expect(page.components(separatedBy: "<circle").count == 12)
        #expect(page.components(separatedBy: "class=\"part\"").count == 2)
    }

    @Test("no text of a configuration is markup, and none turns the reading direction")
    func hostile() async throws {
        let summary = try await BundledDay.closed().result.summary
        let evil = "<script>alert(1)</script>\u{202E}\u{1B}[2J\"&"
        let page = page(summary, name: evil, configurations: [evil])
        #expect(!page.contains("<script") && !page.contains("\u{202E}") && !page.contains("\u{1B}"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    }

    @Test("a window without vehicles says why there is no figure, and draws none")
    func noVehicles() async throws {
        let whole = try await BundledDay.closed().result
        var rows = whole.rows
        for place in rows.indices { rows[place].vehicles = 0 }
        let summary = Summary(rows: rows, method: whole.summary.method, facts: whole.summary.facts)
        let page = page(summary)
        #expect(page.contains("No vehicle was lined off in this window"))
        #expect(page.contains("no vehicle was lined off in this window") && !page.contains("<svg"))
    }
}
