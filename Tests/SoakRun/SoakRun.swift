import Foundation
import TwinConfiguration
import TwinSimulation

/// Plays simulated hours for `make soak`: `SoakRun COUNT [FIRST]` many of them, `SoakRun seed SEED [FAULT]` one, with a
/// planted fault where one is named, `SoakRun planted` until each planted fault is found. Exits with 1 where a rule was
/// broken, or a planted fault was not found.
@main
struct SoakRun {
    static func main() async {
        let words = CommandLine.arguments.dropFirst()
        let config: SiteConfig
        do { config = try SiteConfig.load(folder: "twin-config/sunderland") } catch {
            print("SoakRun: \(error); run it from the project's root")
            exit(66)
        }
        var isGood = true
        if words.first == "seed", let seed = words.dropFirst().first.flatMap({ UInt64($0) }) {
            let planted = words.dropFirst(2).first.flatMap { PlantedFault(rawValue: $0) }
            let outcome = await SimulatedHour(seed: seed, config: config, planted: planted).play()
            print("\(outcome)")
            isGood = outcome.violations.isEmpty
        } else if words.first == "planted" {
            for fault in PlantedFault.allCases {
                let found = await fault.search(config, seeds: 0..<100)
                print(
                    "\(fault.rawValue): \(found.map { "found with seed \($0.seed), \($0.violation)" } ?? "not found")")
                isGood = isGood && found != nil
            }
        } else {
            let count = words.first.flatMap { UInt64($0) } ?? 20
            let first = words.dropFirst().first.flatMap { UInt64($0) } ?? 0
            isGood = await play(first..<first + count, config)
        }
        exit(isGood ? 0 : 1)
    }

    /// Two at a time.
    private static func play(_ seeds: Range<UInt64>, _ config: SiteConfig) async -> Bool {
        var bad: [UInt64] = []
        var broken: [Rule: Int] = [:]
        var total = Outcome.Count()
        await withTaskGroup(of: Outcome.self) { group in
            var next = seeds.lowerBound
            func add() {
                guard next < seeds.upperBound else { return }
                let seed = next
                next += 1
                group.addTask { await SimulatedHour(seed: seed, config: config).play() }
            }
            add()
            add()
            for await outcome in group {
                total.add(outcome.count)
                if !outcome.violations.isEmpty {
                    bad.append(outcome.seed)
                    for rule in Set(outcome.violations.map(\.rule)) { broken[rule, default: 0] += 1 }
                    tell(outcome)
                }
                add()
            }
        }
        print("\(seeds.count) hours, \(bad.count) of them bad: \(total)")
        for (rule, hours) in broken.sorted(by: { $0.value > $1.value }) {
            print("  \(rule.rawValue): broken in \(hours) hours")
        }
        return bad.isEmpty
    }

    private static func tell(_ outcome: Outcome) {
        print(
            "seed \(outcome.seed): \(outcome.violations.count) violations; again with: make soak SEED=\(outcome.seed)")
        var told: Set<Rule> = []
        for violation in outcome.violations where told.insert(violation.rule).inserted { print("  \(violation)") }
    }
}
