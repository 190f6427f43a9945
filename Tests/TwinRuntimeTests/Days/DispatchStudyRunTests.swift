import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinReports
import TwinRuntime
import TwinSolver
import TwinStudies
import TwinTesting

/// A study of one day, from the plant's steps to the JSON.
@Suite("Study of dispatch")
struct DispatchStudyRunTests {
    private static func run(
        cases: [DispatchStudy.Case] = DispatchStudy.Case.allCases, prices: [Double] = [], seed: UInt64 = 42
    ) throws -> DispatchStudyRun {
        let config = try SiteConfig.load(folder: Repository.root.appending(path: "twin-config/sunderland").path)
        let day = CivilDate(year: 2025, month: 7, day: 8)
        let next = CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1)
        return DispatchStudyRun(
            config: config, planner: Planner(try CoinSolver()),
            windows: [.init(from: config.zone.instant(day), to: config.zone.instant(next))], cases: cases,
            carbonPrices: prices, step: .minutes(10), seed: seed)
    }

    /// Of every case.
    private static let keys = [
        "kg_per_vehicle", "kg_per_vehicle_half_hourly", "kg_per_vehicle_marginal", "cost", "cost_with_carbon",
        "cost_per_tonne", "peak_kw", "cycles", "curtailed_kwh", "set_point_changes", "departures_missed",
        "steps_beyond_connection", "level_kg", "level_cost", "regret_pct",
    ]

    @Test func `A day under all four: every key, plans that are made, nothing missed, the same bytes twice`() throws {
        let study = try #require(try Self.run(prices: [0, 100_000]).study())
        let json = study.json
        for name in DispatchStudy.Case.allCases {
            let members = try #require(json.at("cases.\(name.rawValue)")?.members)
            for key in Self.keys { #expect(members.contains { $0.key == key }, "\(name) \(key)") }
            #expect(members.first { $0.key == "departures_missed" }?.value == .number(0))
            #expect(members.first { $0.key == "steps_beyond_connection" }?.value == .number(0))
        }
        #expect(json.at("cases.none.cost_per_tonne") == .null)
        #expect(json.at("cases.none.regret_pct")?.double == 100)
        #expect(json.at("cases.perfect.regret_pct")?.double == 0)
        #expect(json.at("cases.none.set_point_changes")?.double == 0)
        for name in [DispatchStudy.Case.optimiser, .perfect] {
            let events = try #require(study.total[name]?.events)
            #expect(events.plans >= 48 && events.failedPlans == 0 && events.setPointChanges > 0)
        }
        // Left alone the plant emits most, and by the objective costs most.
        let total = study.total
        for name in [DispatchStudy.Case.rules, .optimiser, .perfect] {
            #expect((total[name]?.kg.annual ?? .infinity) < (total[.none]?.kg.annual ?? 0))
        }
        #expect((total[.optimiser]?.objective ?? .infinity) < (total[.none]?.objective ?? 0))
        // Each plan of a whole half hour has a forecast at each horizon, issued before what it tells of.
        #expect(study.forecasts.count >= 47 * 7)
        #expect(study.forecasts.issued.map { $0.lowerBound >= study.windows[0].from } ?? false)
        #expect((study.forecasts.score(.heat, horizonHours: 1)?.meanAbsoluteError ?? .infinity) < 2000)
        // A price makes it emit less and cost more.
        let prices = study.pareto
        #expect(prices.map(\.carbonPerTonne) == [0, 100_000])
        #expect(prices[1].outcome.objectiveKg < prices[0].outcome.objectiveKg)
        #expect(prices[1].outcome.cost > prices[0].outcome.cost)

        let again = try #require(try Self.run(prices: [0, 100_000]).study())
        #expect(again.json.bytes == json.bytes)
        #expect(DispatchStudyText.lines(again) == DispatchStudyText.lines(study))
        #expect(DispatchStudyText.lines(study).filter { $0.count > 80 } == [])
        let picture = try #require(ParetoPicture.svg(study))
        #expect(picture == ParetoPicture.svg(again))
        #expect(picture.hasPrefix("<svg xmlns=") && picture.hasSuffix("</svg>"))
        #expect(picture.contains("100,000 GBP/t") && picture.contains(">rules<"))
    }

    @Test func `Without foresight there is no regret, and without prices no picture`() throws {
        let study = try #require(try Self.run(cases: [.none, .rules]).study())
        #expect(study.json.at("cases.rules.regret_pct") == .null)
        #expect(study.json.at("cases.rules.cost_per_tonne")?.double != nil)
        #expect(study.json.at("cases.optimiser") == nil)
        #expect(study.forecasts.count == 0 && study.forecasts.issued == nil)
    }

    @Test func `A study that is stopped has no figures`() throws {
        #expect(try Self.run(cases: [.none]).study { _ in false } == nil)
    }
}
