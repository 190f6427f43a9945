import TwinCore

/// What the three kinds of process burners share: they burn by a degree-day regression, follow what they are told, and
/// in the simulated plant lag like hot metal.
protocol ProcessBurnerKind: GasBurning where Memory == LaggingDemand, Truth == Shop.Truth {
    var burner: ProcessBurner { get set }
    var reality: BurnerReality { get set }
    /// What a set-point means to it.
    func setting(_ order: Double?) -> ProcessBurner.Setting
}

/// What the simulated plant knows of a burner; the twin's belief has none of it.
public struct BurnerReality: Sendable, Hashable {
    /// True over assumed gas.
    var scale = 1.0
    var noiseFraction = 0.0
    /// Time constant, minutes.
    var lagMinutes = 0.0
    /// Whether its own interlock overrules what it is told.
    var hasInterlock = false
}

extension ProcessBurnerKind {
    public static var areas: [Area] { [.burner] }

    var gasDemand: EnergyModel {
        get { burner.demand }
        set { burner.demand = newValue }
    }
    var gasMaxKW: Double {
        get { burner.gasMaxKW }
        set { burner.gasMaxKW = newValue }
    }
    var burnerEfficiency: Double {
        get { burner.efficiency }
        set { burner.efficiency = newValue }
    }

    public var sizeKW: Double { burner.gasMaxKW }
    /// A burner without demand, or turned down to its least, repeats its value rightly.
    public var watchedBand: ClosedRange<Double>? { .inside(0.01 * burner.gasMaxKW, .infinity) }
    public var witnesses: [Witness] { [.model(of: 0)] }
    public func memory() -> LaggingDemand { LaggingDemand() }
    public func noises(_ path: AssetPath) -> [String] { ["\(path.text).gas"] }

    var gasSignals: [Signal] {
        [
            .mean(
                "gas_kw", 0...1.1 * burner.gasMaxKW,
                posts: [Post(.gas), Post(.heatDirectFired, factor: burner.efficiency)])
        ]
    }

    /// Gas by the model: set as it is, less what elements gave in its place, and left to itself.
    func facts(_ setting: ProcessBurner.Setting, replacedKW: Double = 0, _ scene: FactScene) -> OfferFacts {
        func gasKW(_ setting: ProcessBurner.Setting) -> Double {
            burner.output(
                setting, isProductionDay: scene.isProductionDay, outdoorC: scene.outdoorC,
                vehiclesPerHour: scene.vehiclesPerHour
            ).gasKW
        }
        var facts = OfferFacts()
        facts.fuelKW = scene.value(0)
        facts.burnerKW = (max(0, gasKW(setting) - max(0, replacedKW)), gasKW(ProcessBurner.Setting()))
        return facts
    }

    func gasRegister(of place: Int) -> Signal { .register("gas_total_kwh", of: place, ratedKW: burner.gasMaxKW) }

    public func real(_ truth: Shop.Truth, _ path: AssetPath, _ chance: inout SeededChance) -> Self {
        var real = self
        real.reality = BurnerReality(
            scale: truth.gasScale[path] ?? 1, noiseFraction: truth.noiseFraction, lagMinutes: truth.gasLagMinutes,
            hasInterlock: true)
        return real
    }

    /// Burns for a step under what it is told; the gas is told at place 0.
    func burn<Port: StepPort>(
        _ setting: ProcessBurner.Setting, _ memory: inout LaggingDemand, _ port: inout Port
    ) -> ProcessBurner.Output {
        let plan = port.production()
        let outdoorC = port.around.airC
        func output(_ setting: ProcessBurner.Setting) -> ProcessBurner.Output {
            burner.output(
                setting, isProductionDay: plan.isProductionDay, outdoorC: outdoorC,
                vehiclesPerHour: plan.vehiclesPerHour)
        }
        var told = output(setting)
        if reality.lagMinutes > 0 || reality.noiseFraction > 0 || reality.scale != 1 {
            // Metal and air hold heat: demand moves with a lag, sources and modes switch at once.
            let demand = output(ProcessBurner.Setting(airC: setting.airC)).gasKW
            let now = memory.follow(demand, minutes: port.around.minutes, lag: reality.lagMinutes)
            let noise = 1 + reality.noiseFraction * port.noise(0, timeConstantMinutes: 20)
            told.gasKW = max(0, told.gasKW * (demand > 0 ? now / demand : 1) * reality.scale * noise)
        }
        _ = port.use(0, told.gasKW)
        port.prove(told.gasKW)
        port.prove(told.electricKW)
        return told
    }
}
