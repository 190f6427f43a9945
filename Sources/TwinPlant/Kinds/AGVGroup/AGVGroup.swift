/// A group of automated guided vehicles that charge as they pass a station, as one battery.
public struct AGVGroup: Sendable, Hashable {
    public struct Output: Sendable, Hashable {
        /// Mean over the step, kW.
        public var loadKW = 0.0
        public var socFraction = 0.0
        /// For the step that follows: what the work takes once the charge is low.
        public var mustKW = 0.0
        public var canChargeKW = 0.0
    }

    public let vehicles: Int
    /// Energy of one vehicle, kWh (1.0 at 67 % state of health: three modules of a LEAF pack).
    public let capacityKWh: Double
    public let ratingKW: Double
    /// Mean draw of one vehicle at work and at rest, kW.
    public let workingKW: Double
    public let restingKW: Double
    public private(set) var soc: Double

    static let efficiency = 0.9
    /// Below this a vehicle goes to charge (reserve rule: go at 30 %).
    static let reserve = 0.3
    /// Where opportunity charging holds it.
    static let target = 0.7

    public init(
        vehicles: Int, capacityKWh: Double, ratingKW: Double, workingKW: Double, restingKW: Double, soc: Double = 0.7
    ) {
        self.vehicles = max(0, vehicles)
        self.capacityKWh = max(capacityKWh, 0.001)
        self.ratingKW = max(0, ratingKW)
        self.workingKW = workingKW
        self.restingKW = restingKW
        self.soc = min(max(soc, 0), 1)
    }

    private var totalKWh: Double { Double(max(vehicles, 1)) * capacityKWh }

    /// - Parameters:
    ///   - limitKW: most charging power; nil is the rating. It gives way when the charge falls to the reserve.
    ///   - activity: share of the vehicles at work, 0...1.
    ///   - hours: length of the step, > 0.
    public mutating func step(limitKW: Double?, activity: Double, hours: Double) -> Output {
        guard hours > 0, hours.isFinite else { return Output(socFraction: soc) }
        let share = activity.isFinite ? min(max(activity, 0), 1) : 0
        let draw = Double(vehicles) * (share * workingKW + (1 - share) * restingKW)
        // Back to the target within half an hour, or within the step if that is longer.
        let wish = draw + (AGVGroup.target - soc) * totalKWh / max(0.5, hours)
        let must = soc <= AGVGroup.reserve ? draw : 0
        let limit = min(max(limitKW ?? ratingKW, must / AGVGroup.efficiency), ratingKW)
        let room = (1 - soc) * totalKWh / hours + draw
        let load = min(max(wish / AGVGroup.efficiency, 0), limit, room / AGVGroup.efficiency)
        soc = min(max(soc + (load * AGVGroup.efficiency - draw) * hours / totalKWh, 0), 1)
        let need = soc <= AGVGroup.reserve ? draw / AGVGroup.efficiency : 0
        return Output(
            loadKW: load, socFraction: soc, mustKW: min(need, ratingKW),
            canChargeKW: min(ratingKW, ((1 - soc) * totalKWh / hours + draw) / AGVGroup.efficiency))
    }
}
