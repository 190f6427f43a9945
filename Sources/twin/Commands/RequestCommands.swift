import ArgumentParser
import TwinConfiguration
import TwinCore
import TwinRuntime

/// `twin request`: a ceiling on the import for a while.
struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Ask a running twin to hold the site's import down for a while.",
        usage: "twin request <id> <ceiling> [--from <time>] [--for <span>] [<options>]",
        discussion: """
            EXAMPLES
              twin request evening 26MW --for 2h
              twin request dr-17 25500kW --from 2025-06-18T17:00 --for 2h --pay 300
              twin request vpp-3 -500kW --for 1h

            A demand-response event, a call of a virtual power plant, a ceiling for an evening:
            the next plan keeps the import below it, and the fast rule after it. Below 0 it asks
            for export. With --pay it is kept as far as that is worth it, without at any price but
            departures and the plant's own limits. What became of it is in the log and the summary.
            """)

    @OptionGroup var options: HandOptions

    @Option(help: "When it begins, site-local such as 2025-06-18T17:00; default at once.")
    var from: String?

    @Option(name: .customLong("for"), help: "How long it holds, at most 7 days.")
    var span = Span.hours(1)

    @Option(help: "What a MWh less is worth, in the tariffs' currency.")
    var pay: Double?

    @Argument(parsing: .allUnrecognized, help: "Its name, and the most import: 26MW or 25500kW.")
    var words: [String] = []

    func run() async throws {
        guard words.count == 2 else {
            throw Failure("write its name and the most import, such as dr-17 26MW", exitCode: 2)
        }
        guard let kw = RequestCommand.kilowatts(words[1]) else {
            throw Failure("\"\(words[1])\" is no power; write one like 26MW or 25500kW", exitCode: 2)
        }
        var more: [JSON.Member] = [
            .init("id", .string(words[0])), .init("value", .number(kw)), .init("unit", .string("kW")),
            HandOptions.seconds(span),
        ]
        if let from {
            let (_, _, folder) = try RunningTwin.find(store: options.store, journal: options.journal)
            let time = try SiteConfig.loadChecked(folder: folder).zone.argument(from)
            more.append(.init("from", .string(time.rfc3339)))
        }
        if let pay { more.append(.init("pay_per_mwh", .number(pay))) }
        try await options.ask(
            "request", "import", more, as: "request \(words[0])", done: "\(GridRequest.wish(kw)) for \(span.text)")
    }

    /// `26MW` or `25500kW`, kW.
    static func kilowatts(_ text: String) -> Double? {
        let units = [("MW", 1000.0), ("kW", 1.0)]
        guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
            let number = Double(decimal: String(text.dropLast(unit.count))), number.isFinite
        else { return nil }
        return number * factor
    }
}

/// `twin withdraw`: a request is over.
struct WithdrawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "End a request before its time.",
        usage: "twin withdraw <id> [<options>]",
        discussion: """
            EXAMPLES
              twin withdraw dr-17

            One that nobody made, or that is over, is refused: there is none of that name.
            """)

    @OptionGroup var options: HandOptions

    @Argument(help: "Its name.")
    var id: String

    func run() async throws { try await options.ask("withdraw", id, as: "request \(id)", done: "withdrawn") }
}
