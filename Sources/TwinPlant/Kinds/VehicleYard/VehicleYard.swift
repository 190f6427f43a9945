public import TwinCore
public import TwinDispatch

/// The yard where finished electric cars are charged before they are shipped.
public struct VehicleYard: ChargingKind {
    public static let areas = [Area.yard]
    public static let sentence = "yard where finished electric cars are charged before their ship"

    /// The cars as the simulated plant has them; the twin knows none.
    public struct Cars: Remembered, Hashable {
        var yard: FinishedVehicleYard?
    }

    public var points = 1
    public var pointMaxKW = 0.0
    public var workingKW = 0.0
    public var idleKW = 0.0
    public var knowsCars = false

    public init() {}

    public static let parameters = commonParameters
    public var control: Control? { Control(.setLimit, 0...ratingKW, fallback: "local") }

    public var signals: [Signal] { loadSignals }

    public func memory() -> Cars { Cars(yard: knowsCars ? FinishedVehicleYard(ratingKW: ratingKW) : nil) }

    public func step<Port: StepPort>(_ memory: inout Cars, _ port: inout Port) {
        if let cars = port.finishedCars() {
            memory.yard?.arrive(count: cars.count, needKWh: cars.needKWh, departsMs: cars.departsMs)
        }
        guard
            let out = memory.yard?.step(
                limitKW: port.isTripped ? 0 : port.order, fromMs: port.around.from.ms, toMs: port.around.to.ms,
                isHeld: port.isHeld)
        else { return tellExpected(&port) }
        if let yard = memory.yard { port.shipped(yard) }
        _ = port.use(0, out.loadKW)
        _ = port.use(1, out.mustKW)
        _ = port.use(2, out.canChargeKW)
        _ = port.use(4, out.needKWh)
    }

    public func offer(_ scene: OfferScene) -> Offer? { loadOffer(scene, isWorking: false) }

    public func real(_ truth: ChargingTruth, _ path: AssetPath, _ chance: inout SeededChance) -> VehicleYard {
        var real = self
        real.knowsCars = true
        return real
    }
}
