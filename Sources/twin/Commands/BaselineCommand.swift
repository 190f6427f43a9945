import ArgumentParser
import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime

/// `twin baseline`: an energy baseline from the books of a year.
struct BaselineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Fit the energy baseline to the days of a store, for baseline.yaml.",
        usage: "twin baseline [<options>]",
        discussion: """
            Electricity and gas of each whole local day over production day, vehicles and heating degrees, by least \
            squares (ISO 50006): coefficients with standard errors, R2, CV(RMSE), the range where it holds, and energy: \
            and fit: to paste. Needs 30 days; a whole year has all seasons.

            EXAMPLES
              twin baseline --store twin.sqlite --period 2018
              twin baseline --store twin.sqlite --period 2018 --json
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "2018 or 2018-06, site-local; default all that the store holds.")
    var period: String?

    func run() async throws {
        let source = try openToRead(store)
        let config = try common.load(from: source, at: store)
        let window = try StoreWindow(period, config)
        var method = config.method
        // Of the site as a whole: no meter is read.
        method.chart = Chart([])
        let days = try source.days(window, method)
        guard let fitted = BaselineRegression(days.days, heatingBaseC: method.heatingBaseC),
            let first = days.days.first, let last = days.days.last
        else {
            if days.days.isEmpty, days.partialDays == 0 {
                throw try source.nothing(of: period, window, config.zone, at: store)
            }
            throw Failure(
                "\(store): has \(days.days.count) whole local days with an air temperature"
                    + "\(period.map { " in \($0)" } ?? ""); a baseline needs \(BaselineRegression.daysMin), better a year",
                exitCode: 65)
        }
        let facts = BaselineText.Facts(
            site: config.site, books: URL(fileURLWithPath: store).lastPathComponent, from: first.date, to: last.date,
            partialDays: days.partialDays, blindDays: days.blindDays,
            isSimulated: try source.facts(window)?.isSimulated ?? false)
        if common.json { return StandardOutput.write(BaselineText.json(fitted, facts)) }
        for line in BaselineText.lines(fitted, facts) { StandardOutput.write(line) }
    }
}

extension StoreReading {
    /// The whole local days of a window.
    func days(_ window: StoreWindow, _ method: ReportMethod) throws -> EnergyDays {
        var days = EnergyDays(method)
        try forEachRow(window, on: method.chart) { days.add($0) }
        days.finish()
        return days
    }
}
