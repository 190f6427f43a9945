public import TwinCore

/// Heat that is there anyway, taken from an exhaust.
public struct HeatRecovery: HotWaterKind {
    public static let word: String? = "recovery"
    public static let sentence = "heat that is there anyway, from an exhaust"

    public var ratedKW = 0.0
    public var performance = 1.0
    /// On production days, kW; the twin knows of none but what a meter tells.
    public var recoveredKW = 0.0

    public init() {}

    public static let parameters = commonParameters
    public var problems: [ParameterProblem] { performanceProblem }

    public var signals: [Signal] { [.mean("heat_kw", 0...1.1 * ratedKW, posts: [Post(.heatRecovered)])] }

    public func step<Port: StepPort>(_ memory: inout Nothing, _ port: inout Port) {
        let offered = recoveredKW > 0 && port.production().isProductionDay ? recoveredKW : 0
        _ = give(min(offered, port.heat.mostKW), &port)
    }

    public func real(_ truth: HeatTruth, _ path: AssetPath, _ chance: inout SeededChance) -> HeatRecovery {
        var real = self
        real.recoveredKW = truth.recoveredKW
        return real
    }
}
