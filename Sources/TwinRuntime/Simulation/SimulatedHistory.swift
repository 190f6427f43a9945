public import TwinConfiguration
public import TwinCore
import TwinPlant

/// A past of the plant, stage by stage as `history.yaml` tells it: what stood there, how many vehicles were built in which
/// shifts, and weather that no two years have alike. Every figure of it is modelled.
public struct SimulatedHistory: Sendable {
    public struct Stage: Sendable {
        /// The site as it was.
        public let config: SiteConfig
        /// Local midnights, on settlement periods.
        public let from: PlantTime
        public let to: PlantTime
        let seed: UInt64

        /// - Parameter step: divides the settlement period.
        public func run(step: Span, control: SimulatedRun.Control) -> SimulatedRun {
            SimulatedRun(config: config, from: from, to: to, step: step, seed: seed, control: control)
        }
    }

    /// Ascending; each begins where the one before it ends.
    public let stages: [Stage]

    /// - Parameter seed: of all chance; each stage draws its own from it.
    public init(_ history: PlantHistory, of config: SiteConfig, seed: UInt64) throws(ConfigProblems) {
        var stages: [Stage] = []
        for stage in history.stages {
            var site = try config.stage(stage)
            site.truth[PlantTruth.Weather.self].stray(history, in: stage.first.year, seed: seed)
            var chance = SeedStream(seed: seed, name: "history.\(stage.first.text)")
            let next = CivilDate(daysSinceEpoch: stage.last.daysSinceEpoch + 1)
            stages.append(
                Stage(
                    config: site, from: config.zone.instant(stage.first).floored(to: settlementPeriod),
                    to: config.zone.instant(next).floored(to: settlementPeriod), seed: chance.next()))
        }
        self.stages = stages
    }
}

extension PlantTruth.Weather {
    /// Makes the months those of one year: the same for all its stages.
    fileprivate mutating func stray(_ history: PlantHistory, in year: Int, seed: UInt64) {
        var warmth = SeedStream(seed: seed, name: "history.temperature.\(year)")
        var wind = SeedStream(seed: seed, name: "history.wind.\(year)")
        monthlyTemperatureC = monthlyTemperatureC.map { $0 + history.temperatureDeviationK * warmth.normal() }
        monthlyWindMPerS = monthlyWindMPerS.map { max(0, $0 * (1 + history.windDeviationFraction * wind.normal())) }
    }
}
