public import TwinCore
public import TwinDispatch

/// An engine on biomethane that gives power to the bus and heat to the hot-water network.
public struct CombinedHeatPower: AssetKind {
    public static let areas = [Area.chp]
    public static let sentence = "engine on biomethane, with power and heat"
    public static let section = AssetSection.named(1...16)

    /// Output at the end of the last step, kW.
    public struct Output: Remembered, Hashable {
        var powerKW: Double
        public var numbers: [Double] { [powerKW] }
        public mutating func take(_ numbers: [Double]) { powerKW = numbers.first ?? powerKW }
    }

    /// AC, net of its own use, kW.
    public var ratedKW = 0.0
    public var minimumFraction = 0.0
    /// Power and heat over fuel, on net calorific value.
    public var electricEfficiency = 1.0
    public var heatEfficiency = 0.0
    public var rampFractionPerMinute = 1.0

    public init() {}

    public static let parameters: [Parameter<CombinedHeatPower>] = [
        .init("rated_kw", "kW", .quantity(1...1_000_000, \.ratedKW), "AC rating, net of its own use"),
        .init(
            "minimum_fraction", "fraction of the rating", .quantity(0...1, \.minimumFraction), "least stable load"),
        .init(
            "electric_efficiency", "fraction of the lower heating value", .quantity(0.1...0.7, \.electricEfficiency),
            "power over fuel"),
        .init(
            "heat_efficiency", "fraction of the lower heating value", .quantity(0...0.8, \.heatEfficiency),
            "useful heat over fuel"),
        .init(
            "ramp_fraction_per_minute", "fraction of the rating a minute",
            .quantity(0.001...10, \.rampFractionPerMinute), "change of the output"),
    ]

    public var problems: [ParameterProblem] {
        guard electricEfficiency + heatEfficiency > 1 else { return [] }
        let electric = JSON.numberText(electricEfficiency)
        return [
            ParameterProblem(
                "heat_efficiency", "with \(electric) of the fuel as power more than all of it; together at most 1")
        ]
    }

    public var sizeKW: Double { ratedKW }
    public var control: Control? { Control(.setPower, 0...ratedKW, fallback: "hold_rated") }

    private enum Place { static let power = 0, heat = 1, fuel = 2 }

    public var signals: [Signal] {
        [
            .mean("power_kw", -0.05 * ratedKW...1.1 * ratedKW, posts: [Post(.chp)]),
            .mean("heat_kw", 0...3 * ratedKW, posts: [Post(.heatChp)]),
            .mean("biomethane_kw", 0...10 * ratedKW, posts: [Post(.biomethane)]),
            .register("energy_total_kwh", of: Place.power, ratedKW: ratedKW),
        ]
    }

    public var witnesses: [Witness] {
        [.conversion(made: Place.power, from: Place.fuel, usual: electricEfficiency, most: 0.65)]
    }

    public func memory() -> Output { Output(powerKW: ratedKW) }

    /// Told nothing it holds its rating, as it does when a lease ends.
    public func step<Port: StepPort>(_ memory: inout Output, _ port: inout Port) {
        let order = port.order ?? ratedKW
        let least = minimumFraction * ratedKW
        let ramp = rampFractionPerMinute * ratedKW * port.around.minutes
        let wanted = order > 0 && !port.isTripped ? min(max(order, least), ratedKW) : 0
        let reached = wanted == 0 ? 0 : min(max(wanted, memory.powerKW - ramp), max(memory.powerKW + ramp, least))
        let power = port.use(Place.power, reached)
        memory.powerKW = max(0, power.value)
        // Heat and fuel that no meter tells follow from the power.
        let heat = port.use(Place.heat, memory.powerKW / electricEfficiency * heatEfficiency)
        _ = port.use(Place.fuel, memory.powerKW / electricEfficiency)
        port.heat.openKW -= min(heat.value, port.heat.mostKW)
        port.prove(reached)
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        let heatPerKWh = heatEfficiency / electricEfficiency
        let heat = scene.heatCredit(heatPerKWh)
        return Offer(
            Generator(
                path: scene.path, ratedKW: ratedKW, minimumKW: minimumFraction * ratedKW,
                rampKWPerStep: rampFractionPerMinute * ratedKW * scene.step.seconds / 60,
                powerKW: scene.value(Place.power),
                pricePerKWh: scene.price(.biomethane).map { $0 / electricEfficiency - heat.price },
                gramsPerKWh: scene.grams(.biomethane) / electricEfficiency - heat.grams, heatPerKWh: heatPerKWh))
    }
    public func facts(_ scene: FactScene) -> OfferFacts {
        var facts = OfferFacts()
        facts.generator = GeneratorModel(.biomethane, electric: electricEfficiency, heat: heatEfficiency)
        (facts.fuelKW, facts.heatKW) = (scene.value(Place.fuel), scene.value(Place.heat))
        return facts
    }
}
