public import TwinCore
public import TwinDispatch
import TwinUnits

/// Stationary storage of reused packs at its AC meter: power positive when it discharges into the plant bus.
public struct BatteryUnit: AssetKind {
    public static let areas = [Area.storage]
    public static let sentence = "string of reused packs behind one converter"
    public static let section = AssetSection.typed(ids: 1...64)

    /// AC rating both ways, kW.
    public var powerMaxKW = 0.0
    /// Energy between empty and full, kWh.
    public var capacityKWh = 1.0
    /// AC to cell and cell to AC, each 0...1.
    public var chargeEfficiency = 1.0
    public var dischargeEfficiency = 1.0
    public var socMin = 0.0
    public var socMax = 1.0
    /// Kept for ride-through: dispatch does not discharge below it.
    public var socReserve = 0.0
    /// Packs side by side and what only the simulated plant knows of them.
    public var packKWh: [Double] = []
    public var packLossAtThirdC = 0.0
    public var standbyKW = 0.0
    /// State of charge at the beginning; nil is the middle of the window.
    public var initialSOC: Double?

    public init() {}

    public static let parameters: [Parameter<BatteryUnit>] = [
        .init("power_max_kw", "kW", .quantity(1...1_000_000, \.powerMaxKW), "AC rating both ways"),
        .init("capacity_kwh", "kWh", .quantity(1...10_000_000, \.capacityKWh), "energy between empty and full"),
        .init(
            "charge_efficiency", "fraction of the energy", .quantity(0.3...1, \.chargeEfficiency), "AC to cell"),
        .init(
            "discharge_efficiency", "fraction of the energy", .quantity(0.3...1, \.dischargeEfficiency),
            "cell to AC"),
        .init("soc_min", "fraction of capacity", .quantity(0...1, \.socMin), "never below"),
        .init("soc_max", "fraction of capacity", .quantity(0...1, \.socMax), "never above"),
        .init("soc_reserve", "fraction of capacity", .quantity(0...1, \.socReserve), "kept for ride-through"),
    ]

    public var problems: [ParameterProblem] {
        func text(_ value: Double) -> String { JSON.numberText(value) }
        var problems: [ParameterProblem] = []
        if !(socMin < socReserve) {
            problems.append(
                ParameterProblem(
                    "soc_reserve",
                    "\(text(socReserve)) is not above soc_min \(text(socMin)); the reserve lies between soc_min and soc_max"
                ))
        }
        if !(socReserve < socMax) {
            problems.append(
                ParameterProblem(
                    "soc_reserve",
                    "\(text(socReserve)) is not below soc_max \(text(socMax)); the reserve lies between soc_min and soc_max"
                ))
        }
        if powerMaxKW / capacityKWh > 3 {
            problems.append(
                ParameterProblem(
                    "power_max_kw",
                    "\(text(powerMaxKW)) kW empties \(text(capacityKWh)) kWh in less than 20 min; check both"))
        }
        return problems
    }

    public var sizeKW: Double { powerMaxKW }
    public var control: Control? { Control(.setPower, -powerMaxKW...powerMaxKW, fallback: "hold_0") }

    public var signals: [Signal] {
        [
            .mean(
                "power_kw", -1.1 * powerMaxKW...1.1 * powerMaxKW,
                posts: [Post(.storageDischarge, .positive), Post(.storageCharge, .negative)]),
            .instant("soc_fraction", 0...1, decimals: 4),
            .register("energy_out_total_kwh", of: 0, part: .positive, ratedKW: powerMaxKW),
            .register("energy_in_total_kwh", of: 0, part: .negative, ratedKW: powerMaxKW),
        ]
    }

    public var witnesses: [Witness] { [.content(1, flow: 0, capacityKWh: capacityKWh)] }

    public var storeTerms: StoreTerms? {
        let usableKWh = max(0, socMax - socMin) * capacityKWh * dischargeEfficiency
        return StoreTerms(
            efficiency: chargeEfficiency * dischargeEfficiency, capacity: Energy(roundingWattSeconds: usableKWh * 3.6e6)
        )
    }

    public func memory() -> BatteryString {
        BatteryString(
            BatteryString.Parameters(
                ratedKW: powerMaxKW, packKWh: packKWh.isEmpty ? [capacityKWh] : packKWh, socMin: socMin, socMax: socMax,
                chargeEfficiency: chargeEfficiency, dischargeEfficiency: dischargeEfficiency,
                packLossAtThirdC: packLossAtThirdC, standbyKW: standbyKW), soc: initialSOC ?? (socMin + socMax) / 2)
    }

    public func step<Port: StepPort>(_ memory: inout BatteryString, _ port: inout Port) {
        let hours = port.around.hours
        // Without a meter the twin believes that the set-point in force is followed.
        let share = port.islandShareKW(islandKW(memory, hours: hours))
        let wanted = share.map { $0 + standbyKW } ?? port.order ?? 0
        let possible = port.isTripped ? nil : memory.feasibleKW(wanted, hours: hours)
        let power = port.use(0, possible.map { $0 - standbyKW } ?? 0)
        if !port.isTripped { memory.hold(powerKW: power.value + standbyKW, hours: hours) }
        port.prove(memory.meanSOC)
        let soc = port.use(1, min(max(memory.meanSOC, 0), 1))
        memory.correct(soc: soc.value)
    }

    /// Its inverter holds voltage and frequency, as far as the packs go.
    public func islandKW(_ memory: BatteryString, hours: Double) -> ClosedRange<Double>? {
        let takes = min(0, memory.feasibleKW(-powerMaxKW, hours: hours) - standbyKW)
        return takes...max(0, memory.feasibleKW(powerMaxKW, hours: hours) - standbyKW)
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        Offer(
            Store(
                path: scene.path, powerMaxKW: powerMaxKW, capacityKWh: capacityKWh, socMin: socMin, socMax: socMax,
                socReserve: socReserve, chargeEfficiency: chargeEfficiency, dischargeEfficiency: dischargeEfficiency,
                soc: scene.value(1), powerKW: scene.value(0), step: scene.step), ramp: scene.rampFraction,
            deadbandKW: scene.storageDeadbandKW)
    }

    // MARK: - Simulated plant

    public struct Truth: PlantTruthPart {
        public static let section = "storage"
        /// True over assumed capacity.
        public var capacityScale = 1.0
        public var packsPerString = 1
        /// State of health of a pack against new, mean and deviation between packs.
        public var healthMean = 1.0
        public var healthDeviation = 0.0
        public var initialSOC = 0.5
        public var converterEfficiency = 1.0
        public var packLossAtThirdC = 0.0
        public var standbyWPerPack = 0.0

        public init() {}

        public static let parameters: [Parameter<Truth>] = [
            .init(
                "capacity_scale", "true over assumed capacity", .quantity(0.1...2, \.capacityScale),
                "true over assumed capacity"),
            .init("packs_per_string", "packs", .count(1...1000, \.packsPerString), "packs behind one converter"),
            .init("health_mean", "fraction of new", .quantity(0.3...1, \.healthMean), "state of health, mean"),
            .init(
                "health_deviation", "fraction of new", .quantity(0...0.2, \.healthDeviation),
                "state of health, deviation between packs"),
            .init("initial_soc", "fraction of capacity", .quantity(0...1, \.initialSOC), "at the beginning"),
            .init(
                "converter_efficiency", "fraction, one way", .quantity(0.5...1, \.converterEfficiency), "converter"),
            .init(
                "pack_loss_at_third_c", "fraction, one way", .quantity(0...0.3, \.packLossAtThirdC),
                "loss at a current that empties a pack in three hours"),
            .init(
                "standby_w_per_pack", "W", .quantity(0...1000, \.standbyWPerPack), "management and ventilation"),
        ]
    }

    public func real(_ truth: Truth, _ path: AssetPath, _ chance: inout SeededChance) -> BatteryUnit {
        let health = (0..<truth.packsPerString).map { _ in
            min(max(truth.healthMean + truth.healthDeviation * chance.normal("storage.health"), 0.5), 0.8)
        }
        // Health is spread about the mean; the sum is what the string holds.
        let perHealth = capacityKWh * truth.capacityScale / health.reduce(0, +)
        var real = self
        real.packKWh = health.map { $0 * perHealth }
        real.chargeEfficiency = truth.converterEfficiency
        real.dischargeEfficiency = truth.converterEfficiency
        real.packLossAtThirdC = truth.packLossAtThirdC
        real.standbyKW = truth.standbyWPerPack / 1000 * Double(truth.packsPerString)
        real.initialSOC = truth.initialSOC
        return real
    }
}
