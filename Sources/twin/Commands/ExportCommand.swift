import ArgumentParser
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinFiles
import TwinRuntime

/// `twin export`: a signal or an account over time.
struct ExportCommand: AsyncParsableCommand {
    enum Kind: String, CaseIterable, ExpressibleByArgument { case reading, used, both }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a signal, an account or the sharing of the store as CSV.",
        usage: "twin export [<options>]",
        discussion: """
            A signal has readings as they were received and the values that ticks used: measured, held or modelled, \
            as their quality says. An account has its energy by half hour, kWh. With --points each stretch of equal \
            length keeps its lowest and its highest value. The sharing has one row per half hour and \
            company, by the contract of the configuration.

            EXAMPLES
              twin export --store twin.sqlite --list
              twin export --signal wind/t01/power_kw --period 2025-06-18 --out wind.csv
              twin export --signal grid/main/import_kw --from 2025-06-18T06:00 --points 90
              twin export --store year.sqlite --account grid_import --period 2025
              twin export --store park.sqlite --sharing --period 2025-06 --out june.csv
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Flag(help: "Print the names of all signals and accounts.")
    var list = false

    @Option(help: "Signal as area/asset/key.")
    var signal: String?

    @Option(help: "Account such as grid_import.")
    var account: String?

    @Flag(help: "How wind and sun went to partners, by contracts.yaml.")
    var sharing = false

    @Option(help: "Of a signal: reading, used or both.")
    var kind = Kind.both

    @Option(help: ArgumentHelp(stringLiteral: Period.help))
    var period: String?

    @Option(help: "First instant, site-local unless it names an offset.")
    var from: String?

    @Option(help: "End, site-local unless it names an offset.")
    var to: String?

    @Option(help: "At most so many values of each kind.")
    var points: Int?

    @Option(help: "File to write; default standard output.")
    var out: String?

    @Flag(help: "Overwrite an existing file.")
    var force = false

    func validate() throws {
        guard [list, sharing, signal != nil, account != nil].filter({ $0 }).count == 1 else {
            throw ValidationError("name one of --signal, --account, --sharing and --list")
        }
        if sharing, points != nil {
            throw ValidationError("--points: the sharing is for settling accounts, and is whole")
        }
        if common.json { throw ValidationError("--json: an export is CSV; see twin report --format json") }
        if period != nil, from != nil || to != nil {
            throw ValidationError("--period and --from or --to exclude each other")
        }
        if let points, !(2...1_000_000).contains(points) {
            throw ValidationError("--points \(points): expected 2 to 1,000,000")
        }
    }

    func run() async throws {
        let source = try openToRead(store)
        let config = try common.load(from: source, at: store)
        let window = try window(config.zone)
        try LineWriter.check(out, isNoneOf: [store])
        let output = try Output.Lines(out, overwrite: force)
        if list {
            for signal in try source.signals() { try output.write("signal  \(signal.text)") }
            for account in try accounts(source, window) { try output.write("account \(account.name)") }
        } else if sharing {
            try writeSharing(source, window, config, to: output)
        } else {
            var isEmpty = true
            try forEachPoint(source, window) { point, kind in
                // The line break of CSV is CRLF; its second half comes with every line.
                if isEmpty { try output.write(SeriesCSV.header, ending: "\r") }
                isEmpty = false
                try output.write(SeriesCSV.line(point, kind: kind, config.zone), ending: "\r")
            }
            if isEmpty {
                throw Failure("\(store): holds no value of \(signal ?? account ?? "") in that time", exitCode: 65)
            }
        }
        try output.finish()
    }

    private func writeSharing(
        _ source: any StoreReading, _ window: StoreWindow, _ config: SiteConfig, to output: Output.Lines
    ) throws {
        guard config.method.ledger.sharing != nil else {
            throw Failure(
                "\(config.site): shares with nobody; add sharing: to contracts.yaml, or name its folder by --config",
                exitCode: 78)
        }
        var isEmpty = true
        try source.forEachSharing(config.method, window) { row, sharing in
            if isEmpty { try output.write(SharingCSV.header, ending: "\r") }
            isEmpty = false
            for line in SharingCSV.lines(row, sharing, config.method) { try output.write(line, ending: "\r") }
        }
        if isEmpty { throw Failure("\(store): holds no half hour of that time", exitCode: 65) }
    }

    private func window(_ zone: LocalZone) throws -> StoreWindow {
        var window = try StoreWindow(period, zone)
        if let from { window.from = try zone.argument(from) }
        if let to { window.to = try zone.argument(to) }
        guard window.from < window.to else { throw Failure("--to is not after --from", exitCode: 2) }
        return window
    }

    private func forEachPoint(
        _ source: any StoreReading, _ window: StoreWindow, _ body: (SeriesPoint, String) throws -> Void
    ) throws {
        if let account {
            try forEachHalfHour(source, try self.account(account, source), window) { try body($0, "energy_kwh") }
        } else if let signal {
            try forEachValue(source, try self.signal(signal, source), window, body)
        }
    }

    private func forEachHalfHour(
        _ source: any StoreReading, _ account: Account, _ window: StoreWindow, _ body: (SeriesPoint) throws -> Void
    ) throws {
        let none = Chart([])
        guard let points else {
            try source.forEachRow(window, on: none) { try body(SeriesCSV.point($0, account)) }
            return
        }
        var extent: StoreWindow?
        try source.forEachRow(window, on: none) { row in
            extent = StoreWindow(from: extent?.from ?? row.start, to: row.end)
        }
        guard let extent else { return }
        var thinned = ThinnedSeries(extent, points: points)
        try source.forEachRow(extent, on: none) { thinned.add(SeriesCSV.point($0, account)) }
        try thinned.points.forEach(body)
    }

    private func forEachValue(
        _ source: any StoreReading, _ signal: SignalPath, _ window: StoreWindow,
        _ body: (SeriesPoint, String) throws -> Void
    ) throws {
        let kinds = SeriesPoint.Kind.allCases.filter { kind == .both || kind.rawValue == $0.rawValue }
        if let points {
            for kind in kinds {
                for point in try source.series(signal, kind, window, points: points) { try body(point, kind.rawValue) }
            }
            return
        }
        guard let extent = try source.extent(of: signal)?.clamped(to: window) else { return }
        // Both kinds by time, a day in memory.
        var from = extent.from
        while from < extent.to {
            let day = StoreWindow(from: from, to: min(from + .days(1), extent.to))
            var values: [(point: SeriesPoint, kind: SeriesPoint.Kind)] = []
            for kind in kinds { try source.forEachPoint(signal, kind, day) { values.append(($0, kind)) } }
            values.sort { ($0.point.from, $0.kind.rawValue) < ($1.point.from, $1.kind.rawValue) }
            for value in values { try body(value.point, value.kind.rawValue) }
            from = day.to
        }
    }

    // MARK: - Names

    private func signal(_ text: String, _ source: any StoreReading) throws -> SignalPath {
        let known = try source.signals()
        if let signal = SignalPath(text: text), known.contains(signal) { return signal }
        throw unknown("signal", text, known.map(\.text))
    }

    private func account(_ text: String, _ source: any StoreReading) throws -> Account {
        let known = try accounts(source, .all)
        if let account = known.first(where: { $0.name == text }) { return account }
        throw unknown("account", text, known.map(\.name))
    }

    private func accounts(_ source: any StoreReading, _ window: StoreWindow) throws -> [Account] {
        let charted = try source.chart(window).accounts
        return Account.allCases.filter(charted.contains)
    }

    private func unknown(_ what: String, _ text: String, _ known: [String]) -> Failure {
        let near = suggestion(for: text, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        return Failure(
            "\(store): holds no \(what) \"\(Output.shown(text))\"\(near); see twin export --list", exitCode: 66)
    }
}
