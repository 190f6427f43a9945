import TwinCore
import TwinPlant

/// Times one step of the device models alone, as `make bench` wants it: 333 devices, each with a model of its own.
/// Prints the number of devices and the best mean time of a step, in microseconds.
@main
struct StepBench {
    static func main() {
        let rounds = 100
        var best = Duration.seconds(3600)
        var checksum = 0.0
        for _ in 0..<rounds {
            // A whole day: night, shifts and rest are all in the mean.
            var plant = DevicePlant()
            let begun = ContinuousClock.now
            for minute in 0..<1440 { checksum += plant.step(minute: minute) }
            best = min(best, ContinuousClock.now - begun)
        }
        // Without a use of the results the optimiser may leave out the work.
        guard checksum.isFinite else { return print("0 0") }
        let microseconds = best / .microseconds(1) / 1440
        print("\(DevicePlant.devices) \((microseconds * 100).rounded() / 100)")
    }
}

/// 10 turbines, 2 photovoltaic parks, a fuel cell, 100 packs in four strings, 100 AGVs, 100 bays with a car in each, and
/// 20 loads.
struct DevicePlant {
    static let devices = turbines + 2 + 1 + strings * packsPerString + agvCount + bayGroups * baysPerGroup + loads
    private static let turbines = 10
    private static let strings = 4
    private static let packsPerString = 25
    private static let agvCount = 100
    private static let bayGroups = 5
    private static let baysPerGroup = 20
    private static let loads = 20
    private static let startMs: Int64 = 1_750_204_800_000  // 2025-06-18T00:00:00Z
    private static let hours = 1.0 / 60

    private let site = SolarSite(latitudeDeg: 54.92, longitudeDeg: -1.47, elevationM: 40)
    private let curve = PowerCurve(
        [(3, 0), (5, 40), (7, 130), (9, 300), (11, 520), (13, 640), (15, 660), (25, 660)].map {
            PowerCurve.Point(speedMPerS: $0, powerKW: $1)
        })
    private let parks = [
        PVArray(peakKW: 4750, acRatedKW: 4000, tiltDeg: 20), PVArray(peakKW: 20_000, acRatedKW: 16_000, tiltDeg: 25),
    ]
    private let model = EnergyModel(
        electricityFixedKW: 400, electricityPerVehicleKWh: 20, gasProductionDayKW: 300, gasIdleDayKW: 80,
        gasHallKWPerK: 10, gasPaintKWPerK: 5, gasPerVehicleKWh: 3, heatingBaseC: 15)
    private var cell = FuelCell(
        FuelCell.Parameters(
            ratedKW: 1000, minimumFraction: 0.4, ratedEfficiency: 0.55, rampFractionPerMinute: 0.02,
            coldStartHours: 20, warmStartHours: 2, standbyFuelFraction: 0.05, heatFraction: 0.3), mode: .running,
        powerKW: 1000)
    private var storage: [BatteryString]
    private var agvs: [AGVGroup]
    private var bays: [ChargingGroup]

    init() {
        storage = (0..<Self.strings).map { number in
            // Packs of spread health, so that the weakest one ends a charge.
            let packs = (0..<Self.packsPerString).map { 14 + 0.1 * Double(($0 * 7 + number) % 20) }
            return BatteryString(
                BatteryString.Parameters(
                    ratedKW: 125, packKWh: packs, socMin: 0.1, socMax: 0.9, chargeEfficiency: 0.97,
                    dischargeEfficiency: 0.97, packLossAtThirdC: 0.02, standbyKW: 0.5), soc: 0.5)
        }
        agvs = (0..<Self.agvCount).map { number in
            AGVGroup(
                vehicles: 1, capacityKWh: 1, ratingKW: 2, workingKW: 0.5, restingKW: 0.05,
                soc: 0.3 + 0.006 * Double(number))
        }
        bays = (0..<Self.bayGroups).map { _ in ChargingGroup() }
        for number in 0..<Self.bayGroups * Self.baysPerGroup {
            // All day in its bay, so that every bay is worked on at every step.
            bays[number % Self.bayGroups].arrive(
                ChargingSession(
                    arrivesMs: Self.startMs, departsMs: Self.startMs + Int64(86_400_000 + 60_000 * number),
                    leavesMs: .max, energyKWh: 10 + 0.2 * Double(number), targetKWh: 50, maxChargeKW: 7,
                    maxDischargeKW: number % 4 == 0 ? 7 : 0, floorKWh: 8))
        }
    }

    /// Steps every device by one minute.
    /// - Returns: power onto the bus, kW.
    mutating func step(minute: Int) -> Double {
        let ms = Self.startMs + Int64(minute) * 60_000
        let wave = Double(minute % 97) / 97
        let isShift = (420..<1380).contains(minute)
        let rate = isShift ? 75.0 : 0
        var busKW = 0.0
        for turbine in 0..<Self.turbines { busKW += curve.powerKW(speedMPerS: 4 + 8 * wave + 0.2 * Double(turbine)) }
        let sun = SunPosition(site: site, unixMilliseconds: ms)
        for park in parks {
            busKW += park.acPowerKW(
                globalHorizontalWPerM2: 700, airTemperatureC: 15, windSpeedMPerS: 4 + wave, sun: sun)
        }
        busKW += cell.step(setPointKW: 600 + 400 * wave, hours: Self.hours).powerKW
        for index in storage.indices {
            let power = storage[index].feasibleKW(200 * (wave - 0.5), hours: Self.hours)
            storage[index].hold(powerKW: power, hours: Self.hours)
            busKW += power - storage[index].parameters.standbyKW
        }
        for index in agvs.indices {
            busKW -= agvs[index].step(limitKW: 1, activity: isShift ? 1 : 0, hours: Self.hours).loadKW
        }
        for index in bays.indices {
            // A set-point that shares power out among the cars is the dear case.
            busKW += bays[index].step(setPointKW: -20 * wave, fromMs: ms, toMs: ms + 60_000).powerKW
        }
        for _ in 0..<Self.loads {
            busKW -= model.electricityKW(vehiclesPerHour: rate * (0.9 + 0.1 * wave))
            busKW -= model.gasKW(isProductionDay: true, outdoorC: 10 + wave, vehiclesPerHour: rate)
        }
        return busKW
    }
}
