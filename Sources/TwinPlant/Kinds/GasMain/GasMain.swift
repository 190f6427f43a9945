public import TwinCore

/// The meter of all natural gas that a site takes. What burners and boilers tell is the gas that counts; their sum is held
/// against the main's.
public struct GasMain: AssetKind {
    public static let areas = [Area.burner]
    public static let word: String? = "main"
    public static let sentence = "meter of all gas that the site takes; the others are held against it"
    public static let isMainMeter = true

    /// Largest flow, kW gross.
    public var gasMaxKW = 0.0

    public init() {}

    public static let parameters: [Parameter<GasMain>] = [
        .init("gas_max_kw", "kW", .quantity(1...1_000_000, \.gasMaxKW), "a reading above is a fault")
    ]

    public var sizeKW: Double { gasMaxKW }

    public var signals: [Signal] {
        [
            .mean("gas_kw", 0...gasMaxKW, posts: [Post(.gasMain)]),
            .register("gas_total_kwh", of: 0, ratedKW: gasMaxKW),
        ]
    }

    public func step<Port: StepPort>(_ memory: inout Nothing, _ port: inout Port) {
        // Nobody but its meter knows a total: an estimate of it would be held against itself.
        _ = port.use(0, port.burntGasKW)
    }
}
