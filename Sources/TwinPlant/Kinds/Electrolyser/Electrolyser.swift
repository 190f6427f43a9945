public import TwinCore
public import TwinDispatch

/// An electrolyser that makes hydrogen from what is over, or from clean hours.
public struct Electrolyser: AssetKind {
    public static let areas = [Area.hydrogen]
    public static let sentence = "electrolyser; it makes hydrogen from a surplus or in clean hours"
    public static let section = AssetSection.named(1...16)

    /// Electric, kW.
    public var ratedKW = 0.0
    public var minimumFraction = 0.0
    /// Hydrogen over electricity, on net calorific value.
    public var efficiency = 1.0
    /// Emissions of the hydrogen that it replaces, g/kWh.
    public var replacedGramsPerKWh = 0.0

    public init() {}

    public static let parameters: [Parameter<Electrolyser>] = [
        .init("rated_kw", "kW of electricity", .quantity(1...1_000_000, \.ratedKW), "rating with all its auxiliaries"),
        .init(
            "minimum_fraction", "fraction of the rating", .quantity(0...0.9, \.minimumFraction), "least stable load"),
        .init(
            "efficiency", "fraction of the electricity", .quantity(0.3...1, \.efficiency),
            "hydrogen over electricity, on net calorific value"),
        .init(
            "replaced_g_per_kwh", "g/kWh of hydrogen", .quantity(0...2000, \.replacedGramsPerKWh),
            "emissions of the hydrogen that it replaces; 0 takes surplus only"),
    ]

    public var sizeKW: Double { ratedKW }
    /// A ceiling on its load; without one it rests.
    public var control: Control? { Control(.setLimit, 0...ratedKW, fallback: "hold_0") }

    private enum Place { static let load = 0, hydrogen = 1 }

    public var signals: [Signal] {
        [
            .mean("load_kw", 0...1.1 * ratedKW, posts: [Post(.load)]),
            .mean("hydrogen_kw", 0...1.1 * ratedKW, posts: [Post(.hydrogenMade)]),
            .register("energy_total_kwh", of: Place.load, ratedKW: ratedKW),
        ]
    }

    public var witnesses: [Witness] {
        [.conversion(made: Place.hydrogen, from: Place.load, usual: efficiency, most: 1)]
    }

    public func step<Port: StepPort>(_ memory: inout Nothing, _ port: inout Port) {
        let order = port.isTripped ? 0 : port.order ?? 0
        let wanted = order < minimumFraction * ratedKW ? 0 : min(order, ratedKW)
        let load = port.use(Place.load, wanted)
        // Hydrogen that no meter tells follows from the load.
        _ = port.use(Place.hydrogen, load.value * efficiency)
        port.prove(wanted)
    }

    public func facts(_ scene: FactScene) -> OfferFacts {
        var facts = OfferFacts()
        facts.drawnKW = scene.value(Place.load)
        return facts
    }

    /// In clean hours it pays while the grid emits less than the hydrogen that it replaces.
    public func offer(_ scene: OfferScene) -> Offer? {
        Offer(
            Converter(
                path: scene.path, action: .setLimit,
                input: .electricity(perKW: 1, breakEvenGPerKWh: replacedGramsPerKWh * efficiency), ratedKW: ratedKW,
                minimumKW: minimumFraction * ratedKW, measuredKW: scene.value(Place.load), isOnHotWater: false),
            ramp: scene.rampFraction)
    }
}
