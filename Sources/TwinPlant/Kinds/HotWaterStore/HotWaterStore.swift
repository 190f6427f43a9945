public import TwinCore
import TwinDispatch
import TwinUnits

/// A hot-water store, which takes what is over and gives before the boilers do.
public struct HotWaterStore: HotWaterKind {
    public static let word: String? = "store"
    public static let sentence = "hot-water store; it takes what is over and gives before the boilers"

    /// Energy in the store, kWh.
    public struct Content: Remembered, Hashable {
        var storedKWh: Double
        public var numbers: [Double] { [storedKWh] }
        public mutating func take(_ numbers: [Double]) { storedKWh = numbers.first ?? storedKWh }
    }

    public var ratedKW = 0.0
    public var performance = 1.0
    public var capacityKWh = 0.0
    /// Whether it follows the network by itself; of one that no meter tells the twin believes nothing.
    public var isFollowing = false
    public var initialFraction = 0.5

    public init() {}

    public static let parameters: [Parameter<HotWaterStore>] =
        commonParameters + [.init("capacity_kwh", "kWh", .quantity(1...100_000_000, \.capacityKWh), "what it holds")]
    public var problems: [ParameterProblem] { performanceProblem }

    public var rank: Int { 2 }

    public var signals: [Signal] {
        [
            .mean(
                "heat_kw", -1.1 * ratedKW...1.1 * ratedKW,
                posts: [Post(.heatStoreDischarge, .positive), Post(.heatStoreCharge, .negative)]),
            .instant("soc_fraction", 0...1, decimals: 4),
        ]
    }

    public var witnesses: [Witness] { [.content(1, flow: 0, capacityKWh: capacityKWh)] }

    public var storeTerms: StoreTerms? {
        StoreTerms(efficiency: 1, capacity: Energy(roundingWattSeconds: capacityKWh * 3.6e6))
    }

    public func memory() -> Content { Content(storedKWh: initialFraction * capacityKWh) }

    public func heatRoomKW(_ memory: Content, hours: Double) -> Double {
        min(ratedKW, (capacityKWh - memory.storedKWh) / hours)
    }

    public func step<Port: StepPort>(_ memory: inout Content, _ port: inout Port) {
        let hours = port.around.hours
        let open = port.heat.openKW
        var heat = 0.0
        if isFollowing {
            heat =
                open >= 0
                ? min(ratedKW, memory.storedKWh / hours, open) : -min(-open, heatRoomKW(memory, hours: hours))
        }
        heat = give(heat, &port).value
        if isFollowing { memory.storedKWh = min(max(memory.storedKWh - heat * hours, 0), capacityKWh) }
        _ = port.use(1, capacityKWh > 0 ? memory.storedKWh / capacityKWh : 0)
    }

    public func heatShare(_ value: (Int) -> UsedValue) -> HeatShare? {
        let room = max(0, 0.98 - value(1).value) * capacityKWh
        return HeatShare(
            openKW: value(0).value, headroomKW: min(ratedKW, room / settlementPeriod.hours),
            store: HeatStore(
                storedKWh: min(max(value(1).value, 0), 1) * capacityKWh, capacityKWh: capacityKWh, powerMaxKW: ratedKW))
    }

    public func real(_ truth: HeatTruth, _ path: AssetPath, _ chance: inout SeededChance) -> HotWaterStore {
        var real = self
        real.isFollowing = true
        real.initialFraction = truth.initialStoreFraction
        return real
    }
}
