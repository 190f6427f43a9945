import TwinCore
public import TwinDispatch

/// A thermal oxidiser that is turned down while no body needs its exhaust burnt.
public struct Oxidiser: ProcessBurnerKind {
    public static let word: String? = "oxidiser"
    public static let sentence = "thermal oxidiser; it is turned down while no body is in the ovens"

    public var burner = ProcessBurner(kind: .oxidiser, demand: .none, efficiency: 1, gasMaxKW: 0)
    public var reality = BurnerReality()

    /// It is hot again within the hour; bodies stay in the ovens for up to half an hour after a shift.
    private static let lead = Span.minutes(60)
    private static let lag = Span.minutes(30)

    public init() {}

    public static let parameters: [Parameter<Oxidiser>] =
        gasParameters() + [
            .init(
                "idle_fraction", "fraction of a production day", .quantity(0...1, \.burner.idleFraction),
                "gas when turned down over that of a production day without vehicles")
        ]

    public var control: Control? {
        Control(.setMode, 0...Double(ProcessBurner.Mode.allCases.count - 1), fallback: "run")
    }

    public var signals: [Signal] { gasSignals + [gasRegister(of: 0)] }

    func setting(_ order: Double?) -> ProcessBurner.Setting {
        let mode = order.flatMap { $0.isFinite ? Int(exactly: $0.rounded()) : nil }.flatMap(ProcessBurner.Mode.init)
        return ProcessBurner.Setting(mode: mode ?? .run)
    }

    public func step<Port: StepPort>(_ memory: inout LaggingDemand, _ port: inout Port) {
        // Its own interlock: while bodies may be in the ovens it runs, whatever it is told.
        let isHeld = port.isTripped || (reality.hasInterlock && port.production().isShift)
        _ = burn(setting(isHeld ? nil : port.order), &memory, &port)
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        let isNeeded =
            scene.calendar.isShift(at: scene.time) || scene.calendar.isShift(at: scene.time + Oxidiser.lead)
            || scene.calendar.isShift(at: scene.time - Oxidiser.lag)
        return Offer(Duty(path: scene.path, mustRun: isNeeded, mode: mode(scene.value(0))))
    }

    public func facts(_ scene: FactScene) -> OfferFacts {
        facts(setting(mode(scene.value(0) ?? UsedValue(0, .stale)).value), scene)
    }

    /// Nobody meters a mode: it shows in the gas.
    private func mode(_ gasKW: UsedValue) -> UsedValue {
        // Half way between the two: hot metal and noise move either by less.
        let betweenKW = (1 + burner.idleFraction) / 2 * burner.demand.gasProductionDayKW
        let mode: ProcessBurner.Mode =
            gasKW.value <= 0.001 * burner.gasMaxKW ? .off : gasKW.value <= betweenKW ? .idle : .run
        return UsedValue(Double(mode.rawValue), gasKW.quality)
    }
}
