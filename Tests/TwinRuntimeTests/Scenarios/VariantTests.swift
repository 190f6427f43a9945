import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime
import TwinStore
import TwinTesting
import TwinUnits

/// The variants of the site, each with one asset more and a scenario: what it promises comes, and would not without it.
@Suite("Variants")
struct VariantTests {
    private static let folder = Repository.path("replay/scenarios/variants")
    /// Scenario and configuration.
    static let variants = [
        ("biomass-boiler", "sunderland-biomass"), ("chp", "sunderland-chp"), ("electrolyser", "sunderland-hydrogen"),
    ]

    /// The same of islands and of a load that can wait, which have no account of their own.
    static let islands = [
        ("island-sheds-by-priority", "sunderland-island"), ("cars-carry-the-essentials", "sunderland-island"),
        ("ice-store-waits", "sunderland-flexible"),
    ]

    private static func config(_ name: String) throws -> SiteConfig {
        try SiteConfig.load(folder: Repository.path("twin-config/\(name)"))
    }

    private func run(
        _ name: String, _ config: SiteConfig, faults: Bool = true
    ) async throws -> ReplayResult {
        let scenario = try ScenarioFile.load(path: "\(Self.folder)/\(name).scenario.yaml")
        var options = ReplayOptions()
        options.loop = scenario.loop
        options.faults = faults ? scenario.faults : []
        options.expectations = scenario.expectations
        return try await ReplayLoop(paths: [scenario.recording], config: config, options: options, store: nil).run()
    }

    /// Contracts of partners: nothing new stands in its books.
    static let park = (name: "partners-share-the-sun", config: "sunderland-park")

    @Test("every scenario of the folder is here")
    func all() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        #expect(Set(names) == Set((Self.variants + Self.islands + [Self.park]).map { "\($0.0).scenario.yaml" }))
    }

    @Test("its scenario passes, and every bus balances to the last watt-second", arguments: variants + islands + [park])
    func passes(variant: (name: String, config: String)) async throws {
        let result = try await run(variant.name, Self.config(variant.config))
        #expect(result.verdicts.filter { !$0.passed }.map(\.sentence) == [])
        for bus in Bus.allCases where bus.balances { #expect(result.summary.balanceErrorKWh(bus) == 0) }
    }

    @Test("without its fault the alarm does not come", arguments: variants + islands + [park])
    func withoutFault(variant: (name: String, config: String)) async throws {
        let result = try await run(variant.name, Self.config(variant.config), faults: false)
        #expect(result.verdicts.contains { !$0.passed && $0.sentence.contains("it was never raised") })
    }

    @Test("the plain site has none of it: its figure is null, and its rows have no such account", arguments: variants)
    func plain(variant: (name: String, config: String)) async throws {
        let result = try await run(variant.name, Repository.config())
        #expect(result.verdicts.contains { !$0.passed && $0.sentence.hasSuffix("the summary has null") })
        let config = try Self.config(variant.config)
        let own = config.method.chart.accounts.subtracting(try Repository.config().method.chart.accounts)
        #expect(!own.isEmpty && own.allSatisfy { result.summary.kWh($0) == nil })
    }

    @Test("the plain site shares with nobody and pays no driver, and its figures are those of its own books")
    func plainPark() async throws {
        let result = try await run(Self.park.name, Repository.config())
        #expect(result.summary.json["sharing"] == .null && result.summary.json["v2g"] == .null)
        let missing = result.verdicts.filter { $0.sentence.hasSuffix("the summary has null") }
        #expect(missing.count == 7)
    }

    @Test("what the park shares and pays is the same from the store as from the run")
    func parkFromStore() async throws {
        let config = try Self.config(Self.park.config)
        let scenario = try ScenarioFile.load(path: "\(Self.folder)/\(Self.park.name).scenario.yaml")
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("park.sqlite"))
        var options = ReplayOptions()
        options.loop = scenario.loop
        let result = try await ReplayLoop(
            paths: [scenario.recording], config: config, options: options, store: store
        ).run()
        let stored = try #require(try store.summary(config.method))
        for key in ["sharing", "v2g"] { #expect(stored.json[key] == result.summary.json[key]) }
        #expect(stored.json["v2g"]?["total"]?["connected_vehicle_hours"]?.double ?? 0 > 0)
        // By half hour the same, to the last watt-second and microgram.
        var (lines, csv) = ([SharingLine()], [String]())
        try store.forEachSharing(config.method, .all) { row, sharing in
            lines.append(sharing.plant)
            csv += SharingCSV.lines(row, sharing, config.method)
        }
        let plant = try #require(stored.sum.sharing?.plant)
        #expect(lines.reduce(.zero) { $0 + $1.renewable } == plant.renewable)
        #expect(lines.reduce(.zero) { $0 + $1.carbon } == plant.carbon)
        // Twelve half hours of two partners, the plant and export.
        #expect(
            csv.count == 48 && csv.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 14 }
        )
        let sums = csv.reduce(into: [String: Int64]()) { sums, line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            sums[String(cells[2]), default: 0] += Int64(cells[4]) ?? 0
        }
        #expect(sums["plant"] == plant.renewable.wattSeconds && sums["Seat works"] ?? 0 > 0)
        let text = SummaryText.lines(stored)
        #expect(text.allSatisfy { $0.count <= 80 } && text.contains("Sharing of own wind and sun: fixed shares"))
        let facts = ReportPage.Facts(period: nil, name: "Park", build: "", rules: "", configurations: [])
        let page = ReportPage.lines(stored, months: [], facts: facts).joined(separator: "\n")
        let sun = try #require(stored.json["sharing"]?["partners"]?.items?.first?["renewable_kwh"]?.double)
        #expect(page.contains("data-key=\"sharing.partners[0].renewable_kwh\" value=\"\(sun)\""))
    }

    @Test("cars that charge for half an hour and give for half an hour: from messages to pay")
    func carsThatGive() async throws {
        var recording = Recording()
        for minute in 0..<60 {
            let isGiving = minute >= 30
            let ts = (Recording.start + .minutes(Int64(minute))).rfc3339
            let head =
                "{\"t\":\"\((Recording.start + .minutes(Int64(minute + 1))).rfc3339)\",\"topic\":\"v1/sunderland/"
            recording.raw(
                head
                    + "bay/staff-v2g/tele\",\"payload\":{\"ts\":\"\(ts)\",\"period_s\":60,\"power_kw\":\(isGiving ? 60 : -60),"
                    + "\"connected_vehicles\":10}}")
            recording.raw(
                head + "grid/intensity/tele\",\"payload\":{\"ts\":\"\(ts)\",\"period_s\":60,"
                    + "\"g_per_kwh\":\(isGiving ? 300 : 100)}}")
            recording.clock(Double(60 * (minute + 1)))
        }
        let folder = try TemporaryFolder()
        let path = try folder.write("cars.jsonl", lines: recording.lines)
        let config = try Self.config(Self.park.config)
        let result = try await ReplayLoop(paths: [path], config: config, options: ReplayOptions(), store: nil).run()
        let cars = try #require(result.summary.vehicleGridTotal)
        #expect(cars.givenKWh == 30 && cars.takenKWh == 30 && cars.connectedHours == 10)
        // 30 x (0.3 + 0.03) for what they gave, 10 x 0.05 for their time.
        #expect(abs((cars.pay ?? 0) - 10.4) < 1e-9)
        // 30 kWh are 37.04 at 81 %: 30 of them were charged here at 100 g, the rest elsewhere, bought at 300 g.
        #expect(abs((cars.savedHalfHourlyKg ?? 0) - (9 - 3 - 7.037037 * 0.3)) < 1e-3)
        #expect(abs(cars.savedKg - 0.177 * (30 - 37.037037)) < 1e-3)
    }
}
