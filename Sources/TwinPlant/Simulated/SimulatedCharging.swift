import TwinCore

/// Everything of the simulated plant that charges: bays of staff cars, the yard of finished cars, AGVs.
struct SimulatedCharging: Sendable {
    private let bayParameters: [ChargingGroups.Parameters]
    private let yardParameters: [ChargingGroups.Parameters]
    private let agvParameters: [ChargingGroups.Parameters]
    private let calendar: ProductionCalendar
    private let truth: PlantTruth.Charging
    private var bays: [ChargingGroup]
    private var yards: [FinishedVehicleYard]
    private var agvs: [AGVGroup]
    private var arrivals: StaffArrivals
    private var chance: SeedStream
    /// Electric cars that are due in the yard, with the fraction of the next one.
    private var electric = 0.0
    /// Charging in the last step, kW >= 0.
    private(set) var drawnKW = 0.0

    init(
        bays: [ChargingGroups.Parameters], yard: [ChargingGroups.Parameters], agvs: [ChargingGroups.Parameters],
        _ calendar: ProductionCalendar, _ truth: PlantTruth.Charging, seed: UInt64
    ) {
        bayParameters = bays
        yardParameters = yard
        agvParameters = agvs
        self.calendar = calendar
        self.truth = truth
        self.bays = bays.map { _ in ChargingGroup() }
        yards = yard.map { FinishedVehicleYard(ratingKW: $0.ratingKW) }
        self.agvs = agvs.map { group in
            let each = Double(max(truth.agvsPerGroup, 1))
            return AGVGroup(
                vehicles: truth.agvsPerGroup, capacityKWh: 1.0, ratingKW: group.ratingKW,
                workingKW: truth.agvScale * group.workingKW / each * 0.9,
                restingKW: truth.agvScale * group.idleKW / each * 0.9)
        }
        arrivals = StaffArrivals(calendar, cars: bays.isEmpty ? 0 : truth.staffCars, seed: seed)
        chance = SeedStream(seed: seed, name: "charging")
    }

    /// Cars that left without the energy they could have had.
    var missedDepartures: Int { bays.reduce(0) { $0 + $1.missed } }
    var departures: Int { bays.reduce(0) { $0 + $1.departed } }

    /// - Returns: power onto the bus, kW; charging is negative.
    mutating func step(_ context: DeviceContext, _ readings: inout [Reading]) -> Double {
        drawnKW = 0
        var busKW = 0.0
        for (index, group) in agvParameters.enumerated() {
            let activity = calendar.isShift(at: context.from) ? 1.0 : 0
            let out = agvs[index].step(
                limitKW: context.isTripped(group.path) ? 0 : context.order(group.path), activity: activity,
                hours: context.hours)
            busKW -= out.loadKW
            readings.append(Reading(group.path, "load_kw", out.loadKW))
            readings.append(Reading(group.path, "must_kw", out.mustKW))
            readings.append(Reading(group.path, "can_charge_kw", out.canChargeKW))
            readings.append(Reading(group.path, "soc_fraction", out.socFraction, decimals: 4))
        }
        busKW -= stepYard(context, &readings)
        drawnKW = -busKW
        busKW += stepBays(context, &readings)
        return busKW
    }

    private mutating func stepYard(_ context: DeviceContext, _ readings: inout [Reading]) -> Double {
        electric += context.electricVehicles
        let count = min(max(0, Int(exactly: electric.rounded(.down)) ?? 0), 100_000)
        electric -= Double(count)
        var load = 0.0
        for (index, group) in yardParameters.enumerated() {
            if count > 0, index == 0 {
                // A ship every day or two: one to three days of waiting.
                let hours = 24 + 48 * chance.unit()
                yards[index].arrive(
                    count: count, needKWh: truth.yardNeedKWh, departsMs: context.to.ms + Int64(hours * 3_600_000))
            }
            let out = yards[index].step(
                limitKW: context.isTripped(group.path) ? 0 : context.order(group.path), fromMs: context.from.ms,
                toMs: context.to.ms)
            load += out.loadKW
            readings.append(Reading(group.path, "load_kw", out.loadKW))
            readings.append(Reading(group.path, "must_kw", out.mustKW))
            readings.append(Reading(group.path, "can_charge_kw", out.canChargeKW))
            readings.append(Reading(group.path, "need_kwh", out.needKWh))
        }
        return load
    }

    private mutating func stepBays(_ context: DeviceContext, _ readings: inout [Reading]) -> Double {
        for session in arrivals.step(from: context.from, to: context.to) { plugIn(session) }
        var busKW = 0.0
        for (index, group) in bayParameters.enumerated() {
            let order = context.isTripped(group.path) ? 0 : context.order(group.path)
            let out = bays[index].step(setPointKW: order, fromMs: context.from.ms, toMs: context.to.ms)
            busKW += out.powerKW
            drawnKW += max(0, -out.powerKW)
            readings.append(Reading(group.path, "power_kw", out.powerKW))
            readings.append(Reading(group.path, "must_kw", out.mustKW))
            readings.append(Reading(group.path, "can_charge_kw", out.canChargeKW))
            if group.isBidirectional {
                readings.append(Reading(group.path, "can_discharge_kw", out.canDischargeKW))
            }
            readings.append(Reading(group.path, "need_kwh", out.needKWh))
            readings.append(Reading(group.path, "connected_vehicles", Double(out.connected), decimals: 0))
        }
        return busKW
    }

    /// Drivers take the group with the most room; a full car park is full.
    private mutating func plugIn(_ session: ChargingSession) {
        func room(_ index: Int) -> Double {
            1 - Double(bays[index].sessions.count) / Double(bayParameters[index].points)
        }
        guard let index = bays.indices.max(by: { (room($0), $1) < (room($1), $0) }), room(index) > 0 else { return }
        let group = bayParameters[index]
        bays[index].arrive(
            ChargingSession(
                arrivesMs: session.arrivesMs, departsMs: session.departsMs, leavesMs: session.leavesMs,
                energyKWh: session.energyKWh, targetKWh: session.targetKWh, maxChargeKW: group.pointMaxKW,
                maxDischargeKW: group.isBidirectional ? group.pointMaxKW : 0, floorKWh: session.floorKWh))
    }
}
