public import TwinCore

/// A gas boiler, which gives what the others on the hot-water network leave open.
public struct GasBoiler: HotWaterKind {
    public static let word: String? = "boiler"
    public static let sentence = "gas boiler; it gives what the others leave open"

    public var ratedKW = 0.0
    public var performance = 1.0

    public init() {}

    public static let parameters = commonParameters
    public var problems: [ParameterProblem] { performanceProblem }

    /// Last of all.
    public var rank: Int { 9 }

    public var signals: [Signal] {
        [
            .mean("heat_kw", 0...1.1 * ratedKW, posts: [Post(.heatBoiler)]),
            .mean("gas_kw", inputRange, posts: [Post(.gas)]),
        ]
    }

    public func step<Port: StepPort>(_ memory: inout Nothing, _ port: inout Port) {
        let heat = give(min(max(0, port.heat.openKW), ratedKW), &port)
        // Fuel that no meter tells follows from the heat.
        _ = port.use(1, heat.value / performance)
    }

    public func heatShare(_ value: (Int) -> UsedValue) -> HeatShare? {
        HeatShare(openKW: value(0).value, fillingFuel: .gas, fillingPerformance: performance)
    }

    public func facts(_ scene: FactScene) -> OfferFacts {
        var facts = OfferFacts()
        facts.filled = scene.value(0).map { ($0, scene.value(1).map { $0.value * performance }) }
        return facts
    }
}
