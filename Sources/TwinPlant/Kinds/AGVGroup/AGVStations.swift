public import TwinCore
public import TwinDispatch

/// Automated guided vehicles that charge at stations while they work.
public struct AGVStations: ChargingKind {
    public static let areas = [Area.agv]
    public static let sentence = "AGVs that charge as they pass a station"

    /// The group as the simulated plant has it; the twin knows none.
    public struct Group: Remembered, Hashable {
        var group: AGVGroup?
    }

    public var points = 1
    public var pointMaxKW = 0.0
    public var workingKW = 0.0
    public var idleKW = 0.0
    /// Nil where nobody knows how many they are.
    public var vehicles: Int?
    public var drawScale = 1.0

    public init() {}

    public static let parameters = commonParameters
    public var control: Control? { Control(.setLimit, 0...ratingKW, fallback: "local") }

    public var signals: [Signal] { loadSignals }

    public func memory() -> Group {
        guard let vehicles else { return Group() }
        let each = Double(max(vehicles, 1))
        return Group(
            group: AGVGroup(
                vehicles: vehicles, capacityKWh: 1.0, ratingKW: ratingKW, workingKW: drawScale * workingKW / each * 0.9,
                restingKW: drawScale * idleKW / each * 0.9))
    }

    public func step<Port: StepPort>(_ memory: inout Group, _ port: inout Port) {
        guard
            let out = memory.group?.step(
                limitKW: port.isTripped ? 0 : port.order, activity: port.production().isShift ? 1 : 0,
                hours: port.around.hours)
        else { return tellExpected(&port) }
        _ = port.use(0, out.loadKW)
        _ = port.use(1, out.mustKW)
        _ = port.use(2, out.canChargeKW)
        _ = port.use(5, out.socFraction)
    }

    public func offer(_ scene: OfferScene) -> Offer? { loadOffer(scene, isWorking: true) }

    public func real(_ truth: ChargingTruth, _ path: AssetPath, _ chance: inout SeededChance) -> AGVStations {
        var real = self
        real.vehicles = truth.agvsPerGroup
        real.drawScale = truth.agvScale
        return real
    }
}
