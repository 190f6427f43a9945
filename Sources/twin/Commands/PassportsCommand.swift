import ArgumentParser
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinReports
import TwinRuntime

/// `twin passports`: the production CO2 of every vehicle.
struct PassportsCommand: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, csv, pact }

    static let configuration = CommandConfiguration(
        commandName: "passports",
        abstract: "Give every vehicle its production CO2: direct part, overhead, and what is left.",
        usage: "twin passports [<options>]",
        discussion: """
            A vehicle's direct part is its share of what the shops took while it was in them; the rest of \
            the site comes by standard hours (passports.yaml). All passports, the work in progress and \
            what is not absorbed are the books of the year, to the milligram.

            EXAMPLES
              twin passports --store twin.sqlite --period 2025-06-18
              twin passports --period 2025-06 --format csv --out june-vehicles.csv
              twin passports --period 2025 --json --out 2025.json
              twin passports --period 2025-06-18 --format pact --out pact.json
              twin explain co2 --vehicle 2025-06-18-21600000
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "As twin report has it; default the last year of the store.")
    var period: String?

    @Option(help: "text, json, csv with one row per vehicle, or pact: product footprints by PACT and Catena-X.")
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
        let source = try openToRead(store)
        let config = try common.load(from: source, at: store)
        let window = try StoreWindow(period, config)
        common.tell(try ConfigurationInWindow.all(in: window, of: source), against: config)
        let years = try source.passportYears(in: window, period, config, at: store)
        let kind = common.json ? .json : format ?? .text
        guard let found = years.last, years.count == 1 || kind == .csv || kind == .pact else {
            throw Failure(
                "--period \(quoted(period ?? "")): reaches over the years \(years.map { "\($0.year)" }.joined(separator: " and ")),"
                    + " whose books are closed each for itself; ask for one of them, or for --format csv", exitCode: 2)
        }
        let own = years.flatMap(\.closing.passports).filter { window.from <= $0.finished && $0.finished < window.to }
        guard !own.isEmpty else {
            throw Failure("\(store): no vehicle was lined off in \(period ?? "it")", exitCode: 65)
        }
        let isSimulated = try source.facts(window)?.isSimulated ?? false
        let text = PassportText(own, found.closing, config.method, year: found.year, asked: period)
        try LineWriter.check(out, isNoneOf: [store])
        let output = try Output.Lines(out, overwrite: force)
        switch kind {
        case .text:
            for line in text.lines(isSimulated: isSimulated, isYearOver: found.isYearOver) { try output.write(line) }
        case .json:
            try text.jsonLines(isSimulated: isSimulated, isYearOver: found.isYearOver) { try output.write($0) }
        case .csv:
            try output.write(text.csvHeader, ending: "\r")
            for passport in own { try output.write(text.csv(passport, isSimulated: isSimulated), ending: "\r") }
        case .pact: try writeFootprints(own, source, window, config, to: output)
        }
        try output.finish()
    }

    /// One footprint a line, in the list that PACT's own interface answers with.
    private func writeFootprints(
        _ passports: [Passport], _ source: any StoreReading, _ window: StoreWindow, _ config: SiteConfig,
        to output: Output.Lines
    ) throws {
        let method = try config.method.covering(source.chart(window))
        let summary = try source.summary(method, window)
        let facts = passports.compactMap {
            FootprintFacts.product(
                $0, method, siteName: config.name, issued: $0.finished + periodOpenFor, summary)
        }
        try output.write("{\"data\":[")
        for (place, each) in facts.enumerated() {
            let line: String
            do { line = try Footprint.json(each).printableLine } catch {
                throw Failure("\(each.vehicle): \(error)", exitCode: 78)
            }
            try output.write(place + 1 < facts.count ? line + "," : line)
        }
        try output.write("]}")
    }
}

extension StoreReading {
    /// The passports of the calendar years of a window that the store has something of.
    func passportYears(
        in window: StoreWindow, _ period: String?, _ config: SiteConfig, at path: String, tracing vehicle: String? = nil
    ) throws -> [StoredPassports] {
        guard config.method.passports != nil else {
            throw Failure(
                "the configuration gives no vehicle a passport: add a passports.yaml that names the shops"
                    + " (twin-config/sunderland has one)", exitCode: 78)
        }
        guard let first = try runs().map(\.start).min(), let last = try runs().compactMap(\.end).max(), first < last
        else {
            throw try nothing(of: period, window, config.zone, at: path)
        }
        let newest = max(first, min(window.to, last) - Span(ms: 1))
        let oldest = window.from > .earliest ? max(window.from, first) : newest
        let from = config.zone.local(oldest).date.year, to = config.zone.local(newest).date.year
        guard from <= to else { throw try nothing(of: period, window, config.zone, at: path) }
        let years = try (from...to).compactMap { try passports(ofYear: $0, config.method, tracing: vehicle) }
        if years.isEmpty { throw try nothing(of: period, window, config.zone, at: path) }
        for year in years {
            if let claim = year.claimsAboveUse.first { throw Failure(claim, exitCode: 78) }
        }
        try config.method.factors.check(years.map(\.year))
        return years
    }
}
