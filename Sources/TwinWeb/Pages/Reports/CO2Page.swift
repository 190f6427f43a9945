import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime

/// The management report, live: what `twin report` prints of the same period, to the last digit.
struct CO2Page: Page {
    let name = "co2"
    let title = "CO2"

    func json(_ ask: PageAsk) throws -> JSON {
        let report = try CO2Page.report(ask)
        guard let sheets = try report.sheets(CO2Page.check) else { throw CO2Page.nothing(report) }
        let summary = sheets.summary
        let zone = report.config.zone
        return .fields([
            "schema": .string("co2/1"), "period": report.period.map { .string($0) } ?? .null,
            "asked_from": .string(zone.text(report.window.from)), "asked_to": .string(zone.text(report.window.to)),
            "from": .string(zone.text(summary.from)), "to": .string(zone.text(summary.to)),
            "shifts": .array(report.config.calendar.shifts.map { .string($0.name) }),
            "report": ManagementJSON.json(
                summary, months: sheets.months, years: sheets.years,
                restated: summary.effect(of: report.restatements)),
            "explain": ExplainTree.json(summary),
            "configurations": .array(report.changes.map { .string($0.sentence(zone)) }),
        ])
    }

    /// The period's report, by default of the newest local day.
    static func report(_ ask: PageAsk) throws -> StoredReport {
        let books = try ask.books()
        let asked = AskedWindow(ask.source.present)
        let window = try asked.window(ask.query, of: books)
        let period = ask.query["period"].flatMap { $0.isEmpty ? nil : $0 }
        return try StoredReport(
            books, ask.source.present, period: period ?? asked.name(of: window), window)
    }

    static func check(_ summary: Summary) throws {
        if let problem = summary.claimProblem { throw WebError(status: 409, code: "claim", text: problem) }
    }

    static func nothing(_ report: StoredReport) -> WebError {
        .notFound("the books hold nothing of \(report.period ?? "this time")")
    }

    // MARK: - Files

    static let downloads: [Download] = [
        Download(path: "co2/report.html", type: "text/html; charset=utf-8") { ask in
            let report = try report(ask)
            guard let sheets = try report.sheets(check) else { throw nothing(report) }
            return text(report.page(sheets, build: ask.source.build), "\n")
        },
        Download(path: "co2/report.csv", type: Download.csv) { ask in
            let report = try report(ask)
            var lines: [String] = []
            guard try report.writeCSV({ lines.append($0) }) else { throw nothing(report) }
            return text(lines, "\r\n")
        },
        // Not the page's data: the summary of the contract.
        Download(path: "co2/report.json", type: "application/json; charset=utf-8") { ask in
            let report = try report(ask)
            return report.json(try summary(report)).bytes
        },
        Download(
            path: "co2/report.xlsx", type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        ) { ask in
            let report = try report(ask)
            return try report.workbook(summary(report))
        },
    ]

    private static func summary(_ report: StoredReport) throws -> Summary {
        guard let summary = try report.summary() else { throw nothing(report) }
        try check(summary)
        return summary
    }

    private static func text(_ lines: [String], _ end: String) -> [UInt8] {
        Array(lines.map { $0 + end }.joined().utf8)
    }
}

extension AskedWindow {
    /// A whole local day as `twin report --period` has it; nil for another window.
    func name(of window: StoreWindow) -> String? {
        let date = zone.local(window.from).date
        let next = zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1))
        return window.from == zone.instant(date) && window.to == next ? date.text : nil
    }
}
