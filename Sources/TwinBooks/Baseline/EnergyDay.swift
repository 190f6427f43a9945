public import TwinCore
import TwinUnits

/// One whole local day of the books: what it took, and what it was like.
public struct EnergyDay: Sendable, Hashable {
    public var date: CivilDate
    /// 23 to 25.
    public var hours: Double
    public var conditions: WindowConditions
    /// What the site used of electricity: bought and made here, less what was sold; and gas, gross.
    public var electricityKWh: Double
    public var gasKWh: Double
    /// By the lines of the chart.
    public var metersKWh: [Double]

    public init(
        date: CivilDate, hours: Double, conditions: WindowConditions, electricityKWh: Double, gasKWh: Double,
        metersKWh: [Double] = []
    ) {
        self.date = date
        self.hours = hours
        self.conditions = conditions
        self.electricityKWh = electricityKWh
        self.gasKWh = gasKWh
        self.metersKWh = metersKWh
    }

    /// Variables for a model that has mean power: a day of 23 hours is then a day like others.
    public func values(_ variables: [RelevantVariable]) -> [Double] { variables.map { $0.value(self) } }
}

/// What the energy of a plant follows (ISO 50006: relevant variables), as the mean of a day.
public enum RelevantVariable: String, Sendable, Hashable, CaseIterable {
    case productionDay = "production_day"
    case heating
    case productionHeating = "heating_on_production_days"
    case vehicles

    /// For people, with the unit of its coefficient in a model of power.
    public var label: (name: String, unit: String) {
        switch self {
        case .productionDay: ("production day", "kW")
        case .heating: ("heating", "kW/K")
        case .productionHeating: ("heating, production day", "kW/K")
        case .vehicles: ("vehicles", "kWh/vehicle")
        }
    }

    /// Share of the day, K below the heating base, K x share, vehicles an hour.
    func value(_ day: EnergyDay) -> Double {
        switch self {
        case .productionDay: day.conditions.productionDayHours / day.hours
        case .heating: day.conditions.heatingKHours / day.hours
        case .productionHeating: day.conditions.productionHeatingKHours / day.hours
        case .vehicles: Double(day.conditions.vehicles) / day.hours
        }
    }
}

/// Rows of the books as whole local days. A fold; rows ascend.
public struct EnergyDays: Sendable {
    private let method: ReportMethod
    private var open: Open?
    public private(set) var days: [EnergyDay] = []
    /// Days of which half hours are missing, and days whose air temperature nobody measured.
    public private(set) var partialDays = 0
    public private(set) var blindDays = 0

    private struct Open: Sendable {
        var date: CivilDate
        var conditions: ConditionsSum
        var coveredMs: Int64 = 0
        var blindMs: Int64 = 0
        var electricity = Energy.zero
        var gas = Energy.zero
        var meters: [Energy]
    }

    /// A share of a day without a temperature that moves its heating by less than the weather station errs.
    private static let blindMax = 0.1

    public init(_ method: ReportMethod) { self.method = method }

    public mutating func add(_ row: PeriodRow) {
        let date = method.zone.local(row.start).date
        if let open, open.date != date { close() }
        var day =
            open
            ?? Open(
                date: date, conditions: ConditionsSum(method),
                meters: [Energy](repeating: .zero, count: method.chart.meters.count))
        day.conditions.add(row)
        day.coveredMs += row.steppedMs
        day.blindMs = day.blindMs.addingSaturated(row.counts.standInMs.values.max() ?? 0)
        for account in EnergyDays.brought { day.electricity += row[account].energy }
        day.electricity = day.electricity - row[.gridExport].energy
        day.gas += row[.gas].energy
        for line in day.meters.indices { day.meters[line] += row.meter(line) }
        open = day
    }

    /// Closes the last day.
    public mutating func finish() { close() }

    /// What stores give was counted when it came.
    private static let brought = Bus.electricity.sheet.sources.filter { $0.row.flow != .discharged }

    private mutating func close() {
        defer { open = nil }
        guard let day = open else { return }
        let begin = method.zone.instant(day.date)
        let end = method.zone.instant(CivilDate(daysSinceEpoch: day.date.daysSinceEpoch + 1))
        guard day.coveredMs > 0, day.coveredMs == (end - begin).ms else {
            partialDays += 1
            return
        }
        guard Double(day.blindMs) <= EnergyDays.blindMax * Double(day.coveredMs) else {
            blindDays += 1
            return
        }
        days.append(
            EnergyDay(
                date: day.date, hours: Double(day.coveredMs) / 3_600_000, conditions: day.conditions.conditions,
                electricityKWh: day.electricity.kilowattHours, gasKWh: day.gas.kilowattHours,
                metersKWh: day.meters.map(\.kilowattHours)))
    }
}

extension EnergyRegression {
    /// A model of those variables that the days prove, and which they are: one after the other the least proven is left out.
    /// One that does not vary, or follows from those before it, cannot be proven.
    /// - Parameter isPositive: whether a variable can only add.
    static func proven(
        _ candidates: [RelevantVariable], _ days: [EnergyDay], isPositive: Bool, _ value: (EnergyDay) -> Double
    ) -> (model: EnergyRegression, variables: [RelevantVariable])? {
        let values = days.map(value)
        func fit(_ variables: [RelevantVariable]) -> EnergyRegression? {
            EnergyRegression(days.map { $0.values(variables) }, values)
        }
        var variables = candidates.reduce(into: [RelevantVariable]()) { told, next in
            if fit(told + [next]) != nil { told.append(next) }
        }
        while let model = fit(variables) {
            func proof(_ place: Int) -> Double {
                let t = model.coefficients[place].t
                return isPositive ? t : abs(t)
            }
            guard let weakest = variables.indices.min(by: { proof($0) < proof($1) }),
                proof(weakest) < Coefficient.tProven
            else { return (model, variables) }
            variables.remove(at: weakest)
        }
        return nil
    }
}
