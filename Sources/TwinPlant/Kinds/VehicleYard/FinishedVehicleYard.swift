/// Finished electric cars that wait for their ship and are charged before it leaves. Cars that leave in the same hour
/// stand in one bucket, so memory does not grow with their number.
public struct FinishedVehicleYard: Sendable, Hashable {
    public struct Output: Sendable, Hashable {
        /// Means over the step, kW.
        public var loadKW = 0.0
        public var vehicles = 0
        public var needKWh = 0.0
        /// For the step that follows.
        public var mustKW = 0.0
        public var canChargeKW = 0.0
    }

    struct Bucket: Sendable, Hashable {
        var departsMs: Int64
        var vehicles: Int
        var needKWh: Double
    }

    /// All charge points, kW.
    public let ratingKW: Double
    public let efficiency: Double
    /// By departure, ascending.
    private(set) var buckets: [Bucket] = []
    /// Energy that cars left without though it had been feasible, kWh.
    public private(set) var missedKWh = 0.0
    /// Cars that left, and those that left with cars that lacked energy.
    public private(set) var departed = 0
    public private(set) var missed = 0

    public init(ratingKW: Double, efficiency: Double = 0.9) {
        self.ratingKW = max(0, ratingKW)
        self.efficiency = min(max(efficiency, 0.1), 1)
    }

    /// Cars come from the line.
    public mutating func arrive(count: Int, needKWh: Double, departsMs: Int64) {
        guard count > 0, needKWh.isFinite else { return }
        let hour = departsMs - departsMs % 3_600_000
        let index = buckets.firstIndex { $0.departsMs >= hour } ?? buckets.count
        if index == buckets.count || buckets[index].departsMs != hour {
            buckets.insert(Bucket(departsMs: hour, vehicles: 0, needKWh: 0), at: index)
        }
        buckets[index].vehicles += count
        buckets[index].needKWh += Double(count) * max(0, needKWh)
    }

    /// Steps `fromMs..<toMs` under a limit; nil charges at full power. What departures demand is charged above it.
    /// - Parameter isHeld: whether no ship leaves.
    public mutating func step(limitKW: Double?, fromMs: Int64, toMs: Int64, isHeld: Bool = false) -> Output {
        while !isHeld, let first = buckets.first, first.departsMs <= fromMs {
            missedKWh += first.needKWh
            departed += first.vehicles
            if first.needKWh > 0.01 { missed += first.vehicles }
            buckets.removeFirst()
        }
        let hours = Double(toMs - fromMs) / 3_600_000
        guard hours > 0 else { return Output() }
        let need = buckets.reduce(0) { $0 + $1.needKWh }
        let wanted = max(mustKW(atMs: fromMs, hours: hours), min(max(limitKW ?? ratingKW, 0), ratingKW))
        let load = min(wanted, need / (efficiency * hours))
        var energy = load * efficiency * hours
        for index in buckets.indices where energy > 0 {
            let given = min(energy, buckets[index].needKWh)
            buckets[index].needKWh -= given
            energy -= given
        }
        let left = buckets.reduce(0) { $0 + $1.needKWh }
        return Output(
            loadKW: load, vehicles: buckets.reduce(0) { $0 + $1.vehicles }, needKWh: left,
            mustKW: mustKW(atMs: toMs, hours: hours), canChargeKW: min(ratingKW, left / (efficiency * hours)))
    }

    /// The earliest departures that would become infeasible set the least power.
    private func mustKW(atMs: Int64, hours: Double) -> Double {
        var must = 0.0
        var sum = 0.0
        for bucket in buckets {
            sum += bucket.needKWh
            let later = max(0, Double(bucket.departsMs - atMs) / 3_600_000 - hours)
            must = max(must, (sum - ratingKW * efficiency * later) / (efficiency * hours))
        }
        return min(must, ratingKW)
    }
}
