import TwinCore
public import TwinDispatch

/// A gas oven; with electric elements it takes part of its heat from either source.
public struct Oven: ProcessBurnerKind {
    public static let word: String? = "oven"
    public static let sentence = "gas oven; with electric elements it takes its heat from either source"

    public var burner = ProcessBurner(kind: .oven, demand: .none, efficiency: 1, gasMaxKW: 0)
    public var hasElements = false
    public var elements = ProcessBurner.Elements(ratedKW: 0, efficiency: 1, rest: .seconds(0))
    public var reality = BurnerReality()

    public init() {}

    public static let parameters: [Parameter<Oven>] =
        gasParameters() + [
            .init(
                "rated_kw", "kW of electricity", .quantity(1...500_000, \.elements.ratedKW), "elements",
                part: "elements"),
            .init(
                "efficiency", "fraction of the electricity", .quantity(0.3...1, \.elements.efficiency),
                "useful heat per electricity", part: "elements"),
            .init(
                "rest_s", "s", .seconds(0...86_400, \.elements.rest), "how long they stay off once they are off",
                part: "elements"),
        ]
    public static let parts = [ParameterPart<Oven>("elements", \.hasElements)]

    public mutating func settle(_ site: SiteFacts) { burner.elements = hasElements ? elements : nil }

    public var control: Control? { hasElements ? Control(.setSource, 0...1, fallback: "gas") : nil }

    private enum Place { static let gas = 0, load = 1, canLoad = 2 }

    public var signals: [Signal] {
        let most = 1.1 * (hasElements ? elements.ratedKW : 0)
        return gasSignals + [
            .mean(
                "load_kw", 0...most,
                posts: hasElements ? [Post(.load), Post(.heatElectric, factor: elements.efficiency)] : [],
                isShown: hasElements),
            .instant("can_load_kw", 0...most, isShown: hasElements), gasRegister(of: Place.gas),
        ]
    }

    func setting(_ order: Double?) -> ProcessBurner.Setting {
        ProcessBurner.Setting(isElectric: order.map { $0 >= 0.5 } ?? false)
    }

    public func step<Port: StepPort>(_ memory: inout LaggingDemand, _ port: inout Port) {
        let out = burn(setting(port.isTripped ? nil : port.order), &memory, &port)
        guard hasElements else { return }
        _ = port.use(Place.load, out.electricKW)
        _ = port.use(Place.canLoad, out.canElectricKW)
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        guard hasElements else { return nil }
        let load = scene.value(Place.load)
        return Offer(
            SourceSwitch(
                path: scene.path, ratedKW: elements.ratedKW, loadKW: load, canLoadKW: scene.value(Place.canLoad),
                breakEvenGPerKWh: scene.grams(.gas) / burner.efficiency * elements.efficiency,
                replacedPricePerKWh: scene.price(.gas).map { $0 / burner.efficiency * elements.efficiency },
                // Only elements that are off can owe a rest; the set-point changed when they were switched.
                mustRest: load.value <= 0.05 * elements.ratedKW
                    && scene.changedAt.map { scene.time < $0 + elements.rest } ?? false))
    }
    public func facts(_ scene: FactScene) -> OfferFacts {
        let loadKW = scene.value(Place.load)?.value ?? 0
        return facts(
            ProcessBurner.Setting(), replacedKW: loadKW * (burner.elements?.efficiency ?? 0) / burner.efficiency, scene)
    }
}
