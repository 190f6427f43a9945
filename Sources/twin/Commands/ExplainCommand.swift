import Foundation
import ArgumentParser
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinReports
import TwinRuntime

/// `twin explain`: where a figure or a command came from.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say where the CO2 figure, a command or the plan came from.",
        usage: "twin explain [<options>] <what>",
        discussion: """
            EXAMPLES
              twin explain co2 --store twin.sqlite --period 2025-06-18
              twin explain co2 --change --period 2025 --json
              twin explain co2 --vehicle 2025-06-18-21600000
              twin explain 7f3a9c21-17-1 --store twin.sqlite
              twin explain plan --store twin.sqlite
              twin explain plan --at 2025-06-18T12:00 --journal twin.journal
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "co2, plan, or a command's id.")
    var what: String

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: ArgumentHelp(stringLiteral: Period.help))
    var period: String?

    @Option(help: "With co2: one vehicle, shop by shop and half hour by half hour.")
    var vehicle: String?

    @Flag(help: "With co2: what drove the change since the baseline.")
    var change = false

    @Option(help: "With plan: the one in force then, site-local unless it names an offset; default the last.")
    var at: String?

    @Flag(help: "With plan: all of its periods and wishes.")
    var all = false

    @Option(help: "With plan: journal folder or file that has it; default beside the store.")
    var journal: String?

    func validate() throws {
        if what != "plan", at != nil || journal != nil || all {
            throw ValidationError("--at, --all and --journal go with plan")
        }
        if what != "co2", vehicle != nil || change { throw ValidationError("--vehicle and --change go with co2") }
        if vehicle != nil, change { throw ValidationError("--vehicle and --change exclude each other") }
    }

    /// Where one vehicle's figure came from.
    private func tell(of vehicle: String, _ source: any StoreReading, _ config: SiteConfig) throws {
        let window = try StoreWindow(period, config)
        let years = try source.passportYears(in: window, period, config, at: store, tracing: vehicle)
        let all = years.lazy.flatMap { year in year.closing.passports.map { (year: year, passport: $0) } }
        guard let (found, passport) = all.first(where: { $0.passport.vehicle == vehicle }) else {
            throw Failure(
                "\(store): no vehicle \(quoted(vehicle)) was lined off in \(years.map { "\($0.year)" }.joined(separator: ", ")); twin passports --format csv"
                    + " lists them", exitCode: 66)
        }
        if common.json {
            let zone = config.zone
            var members = [JSON.Member("schema", .string("explain-vehicle/1"))]
            members += PassportText.json(passport, zone).members ?? []
            members.append(.init("shares", .array(found.trace.map { PassportText.json($0, zone) })))
            return StandardOutput.write(JSON.object(members))
        }
        for line in PassportText.explain(passport, found.trace, config.method) { StandardOutput.write(line.printable) }
    }

    /// The plan that was in force at a time.
    private func tellPlan() throws {
        let folder = journal ?? RunCommand.journalFolder(of: store)
        guard FileManager.default.fileExists(atPath: folder) else {
            throw Failure(
                "\(folder): no such folder; a plan is a line of the journal, so name one with --journal DIR: a live run keeps it"
                    + " beside its store, and twin replay --loop closed --journal DIR makes one", exitCode: 66)
        }
        let marks = try JournalMarks(at: folder)
        let config =
            if let only = common.config { try CommonOptions.load(only) } else if let hash = marks.header?.config {
                try marks.folder.configuration(hash)
            } else { try common.load() }
        let time = try at.map { try config.zone.argument($0) } ?? .latest
        let found = try marks.plan(until: time)
        if let found, DispatchPlan(found.plan) == nil {
            throw Failure("\(found.place): its plan cannot be read; name an earlier time with --at", exitCode: 65)
        }
        guard let found, let plan = DispatchPlan(found.plan) else {
            throw Failure(
                "\(folder): holds no plan\(at.map { " until \($0)" } ?? ""); plans are made in a closed loop or a live run whose"
                    + " dispatch.yaml says strategy: optimiser, and where coinor-libcbc3 is installed", exitCode: 65)
        }
        let text = PlanText(
            plan: plan, purpose: found.plan["purpose"]?.text ?? "", config: config, adopted: found.t,
            place: found.place, forecast: found.plan["forecast"], tellsAll: all)
        if common.json { return StandardOutput.write(text.json()) }
        for line in text.lines() { StandardOutput.write(line.printable) }
    }

    func run() async throws {
        if what == "plan" { return try tellPlan() }
        let source = try openToRead(store)
        let config = try common.load(from: source, at: store)
        if let vehicle { return try tell(of: vehicle, source, config) }
        if what == "co2" {
            let window = try StoreWindow(period, config)
            let method = try config.method.covering(source.chart(window))
            guard let summary = try source.summary(method, window) else {
                throw try source.nothing(of: period, window, config.zone, at: store)
            }
            try summary.checkClaims()
            if change {
                if common.json { return StandardOutput.write(ChangeText.json(summary)) }
                for line in ChangeText.lines(summary) { StandardOutput.write(line) }
                return
            }
            if common.json { return StandardOutput.write(ExplainText.json(summary)) }
            StandardOutput.show(ExplainText.render(summary))
            return
        }
        let parts = what.split(separator: "-")
        guard parts.count == 3, let tick = Int(parts[1]), let n = Int(parts[2]) else {
            throw Failure(
                "\(quoted(what)) is neither co2, plan nor a command's id such as 7f3a9c21-17-1; `twin commands` lists them",
                exitCode: 2)
        }
        let run = String(parts[0])
        let runs = try source.runs().map(\.run)
        guard runs.contains(run) else {
            throw Failure(
                "\(store): \(what) is a command of run \(run), and here \(runs.count == 1 ? "is run" : "are runs")"
                    + " \(runs.joined(separator: ", ")); name the store of that run", exitCode: 66)
        }
        guard let found = try source.command(run: run, tick: tick, n: n) else {
            throw Failure("\(store): holds no command \(what) of run \(run)", exitCode: 66)
        }
        if common.json { return StandardOutput.write(json(found, config.zone)) }
        switch found {
        case .change(let command): tell(command, config.zone)
        case .renewal(let command, let fate):
            StandardOutput.write("\(what): renewed the lease of \(id(command))")
            StandardOutput.write("  became: \(fate ?? "pending")")
            tell(command, config.zone)
        }
    }

    /// The command, and of a renewal its own id and fate.
    private func json(_ found: FoundCommand, _ zone: LocalZone) -> JSON {
        var members = [JSON.Member("schema", .string("explain/1"))]
        switch found {
        case .change(let command): members += CommandStory(command: command).json(zone).members ?? []
        case .renewal(let command, let fate):
            members.append(.init("renewal", .string(what)))
            members.append(.init("renewal_became", .string(fate ?? "pending")))
            members += CommandStory(command: command).json(zone).members ?? []
        }
        return .object(members)
    }

    private func id(_ command: StoredCommand) -> String { "\(command.run)-\(command.tick)-\(command.n)" }

    private func tell(_ command: StoredCommand, _ zone: LocalZone) {
        let value = Action(rawValue: command.action)?.text(command.value) ?? "\(command.value)"
        let head = "\(id(command)): \(command.asset.text) \(command.action) \(value) at \(zone.clock(command.at))"
        Output.wrapped(head, indent: 0).forEach { StandardOutput.write($0) }
        Output.wrapped("because: \(zone.localised(command.reason))", indent: 2).forEach { StandardOutput.write($0) }
        StandardOutput.write("  became: \(command.fate ?? "pending")")
        let renewals = command.renewals
        guard renewals.count > 0 else { return }
        StandardOutput.write(
            "  renewed: \(renewals.count) times, of them rejected \(renewals.rejected), expired \(renewals.expired)")
    }
}
