import ArgumentParser
import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinFiles
import TwinRuntime

/// `twin report`: figures from the store.
struct ReportCommand: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, csv, xlsx, html, pdf, secr }

    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report a period from the store.",
        usage: "twin report [<options>]",
        discussion: """
            Without --config the newest configuration of the store says how figures are made of the books. A report \
            reaches over all runs and configurations of its period and names them.

            EXAMPLES
              twin report --store twin.sqlite
              twin report --period 2025-06-18 --format json --out report.json
              twin report --store twin.sqlite --period 2025-06 --format csv --out june.csv
              twin report --period 2025-06 --format html --out june.html
              twin report --period 2025-06 --format xlsx --out june.xlsx
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: ArgumentHelp(stringLiteral: Period.help))
    var period: String?

    @Option(
        help:
            "text, json, html or pdf (two sheets for management), secr (UK energy and carbon reporting), csv with one row per half hour and account, or xlsx (all of it as a workbook)."
    )
    var format: Format?

    @Option(help: "File to write; default standard output.")
    var out: String?

    @Option(help: "With html or pdf: a store of the same days without the twin's dispatch, to stand beside them.")
    var without: String?

    @Flag(help: "Overwrite an existing file.")
    var force = false

    func validate() throws {
        if let format, [.pdf, .xlsx].contains(format), out == nil {
            let name = format.rawValue
            throw ValidationError(
                "\(name.uppercased()) is no text for a terminal; name a file with --out report.\(name)")
        }
        if without != nil, format != .html, format != .pdf {
            throw ValidationError("--without stands in the page; ask for it with --format html or pdf")
        }
        if common.json, let format, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) exclude each other")
        }
    }

    func run() async throws {
        let source = try openToRead(store)
        let config = try common.load(from: source, at: store)
        let window = try StoreWindow(period, config)
        let report = try StoredReport(source, config, period: period, window)
        common.tell(report.changes, against: config)
        if !report.restatements.isEmpty {
            common.say("restated: late data changed closed periods \(report.restatements.count) times")
        }
        try LineWriter.check(out, isNoneOf: [store])
        let output = try Output.Lines(out, overwrite: force)
        if format == .csv {
            // The line break of CSV is CRLF; its second half comes with every line.
            guard try report.writeCSV({ try output.write($0, ending: "\r") }) else {
                throw try source.nothing(of: period, window, config.zone, at: store)
            }
        } else if format == .html || format == .pdf {
            guard let sheets = try report.sheets({ try $0.checkClaims() }) else {
                throw try source.nothing(of: period, window, config.zone, at: store)
            }
            let without = try uncommanded(sheets.summary, window, config).map {
                (name: (self.without ?? "").lastPathPart, summary: $0)
            }
            let page = report.page(sheets, build: Build.words, without: without)
            if format == .pdf, let out {
                try output.write(bytes: PagePrinter.pdf(page, for: out))
            } else {
                for line in page { try output.write(line) }
            }
        } else {
            guard let summary = try report.summary() else {
                throw try source.nothing(of: period, window, config.zone, at: store)
            }
            try summary.checkClaims()
            if format == .xlsx {
                try output.write(bytes: report.workbook(summary))
                return try output.finish()
            }
            let lines =
                format == .secr
                ? SECRText.lines(
                    summary, before: try before(window, report.method, source, config.zone), name: config.name)
                : lines(summary, report)
            for line in lines { try output.write(line) }
        }
        try output.finish()
    }

    /// The same days a year earlier; nil where nothing is known of them, or of all of a store.
    private func before(
        _ window: StoreWindow, _ method: ReportMethod, _ source: any StoreReading, _ zone: LocalZone
    ) throws -> Summary? {
        guard period != nil else { return nil }
        func yearBefore(_ time: PlantTime) -> PlantTime {
            let (date, ms) = zone.local(time)
            return zone.instant(Period.yearBefore(date), msOfDay: ms)
        }
        let earlier = StoreWindow(from: yearBefore(window.from), to: yearBefore(window.to))
        return try source.summary(method.covering(source.chart(earlier)), earlier)
    }

    /// The same days of another store, where the plant was left to itself.
    private func uncommanded(_ summary: Summary, _ window: StoreWindow, _ config: SiteConfig) throws -> Summary? {
        guard let without else { return nil }
        let source = try openToRead(without)
        guard let other = try source.summary(config.method.covering(source.chart(window)), window) else {
            throw try source.nothing(of: period, window, config.zone, at: without)
        }
        guard other.from == summary.from, other.to == summary.to, other.vehicles == summary.vehicles else {
            throw Failure(
                "\(without): is not of the same days and vehicles as \(store) (\(other.vehicles) and \(summary.vehicles)"
                    + " vehicles), so the difference is not the dispatch's", exitCode: 65)
        }
        return other
    }

    private func lines(_ summary: Summary, _ report: StoredReport) -> [String] {
        if common.json || format == .json { return [report.json(summary).printableLine] }
        let changes = report.changes
        return SummaryText.lines(
            summary, asked: period.map { (name: $0, from: report.window.from, to: report.window.to) },
            notes: changes.count > 1 ? changes.map { $0.sentence(summary.method.zone) } : [])
    }
}

extension Summary {
    /// Nobody may claim more than was used, and every year needs its factors.
    func checkClaims() throws {
        if let problem = claimProblem { throw Failure(problem, exitCode: 78) }
    }
}

extension String {
    /// Of a path its last part.
    fileprivate var lastPathPart: String { split(separator: "/").last.map(String.init) ?? self }
}
