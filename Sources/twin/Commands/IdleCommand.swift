import ArgumentParser
import TwinBooks
import TwinConfiguration
import TwinReports
import TwinRuntime

/// `twin idle`: what ran outside the shifts.
struct IdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Say what ran outside the shifts: energy, CO2 and money, by meter.",
        usage: "twin idle [<options>]",
        discussion: """
            Each meter is held against its own quietest whole day without a shift in the window: what \
            it takes above that is worth a walk. Heating follows the weather, so compare weeks of one season.

            EXAMPLES
              twin idle --store twin.sqlite --period 2025-06
              twin idle --store twin.sqlite --json
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "2025-06-18, 2025-06 or 2025, site-local; default all that the store holds.")
    var period: String?

    func run() async throws {
        let source = try openToRead(store)
        let config = try common.load(from: source, at: store)
        let window = try StoreWindow(period, config.zone)
        let method = try config.method.covering(source.chart(window))
        var book = IdleBook(method, config.calendar)
        var isEmpty = true
        try source.forEachRow(window, on: method.chart) { row in
            isEmpty = false
            book.add(row)
        }
        if isEmpty { throw try source.nothing(of: period, window, config.zone, at: store) }
        let uses = book.uses()
        if common.json { return StandardOutput.write(IdleText.json(uses, hours: book.hours, method: method)) }
        for line in IdleText.lines(uses, hours: book.hours, method: method) { StandardOutput.write(line) }
    }
}
