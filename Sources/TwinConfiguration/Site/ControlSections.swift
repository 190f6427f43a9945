import TwinCore
import TwinDispatch
import TwinPlant

/// When repeated values count as stuck, before it is known how large an asset is.
struct StuckSetting {
    var after: Span
    /// Share of the rating that the model must have moved, 0...1.
    var movedFraction: Double

    func rule(ratedKW: Double) -> StuckRule { StuckRule(after: after, moved: movedFraction * ratedKW) }
}

/// `safety.yaml`: the gate and the detectors.
struct SafetySection {
    var gate: SafetyGate
    /// Largest change of a set-point in one step, as a share of the asset's rating.
    var rampFractionPerStep: Double
    var followToleranceFraction: Double
    var balance: BalanceWatch.Rule
    /// Nil when switched off.
    var stuck: StuckSetting?
    var alarmsOff: Set<AlarmCode>
    /// Nil where nothing is done for an island.
    var island: IslandRule?

    init?(_ root: YAMLNode) {
        let section: SafetySection? = root.fields { fields in
            let gate = fields.required("gate").flatMap(Self.gate)
            let tolerance = fields.quantity("follow_tolerance_fraction", in: 0.001...1, "fraction of the rating")
            let detectors = fields.required("detectors").flatMap(Detectors.read)
            let island = fields.optional("island").map(Self.island)
            if let island, island == nil { return nil }
            guard let gate, let tolerance, let detectors, let balance = detectors.balance else { return nil }
            return SafetySection(
                gate: gate.gate, rampFractionPerStep: gate.ramp, followToleranceFraction: tolerance, balance: balance,
                stuck: detectors.off.contains(.stuck) ? nil : detectors.stuck, alarmsOff: detectors.off,
                island: island.flatMap(\.self))
        }
        guard let section else { return nil }
        self = section
    }

    private init(
        gate: SafetyGate, rampFractionPerStep: Double, followToleranceFraction: Double, balance: BalanceWatch.Rule,
        stuck: StuckSetting?,
        alarmsOff: Set<AlarmCode>, island: IslandRule?
    ) {
        self.gate = gate
        self.rampFractionPerStep = rampFractionPerStep
        self.followToleranceFraction = followToleranceFraction
        self.balance = balance
        self.stuck = stuck
        self.alarmsOff = alarmsOff
        self.island = island
    }

    /// Its losses are those of the site, which another file has.
    private static func island(_ node: YAMLNode) -> IslandRule? {
        node.fields { fields in
            let ride = fields.quantity("ride_through_h", in: 0.1...72, "h")
            let usesReserve = fields.required("uses_reserve", hint: "add uses_reserve: true")?.flag()
            let margin = fields.quantity("margin_fraction", in: 0...1, "fraction of the load")
            let vehicles = fields.quantity("vehicle_h", in: 0...24, "h")
            guard let ride, let usesReserve, let margin, let vehicles else { return nil }
            return IslandRule(
                rideThroughHours: ride, usesReserve: usesReserve, marginFraction: margin, vehicleHours: vehicles,
                lossFraction: 0)
        }
    }

    private static func gate(_ node: YAMLNode) -> (gate: SafetyGate, ramp: Double)? {
        node.fields { fields in
            let importMax = fields.quantity("import_max_kw", in: 1...1_000_000, "kW")
            let exportMax = fields.quantity("export_max_kw", in: 0...1_000_000, "kW")
            let ramp = fields.quantity("ramp_fraction_per_step", in: 0.001...2, "fraction of the rating per step")
            guard let importMax, let exportMax, let ramp else { return nil }
            return (SafetyGate(importMaxKW: importMax, exportMaxKW: exportMax), ramp)
        }
    }
}

/// The switches of the detectors, by alarm code. Every code is listed, so that none is off without a word.
private struct Detectors {
    var off: Set<AlarmCode> = []
    var stuck: StuckSetting?
    var balance: BalanceWatch.Rule?

    /// Codes that the first configurations could not know.
    private static let newer: Set<AlarmCode> = [
        .unit, .sign, .twoControllers, .departureAtRisk, .link, .store, .solver, .planInfeasible,
    ]

    static func read(_ node: YAMLNode) -> Detectors? {
        node.fields { fields in
            var detectors = Detectors()
            for code in AlarmCode.allCases {
                // A configuration may be older than a code: what it does not name is on.
                let entry =
                    newer.contains(code)
                    ? fields.optional(code.rawValue)
                    : fields.required(code.rawValue, hint: "add \(code.rawValue): {enabled: true}")
                let enabled = entry.flatMap { detectors.read(code, $0) }
                if enabled == false { detectors.off.insert(code) }
            }
            return detectors
        }
    }

    private mutating func read(_ code: AlarmCode, _ node: YAMLNode) -> Bool? {
        node.fields { fields in
            let enabled = fields.required("enabled")?.flag()
            switch code {
            case .stuck:
                let after = fields.required("after_s")?.whole(in: 1...86_400, "s")
                let moved = fields.required("moved_fraction")?.number(in: 0.001...1, "fraction of the rating")
                if let after, let moved { stuck = StuckSetting(after: .seconds(Int64(after)), movedFraction: moved) }
            case .balance:
                let fraction = fields.required("fraction")?.number(in: 0.001...1, "fraction of the supply")
                let lasting = fields.required("lasting_s")?.whole(in: 1...86_400, "s")
                if let fraction, let lasting {
                    balance = BalanceWatch.Rule(fraction: fraction, lasting: .seconds(Int64(lasting)))
                }
            case .stale, .outOfRange, .unit, .sign, .counter, .clock, .gap, .conflict, .notAcked, .notFollowed,
                .twoControllers, .departureAtRisk, .trip, .link, .store, .solver, .planInfeasible:
                break
            }
            return enabled
        }
    }
}

/// `dispatch.yaml`: the rules.
struct DispatchSection {
    var storage: StorageRule
    /// How far below the export limit curtailment holds, as a share of it.
    var exportMarginFraction: Double
    var calm: Calm
    /// The most that is paid for a tonne that is saved, in the currency of the tariffs.
    var maxCostPerTonne: Double
    var strategy: DispatchStrategy
    var objective: PlanObjective
}

extension SiteFiles {
    /// `dispatch.yaml`: the rules.
    func readDispatch(_ root: YAMLNode) -> DispatchSection? {
        root.fields { fields in
            let storage = fields.required("storage_rule").flatMap(storageRule)
            let margin = fields.required("curtail").flatMap { node in
                node.fields { $0.quantity("export_margin_fraction", in: 0...0.9, "fraction of the export limit") }
            }
            let calm = fields.optional("calm").flatMap(calm)
            let most =
                fields.optionalQuantity("max_cost_per_tonne", in: 0...1_000_000, "currency/t")
                ?? DispatchRules.standardCostPerTonne
            let objective = fields.optional("objective")
            let read = objective.map { self.objective($0, maxCostPerTonne: most) }
            guard let storage, let margin else { return nil }
            if let read, read == nil { return nil }
            let found = read.flatMap(\.self)
            return DispatchSection(
                storage: storage, exportMarginFraction: margin, calm: calm ?? .standard, maxCostPerTonne: most,
                strategy: found?.strategy ?? .optimiser,
                objective: found?.objective ?? PlanObjective(carbonPerTonne: most))
        }
    }

    /// `objective:`, what plans are made for.
    private func objective(
        _ node: YAMLNode, maxCostPerTonne: Double
    ) -> (strategy: DispatchStrategy, objective: PlanObjective)? {
        node.fields { fields in
            let strategy = fields.optional("strategy").map { $0.choice(DispatchStrategy.self) }
            let signal = fields.optional("signal").map { $0.choice(PlanObjective.Signal.self) }
            let boundary = fields.optional("boundary").map { $0.choice(PlanObjective.Boundary.self) }
            let price = fields.optionalQuantity("carbon_price_per_tonne", in: 0...1_000_000, "currency/t")
            let marginal = fields.optionalQuantity("marginal_g_per_kwh", in: 0...2000, "g/kWh")
            let wear = fields.optionalQuantity("wear_per_kwh", in: 0...100, "currency/kWh")
            let peak = fields.optionalQuantity("peak_per_kwh", in: 0...1000, "currency/kWh")
            let change = fields.optionalQuantity("change_per_kw", in: 0...1, "currency/kW")
            // A word that is none has been told.
            if let strategy, strategy == nil { return nil }
            if let signal, signal == nil { return nil }
            if let boundary, boundary == nil { return nil }
            // Nothing is done that costs more for a tonne than may be paid for it.
            var objective = PlanObjective(carbonPerTonne: min(price ?? maxCostPerTonne, maxCostPerTonne))
            if let signal = signal.flatMap(\.self) { objective.signal = signal }
            if let boundary = boundary.flatMap(\.self) { objective.boundary = boundary }
            if let marginal { objective.marginalGPerKWh = marginal }
            if let wear { objective.wearPerKWh = wear }
            if let peak { objective.peakPerKWh = peak }
            if let change { objective.changePerKW = change }
            return (strategy.flatMap(\.self) ?? .optimiser, objective)
        }
    }

    private func calm(_ node: YAMLNode) -> Calm? {
        node.fields { fields in
            let hold = fields.optional("hold_s")?.sourced { $0.whole(in: 0...86_400, "s") }
            let band = fields.optionalQuantity("band_fraction", in: 0...0.5, "fraction of the asset's size")
            return Calm(
                hold: hold.map { .seconds(Int64($0)) } ?? Calm.standard.hold,
                bandFraction: band ?? Calm.standard.bandFraction)
        }
    }

    private func storageRule(_ node: YAMLNode) -> StorageRule? {
        node.fields { fields in
            let peak = fields.quantity("peak_import_kw", in: 1...1_000_000, "kW")
            let clean = fields.quantity("clean_fraction", in: 0...0.5, "fraction of the forecast")
            let dirty = fields.quantity("dirty_fraction", in: 0...0.5, "fraction of the forecast")
            let deadband = fields.quantity("deadband_kw", in: 0...100_000, "kW")
            guard let peak, let clean, let dirty, let deadband else { return nil }
            return StorageRule(
                peakImportKW: peak, cleanFraction: clean, dirtyFraction: dirty, deadbandKW: deadband)
        }
    }
}
