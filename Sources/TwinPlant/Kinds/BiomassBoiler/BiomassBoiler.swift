public import TwinCore
public import TwinDispatch

/// A boiler on wood chips or bagasse: slow, best run steadily, and before gas.
public struct BiomassBoiler: HotWaterKind {
    public static let word: String? = "biomass_boiler"
    public static let sentence = "boiler on wood chips or bagasse; slow, and before gas"

    /// Heat at the end of the last step, kW.
    public struct Fire: Remembered, Hashable {
        var heatKW = 0.0
        public var numbers: [Double] { [heatKW] }
        public mutating func take(_ numbers: [Double]) { heatKW = numbers.first ?? 0 }
    }

    public var ratedKW = 0.0
    public var performance = 1.0
    /// Least stable fire, share of the rating.
    public var minimumFraction = 0.0
    /// Share of the rating per minute.
    public var rampFractionPerMinute = 1.0

    public init() {}

    public static let parameters: [Parameter<BiomassBoiler>] =
        commonParameters + [
            .init(
                "minimum_fraction", "fraction of the rating", .quantity(0...0.9, \.minimumFraction),
                "least stable fire"),
            .init(
                "ramp_fraction_per_minute", "fraction of the rating a minute",
                .quantity(0.001...1, \.rampFractionPerMinute), "how fast the fire follows"),
        ]
    public var problems: [ParameterProblem] { performanceProblem }

    public var control: Control? { Control(.setHeat, 0...ratedKW, fallback: "local") }
    /// Before the gas boiler, after the store.
    public var rank: Int { 3 }

    private enum Place { static let heat = 0, fuel = 1 }

    public var signals: [Signal] {
        [
            .mean("heat_kw", 0...1.1 * ratedKW, posts: [Post(.heatBiomass)]),
            .mean("biomass_kw", inputRange, posts: [Post(.biomass)]),
        ]
    }

    public func memory() -> Fire { Fire() }

    /// Without a set-point it follows what the others leave open.
    public func step<Port: StepPort>(_ memory: inout Fire, _ port: inout Port) {
        let wanted = min(max(port.order ?? port.heat.openKW, 0), ratedKW)
        let ramp = rampFractionPerMinute * ratedKW * port.around.minutes
        let reached = min(max(wanted, memory.heatKW - ramp), memory.heatKW + ramp)
        // A fire below its least goes out; one that is lit jumps to it.
        let least = minimumFraction * ratedKW
        let burning = wanted < least || port.isTripped ? 0 : max(reached, least)
        memory.heatKW = give(min(burning, port.heat.mostKW), &port).value
        // Fuel that no meter tells follows from the heat.
        _ = port.use(Place.fuel, memory.heatKW / performance)
    }

    public func heatShare(_ value: (Int) -> UsedValue) -> HeatShare? { HeatShare(openKW: value(Place.heat).value) }

    /// It pays while it emits less than the boiler that would fill the rest.
    public func offer(_ scene: OfferScene) -> Offer? {
        Offer(
            Converter(
                path: scene.path,
                input: .fuel(
                    gramsPerKWh: scene.grams(.biomass) / performance,
                    replacedGramsPerKWh: scene.heat.fillingGramsPerKWh, morePerKWh: more(scene)),
                ratedKW: ratedKW, minimumKW: minimumFraction * ratedKW, measuredKW: scene.value(Place.heat)),
            ramp: scene.rampFraction, mayStopShort: true)
    }

    /// What a kWh of its heat costs more than what it replaces; nil where a price is not known.
    private func more(_ scene: OfferScene) -> Double? {
        guard let own = scene.price(.biomass), let replaced = scene.heat.fillingPricePerKWh else { return nil }
        return own / performance - replaced
    }
}
