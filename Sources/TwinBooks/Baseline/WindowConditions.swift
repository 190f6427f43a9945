import TwinCore
import TwinUnits

/// What a window was like: what makes it comparable with another year.
public struct WindowConditions: Sendable, Hashable {
    public var hours: Double
    public var productionDayHours: Double
    /// Degree hours below the baseline's heating base, and those of them on production days.
    public var heatingKHours: Double
    public var productionHeatingKHours: Double
    public var vehicles: Int
    /// What the assets gave that the baseline plant has too.
    public var baselineGenerationKWh: Double
    /// Of it, what the baseline plant could not have used in its half hour. It would have gone out, and import is never
    /// netted with export: so this is taken off half hour by half hour, and a windy Sunday does not pay for a Monday.
    public var baselineSurplusKWh: Double

    /// - Parameter productionHeatingKHours: nil where it is not known: production days are as cold as the others.
    public init(
        hours: Double, productionDayHours: Double, heatingKHours: Double, productionHeatingKHours: Double? = nil,
        vehicles: Int, baselineGenerationKWh: Double = 0, baselineSurplusKWh: Double = 0
    ) {
        self.hours = hours
        self.productionDayHours = productionDayHours
        self.heatingKHours = heatingKHours
        self.productionHeatingKHours =
            productionHeatingKHours ?? (hours > 0 ? heatingKHours * (productionDayHours / hours) : 0)
        self.vehicles = vehicles
        self.baselineGenerationKWh = baselineGenerationKWh
        self.baselineSurplusKWh = baselineSurplusKWh
    }

    /// Mean K below the heating base on production days and on the others; of a sort that the window has not, of all.
    var heatingK: (production: Double, idle: Double) {
        let all = hours > 0 ? heatingKHours / hours : 0
        let idleHours = hours - productionDayHours
        return (
            productionDayHours > 0 ? productionHeatingKHours / productionDayHours : all,
            idleHours > 0 ? (heatingKHours - productionHeatingKHours) / idleHours : all
        )
    }
}

/// The conditions of a window added up row by row, in whole numbers: however a year is cut, its parts come to it.
struct ConditionsSum: Sendable {
    private let energy: EnergyModel
    /// Lines of the chart that the baseline plant has too.
    private let generators: [Int]
    private var steppedMs: Int64 = 0
    private var productionDayMs: Int64 = 0
    private var heatingKMs: Int64 = 0
    private var productionHeatingKMs: Int64 = 0
    private var vehicles = 0
    private var generation = Energy.zero
    private var surplus = Energy.zero

    init(_ method: ReportMethod) {
        energy = method.baseline?.energy ?? .none
        generators = method.chart.meters.indices.filter { line in
            let meter = method.chart.meters[line]
            return [.wind, .solar].contains(meter.account) && method.baseline?.generation.contains(meter.path) == true
        }
    }

    mutating func add(_ row: PeriodRow) {
        steppedMs = steppedMs.addingSaturated(row.steppedMs)
        productionDayMs = productionDayMs.addingSaturated(row.productionDayMs)
        heatingKMs = heatingKMs.addingSaturated(row.heatingKMs)
        productionHeatingKMs = productionHeatingKMs.addingSaturated(row.productionHeatingKMs)
        vehicles += row.vehicles
        let given = generators.reduce(Energy.zero) { $0 + row.meter($1) }
        generation += given
        // kW x ms are Ws.
        let used = Energy(
            roundingWattSeconds: energy.electricityFixedKW * Double(row.steppedMs)
                + 3.6e6 * energy.electricityPerVehicleKWh * Double(row.vehicles))
        surplus += max(.zero, given - used)
    }

    var conditions: WindowConditions {
        func hours(_ ms: Int64) -> Double { Double(ms) / 3_600_000 }
        return WindowConditions(
            hours: hours(steppedMs), productionDayHours: hours(productionDayMs), heatingKHours: hours(heatingKMs),
            productionHeatingKHours: hours(productionHeatingKMs), vehicles: vehicles,
            baselineGenerationKWh: generation.kilowattHours, baselineSurplusKWh: surplus.kilowattHours)
    }
}

extension PeriodRow {
    /// Of `heatingKMs` what fell on production days. A half hour is of one sort but where local midnight lies within it.
    var productionHeatingKMs: Int64 {
        if productionDayMs >= steppedMs { return heatingKMs }
        guard productionDayMs > 0 else { return 0 }
        return Int64(clamping: Int128(heatingKMs).portion(Int128(productionDayMs), of: Int128(steppedMs)))
    }
}
