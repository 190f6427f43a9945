import ArgumentParser
import TwinBooks
import TwinCore
import TwinDispatch
import TwinPlant
import TwinReports
import TwinScenario
import TwinStore

/// `twin explain`: where a figure or a command came from.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say where the CO2 figure or a command came from.",
        usage: "twin explain [<options>] <what>",
        discussion: """
            EXAMPLES
              twin explain co2 --store twin.sqlite --period 2025-06-18
              twin explain 7f3a9c21-17-1 --store twin.sqlite
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "co2, or a command's id.")
    var what: String

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "2025-06-18, 2025-06 or 2025, site-local; default the whole run.")
    var period: String?

    func run() async throws {
        let config = try common.load()
        let source = try SQLiteStore(path: store, mustExist: true)
        if what == "co2" {
            let bounds = try period.map { try config.zone.period($0) }
            let window = try source.window(from: bounds?.from, to: bounds?.to)
            guard !window.rows.isEmpty else {
                throw Failure("\(store): holds nothing of \(period ?? "this run")", exitCode: 65)
            }
            let summary = Summary(rows: window.rows, method: config.method, facts: window.facts)
            print(ExplainText.render(summary), terminator: "")
            return
        }
        let parts = what.split(separator: "-")
        guard parts.count == 3, let tick = Int(parts[1]), let n = Int(parts[2]) else {
            throw Failure("\"\(what)\" is neither co2 nor a command's id such as 7f3a9c21-17-1", exitCode: 2)
        }
        guard let command = try source.command(tick: tick, n: n) else {
            throw Failure("\(store): holds no command \(what)", exitCode: 66)
        }
        let value = Action(rawValue: command.action)?.text(command.value) ?? "\(command.value)"
        print("\(what): \(command.asset) \(command.action) \(value) at \(config.zone.text(command.at))")
        print("  because: \(command.reason)")
        print("  became: \(command.fate ?? "pending")")
    }
}
