import TwinCore

/// The hot-water network of the simulated plant.
public struct HeatTruth: PlantTruthPart {
    public static let section = "heat"
    /// True over assumed demand.
    public var demandScale = 1.0
    /// True over assumed efficiency and COP.
    public var performanceScale = 1.0
    public var initialStoreFraction = 0.0
    /// Heat that the oxidiser gives back on production days, kW.
    public var recoveredKW = 0.0

    public init() {}

    public static let parameters: [Parameter<HeatTruth>] = [
        .init("demand_scale", "true over assumed demand", .quantity(0...3, \.demandScale), "true over assumed demand"),
        .init(
            "performance_scale", "true over assumed performance", .quantity(0.3...1.5, \.performanceScale),
            "true over assumed efficiency and COP"),
        .init(
            "initial_store_fraction", "fraction of capacity", .quantity(0...1, \.initialStoreFraction),
            "what the store holds at the beginning"),
        .init(
            "recovered_kw", "kW", .quantity(0...100_000, \.recoveredKW),
            "heat that the oxidiser gives back on production days"),
    ]
}

/// What all assets on the hot-water network have in common in the configuration.
protocol HotWaterKind: AssetKind where Truth == HeatTruth {
    /// Heat, kW; of a store both ways.
    var ratedKW: Double { get set }
    /// Heat per energy used: efficiency or COP.
    var performance: Double { get set }
}

extension HotWaterKind {
    public static var areas: [Area] { [.heat] }
    public var sizeKW: Double { ratedKW }

    static var commonParameters: [Parameter<Self>] {
        [
            .init("rated_kw", "kW of heat", .quantity(1...1_000_000, \.ratedKW), "rating"),
            .init("performance", "heat per energy used", .quantity(0.3...8, \.performance), "efficiency or COP"),
        ]
    }

    /// More heat than energy used is a heat pump's alone.
    var performanceProblem: [ParameterProblem] {
        guard performance > 1 else { return [] }
        return [
            ParameterProblem(
                "performance",
                "\(JSON.numberText(performance)) is above 1: only a heat pump gives more heat than it takes; check kind"
            )
        ]
    }

    /// Heat is at place 0 of the sheet, what it is made from at place 1. Only a heat pump gives more than it takes, and its
    /// COP moves with the weather.
    public var witnesses: [Witness] {
        guard signals.count > 1, signals[1].form == .mean else { return [] }
        return [.conversion(made: 0, from: 1, usual: performance, most: performance > 1 ? 2 * performance : 1)]
    }

    var inputRange: ClosedRange<Double> { 0...1.3 * (1.1 * ratedKW / performance) }

    public func real(_ truth: HeatTruth, _ path: AssetPath, _ chance: inout SeededChance) -> Self {
        var real = self
        real.performance *= truth.performanceScale
        return real
    }

    /// Tells heat that is given to the network.
    func give<Port: StepPort>(_ heatKW: Double, _ port: inout Port) -> UsedValue {
        let used = port.use(0, heatKW)
        port.heat.openKW -= used.value
        port.prove(heatKW)
        return used
    }
}
