import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting
import TwinUnits

/// The plant straight into the books: years against what is known of the plant, days against 2018.
@Suite("Simulated runs")
struct SimulatedRunTests {
    private static func run(
        _ folder: String = "sunderland", from: CivilDate, days: Int, step: Span = .minutes(30), seed: UInt64 = 42,
        control: SimulatedRun.Control = .none
    ) throws -> (summary: Summary, figures: SimulatedRun.Figures) {
        let path = Repository.root.appending(path: "twin-config/\(folder)").path
        let config = try SiteConfig.load(folder: path)
        let end = CivilDate(daysSinceEpoch: from.daysSinceEpoch + Int64(days))
        var run = SimulatedRun(
            config: config, from: config.zone.instant(from), to: config.zone.instant(end), step: step, seed: seed,
            control: control)
        let facts = RunFacts(stepS: Int(step.ms / 1000), mode: control == .rules ? .control : .off, loop: .closed)
        var sum = WindowSum(config.method)
        run.forEachRow { sum.add($0) }
        return (try #require(Summary(sum, facts: facts)), run.figures)
    }

    @Test("a year meets the anchors of the plant: wind, sun, renewables, electricity and gas per vehicle")
    func year() throws {
        let year = try Self.run(from: CivilDate(year: 2025, month: 1, day: 1), days: 365).summary
        func gigawattHours(_ account: Account) -> Double { year.energy(account).kilowattHours / 1e6 }
        #expect((8.5...11).contains(gigawattHours(.wind)))
        #expect((22...23.5).contains(gigawattHours(.solar)))
        #expect((0.18...0.22).contains(year.renewableShare ?? 0))
        #expect(abs(Double(year.vehicles) / 324_893 - 1) < 0.01)
        let sources: [Account] = [.wind, .solar, .fuelcell, .gridImport]
        let electricity = sources.reduce(-gigawattHours(.gridExport)) { $0 + gigawattHours($1) }
        #expect(abs(electricity * 1000 / Double(year.vehicles) / 0.50 - 1) < 0.15)
        #expect(abs(gigawattHours(.gas) * 1000 / Double(year.vehicles) / 1.18 - 1) < 0.25)
        #expect(year.isYear && year.balanceErrorKWh(.electricity) == 0 && year.balanceErrorKWh(.heat) == 0)
        #expect(year.judgedTargets.allSatisfy { $0.met == false })
        #expect(year.vehiclesModelled == year.vehicles)
        // The plan by model; the deviation of a share of 0.31 among 325,000 is 0.0008.
        let shares = Dictionary(
            uniqueKeysWithValues: year.vehiclesByModel.map { ($0.model, Double($0.count) / Double(year.vehicles)) })
        #expect(shares.keys.sorted() == ["juke", "leaf", "qashqai"])
        for (model, share) in [("leaf", 0.31), ("qashqai", 0.46), ("juke", 0.23)] {
            #expect(abs((shares[model] ?? 0) - share) < 0.004, "\(model)")
        }
    }

    @Test("at the volume of 2018 a vehicle takes 0.43 MWh of electricity and 0.95 MWh of gas, within 15 and 25 %")
    func volumeOf2018() throws {
        let shipped = try SiteConfig.load(folder: Repository.root.appending(path: "twin-config/sunderland-2018").path)
        let files = shipped.files.map { file -> (name: String, bytes: [UInt8]) in
            guard file.name == "shifts.yaml" else { return file }
            // 442,254 vehicles on 230 days.
            let text = String(decoding: file.bytes, as: UTF8.self)
                .replacing("vehicles_per_day: {value: 1412,", with: "vehicles_per_day: {value: 1922.8,")
            return (file.name, Array(text.utf8))
        }
        let config = try SiteConfig.read(files: files)
        let zone = config.zone
        var run = SimulatedRun(
            config: config, from: zone.instant(CivilDate(year: 2025, month: 1, day: 1)),
            to: zone.instant(CivilDate(year: 2026, month: 1, day: 1)), step: .minutes(30), seed: 42, control: .none)
        var sum = WindowSum(config.method)
        run.forEachRow { sum.add($0) }
        let year = try #require(Summary(sum, facts: RunFacts(stepS: 1800, mode: .off, loop: .closed)))
        #expect(abs(Double(year.vehicles) / 442_254 - 1) < 0.01)
        func perVehicle(_ accounts: [Account]) -> Double {
            accounts.reduce(0) { $0 + year.energy($1).kilowattHours } / 1000 / Double(year.vehicles)
        }
        let electricity = perVehicle([.wind, .solar, .gridImport]) - perVehicle([.gridExport])
        #expect(abs(electricity / 0.43 - 1) < 0.15, "\(electricity) MWh")
        #expect(abs(perVehicle([.gas]) / 0.95 - 1) < 0.25, "\(perVehicle([.gas])) MWh")
    }

    @Test(
        "the unchanged plant of 2018 shows 0 +/- 3 % on a summer and on a winter weekday",
        arguments: [CivilDate(year: 2025, month: 6, day: 18), CivilDate(year: 2025, month: 1, day: 15)])
    func unchanged(day: CivilDate) throws {
        let summary = try Self.run("sunderland-2018", from: day, days: 1, step: .minutes(1), seed: 16).summary
        let reduction = try #require(summary.reductionPct)
        #expect(abs(reduction.value) < 3)
    }

    @Test("a shutdown day has no figure per vehicle, and says why")
    func shutdown() throws {
        let summary = try Self.run(from: CivilDate(year: 2025, month: 8, day: 3), days: 1).summary
        #expect(summary.json.at("co2_kg_per_vehicle") == .null)
        #expect(summary.json.at("baseline.reason")?.text == "no vehicle was lined off in this window")
        #expect(summary.productionKgLocation > 10_000)
    }

    @Test("a week by the rules emits less than one left to itself, breaks no limit and misses no departure")
    func week() throws {
        let monday = CivilDate(year: 2025, month: 6, day: 16)
        let idle = try Self.run(from: monday, days: 7, step: .minutes(1), seed: 16)
        let ruled = try Self.run(from: monday, days: 7, step: .minutes(1), seed: 16, control: .rules)
        #expect(ruled.summary.productionKgLocation < 0.98 * idle.summary.productionKgLocation)
        #expect(ruled.figures.limitBreaches == 0)
        #expect(ruled.figures.missedDepartures == 0 && ruled.figures.departures > 300)
        #expect(ruled.figures.storageCycles > 1)
    }

    @Test("the same seed gives the same rows, and steps of a minute or half an hour nearly the same energy")
    func steps() throws {
        let day = CivilDate(year: 2025, month: 3, day: 29)  // with the day of the clock change: 47 hours
        let one = try Self.run(from: day, days: 2).summary
        #expect(one.digest == (try Self.run(from: day, days: 2).summary.digest))
        #expect(one.sum.periods == 94)
        let fine = try Self.run(from: day, days: 2, step: .minutes(1)).summary
        // The weather draws other chances in other steps; the load hardly knows it.
        let ratio = fine.energy(.load).kilowattHours / one.energy(.load).kilowattHours
        #expect(abs(ratio - 1) < 0.02)
    }
}
