import ArgumentParser
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime

/// `twin idle`: what ran outside the shifts, what drifts from its reference, and which uses are significant.
struct IdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Say what ran outside the shifts, what drifts, and which energy uses are significant, by meter.",
        usage: "twin idle [<options>]",
        discussion: """
            Each meter is held against its own quietest whole day without a shift in the window: what \
            it takes above that is worth a walk. Heating follows the weather, so compare weeks of one season.

            --cusum adds up day by day what each meter took against what its own reference lets expect at that volume and \
            weather, and names the day from when on it takes more or less. --register lists the meters that come to 80 % of \
            energy and of CO2e with their indicators, then and now.

            EXAMPLES
              twin idle --store twin.sqlite --period 2025-06
              twin idle --store twin.sqlite --json
              twin idle --store twin.sqlite --cusum --reference 2024
              twin idle --store twin.sqlite --register --reference 2025-03
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: ArgumentHelp(stringLiteral: Period.help))
    var period: String?

    @Flag(help: "By meter, the sum of what it took above what its reference lets expect.")
    var cusum = false

    @Flag(help: "The register of significant energy uses (ISO 50001).")
    var register = false

    @Option(help: "With --cusum or --register: 2025-03 or 2024; default the first 30 whole days.")
    var reference: String?

    func validate() throws {
        if cusum, register { throw ValidationError("--cusum and --register are two tables; ask for one") }
        if reference != nil, !cusum, !register {
            throw ValidationError("--reference goes with --cusum or --register")
        }
    }

    func run() async throws {
        let source = try openToRead(store)
        let config = try common.load(from: source, at: store)
        let window = try StoreWindow(period, config)
        if cusum || register { return try review(source, config, window) }
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

    /// Days of the window after those of a reference, which may lie before it.
    private func review(_ source: any StoreReading, _ config: SiteConfig, _ window: StoreWindow) throws {
        let before = try reference.map { try StoreWindow($0, config, option: "--reference") }
        var method = try config.method.covering(source.chart(window))
        if let before { method = try method.covering(source.chart(before)) }
        let days = try source.days(window, method)
        if days.days.isEmpty, days.partialDays == 0 {
            throw try source.nothing(of: period, window, config.zone, at: store)
        }
        let told = try before.map { try source.days($0, method).days }
        guard let review = EnergyReview(method, days: days.days, reference: told) else {
            throw Failure(
                "\(store): the reference \(reference ?? "of the first days") has \((told ?? days.days).count) whole local days"
                    + " with an air temperature; it needs \(EnergyReview.referenceDaysMin), better a year: name another with"
                    + " --reference", exitCode: 65)
        }
        if cusum {
            let cusums = review.cusums()
            if common.json { return StandardOutput.write(EnergyReviewText.json(cusums: cusums, review)) }
            for line in EnergyReviewText.lines(cusums: cusums, review) { StandardOutput.write(line) }
        } else {
            let register = EnergyRegister(review)
            if common.json { return StandardOutput.write(EnergyReviewText.json(register, review)) }
            for line in EnergyReviewText.lines(register, review) { StandardOutput.write(line) }
        }
    }
}
