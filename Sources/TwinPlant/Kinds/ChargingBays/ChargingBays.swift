public import TwinCore
public import TwinDispatch

/// Bays where cars of staff charge; two-way ones can give back.
public struct ChargingBays: ChargingKind {
    public static let areas = [Area.bay]
    public static let sentence = "bays for cars of staff; two-way ones give back"

    /// The cars as the simulated plant has them; the twin knows none.
    public struct Cars: Remembered, Hashable {
        var group: ChargingGroup?
    }

    public var points = 1
    public var pointMaxKW = 0.0
    public var workingKW = 0.0
    public var idleKW = 0.0
    /// Gives back to the bus too.
    public var isBidirectional = false
    public var knowsCars = false
    /// Of the drivers, as forecasts assume them.
    public var habits = StaffHabits()
    public var tellsHabits = false

    public init() {}

    public static let parameters: [Parameter<ChargingBays>] =
        commonParameters + [
            .init("bidirectional", "", .flag(\.isBidirectional), "whether cars can give back"),
            .init(
                "need_kwh", "kWh in the battery", .quantity(0.5...100, \.habits.needKWh), "what a car that comes wants",
                part: "habits"),
            .init(
                "comes_before_min", "min", .quantity(0...240, \.habits.comesBeforeMin),
                "from the plug to the beginning of the shift, mean", part: "habits"),
            .init(
                "comes_spread_min", "min", .quantity(0...60, \.habits.comesSpreadMin), "deviation of that",
                part: "habits"),
            .init(
                "leaves_after_min", "min", .quantity(-60...240, \.habits.leavesAfterMin),
                "from the end of the shift to the departure that is declared", part: "habits"),
        ]
    public static let parts = [ParameterPart<ChargingBays>("habits", \.tellsHabits)]
    public var control: Control? {
        Control(.setPower, -ratingKW...(isBidirectional ? ratingKW : 0), fallback: "local")
    }

    private enum Place { static let power = 0, must = 1, canCharge = 2, canDischarge = 3, need = 4, connected = 6 }

    public var signals: [Signal] {
        let most = 1.1 * ratingKW
        let posts = [Post(.bayCharge, .negative)] + (isBidirectional ? [Post(.bayDischarge, .positive)] : [])
        return [.mean("power_kw", -most...(isBidirectional ? most : 0.01 * most), posts: posts)] + toldSignals + [
            .instant("can_discharge_kw", 0...2 * most, isShown: isBidirectional),
            .instant("need_kwh", 0...1e6, isShown: false), .instant("soc_fraction", 0...1, isShown: false, decimals: 4),
            .mean("connected_vehicles", 0...Double(points), decimals: 0),
        ]
    }

    public func memory() -> Cars { Cars(group: knowsCars ? ChargingGroup() : nil) }

    public func step<Port: StepPort>(_ memory: inout Cars, _ port: inout Port) {
        for session in port.arrivals() ?? [] { memory.group?.arrive(plugged(session)) }
        let order = port.isTripped ? 0 : port.order
        let out =
            memory.group?.step(
                setPointKW: order, fromMs: port.around.from.ms, toMs: port.around.to.ms, isHeld: port.isHeld)
            ?? ChargingGroup.Output(powerKW: -expectedKW(&port))
        _ = port.use(Place.power, out.powerKW)
        _ = port.use(Place.must, out.mustKW)
        _ = port.use(Place.canCharge, out.canChargeKW)
        if isBidirectional { _ = port.use(Place.canDischarge, out.canDischargeKW) }
        _ = port.use(Place.need, out.needKWh)
        _ = port.use(Place.connected, Double(out.connected))
        port.prove(out.powerKW)
        if let group = memory.group { port.plugged(group) }
    }

    /// What the bay lets a car do.
    public func plugged(_ session: ChargingSession) -> ChargingSession {
        ChargingSession(
            arrivesMs: session.arrivesMs, departsMs: session.departsMs, leavesMs: session.leavesMs,
            energyKWh: session.energyKWh, targetKWh: session.targetKWh, maxChargeKW: pointMaxKW,
            maxDischargeKW: isBidirectional ? pointMaxKW : 0, floorKWh: session.floorKWh)
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        Offer(
            DeferrableLoad(
                path: scene.path, action: .setPower, ratingKW: ratingKW, powerKW: scene.value(Place.power),
                mustKW: scene.value(Place.must), canChargeKW: scene.value(Place.canCharge),
                canDischargeKW: isBidirectional ? scene.value(Place.canDischarge) : UsedValue(0, .good),
                openKWh: ChargingGroup.drawn(scene.value(Place.need)), isWorking: false), ramp: scene.rampFraction)
    }

    public func real(_ truth: ChargingTruth, _ path: AssetPath, _ chance: inout SeededChance) -> ChargingBays {
        var real = self
        real.knowsCars = true
        return real
    }
}
