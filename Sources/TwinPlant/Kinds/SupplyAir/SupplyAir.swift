import TwinCore
public import TwinDispatch

/// Direct-fired supply air of paint booths, whose temperature may float within the paint's window.
public struct SupplyAir: ProcessBurnerKind {
    public static let word: String? = "supply_air"
    public static let sentence = "direct-fired booth air; its temperature floats within the paint's window"

    public var burner = ProcessBurner(
        kind: .supplyAir, demand: .none, efficiency: 1, gasMaxKW: 0)
    public var window = ProcessBurner.AirWindow(low: 0, design: 0, high: 0)
    public var reality = BurnerReality()

    public init() {}

    public static let parameters: [Parameter<SupplyAir>] =
        gasParameters() + [
            .init("air_low_c", "degC", .quantity(5...40, \.window.low), "coldest air that the paint takes"),
            .init("air_design_c", "degC", .quantity(5...40, \.window.design), "air without a command"),
            .init("air_high_c", "degC", .quantity(5...40, \.window.high), "warmest air that the paint takes"),
        ]

    public var problems: [ParameterProblem] {
        guard window.low > window.design || window.design > window.high else { return [] }
        func text(_ value: Double) -> String { JSON.numberText(value) }
        return [
            ParameterProblem(
                "air_design_c",
                "\(text(window.design)) degC is outside the window of \(text(window.low)) to \(text(window.high)) degC; check all three"
            )
        ]
    }

    public mutating func settle(_ site: SiteFacts) { burner.air = window }

    public var control: Control? {
        Control(.setSetpoint, window.low...max(window.low, window.high), fallback: "design")
    }

    private enum Place { static let air = 1 }

    public var signals: [Signal] {
        gasSignals + [.mean("temperature_c", -20...60, decimals: 2), gasRegister(of: 0)]
    }

    func setting(_ order: Double?) -> ProcessBurner.Setting {
        ProcessBurner.Setting(airC: order.flatMap { $0.isFinite ? $0 : nil })
    }

    public func step<Port: StepPort>(_ memory: inout LaggingDemand, _ port: inout Port) {
        let order = port.isTripped ? nil : port.order
        _ = burn(setting(order), &memory, &port)
        _ = port.use(Place.air, min(max(order ?? window.design, window.low), window.high))
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        Offer(
            SetPointWindow(
                path: scene.path, low: window.low, design: window.design, high: window.high,
                temperatureC: scene.value(Place.air), outdoorC: scene.outdoorC))
    }
    public func facts(_ scene: FactScene) -> OfferFacts {
        facts(ProcessBurner.Setting(airC: scene.value(Place.air)?.value), scene)
    }
}
