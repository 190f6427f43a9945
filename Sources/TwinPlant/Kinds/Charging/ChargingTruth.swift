import TwinCore
import TwinDispatch

/// Staff cars, finished cars and AGVs of the simulated plant.
public struct ChargingTruth: PlantTruthPart {
    public static let section = "charging"
    /// Cars of staff that may plug in, on each shift.
    public var staffCars = 0
    /// What a finished car is charged before it leaves.
    public var yardNeedKWh = 0.0
    public var agvsPerGroup = 0
    /// True over assumed draw of AGVs.
    public var agvScale = 1.0

    public init() {}

    public static let parameters: [Parameter<ChargingTruth>] = [
        .init("staff_cars", "cars on a shift", .count(0...100_000, \.staffCars), "cars of staff that may plug in"),
        .init(
            "yard_need_kwh", "kWh/vehicle", .quantity(0...200, \.yardNeedKWh),
            "what a finished car is charged before it leaves"),
        .init("agvs_per_group", "vehicles", .count(0...100_000, \.agvsPerGroup), "AGVs of a group"),
        .init("agv_scale", "true over assumed draw", .quantity(0...3, \.agvScale), "true over assumed draw of AGVs"),
    ]
}

/// Vehicles that charge behind a controller of their own. The group tells what it draws, what it must have and what it
/// could take; the twin, which knows no single vehicle, believes in a draw by shift.
protocol ChargingKind: AssetKind where Truth == ChargingTruth {
    var points: Int { get set }
    var pointMaxKW: Double { get set }
    var workingKW: Double { get set }
    var idleKW: Double { get set }
}

extension ChargingKind {
    public static var section: AssetSection { .typed(ids: 1...64) }
    /// Its vehicles tell what they need now and then.
    public static var rememberedKey: String? { "need_kwh" }

    public func facts(_ scene: FactScene) -> OfferFacts {
        var facts = OfferFacts()
        facts.openKWh = scene.remembered.map { $0 / ChargingGroup.efficiency }
        return facts
    }

    static var commonParameters: [Parameter<Self>] {
        [
            .init("points", "charge points in a group", .count(1...100_000, \.points), "charge points"),
            .init("point_max_kw", "kW", .quantity(0.1...1000, \.pointMaxKW), "rating of one point"),
            .init(
                "expected_on_shift_kw", "kW", .quantity(0...100_000, \.workingKW),
                "draw without telemetry, on a shift"),
            .init("expected_else_kw", "kW", .quantity(0...100_000, \.idleKW), "draw without telemetry, else"),
        ]
    }

    public var problems: [ParameterProblem] {
        [(workingKW, "expected_on_shift_kw"), (idleKW, "expected_else_kw")].filter { $0.0 > ratingKW }.map {
            let (value, most) = (JSON.numberText($0.0), JSON.numberText(pointMaxKW))
            return ParameterProblem(
                $0.1, "\(value) kW is above what \(points) points of \(most) kW can draw; check all three")
        }
    }

    /// All its points together, kW.
    public var ratingKW: Double { Double(points) * pointMaxKW }
    public var sizeKW: Double { ratingKW }

    /// What a controller tells beside its power, from place 1 on.
    var toldSignals: [Signal] {
        let most = 2 * (1.1 * ratingKW)
        return [.instant("must_kw", 0...most), .instant("can_charge_kw", 0...most)]
    }

    /// Of a group that only draws; `soc_fraction` and `need_kwh` are told by groups that know them.
    var loadSignals: [Signal] {
        [.mean("load_kw", 0...1.1 * ratingKW, posts: [Post(.load)])] + toldSignals + [
            .instant("can_discharge_kw", 0...2 * (1.1 * ratingKW), isShown: false),
            .instant("need_kwh", 0...1e6, isShown: false), .instant("soc_fraction", 0...1, isShown: false, decimals: 4),
        ]
    }

    /// What is believed of a group that only draws, and whose vehicles nobody knows.
    func tellExpected<Port: StepPort>(_ port: inout Port) {
        let expected = expectedKW(&port)
        _ = port.use(0, expected)
        _ = port.use(1, 0)
        _ = port.use(2, 0)
        // What they need no model knows.
        _ = port.use(4, nil)
        port.prove(expected)
    }

    /// Draw that is expected without telemetry, kW.
    func expectedKW<Port: StepPort>(_ port: inout Port) -> Double {
        port.production().isShift ? workingKW : idleKW
    }

    func loadOffer(_ scene: OfferScene, isWorking: Bool) -> Offer? {
        let load = scene.value(0)
        return Offer(
            DeferrableLoad(
                path: scene.path, action: .setLimit, ratingKW: ratingKW,
                powerKW: UsedValue(-load.value, load.quality), mustKW: scene.value(1), canChargeKW: scene.value(2),
                canDischargeKW: UsedValue(0, .good), openKWh: ChargingGroup.drawn(scene.value(4)),
                isWorking: isWorking), ramp: scene.rampFraction)
    }
}
