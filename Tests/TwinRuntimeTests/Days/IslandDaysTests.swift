import Testing
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinTesting

@testable import TwinDispatch
@testable import TwinRuntime

/// Half a day in which the mains fail for up to two hours, and now and then what could help is out of service.
private final class IslandDay: SimulationTrial {
    let outage: Range<PlantTime>
    private let tripped: Set<AssetPath>
    /// In the order of shedding.
    private let circuits: [AssetPath]
    private let restarts: [AssetPath: Span]
    private(set) var isOn: [AssetPath: Bool] = [:]
    private var movedAt: [AssetPath: PlantTime] = [:]
    /// Of the outage.
    private(set) var steps = 0
    private(set) var faults: [String] = []

    init(_ config: SiteConfig, from: PlantTime, seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "island day")
        let begin = from + .minutes(60 + Int64(chance.unit() * 300))
        outage = begin..<begin + .minutes(2 + Int64(chance.unit() * 118))
        let helpers = config.assets.filter { [.storage, .fuelcell, .bay].contains($0.path.area) }.map(\.path)
        tripped = Set(helpers.filter { _ in chance.unit() < 0.15 })
        let shops = config.assets.of(Shop.self).filter { $0.kind.isSwitched }
        circuits = shops.sorted { ($0.kind.shedPriority, $0.path) < ($1.kind.shedPriority, $1.path) }.map(\.path)
        restarts = Dictionary(uniqueKeysWithValues: shops.map { ($0.path, $0.kind.restart) })
        for path in circuits { isOn[path] = true }
    }

    func begin(_ plant: inout ResponsivePlant, at time: PlantTime) {
        plant.isOutage = outage.contains(time)
        plant.tripped = outage.contains(time) ? tripped : []
    }

    func isGridMeasured(at time: PlantTime) -> Bool { true }
    func plan(at time: PlantTime) -> DispatchPlan? { nil }

    func end(_ seen: PlantView, _ step: ResponsivePlant.Step, _ commands: [Command], at time: PlantTime) {
        if !seen.site.isGridConnected {
            steps += 1
            if step.servedLoadKW == 0 {
                // The first step comes before the first command. Later the twin has shed all that it can.
                if steps > 1, isOn.values.contains(true) { fault("dark with \(isOn.values.count { $0 }) on", time) }
            }
        }
        for command in commands {
            guard let was = isOn[command.path] else { continue }
            let isNow = command.point.value > 0
            if isNow, !was, let off = movedAt[command.path], time - off < restarts[command.path] ?? .seconds(0) {
                fault("\(command.path.text) comes back after \((time - off).seconds) s", time)
            }
            if isNow != was { movedAt[command.path] = time }
            if !isNow, was, seen.site.isGridConnected {
                fault("\(command.path.text) is shed with the mains there", time)
            }
            isOn[command.path] = isNow
        }
        let inOrder = circuits.map { isOn[$0] ?? false }
        if inOrder.drop(while: { $0 }).contains(true) { fault("out of order: \(inOrder)", time) }
    }

    private func fault(_ text: String, _ time: PlantTime) {
        if faults.count < 5 { faults.append("\(time.rfc3339): \(text)") }
    }
}

@Suite("Island days")
struct IslandDaysTests {
    @Test(
        "whatever helps, the island holds from its second step on, in order, and all is back afterwards",
        arguments: 0..<24 as Range<UInt64>)
    func outages(seed: UInt64) throws {
        let config = try SiteConfig.load(folder: Repository.path("twin-config/sunderland-island"))
        // Any half day of the year 2025.
        let from =
            config.zone.instant(CivilDate(daysSinceEpoch: 20_089 + Int64(seed * 29 % 364)))
            + .hours(Int64(seed % 3) * 6)
        let trial = IslandDay(config, from: from, seed: seed)
        var run = SimulatedRun(
            config: config, from: from, to: from + .hours(9), step: .minutes(1), seed: seed, control: .rules)
        run.trial = trial
        run.forEachRow { _ in }
        #expect(trial.faults.isEmpty, "seed \(seed): \(trial.faults)")
        #expect(trial.steps > 0 && trial.isOn.values.allSatisfy { $0 }, "seed \(seed): \(trial.isOn)")
        // None of these outages meets the end of a shift with empty storage; there departures need more than the island has.
        #expect(run.figures.missedDepartures == 0, "seed \(seed): \(run.figures.text)")
    }
}
