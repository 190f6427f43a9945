import TwinCore

/// The process burners of the simulated plant: they follow what they are told, with the lag of hot metal and a few per
/// cent from the papers.
struct SimulatedBurners: Sendable {
    private struct Real: Sendable {
        var scale: Double
        var noise: SlowNoise
        /// Demand as gas, after the lag; nil before the first step.
        var demandKW: Double?
    }

    private let units: [ProcessBurners.Parameters]
    private let calendar: ProductionCalendar
    private let truth: PlantTruth.Shops
    private var real: [Real]
    /// Of the last step, kW.
    private(set) var gasKW = 0.0
    private(set) var drawnKW = 0.0

    init(_ units: [ProcessBurners.Parameters], _ calendar: ProductionCalendar, _ truth: PlantTruth.Shops, seed: UInt64)
    {
        self.units = units
        self.calendar = calendar
        self.truth = truth
        real = units.map { unit in
            Real(
                scale: truth.gasScale[unit.path] ?? 1, noise: SlowNoise(seed: seed, name: "\(unit.path.text).gas"))
        }
    }

    mutating func step(_ context: DeviceContext, _ readings: inout [Reading]) {
        gasKW = 0
        drawnKW = 0
        let isProductionDay = calendar.isProductionDay(at: context.from)
        let rate = calendar.vehiclesPerHour(at: context.from)
        let minutes = context.hours * 60
        for (index, unit) in units.enumerated() {
            let setting = unit.setting(context.isTripped(unit.path) ? nil : safe(unit, context))
            func output(_ setting: ProcessBurner.Setting) -> ProcessBurner.Output {
                unit.burner.output(
                    setting, isProductionDay: isProductionDay, outdoorC: context.temperatureC, vehiclesPerHour: rate)
            }
            // Metal and air hold heat: demand moves with a lag, sources and modes switch at once.
            let demand = output(ProcessBurner.Setting(airC: setting.airC)).gasKW
            let before = real[index].demandKW ?? demand
            let now = before + (demand - before) * minutes / (truth.gasLagMinutes + minutes)
            real[index].demandKW = now
            let noise = 1 + truth.noiseFraction * real[index].noise.advance(step: minutes, timeConstant: 20)
            let told = output(setting)
            let gas = max(0, told.gasKW * (demand > 0 ? now / demand : 1) * real[index].scale * noise)
            gasKW += gas
            drawnKW += told.electricKW
            tell(unit, setting, gas, told, &readings)
        }
    }

    /// The oxidiser's own interlock: while bodies may be in the ovens it runs, whatever it is told.
    private func safe(_ unit: ProcessBurners.Parameters, _ context: DeviceContext) -> Double? {
        guard unit.burner.kind == .oxidiser, calendar.isShift(at: context.from) else {
            return context.order(unit.path)
        }
        return nil
    }

    private func tell(
        _ unit: ProcessBurners.Parameters, _ setting: ProcessBurner.Setting, _ gas: Double,
        _ out: ProcessBurner.Output, _ readings: inout [Reading]
    ) {
        readings.append(Reading(unit.path, "gas_kw", gas))
        switch unit.burner.kind {
        case .supplyAir:
            let air = unit.burner.air
            let told = setting.airC ?? air?.design ?? 0
            readings.append(
                Reading(unit.path, "temperature_c", min(max(told, air?.low ?? told), air?.high ?? told), decimals: 2))
        case .oven where unit.burner.elements != nil:
            readings.append(Reading(unit.path, "load_kw", out.electricKW))
            readings.append(Reading(unit.path, "can_load_kw", out.canElectricKW))
        case .oven, .oxidiser: break
        }
    }
}
