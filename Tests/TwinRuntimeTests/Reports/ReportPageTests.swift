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
        _ summary: Summary, months: [ReportMonth] = [], years: [ReportYear] = [], name: String = "Plant",
        configurations: [String] = [], restated: RestatementEffect? = nil
    ) -> String {
        ReportPage.lines(
            summary, months: months, years: years,
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
        // The waterfall of a day begins at what the day is compared with: 234.5, not the 287 of the year.
        #expect(abs(change.from - (summary.baselineKgPerVehicle ?? 0)) < 1e-9)
        #expect([.volume, .weather, .dayTypes].allSatisfy { abs(change[$0]) < 1e-9 } && abs(change[.method]) < 0.1)
        #expect(page.contains("From 2018's plant at this window's volume, weather and day types to this window"))
    }

    @Test("the course over the years has a dot for each, an open one for a part, and both targets by name")
    func years() async throws {
        let summary = try await BundledDay.closed().result.summary
        let years = (2018...2025).map {
            ReportYear(year: $0, kgPerVehicle: $0 == 2020 ? nil : 300, vehicles: 324_893, isWhole: $0 < 2025)
        }
        let page = page(summary, years: years)
        #expect(page.components(separatedBy: "<circle").count == 1 + 7)
        #expect(page.components(separatedBy: "class=\"part\"").count == 1 + 1)
        // 2020 breaks the line, and the part of 2025 ends it.
        #expect(page.components(separatedBy: "class=\"course\"").count == 1 + 2)
        // The ways end at 287 x 0.48 and 287 x 0.5.
        #expect(page.contains(">group-2030 138<") && page.contains(">site-2030-per-vehicle 144<"))
        #expect(page.contains(">2018 as reported 287<"))
        // Electricity 10,160 x 8,760 h + 226 x 324,893 - 13,200 MWh = 149.23 GWh at 0.28307; gas 16,875 x 5,520 h
        // + 5,060 x 3,240 h + (1,708 + 1,958 x 230 / 365) x 56,400 K h + 326.8 x 324,893 = 381.64 GWh at 0.18396:
        // 42.24 + 70.21 = 112.45 kt, 346 kg each.
        #expect(page.components(separatedBy: "<td>346</td>").count == 1 + 7)
        #expect(page.contains("2025 300 (a part of it)") && page.contains("<th>2025 (part)</th>"))
        // A part of a year alone says nothing of a course.
        #expect(!self.page(summary, years: years.suffix(1)).contains("By calendar year"))
        #expect(page == self.page(summary, years: years))
    }

    @Test("a window of years keeps to two sheets: its last twelve months, and its configurations in a paragraph")
    func long() async throws {
        let summary = try await BundledDay.closed().result.summary
        let months = (1...96).map { ReportMonth(label: "M\($0)", kgPerVehicle: 200, vehicles: 1) }
        let page = page(summary, months: months, configurations: (1...20).map { "configuration \($0)" })
        #expect(page.contains("The last twelve months, kg per vehicle"))
        #expect(!page.contains(">M84<") && page.contains(">M85<") && page.contains(">M96<"))
        #expect(page.contains("<td>17 earlier ones; 18; ") && page.contains("; 20</td>"))
    }

    @Test("a target whose year has come is no way any more")
    func due() async throws {
        let whole = try await BundledDay.closed().result
        func page(by year: Int) -> String {
            var method = whole.summary.method
            for place in method.targets.indices { method.targets[place].year = year }
            return self.page(Summary(rows: whole.rows, method: method, facts: whole.summary.facts))
        }
        // What is left of 234.5 kg may be 112.6; the day has 158.8.
        let (before, at, after) = (page(by: 2030), page(by: 2025), page(by: 2024))
        #expect(before.contains("On the way to 2030?") && before.contains("Way to group-2030 in 2025"))
        for (page, year) in [(at, 2025), (after, 2024)] {
            #expect(page.contains("Is the target of \(year) met?") && page.contains("beyond the target of \(year)"))
            #expect(page.contains("group-2030, target of \(year)") && !page.contains("Way to"))
            #expect(!page.contains(">way 2025"))
        }
        #expect(at.contains("52.0 % less in 2025") && after.contains("52.0 % less since 2024"))
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

    @Test(
        "the second sheet says what the interval is made of, what the meters say of each other, and what late data moved"
    )
    func uncertainty() async throws {
        let summary = try await BundledDay.closed().result.summary
        let page = page(summary)
        // 9,102.9 kg over 1,415 vehicles; without the factors 3,197.0 kg.
        #expect(page.contains("<td>95 % interval</td><td></td><td>9.10</td><td>6.43</td>"))
        #expect(page.contains("<td>factor of gas</td><td>systematic</td><td>7.80</td>"))
        #expect(page.contains("is known to ± 2.26 kg per vehicle"))
        #expect(page.contains("48 of 48 half hours: 4,169.0 kWh (0.72 %) left over."))
        #expect(page.contains("95 % bound 15.5: no gross error.") && !page.contains("restated:"))
        let late = Restatement(period: summary.from, tick: 40, at: summary.from, deltas: ["grid_import": 3_600_000_000])
        let restated = self.page(summary, restated: summary.effect(of: [late]))
        // 1,000 kWh x 0.177 = 177 kg of 224,701: 0.125 kg a vehicle, 0.08 %; one of 48 half hours is 2.1 %.
        let words = "1 half hour restated: +177.0 kg CO2e, +0.125 kg per vehicle (+0.08 %)"
        #expect(restated.components(separatedBy: words).count == 3)
        #expect(restated.contains("<td>backfilled: half hours that late data restated</td><td>2.1 %</td>"))
    }
}
