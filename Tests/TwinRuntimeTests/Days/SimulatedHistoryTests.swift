import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinStore
import TwinTesting
import TwinUnits

/// The shipped past of the plant, and the years of a store.
@Suite("Simulated history")
struct SimulatedHistoryTests {
    private static func history(seed: UInt64 = 42) throws -> SimulatedHistory {
        let config = try SiteConfig.load(folder: Repository.path("twin-config/sunderland-history"))
        return try SimulatedHistory(try #require(config.history), of: config, seed: seed)
    }

    private struct Year {
        var vehicles = 0
        var heatingKh = 0.0
        var steppedMs: Int64 = 0
        var secondFieldMWh = 0.0
    }

    @Test("each year has its vehicles within 1 % and its own weather, and the second field gives from August 2022 on")
    func years() throws {
        let history = try Self.history()
        var years: [Int: Year] = [:]
        var end = try #require(history.stages.first).from
        for stage in history.stages {
            #expect(stage.from == end)
            end = stage.to
            var run = stage.run(step: settlementPeriod, control: .none)
            let field = stage.config.method.chart.index(of: Meter(.solar, .solar, "pv2"))
            let zone = stage.config.zone
            run.forEachRow { row in
                let year = zone.local(row.start).date.year
                years[year, default: Year()].vehicles += row.vehicles
                years[year, default: Year()].heatingKh += Double(row.heatingKMs) / 3_600_000
                years[year, default: Year()].steppedMs += row.steppedMs
                if let field { years[year, default: Year()].secondFieldMWh += row.meter(field).kilowattHours / 1000 }
            }
        }
        let plan = [442_254, 346_535, 245_600, 205_100, 238_329, 324_893, 282_900, 282_900]
        for (year, vehicles) in zip(2018...2025, plan) {
            let found = try #require(years[year])
            #expect(abs(Double(found.vehicles) / Double(vehicles) - 1) < 0.01, "\(year): \(found.vehicles)")
            #expect(found.steppedMs == (year % 4 == 0 ? 366 : 365) * 86_400_000)
        }
        // Months that stray by 1.3 K move a year's 2,350 K d by some percent.
        let heating = years.values.map { $0.heatingKh / 24 }.sorted()
        let (least, most) = (try #require(heating.first), try #require(heating.last))
        #expect(most - least > 50 && least > 1_800 && most < 2_900, "\(heating)")
        // 20 MWp at about 900 h; of 2022 the months from August on, which give a third of it.
        #expect((2018...2021).allSatisfy { years[$0]?.secondFieldMWh == 0 })
        #expect((4_000...8_000).contains(years[2022]?.secondFieldMWh ?? 0), "\(years[2022]?.secondFieldMWh ?? 0)")
        #expect((16_500...19_500).contains(years[2023]?.secondFieldMWh ?? 0))
    }

    @Test("stages begin at local midnight: in summer an hour before that of UTC, after the clocks went back with it")
    func boundaries() throws {
        let starts = try Self.history().stages.map(\.from.rfc3339)
        #expect(starts.contains("2022-07-31T23:00:00.000Z"))
        #expect(starts.contains("2019-10-28T00:00:00.000Z"))
    }

    @Test("the seed makes the weather: the same gives the same rows, another gives others, and so does another year")
    func seeds() throws {
        func sum(_ seed: UInt64, _ place: Int) throws -> String {
            let config = try SiteConfig.load(folder: Repository.path("twin-config/sunderland-history"))
            let whole = try #require(config.history)
            var run = try SimulatedHistory(whole, of: config, seed: seed).stages[place]
                .run(step: settlementPeriod, control: .none)
            var chain = DigestChain()
            var days = 0
            run.forEachRow(
                onProgress: { _ in
                    days += 1
                    return days < 3
                }, { chain = $0.chain })
            return chain.hex
        }
        #expect(try sum(1, 0) == (try sum(1, 0)))
        #expect(try sum(1, 0) != (try sum(2, 0)))
    }

    @Test("the years of a store are its calendar years, whole or not, with the figures of a report of them")
    func storedYears() throws {
        let config = try Repository.config()
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let store = try openStore(folder.path("years.sqlite"))
        let start = config.zone.instant(CivilDate(year: 2024, month: 12, day: 30))
        let identity = RunIdentity(site: config.site, run: "years", start: start, config: config.hash, build: "test")
        #expect(try store.begin(identity) == nil)
        var batch = StoreBatch(config.method.chart)
        batch.configurations = [ConfigurationInForce(config, from: start)]
        batch.facts = RunFacts(stepS: 1800, mode: .off, loop: .closed)
        // Bays give back what cars brought from elsewhere: it is bought, and stands in no account of its own.
        var run = SimulatedRun(
            config: config, from: start, to: start + .days(9), step: settlementPeriod, seed: 1, control: .rules)
        run.forEachRow { batch.rows.append($0) }
        try store.write(batch)

        let years = try store.summaryByYear(config.method)
        #expect(years.map(\.year) == [2024, 2025] && years.allSatisfy { !$0.isWhole })
        for (year, _, summary) in years {
            let window = StoreWindow(
                from: config.zone.instant(CivilDate(year: year, month: 1, day: 1)),
                to: config.zone.instant(CivilDate(year: year + 1, month: 1, day: 1)))
            let report = try #require(try store.summary(config.method, window))
            #expect(summary.productionKgLocation == report.productionKgLocation)
            #expect(summary.vehicles == report.vehicles && summary.vehicles == (year == 2024 ? 0 : summary.vehicles))
        }
        #expect(years.last.map { $0.summary.vehicles > 1_000 } == true)
    }
}
