public import TwinCore

/// How the staff's electric cars come for a shift, what they need and when they leave: the facts of the field that the
/// simulated plant draws its cars by and that forecasts assume, each by a chance of its own.
///
/// Times of a driver are normal around those of the shift (ASM for a plant of two shifts: arrival 20 min before it with a
/// deviation of 12, departure 12 min after it with one of 10).
public struct StaffHabits: Sendable, Hashable {
    /// From the plug to the beginning of the shift, min, and its deviation.
    public var comesBeforeMin = 20.0
    public var comesSpreadMin = 12.0
    /// From the end of the shift to the departure that is declared, min; the deviation of the true one.
    public var leavesAfterMin = 12.0
    public var leavesSpreadMin = 10.0
    /// Wanted in the battery, kWh: 32 km a day, there and back in the North East (GK: 15 to 18 km one way), at 7 km/kWh
    /// (Nissan VGI study), and its deviation as a share (ASM).
    public var needKWh = 4.6
    public var needSpread = 0.5
    /// Charge on arrival, a share of the pack, and its deviation (ASM).
    public var soc = 0.62
    public var socSpread = 0.18
    /// Whether somebody plugs in falls with the charge on arrival (Nissan Technical Review); its logistic form at work is ASM.
    public var plugInMost = 0.90
    public var plugInSteepness = 8.0
    public var plugInHalfSoc = 0.75

    /// Packs on the road, kWh: LEAF and ARIYA from the first to the largest; each as likely (ASM).
    static let packsKWh = [24.0, 40, 62]
    /// Of the pack, never discharged below (ASM for two-way cars).
    static let floorSoc = 0.3
    /// What a driver wants at least, kWh (ASM).
    private static let leastNeedKWh = 0.5

    public init() {}

    /// One driver's day; nil when the car is not plugged in.
    /// - Parameters:
    ///   - startMs: of the shift; `endMs` likewise.
    public func session(startMs: Int64, endMs: Int64, _ stream: inout SeedStream) -> ChargingSession? {
        let arrives = startMs + Int64(saturatingMinutes: -comesBeforeMin + comesSpreadMin * stream.normal())
        let declared = endMs + Int64(saturatingMinutes: leavesAfterMin)
        let leaves = endMs + Int64(saturatingMinutes: leavesAfterMin + leavesSpreadMin * stream.normal())
        let pack = StaffHabits.packsKWh[Int(stream.next() % 3)]
        let soc = min(max(soc + socSpread * stream.normal(), 0.1), 0.98)
        let need = min(max(needKWh * (1 + needSpread * stream.normal()), StaffHabits.leastNeedKWh), pack * (1 - soc))
        guard stream.unit() < plugInChance(soc: soc), declared > arrives else { return nil }
        return ChargingSession(
            arrivesMs: arrives, departsMs: declared, leavesMs: max(leaves, arrives + 60_000),
            energyKWh: soc * pack, targetKWh: soc * pack + need, maxChargeKW: 0, maxDischargeKW: 0,
            floorKWh: StaffHabits.floorSoc * pack)
    }

    /// A rational approximation of the logistic curve, so that it needs no library function.
    private func plugInChance(soc: Double) -> Double {
        let x = plugInSteepness * (soc - plugInHalfSoc)
        return plugInMost * 0.5 * (1 - x / (1 + abs(x)))
    }
}

extension Int64 {
    /// Whole milliseconds of some minutes.
    fileprivate init(saturatingMinutes minutes: Double) { self = Int64(exactly: (minutes * 60_000).rounded()) ?? 0 }
}
