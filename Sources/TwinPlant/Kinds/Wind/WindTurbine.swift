import RealModule
public import TwinCore

/// Wind turbines behind one meter.
public struct WindTurbine: AssetKind {
    public static let areas = [Area.wind]
    public static let sentence = "wind turbines behind one meter, by their curve"
    public static let section = AssetSection.typed(ids: 1...1000)
    public static let isSurroundings = true

    public var turbines = 1
    /// One turbine, kW.
    public var ratedKW = 0.0
    public var hubHeightM = 50.0
    public var shearExponent = 0.0
    /// Share of the curve's output that reaches the bus: availability, wake and cable.
    public var deliveredFraction = 1.0
    public var curve = PowerCurve.none
    /// Hub-height speed over mast speed.
    public var shearFactor = 1.0
    /// Share lost in wakes at full array loading; the twin believes it in the delivered share.
    public var wakeFraction = 0.0
    /// Deviation from the neighbours, as a share of the wind speed.
    public var spread = 0.0

    public init() {}

    public static let parameters: [Parameter<WindTurbine>] = [
        .init("turbines", "turbines behind a meter", .count(1...1000, \.turbines), "turbines behind one meter"),
        .init("rated_kw", "kW", .quantity(1...20_000, \.ratedKW), "rating of one turbine"),
        .init("hub_height_m", "m", .quantity(5...250, \.hubHeightM), "height of the hub"),
        .init(
            "shear_exponent", "exponent of the power law", .quantity(0...0.6, \.shearExponent),
            "how the wind grows with height"),
        .init(
            "delivered_fraction", "fraction of the curve's output", .quantity(0.5...1, \.deliveredFraction),
            "what reaches the bus: availability, wake and cable"),
        .init("curve", "[m/s, kW]", .curve(\.curve, ratedKW: \.ratedKW), "output over wind speed at the hub"),
    ]

    public var farmRatedKW: Double { Double(turbines) * ratedKW }
    public var sizeKW: Double { farmRatedKW }
    /// A farm at standstill or at its rating repeats its value rightly.
    public var watchedBand: ClosedRange<Double>? { .inside(0.01 * farmRatedKW, 0.99 * farmRatedKW) }

    public var signals: [Signal] {
        [
            // Idle turbines draw up to 2 % of their rating; gusts pass it by a few percent.
            .mean("power_kw", -0.02 * farmRatedKW...1.05 * farmRatedKW, posts: [Post(.wind)]),
            .register("energy_total_kwh", of: 0, ratedKW: farmRatedKW),
        ]
    }

    public mutating func settle(_ site: SiteFacts) {
        shearFactor = Double.pow(hubHeightM / site.mastHeightM, shearExponent)
    }

    /// Output to the bus at a mast wind speed, kW.
    public func modelKW(mastMPerS: Double, ownShare: Double = 1) -> Double {
        let free = curve.powerKW(speedMPerS: max(0, mastMPerS * shearFactor * ownShare))
        // Wakes cost most while the front row takes most of the wind's energy, below rated speed.
        let wake = wakeFraction * (1 - free / ratedKW)
        return Double(turbines) * deliveredFraction * free * (1 - wake)
    }

    public func step<Port: StepPort>(_ memory: inout Nothing, _ port: inout Port) {
        let own = 1 + spread * port.noise(0, timeConstantMinutes: 30)
        let model = port.around.meanOverWind { modelKW(mastMPerS: $0, ownShare: own) }
        _ = port.use(0, model)
        port.prove(model)
    }

    // MARK: - Simulated plant

    public struct Truth: PlantTruthPart {
        public static let section = "wind"
        /// Hub over mast speed.
        public var shearFactor = 1.0
        public var wakeFraction = 0.0
        public var availability = 1.0
        public var spread = 0.0

        public init() {}

        public static let parameters: [Parameter<Truth>] = [
            .init("shear_factor", "hub over mast speed", .quantity(1...3, \.shearFactor), "true growth with height"),
            .init(
                "wake_fraction", "fraction of the output", .quantity(0...0.5, \.wakeFraction),
                "lost in wakes at full array loading; grows as wind falls"),
            .init("availability", "fraction of the time", .quantity(0...1, \.availability), "turbines that can run"),
            .init(
                "spread", "fraction of the wind speed", .quantity(0...0.5, \.spread), "deviation between turbines"),
        ]
    }

    public func real(_ truth: Truth, _ path: AssetPath, _ chance: inout SeededChance) -> WindTurbine {
        var real = self
        real.shearFactor = truth.shearFactor
        real.wakeFraction = truth.wakeFraction
        real.deliveredFraction = truth.availability
        real.spread = truth.spread
        return real
    }

    public func noises(_ path: AssetPath) -> [String] { ["wind.\(path.asset)"] }
}
