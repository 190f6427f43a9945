import TwinCore

/// One car at a bay.
public struct ChargingSession: Sendable, Hashable {
    /// What it declared: it must have its energy by then.
    public var departsMs: Int64
    public let arrivesMs: Int64
    /// When it really leaves; a late driver stays longer, an early one goes.
    public var leavesMs: Int64
    /// In the battery, kWh.
    public var energyKWh: Double
    /// Wanted at departure, kWh.
    public var targetKWh: Double
    public var maxChargeKW: Double
    /// 0 for a car that gives nothing back.
    public var maxDischargeKW: Double
    /// Never discharged below, kWh.
    public var floorKWh: Double
    /// Given back so far, kWh.
    public var givenKWh = 0.0
    /// Whether its target could be met at all when it came.
    public let wasFeasible: Bool

    /// - Parameter arrivesMs: before `departsMs`; what does not fit is made infeasible, not refused.
    public init(
        arrivesMs: Int64, departsMs: Int64, leavesMs: Int64, energyKWh: Double, targetKWh: Double,
        maxChargeKW: Double, maxDischargeKW: Double, floorKWh: Double
    ) {
        self.arrivesMs = arrivesMs
        self.departsMs = departsMs
        self.leavesMs = leavesMs
        self.energyKWh = max(0, energyKWh)
        self.targetKWh = max(0, targetKWh)
        self.maxChargeKW = max(0, maxChargeKW)
        self.maxDischargeKW = max(0, maxDischargeKW)
        self.floorKWh = floorKWh
        let hours = Double(departsMs - ChargingGroup.reserveMs - arrivesMs) / 3_600_000
        wasFeasible = self.targetKWh - self.energyKWh <= self.maxChargeKW * ChargingGroup.efficiency * max(0, hours)
    }

    /// Still wanted in the battery, kWh.
    public var needKWh: Double { max(0, targetKWh - energyKWh) }

    /// Time to spare before it must charge at full power without a break, h.
    func laxityHours(at ms: Int64) -> Double {
        let left = Double(departsMs - ChargingGroup.reserveMs - ms) / 3_600_000
        return left - needKWh / max(maxChargeKW * ChargingGroup.efficiency, 1e-9)
    }
}

/// Bays behind one local controller. It keeps every departure by itself; a set-point moves only what is free.
public struct ChargingGroup: Sendable, Hashable {
    /// One way between bay and battery (Nissan VGI study: 90 %, read per direction).
    public static let efficiency = 0.9
    /// Full this long before the declared departure.
    public static let reserveMs: Int64 = 15 * 60_000
    /// What one car gives back in a session at most, kWh.
    public static let givenMaxKWh = 10.0

    /// Means over a step, kW >= 0 but `powerKW`.
    public struct Output: Sendable, Hashable {
        /// Positive delivers into the plant bus.
        public var powerKW = 0.0
        public var connected = 0
        public var needKWh = 0.0
        /// For the step that follows.
        public var mustKW = 0.0
        public var canChargeKW = 0.0
        public var canDischargeKW = 0.0
    }

    public private(set) var sessions: [ChargingSession] = []
    public private(set) var departed = 0
    /// Departures without the wanted energy though it had been feasible, and though the driver was not early.
    public private(set) var missed = 0

    public init() {}

    /// What a need in the batteries takes at the bays, kWh; nil where nobody tells it.
    static func drawn(_ needKWh: UsedValue) -> Double? { needKWh.quality.isGood ? needKWh.value / efficiency : nil }

    public mutating func arrive(_ session: ChargingSession) { sessions.append(session) }

    /// Steps `fromMs..<toMs`.
    /// - Parameters:
    ///   - setPointKW: group power, charging negative; nil leaves it to the controller: full power at once.
    ///   - isHeld: whether nobody leaves, due or not.
    public mutating func step(setPointKW: Double?, fromMs: Int64, toMs: Int64, isHeld: Bool = false) -> Output {
        if !isHeld { leave(by: fromMs) }
        let hours = Double(toMs - fromMs) / 3_600_000
        guard hours > 0 else { return Output() }
        var power = sessions.map { must($0, atMs: fromMs, hours: hours) }
        if let setPointKW, setPointKW.isFinite {
            let surplus = -setPointKW - power.reduce(0, +)
            if surplus > 0 {
                share(surplus, &power, fromMs, hours)
            } else if setPointKW > 0 {
                giveBack(setPointKW, &power, fromMs, hours)
            }
        } else {
            for index in sessions.indices { power[index] = most(sessions[index], hours) }
        }
        for index in sessions.indices {
            if power[index] >= 0 {
                sessions[index].energyKWh += power[index] * ChargingGroup.efficiency * hours
            } else {
                sessions[index].energyKWh += power[index] / ChargingGroup.efficiency * hours
                sessions[index].givenKWh -= power[index] * hours
            }
        }
        var out = envelope(atMs: toMs, hours: hours)
        out.powerKW = -power.reduce(0, +)
        return out
    }

    /// Least mean charging power over a step that keeps the departure feasible afterwards.
    private func must(_ session: ChargingSession, atMs: Int64, hours: Double) -> Double {
        let full = session.maxChargeKW * ChargingGroup.efficiency
        let left = Double(session.departsMs - ChargingGroup.reserveMs - atMs) / 3_600_000 - hours
        return min(
            max((session.needKWh - full * max(0, left)) / (ChargingGroup.efficiency * hours), 0), most(session, hours))
    }

    /// Most mean charging power over a step: the bay's, or what the car still wants.
    private func most(_ session: ChargingSession, _ hours: Double) -> Double {
        min(session.maxChargeKW, session.needKWh / (ChargingGroup.efficiency * hours))
    }

    /// Most that a car can give over a step: above its floor, within its cap, and with its departure still at ease.
    private func give(_ session: ChargingSession, atMs: Int64, _ hours: Double) -> Double {
        let above = session.energyKWh - session.floorKWh
        let perHour = ChargingGroup.efficiency / hours
        let full = session.maxChargeKW * ChargingGroup.efficiency
        // Giving costs its own time and that of charging it again.
        let spare = (session.laxityHours(at: atMs) - hours) * full * perHour * ChargingGroup.efficiency
        return max(
            0,
            min(session.maxDischargeKW, above * perHour, (ChargingGroup.givenMaxKWh - session.givenKWh) / hours, spare))
    }

    /// Least laxity first; cars whose laxity differs by less than a minute share alike.
    private func share(_ surplusKW: Double, _ power: inout [Double], _ atMs: Int64, _ hours: Double) {
        let laxity = sessions.map { $0.laxityHours(at: atMs) }
        let order = sessions.indices.sorted { (laxity[$0], $0) < (laxity[$1], $1) }
        var left = surplusKW
        var place = 0
        while place < order.count, left > 1e-9 {
            var end = place + 1
            while end < order.count, laxity[order[end]] - laxity[order[place]] < 1.0 / 60 { end += 1 }
            // Those with the least room first, so that what they cannot take goes to the others.
            let group = order[place..<end].sorted { room($0, power, hours) < room($1, power, hours) }
            for (index, car) in group.enumerated() {
                let given = min(room(car, power, hours), left / Double(group.count - index))
                power[car] += given
                left -= given
            }
            place = end
        }
    }

    private func room(_ index: Int, _ power: [Double], _ hours: Double) -> Double {
        max(0, most(sessions[index], hours) - power[index])
    }

    /// The most relaxed cars give first.
    private func giveBack(_ wantedKW: Double, _ power: inout [Double], _ atMs: Int64, _ hours: Double) {
        let laxity = sessions.map { $0.laxityHours(at: atMs) }
        var left = wantedKW
        for index in sessions.indices.sorted(by: { (laxity[$1], $0) < (laxity[$0], $1) })
        where left > 0 && power[index] == 0 {
            let given = min(left, give(sessions[index], atMs: atMs, hours))
            power[index] = -given
            left -= given
        }
    }

    /// What the group must and could do in a step like this one from `atMs` on.
    private func envelope(atMs: Int64, hours: Double) -> Output {
        var out = Output()
        for session in sessions where session.leavesMs > atMs {
            let must = must(session, atMs: atMs, hours: hours)
            out.connected += 1
            out.needKWh += session.needKWh
            out.mustKW += must
            out.canChargeKW += most(session, hours)
            if must == 0 { out.canDischargeKW += give(session, atMs: atMs, hours) }
        }
        return out
    }

    private mutating func leave(by ms: Int64) {
        sessions.removeAll { session in
            guard session.leavesMs <= ms else { return false }
            departed += 1
            let isEarly = session.leavesMs < session.departsMs - ChargingGroup.reserveMs
            if session.needKWh > 0.01, session.wasFeasible, !isEarly { missed += 1 }
            return true
        }
    }
}
