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

    @Option(help: "2025-06-18, 2025-06 or 2025, site-local; default the last year of the store.")
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
        let found = try source.passports(in: window, period, config, at: store)
        let own = found.closing.passports.filter { window.from <= $0.finished && $0.finished < window.to }
        let isSimulated = try source.facts(window)?.isSimulated ?? false
        let text = PassportText(own, found.closing, config.method, year: found.year)
        try LineWriter.check(out, isNoneOf: [store])
        let output = try Output.Lines(out, overwrite: force)
        switch common.json ? .json : format ?? .text {
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
        let product = method.passports?.product
        let facts = passports.compactMap { passport -> FootprintFacts? in
            var facts = FootprintFacts(
                passport, method, siteName: config.name, issued: passport.finished + periodOpenFor)
            facts?.company = product.map {
                FootprintFacts.Company(name: $0.company, ids: $0.companyIDs, domain: $0.domain)
            }
            facts?.massKg = passport.model.flatMap { product?.massKg[$0] }
            facts?.measuredPct = summary?.dataQuality?.measured
            facts?.estimatedPct = summary?.dataQuality?.estimated
            facts?.missingPct = summary?.dataQuality?.missing
            facts?.isSimulated = summary?.facts.isSimulated == true || passport.isModelled
            return facts
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
    /// The passports of the calendar year in which a window lies.
    func passports(
        in window: StoreWindow, _ period: String?, _ config: SiteConfig, at path: String, tracing vehicle: String? = nil
    ) throws -> StoredPassports {
        guard config.method.passports != nil else {
            throw Failure(
                "the configuration gives no vehicle a passport: add a passports.yaml that names the shops"
                    + " (twin-config/sunderland has one)", exitCode: 78)
        }
        let last = try runs().compactMap(\.end).max() ?? .earliest
        let time = window.from > .earliest ? window.from : last - Span(ms: 1)
        let year = config.zone.local(time).date.year
        guard let found = try passports(ofYear: year, config.method, tracing: vehicle) else {
            throw try nothing(of: period, window, config.zone, at: path)
        }
        return found
    }
}
