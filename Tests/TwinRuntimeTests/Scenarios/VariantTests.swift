import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting

/// The variants of the site, each with one asset more and a scenario: what it promises comes, and would not without it.
@Suite("Variants")
struct VariantTests {
    private static let folder = Repository.path("replay/scenarios/variants")
    /// Scenario and configuration.
    static let variants = [
        ("biomass-boiler", "sunderland-biomass"), ("chp", "sunderland-chp"), ("electrolyser", "sunderland-hydrogen"),
    ]

    /// The same of islands, which have no account of their own.
    static let islands = [
        ("island-sheds-by-priority", "sunderland-island"), ("cars-carry-the-essentials", "sunderland-island"),
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

    @Test("every scenario of the folder is here")
    func all() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        #expect(Set(names) == Set((Self.variants + Self.islands).map { "\($0.0).scenario.yaml" }))
    }

    @Test("its scenario passes, and every bus balances to the last watt-second", arguments: variants + islands)
    func passes(variant: (name: String, config: String)) async throws {
        let result = try await run(variant.name, Self.config(variant.config))
        #expect(result.verdicts.filter { !$0.passed }.map(\.sentence) == [])
        for bus in Bus.allCases where bus.balances { #expect(result.summary.balanceErrorKWh(bus) == 0) }
    }

    @Test("without its fault the alarm does not come", arguments: variants + islands)
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
}
