import ArgumentParser
import Foundation
import TwinBooks
import TwinCore
import TwinReports
import TwinScenario
import TwinStore

/// `twin report`: figures from the store.
struct ReportCommand: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, csv }

    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report a period from the store.",
        usage: "twin report [<options>]",
        discussion: """
            EXAMPLES
              twin report --store twin.sqlite
              twin report --period 2025-06-18 --format json --out report.json
              twin report --store twin.sqlite --period 2025-06 --format csv --out june.csv
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "2025-06-18, 2025-06 or 2025, site-local; default the whole run.")
    var period: String?

    @Option(help: "text, json, or csv with one row per half hour and account.")
    var format: Format?

    @Option(help: "File to write; default standard output.")
    var out: String?

    @Flag(help: "Overwrite an existing file.")
    var force = false

    func validate() throws {
        if common.json, let format, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) exclude each other")
        }
    }

    func run() async throws {
        let config = try common.load()
        let bounds = try period.map { try config.zone.period($0) }
        let window = try SQLiteStore(path: store, mustExist: true).window(from: bounds?.from, to: bounds?.to)
        if window.config != config.hash {
            common.say("warning: the store was made with another configuration (\(window.config.prefix(15))…)")
        }
        guard !window.rows.isEmpty else {
            throw Failure("\(store): holds nothing of \(period ?? "this run")", exitCode: 65)
        }
        let summary = Summary(rows: window.rows, method: config.method, facts: window.facts)
        if window.restatements > 0 {
            common.say("restated: late data changed closed periods \(window.restatements) times")
        }
        let lines = lines(summary, window.rows, bounds)
        guard let out else {
            for line in lines { print(line) }
            return
        }
        let writer = try LineWriter(path: out, overwrite: force)
        for line in lines { try writer.write(Array(line.utf8)) }
        try writer.finish()
    }

    private func lines(
        _ summary: Summary, _ rows: [PeriodRow], _ bounds: (from: PlantTime, to: PlantTime)?
    ) -> [String] {
        switch common.json ? .json : format ?? .text {
        case .json: return [summary.json.line]
        // The line break of CSV is CRLF; its second half comes with every line.
        case .csv: return ([ReportCSV.header] + rows.flatMap { ReportCSV.lines($0, summary.method) }).map { $0 + "\r" }
        case .text:
            let asked = bounds.flatMap { bounds in period.map { (name: $0, from: bounds.from, to: bounds.to) } }
            return SummaryText.lines(summary, asked: asked)
        }
    }
}

extension LocalZone {
    /// The local day, month or year that `text` names.
    func period(_ text: String) throws -> (from: PlantTime, to: PlantTime) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        let wrong = Failure("--period \"\(text)\": expected 2025-06-18, 2025-06 or 2025", exitCode: 2)
        guard (1...3).contains(parts.count), let year = parts[0] else { throw wrong }
        let month = parts.count > 1 ? parts[1] : 1
        let day = parts.count > 2 ? parts[2] : 1
        guard let month, let day else { throw wrong }
        let first = CivilDate(year: year, month: month, day: day)
        guard first.exists else { throw wrong }
        let next: CivilDate =
            switch parts.count {
            case 1: CivilDate(year: year + 1, month: 1, day: 1)
            case 2:
                month == 12
                    ? CivilDate(year: year + 1, month: 1, day: 1) : CivilDate(year: year, month: month + 1, day: 1)
            default: CivilDate(daysSinceEpoch: first.daysSinceEpoch + 1)
            }
        return (instant(first), instant(next))
    }
}
