public import TwinCore
public import TwinDispatch

/// A solid-oxide fuel cell on bioethanol that gives power to the bus and heat to the hot-water network.
public struct SolidOxideFuelCell: AssetKind {
    public static let areas = [Area.fuelcell]
    public static let sentence = "solid-oxide fuel cell on bioethanol, with heat to the network"
    public static let section = AssetSection.named(1...16)

    public var cell = FuelCell.Parameters.blank
    public init() {}

    public static let parameters: [Parameter<SolidOxideFuelCell>] = [
        .init("rated_kw", "kW", .quantity(1...1_000_000, \.cell.ratedKW), "AC rating, net of its own use"),
        .init(
            "minimum_fraction", "fraction of the rating", .quantity(0...1, \.cell.minimumFraction),
            "least stable load"),
        .init(
            "efficiency", "fraction of the lower heating value", .quantity(0.1...0.8, \.cell.ratedEfficiency),
            "AC net over fuel at the rating"),
        .init(
            "ramp_fraction_per_minute", "fraction of the rating a minute",
            .quantity(0.0001...1, \.cell.rampFractionPerMinute), "change of the output when hot"),
        .init("cold_start_h", "h", .quantity(0...200, \.cell.coldStartHours), "from cold to output"),
        .init(
            "warm_start_h", "h", .quantity(0...100, \.cell.warmStartHours), "the same just after it was switched off"),
        .init(
            "standby_fuel_fraction", "fraction of the rated fuel", .quantity(0...0.5, \.cell.standbyFuelFraction),
            "fuel that keeps it hot"),
        .init(
            "heat_fraction", "fraction of the lower heating value", .quantity(0...0.6, \.cell.heatFraction),
            "heat to the network"),
    ]

    public var problems: [ParameterProblem] {
        guard cell.ratedEfficiency + cell.heatFraction > 1 else { return [] }
        return [
            ParameterProblem(
                "heat_fraction",
                "with an efficiency of \(JSON.numberText(cell.ratedEfficiency)) more than all of the fuel; together at most 1"
            )
        ]
    }

    public var sizeKW: Double { cell.ratedKW }
    public var control: Control? { Control(.setPower, 0...cell.ratedKW, fallback: "hold_rated") }

    private enum Place { static let power = 0, heat = 1, fuel = 2 }

    public var signals: [Signal] {
        let rated = cell.ratedKW
        return [
            // In standby its own pumps and fans draw a little.
            .mean("power_kw", -0.1 * rated...1.1 * rated, posts: [Post(.fuelcell)]),
            .mean("heat_kw", 0...2 * rated, posts: [Post(.heatFuelcell)]),
            .mean("ethanol_kw", 0...4 * rated, posts: [Post(.ethanol)]),
            .register("energy_total_kwh", of: Place.power, ratedKW: rated),
        ]
    }

    /// Starts cost it so much that it runs around the clock.
    public func memory() -> FuelCell { FuelCell(cell, mode: .running, powerKW: cell.ratedKW) }

    /// Told nothing it holds its rating, as it does when a lease ends. Fuel and heat that no meter tells follow from the power.
    public func step<Port: StepPort>(_ memory: inout FuelCell, _ port: inout Port) {
        let order = port.order ?? cell.ratedKW
        // An empty tank is a trip: nothing keeps the cell hot.
        let isFed = port.isFuelled && !port.isTripped
        let out = memory.step(setPointKW: isFed ? order : nil, hours: port.around.hours)
        let power = port.use(Place.power, out.powerKW)
        if power.value != out.powerKW { memory.resume(powerKW: power.value) }
        let isOff = out.mode == .off
        let heat = port.use(Place.heat, isOff ? 0 : cell.heatKW(powerKW: power.value))
        let fuel = port.use(Place.fuel, isOff ? 0 : cell.fuelKW(powerKW: power.value))
        port.heat.openKW -= min(heat.value, port.heat.mostKW)
        port.burn(litres: fuel.value * port.around.hours / FuelCell.ethanolKWhPerLitre)
        port.prove(port.order ?? 0)
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        let heatPerKWh = cell.heatFraction / cell.ratedEfficiency
        let heat = scene.heatCredit(heatPerKWh)
        var generator = Generator(
            path: scene.path, ratedKW: cell.ratedKW, minimumKW: cell.ratedKW * cell.minimumFraction,
            rampKWPerStep: cell.ratedKW * cell.rampFractionPerMinute * scene.step.seconds / 60,
            powerKW: scene.value(Place.power),
            pricePerKWh: scene.price(.ethanol).map { $0 / cell.ratedEfficiency - heat.price },
            gramsPerKWh: scene.grams(.ethanol) / cell.ratedEfficiency - heat.grams, heatPerKWh: heatPerKWh,
            restartHours: SolidOxideFuelCell.leastRestHours, startCostPerKW: SolidOxideFuelCell.restCostPerKW)
        generator.litresPerKWh = 1 / (cell.ratedEfficiency * FuelCell.ethanolKWhPerLitre)
        let standbyKW = cell.fuelKW(powerKW: 0)
        generator.standby = Generator.Standby(
            price: standbyKW * (scene.price(.ethanol) ?? 0), grams: standbyKW * scene.grams(.ethanol),
            litres: standbyKW / FuelCell.ethanolKWhPerLitre)
        return Offer(generator)
    }

    public func facts(_ scene: FactScene) -> OfferFacts {
        var facts = OfferFacts()
        facts.generator = GeneratorModel(
            .ethanol, fuelKW: { [cell] in cell.fuelKW(powerKW: $0) }, heatKW: { [cell] in cell.heatKW(powerKW: $0) })
        (facts.fuelKW, facts.heatKW) = (scene.value(Place.fuel), scene.value(Place.heat))
        return facts
    }

    /// Told 0 it stands by, hot, and is never cooled down by a command: a thermal cycle would cost it 0.1 to 0.3 % of its
    /// capacity (general knowledge), 6 a kW at 3,000 a kW, and 20 h. A rest costs it a tenth of that (ASM) in the currency of
    /// the tariffs, and lasts an hour at least (ASM).
    private static let restCostPerKW = 0.6
    private static let leastRestHours = 1.0

    // MARK: - Simulated plant

    public struct Truth: PlantTruthPart {
        public static let section = "fuelcell"
        /// True over assumed efficiency.
        public var efficiencyScale = 1.0
        public var tankInitialLitres = 0.0
        /// A tanker brings this when the level falls below the reorder point.
        public var deliveryLitres = 0.0
        public var reorderLitres = 0.0

        public init() {}

        public static let parameters: [Parameter<Truth>] = [
            .init(
                "efficiency_scale", "true over assumed efficiency", .quantity(0.3...1.5, \.efficiencyScale),
                "true over assumed efficiency"),
            .init("tank_initial_l", "l", .quantity(0...10_000_000, \.tankInitialLitres), "level at the beginning"),
            .init("delivery_l", "l", .quantity(0...10_000_000, \.deliveryLitres), "what a tanker brings"),
            .init("reorder_l", "l", .quantity(0...10_000_000, \.reorderLitres), "level at which one comes"),
        ]
    }

    public func real(_ truth: Truth, _ path: AssetPath, _ chance: inout SeededChance) -> SolidOxideFuelCell {
        var real = self
        real.cell.ratedEfficiency *= truth.efficiencyScale
        return real
    }
}

extension FuelCell: Remembered {
    public var numbers: [Double] { [powerKW] }

    public mutating func take(_ numbers: [Double]) {
        if let power = numbers.first { resume(powerKW: power) }
    }
}
