public import TwinCore
public import TwinDispatch

/// A photovoltaic park whose inverters can be limited.
public struct PVPark: AssetKind {
    public static let areas = [Area.solar]
    public static let sentence = "photovoltaic park; its inverters obey a limit"
    public static let isSurroundings = true

    /// Panels, direct current at 1,000 W/m2, and inverters.
    public var peakKW = 0.0
    public var acRatedKW = 0.0
    public var tiltDeg = 0.0
    /// Clockwise from north.
    public var azimuthDeg = 180.0
    public var temperatureCoefficientPerK = 0.0
    public var lossFraction = 0.0
    public var ageLossFraction = 0.0
    /// Of these values, once they are settled.
    public private(set) var array = PVArray.none
    /// True over assumed output.
    public var scale = 1.0
    /// Deviation between parks from passing clouds, as a share of the irradiance.
    public var spread = 0.0

    public init() {}

    public static let parameters: [Parameter<PVPark>] = [
        .init(
            "peak_kw", "kW of direct current at 1,000 W/m2", .quantity(1...1_000_000, \.peakKW),
            "panels, direct current"),
        .init("ac_rated_kw", "kW", .quantity(1...1_000_000, \.acRatedKW), "inverters"),
        .init("tilt_deg", "deg", .quantity(0...90, \.tiltDeg), "tilt of the panels"),
        .init("azimuth_deg", "deg clockwise from north", .quantity(0...360, \.azimuthDeg), "where they look"),
        .init(
            "temperature_coefficient_per_k", "1/K", .quantity(-0.01...0, \.temperatureCoefficientPerK),
            "change of the output with the cells' temperature"),
        .init(
            "loss_fraction", "fraction of the output", .quantity(0...0.9, \.lossFraction),
            "soiling, shading, mismatch, wiring, availability"),
        .init(
            "age_loss_fraction", "fraction of the output when new", .quantity(0...0.5, \.ageLossFraction),
            "what age has cost"),
    ]

    public var problems: [ParameterProblem] {
        guard acRatedKW > 1.2 * peakKW else { return [] }
        let (rated, peak) = (JSON.numberText(acRatedKW), JSON.numberText(peakKW))
        return [
            ParameterProblem(
                "ac_rated_kw", "\(rated) kW of inverters for \(peak) kW of panels; the panels are usually the larger")
        ]
    }

    public mutating func settle(_ site: SiteFacts) {
        array = PVArray(
            peakKW: peakKW, acRatedKW: acRatedKW, tiltDeg: tiltDeg, azimuthDeg: azimuthDeg,
            temperatureCoefficientPerK: temperatureCoefficientPerK, lossFraction: lossFraction,
            ageLossFraction: ageLossFraction)
    }

    public var sizeKW: Double { acRatedKW }
    /// A park at night or at its rating repeats its value rightly.
    public var watchedBand: ClosedRange<Double>? { .inside(0.01 * sizeKW, 0.97 * sizeKW) }
    public var control: Control? { Control(.setLimit, 0...acRatedKW, fallback: "local") }

    private enum Place { static let power = 0, available = 1, curtailed = 2 }

    public var signals: [Signal] {
        [
            // At night the inverters draw up to 1 % of their rating; cloud edges pass it by a few percent.
            .mean("power_kw", -0.01 * sizeKW...1.1 * sizeKW, posts: [Post(.solar)]),
            .derived("available_kw"),
            .derived("curtailed_kw", posts: [Post(.curtailed)], isShown: false),
            .register("energy_total_kwh", of: Place.power, ratedKW: sizeKW),
        ]
    }

    public func step<Port: StepPort>(_ memory: inout Nothing, _ port: inout Port) {
        let passing = 1 + spread * port.noise(0, timeConstantMinutes: 10)
        let free =
            scale
            * array.acPowerKW(
                globalHorizontalWPerM2: port.around.irradianceWPerM2 * max(0, passing),
                airTemperatureC: port.around.airC, windSpeedMPerS: port.around.windMPerS, sun: port.sun())
        let limit = port.order ?? .infinity
        let used = port.use(Place.power, port.isTripped ? 0 : min(free, limit))
        _ = port.use(Place.available, free)
        // What the sun offered above a limit that held; without one nothing is curtailed.
        let isHeld = limit < acRatedKW && used.value >= limit - 0.05 * acRatedKW
        _ = port.use(Place.curtailed, isHeld ? max(0, free - used.value) : 0)
        port.prove(free)
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        let power = scene.value(Place.power)
        // What no limit holds gives what it is measured to give, whatever the model says of the sky.
        let isHeld = scene.value(Place.curtailed).value > 0
        return Offer(
            CurtailableSource(
                path: scene.path, ratedKW: acRatedKW, powerKW: power,
                availableKW: isHeld ? max(power.value, scene.value(Place.available).value) : power.value))
    }

    public func facts(_ scene: FactScene) -> OfferFacts {
        var facts = OfferFacts()
        facts.availableKW = scene.value(Place.available)?.value
        return facts
    }

    // MARK: - Simulated plant

    public struct Truth: PlantTruthPart {
        public static let section = "solar"
        public var scale = 1.0
        public var spread = 0.0

        public init() {}

        public static let parameters: [Parameter<Truth>] = [
            .init("scale", "true over assumed output", .quantity(0...2, \.scale), "true over assumed output"),
            .init(
                "spread", "fraction of the irradiance", .quantity(0...0.5, \.spread),
                "deviation between parks from passing clouds"),
        ]
    }

    public func real(_ truth: Truth, _ path: AssetPath, _ chance: inout SeededChance) -> PVPark {
        var real = self
        real.scale = truth.scale
        real.spread = truth.spread
        return real
    }

    public func noises(_ path: AssetPath) -> [String] { ["solar.\(path.asset)"] }
}
