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
        let method = try config.method.covering(source.chart(window))
        let changes = try ConfigurationInWindow.all(in: window, of: source)
        common.tell(changes, against: config)
        let restatements = try source.restatements(window).map(\.restatement)
        if !restatements.isEmpty {
            common.say("restated: late data changed closed periods \(restatements.count) times")
        }
        try LineWriter.check(out, isNoneOf: [store])
        let output = try Output.Lines(out, overwrite: force)
        if format == .csv {
            guard try writeCSV(source, window, method, to: output) else {
                throw try source.nothing(of: period, window, config.zone, at: store)
            }
        } else if format == .html || format == .pdf {
            guard let found = try source.summaryByMonth(method, window) else {
                throw try source.nothing(of: period, window, config.zone, at: store)
            }
            try found.whole.checkClaims()
            let years = try source.summaryByYear(method, known: found.whole).map { year, isWhole, summary in
                ReportYear(
                    year: year, kgPerVehicle: summary.kgPerVehicleLocation, vehicles: summary.vehicles,
                    isWhole: isWhole)
            }
            let page = page(
                found.whole, found.months, years, config, changes, restatements,
                try uncommanded(found.whole, window, config))
            if format == .pdf, let out {
                try output.write(bytes: PagePrinter.pdf(page, for: out))
            } else {
                for line in page { try output.write(line) }
            }
        } else {
            guard let summary = try source.summary(method, window) else {
                throw try source.nothing(of: period, window, config.zone, at: store)
            }
            try summary.checkClaims()
            if format == .xlsx {
                try output.write(bytes: workbook(summary, source, window))
                return try output.finish()
            }
            let lines =
                format == .secr
                ? SECRText.lines(summary, before: try before(window, method, source, config.zone), name: config.name)
                : lines(summary, window, changes)
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

    private func page(
        _ summary: Summary, _ months: [(first: CivilDate, isWhole: Bool, summary: Summary?)], _ years: [ReportYear],
        _ config: SiteConfig, _ changes: [ConfigurationInWindow], _ restatements: [Restatement], _ without: Summary?
    ) -> [String] {
        var facts = ReportPage.Facts(
            period: period, name: config.name, build: "\(Twin.version), \(Build.id)", rules: config.hash,
            configurations: changes.map { $0.sentence(config.zone) }, restated: summary.effect(of: restatements))
        facts.without = without.map { (name: (self.without ?? "").lastPathPart, summary: $0) }
        let months = months.map { first, isWhole, summary in
            ReportMonth(
                label: ReportCommand.months[first.month - 1], kgPerVehicle: summary?.kgPerVehicleLocation,
                vehicles: summary?.vehicles ?? 0, isWhole: isWhole)
        }
        return ReportPage.lines(summary, months: months, years: years, facts: facts)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Row by row: a year of them has no place in memory.
    /// - Returns: whether there was one.
    private func writeCSV(
        _ source: any StoreReading, _ window: StoreWindow, _ method: ReportMethod, to output: Output.Lines
    ) throws -> Bool {
        var isEmpty = true
        let isSimulated = try source.facts(window)?.isSimulated ?? false
        // Only accounts are printed, so no meter is read.
        try source.forEachRow(window, on: Chart([])) { row in
            // The line break of CSV is CRLF; its second half comes with every line.
            if isEmpty { try output.write(ReportCSV.header, ending: "\r") }
            isEmpty = false
            for line in ReportCSV.lines(row, method, isSimulated: isSimulated) { try output.write(line, ending: "\r") }
        }
        return !isEmpty
    }

    private func workbook(
        _ summary: Summary, _ source: any StoreReading, _ window: StoreWindow
    ) throws -> [UInt8] {
        var archive = ZipArchive()
        let book = ReportWorkbook(summary)
        for part in book.parts {
            archive.begin(part.name)
            archive.write(part.text)
        }
        var periods = book.periods
        archive.begin(periods.part)
        archive.write(periods.head)
        // Only accounts are in it, so no meter is read.
        try source.forEachRow(window, on: Chart([])) { archive.write(periods.add($0)) }
        archive.write(periods.finish())
        return archive.finish()
    }

    private func lines(_ summary: Summary, _ window: StoreWindow, _ changes: [ConfigurationInWindow]) -> [String] {
        if common.json || format == .json {
            var members = summary.json.members ?? []
            members.append(.init("configurations", .array(changes.map { $0.json(summary.method.zone) })))
            return [JSON.object(members).printableLine]
        }
        return SummaryText.lines(
            summary, asked: period.map { (name: $0, from: window.from, to: window.to) },
            notes: changes.count > 1 ? changes.map { $0.sentence(summary.method.zone) } : [])
    }
}

/// A configuration that was in force in a window, and what was new in it.
struct ConfigurationInWindow {
    var hash: String
    var from: PlantTime
    /// Files that differ from the one before; nil for the first of the store.
    var filesChanged: [String]?

    /// Those in force at some time of the window, by time.
    static func all(in window: StoreWindow, of store: any StoreReading) throws -> [ConfigurationInWindow] {
        var all: [ConfigurationInWindow] = []
        for next in try store.configurations() where next.hash != all.last?.hash {
            var changed: [String]?
            if let before = all.last {
                let old = try store.files(ofConfiguration: before.hash)
                let new = try store.files(ofConfiguration: next.hash)
                let names = Set(old.map(\.name)).union(new.map(\.name)).sorted()
                changed = names.filter { name in
                    old.first { $0.name == name }?.bytes != new.first { $0.name == name }?.bytes
                }
            }
            all.append(ConfigurationInWindow(hash: next.hash, from: next.from, filesChanged: changed))
        }
        // The last one from before the window is in force in it.
        let first = all.lastIndex { $0.from <= window.from } ?? 0
        return all.dropFirst(first).filter { $0.from < window.to }
    }

    func json(_ zone: LocalZone) -> JSON {
        .fields([
            "hash": .string(hash), "from": .string(zone.text(from)),
            "files_changed": filesChanged.map { .array($0.map(JSON.string)) } ?? .null,
        ])
    }

    func sentence(_ zone: LocalZone) -> String {
        let since = zone.text(from).prefix(16).replacing("T", with: " ")
        let files = filesChanged.map { ": \($0.joined(separator: ", "))" } ?? ""
        return "configuration \(hash.replacing("sha256:", with: "").prefix(8)) from \(since)\(files)"
    }
}

extension Summary {
    /// Nobody may claim more than was used, and every year needs its factors.
    func checkClaims() throws {
        if let above = certificatesAboveUse.first { throw Failure(above, exitCode: 78) }
        try method.factors.check(missingFactorYears)
    }
}

extension String {
    /// Of a path its last part.
    fileprivate var lastPathPart: String { split(separator: "/").last.map(String.init) ?? self }
}
