import TwinCore
import TwinDispatch

/// What turns electricity into heat for the hot-water network as it is told.
protocol ElectricHeatKind: HotWaterKind where Memory == Nothing {
    static var account: Account { get }
}

extension ElectricHeatKind {
    public var rank: Int { 1 }
    public var control: Control? { Control(.setHeat, 0...ratedKW, fallback: "hold_0") }

    public var signals: [Signal] {
        [
            .mean("heat_kw", 0...1.1 * ratedKW, posts: [Post(Self.account)]),
            .mean("load_kw", inputRange, posts: [Post(.load)]),
        ]
    }

    public func step<Port: StepPort>(_ memory: inout Nothing, _ port: inout Port) {
        let order = port.isTripped ? 0 : port.order ?? 0
        // What neither uses nor stores take is turned down.
        let heat = give(min(max(order, 0), ratedKW, port.heat.mostKW), &port)
        // Power that no meter tells follows from the heat.
        _ = port.use(1, heat.value / performance)
    }

    public func heatShare(_ value: (Int) -> UsedValue) -> HeatShare? { HeatShare(openKW: value(0).value) }

    public func facts(_ scene: FactScene) -> OfferFacts {
        var facts = OfferFacts()
        facts.drawnKW = scene.value(1)
        return facts
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        Offer(
            Converter(
                path: scene.path,
                input: .electricity(
                    perKW: performance, breakEvenGPerKWh: scene.heat.fillingGramsPerKWh * performance,
                    replacedPricePerKWh: scene.heat.fillingPricePerKWh.map { $0 * performance }),
                ratedKW: ratedKW, measuredKW: scene.value(0)),
            ramp: scene.rampFraction, mayStopShort: scene.heat.headroomKW <= 1)
    }
}
