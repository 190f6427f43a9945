public import TwinCore
public import TwinDispatch

/// A process shop or a building: its electric load, and the gas that is burnt at the place.
public struct Shop: GasBurning {
    public static let areas = [Area.shop, .building]
    public static let sentence = "process shop or building: electric load, gas burnt at the place"
    public static let isSurroundings = true

    /// What it is expected to take, where no meter tells.
    public var model = EnergyModel.none
    public var loadMaxKW = 0.0
    public var hasBurners = false
    public var gasMaxKW = 0.0
    /// Useful heat per gas burnt.
    public var burnerEfficiency = 1.0
    /// Whether its load can be switched off, and where it stands in the order of shedding: 1 is kept longest.
    public var isSwitched = false
    public var shedPriority = 1
    /// How long after the one before it may come back.
    public var restart = Span.seconds(0)
    /// What an interlock keeps on when it is shed.
    public var neverOffKW = 0.0
    /// True over assumed.
    public var electricityScale = 1.0
    public var gasScale = 1.0
    /// Share of the load that drops in breaks.
    public var breakDipFraction = 0.0
    public var noiseFraction = 0.0
    /// Time constant of the burners, minutes.
    public var gasLagMinutes = 0.0

    public init() {}

    public static let parameters: [Parameter<Shop>] =
        [
            .init(
                "electricity_fixed_kw", "kW", .quantity(0...500_000, \.model.electricityFixedKW),
                "electric load without vehicles"),
            .init(
                "electricity_per_vehicle_kwh", "kWh/vehicle", .quantity(0...10_000, \.model.electricityPerVehicleKWh),
                "electricity of one vehicle more"),
            .init("load_max_kw", "kW", .quantity(1...1_000_000, \.loadMaxKW), "a reading above is a fault"),
        ] + gasParameters(part: "burners") + [
            .init(
                "shed_priority", "place", .count(1...99, \.shedPriority),
                "place in the order of shedding; 1 is kept longest", part: "circuit"),
            .init(
                "restart_s", "s", .seconds(0...86_400, \.restart), "how long after the one before it may come back",
                part: "circuit"),
            .init(
                "never_off_kw", "kW", .quantity(0...1_000_000, \.neverOffKW),
                "what an interlock keeps on when it is shed", part: "circuit"),
        ]
    public static let parts = [
        ParameterPart<Shop>("burners", \.hasBurners), ParameterPart<Shop>("circuit", \.isSwitched),
    ]

    public var problems: [ParameterProblem] {
        guard isSwitched, neverOffKW >= loadMaxKW else { return [] }
        let (kept, most) = (JSON.numberText(neverOffKW), JSON.numberText(loadMaxKW))
        return [
            ParameterProblem(
                "circuit",
                "never_off_kw \(kept) kW is not below load_max_kw \(most) kW; a load that never goes off has no circuit"
            )
        ]
    }

    var gasDemand: EnergyModel {
        get { model }
        set { model = newValue }
    }

    public var sizeKW: Double { loadMaxKW }
    public var control: Control? { isSwitched ? Control(.setMode, 0...2, fallback: "run") : nil }
    public var watchedBand: ClosedRange<Double>? { -Double.infinity...Double.infinity }

    public var witnesses: [Witness] {
        [.model(of: Place.load)] + (hasBurners ? [.model(of: Place.gas)] : [])
    }

    private enum Place { static let load = 0, gas = 1 }

    public var signals: [Signal] {
        [
            .mean("load_kw", 0...loadMaxKW, posts: [Post(.load)]),
            .mean(
                "gas_kw", 0...gasMaxKW,
                posts: hasBurners ? [Post(.gas), Post(.heatDirectFired, factor: burnerEfficiency)] : [],
                isShown: hasBurners),
            .register("energy_total_kwh", of: Place.load, ratedKW: loadMaxKW),
            .register("gas_total_kwh", of: Place.gas, ratedKW: gasMaxKW),
        ]
    }

    public func memory() -> LaggingDemand { LaggingDemand() }

    public func step<Port: StepPort>(_ memory: inout LaggingDemand, _ port: inout Port) {
        let plan = port.production()
        let minutes = port.around.minutes
        let dip = minutes < 30 && plan.isBreak ? 1 - breakDipFraction : 1
        let noise = 1 + noiseFraction * port.noise(0, timeConstantMinutes: 10)
        let wantedKW = max(
            0, electricityScale * model.electricityKW(vehiclesPerHour: plan.vehiclesPerHour) * dip * noise)
        let isOff = isSwitched && port.order.map { $0 < 0.5 } ?? false
        let load = isOff ? min(wantedKW, neverOffKW) : wantedKW
        _ = port.use(Place.load, load)
        port.prove(load)
        let wanted =
            gasScale
            * model.gasKW(
                isProductionDay: plan.isProductionDay, outdoorC: port.around.airC,
                vehiclesPerHour: plan.vehiclesPerHour)
        guard hasBurners else { return port.prove(wanted) }
        let now = memory.follow(wanted, minutes: minutes, lag: gasLagMinutes)
        let flicker = 1 + noiseFraction * port.noise(1, timeConstantMinutes: 20)
        let gas = max(0, now * flicker)
        _ = port.use(Place.gas, gas)
        port.prove(gas)
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        guard isSwitched else { return nil }
        return Offer(
            Circuit(
                path: scene.path, shedPriority: shedPriority, restart: restart, neverOffKW: neverOffKW,
                ratedKW: loadMaxKW, loadKW: scene.value(Place.load), expectedKW: expectedKW(scene)))
    }

    public func unswitchedLoadKW(_ scene: OfferScene) -> Double {
        let told = scene.value(Place.load)
        return isSwitched ? 0 : max(told.quality.isGood && told.value.isFinite ? told.value : 0, expectedKW(scene))
    }

    /// In the step that follows the mark.
    private func expectedKW(_ scene: OfferScene) -> Double {
        max(0, model.electricityKW(vehiclesPerHour: scene.calendar.vehiclesPerHour(at: scene.time + scene.step)))
    }

    // MARK: - Simulated plant

    public struct Truth: PlantTruthPart {
        public static let section = "shop"
        /// True over assumed load; 1 where an asset is not named.
        public var electricityScale: [AssetPath: Double] = [:]
        /// True over assumed gas of its burners.
        public var gasScale: [AssetPath: Double] = [:]
        public var breakDipFraction = 0.0
        public var noiseFraction = 0.0
        public var gasLagMinutes = 0.0

        public init() {}

        public static let parameters: [Parameter<Truth>] = [
            .init(
                "electricity", "true over assumed", .byAsset(0...3, \.electricityScale), "true over assumed load"),
            .init("gas", "true over assumed", .byAsset(0...3, \.gasScale), "true over assumed gas"),
            .init(
                "break_dip_fraction", "fraction of the load", .quantity(0...0.9, \.breakDipFraction),
                "what drops in breaks"),
            .init(
                "noise_fraction", "fraction of the mean", .quantity(0...0.5, \.noiseFraction),
                "deviation of load and gas"),
            .init("gas_lag_minutes", "min", .quantity(0...240, \.gasLagMinutes), "time constant of burners"),
        ]
    }

    public func real(_ truth: Truth, _ path: AssetPath, _ chance: inout SeededChance) -> Shop {
        var real = self
        real.electricityScale = truth.electricityScale[path] ?? 1
        real.gasScale = truth.gasScale[path] ?? 1
        real.breakDipFraction = truth.breakDipFraction
        real.noiseFraction = truth.noiseFraction
        real.gasLagMinutes = truth.gasLagMinutes
        return real
    }

    public func noises(_ path: AssetPath) -> [String] { ["\(path.text).load", "\(path.text).gas"] }
}
