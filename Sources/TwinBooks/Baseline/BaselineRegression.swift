public import TwinCore

/// An energy baseline from days of the books: `energy:` and `fit:` of `baseline.yaml` (ISO 50006).
public struct BaselineRegression: Sendable, Hashable {
    public let days: Int
    /// Mean power over vehicles an hour: what `energy:` has of electricity.
    public let electricity: EnergyRegression
    /// Mean power over the variables that the days prove.
    public let gas: EnergyRegression
    public let gasVariables: [RelevantVariable]
    public let vehiclesPerDay: ClosedRange<Double>
    public let heatingKHPerDay: ClosedRange<Double>
    /// On production days alone.
    public let vehiclesPerProductionDay: ClosedRange<Double>?
    /// Whether the days tell what a vehicle takes from what a production day takes.
    public let isVehicleTold: Bool
    /// What would tell more of the electricity by a hundredth of its variance at least, with the adjusted R2 that it would have.
    public let electricityMisses: [(variable: RelevantVariable, adjustedR2: Double)]
    private let heatingBaseC: Double

    /// Fewer days tell nothing of weekends and weather.
    public static let daysMin = 30
    /// Three quarters of the variance (common practice with ISO 50006 and IPMVP), and the limit of ASHRAE Guideline 14 for the
    /// baseline of a whole building.
    public static let r2Min = 0.75
    public static let cvRMSEMax = 0.2

    /// Of the vehicles of production days, their standard deviation over their mean: with less a vehicle is not told from a day.
    private static let vehicleSpreadMin = 0.05

    /// Nil for fewer than `daysMin` days, or days that nothing can be fitted to.
    public init?(_ days: [EnergyDay], heatingBaseC: Double) {
        func electricityKW(_ day: EnergyDay) -> Double { day.electricityKWh / day.hours }
        func fit(_ variables: [RelevantVariable]) -> EnergyRegression? {
            EnergyRegression(days.map { $0.values(variables) }, days.map(electricityKW))
        }
        let production = days.filter { $0.conditions.productionDayHours > 0 }.map { Double($0.conditions.vehicles) }
        let spread = EnergyRegression(production.map { _ in [] }, production)?.cvRMSE ?? 0
        let isSpread = spread >= BaselineRegression.vehicleSpreadMin
        let candidates = RelevantVariable.allCases.filter { $0 != .vehicles || isSpread }
        guard days.count >= BaselineRegression.daysMin, let electricity = fit([.vehicles]) ?? fit([]),
            let gas = EnergyRegression.proven(
                candidates, days, isPositive: true, { $0.gasKWh / $0.hours })
        else { return nil }
        self.days = days.count
        self.heatingBaseC = heatingBaseC
        self.electricity = electricity
        (self.gas, gasVariables) = gas
        func range(_ values: [Double]) -> ClosedRange<Double>? {
            values.min().flatMap { low in values.max().map { low...$0 } }
        }
        vehiclesPerDay = range(days.map { Double($0.conditions.vehicles) }) ?? 0...0
        heatingKHPerDay = range(days.map(\.conditions.heatingKHours)) ?? 0...0
        vehiclesPerProductionDay = range(production)
        let besides = fit([.productionDay, .vehicles])?.coefficients.last
        isVehicleTold = isSpread && (besides?.t ?? 0) >= EnergyRegression.Coefficient.tProven
        electricityMisses = RelevantVariable.allCases.filter { $0 != .vehicles }.compactMap { variable in
            guard let more = fit([.vehicles, variable])?.adjustedR2, more >= (electricity.adjustedR2 ?? 0) + 0.01 else {
                return nil
            }
            return (variable, more)
        }
    }

    public static func == (a: BaselineRegression, b: BaselineRegression) -> Bool {
        a.days == b.days && a.electricity == b.electricity && a.gas == b.gas && a.gasVariables == b.gasVariables
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(electricity)
        hasher.combine(gas)
    }

    private func gas(_ variable: RelevantVariable) -> Double {
        gasVariables.firstIndex(of: variable).map { gas.coefficients[$0].value } ?? 0
    }

    /// As `energy:` has it.
    public var model: EnergyModel {
        EnergyModel(
            electricityFixedKW: electricity.intercept.value,
            electricityPerVehicleKWh: electricity.coefficients.first?.value ?? 0,
            gasProductionDayKW: gas.intercept.value + gas(.productionDay), gasIdleDayKW: gas.intercept.value,
            gasHallKWPerK: gas(.heating), gasPaintKWPerK: gas(.productionHeating), gasPerVehicleKWh: gas(.vehicles),
            heatingBaseC: heatingBaseC)
    }

    /// As `fit:` has it.
    public var fit: BaselineFit {
        func quality(_ model: EnergyRegression) -> BaselineFit.Quality {
            .init(r2: model.r2 ?? 0, cvRMSE: model.cvRMSE ?? 0)
        }
        return BaselineFit(
            days: days, electricity: quality(electricity), gas: quality(gas), vehiclesPerDay: vehiclesPerDay,
            heatingKHPerDay: heatingKHPerDay)
    }

    /// What stands against the model; empty where it holds in its range.
    public var objections: [String] {
        func text(_ value: Double) -> String { JSON.numberText((value * 1000).rounded() / 1000) }
        var found: [String] = []
        for (name, model) in [("electricity", electricity), ("gas", gas)] {
            if let r2 = model.r2, r2 < BaselineRegression.r2Min {
                found.append("\(name): R2 \(text(r2)) is below \(text(BaselineRegression.r2Min))")
            }
            if let cv = model.cvRMSE, cv > BaselineRegression.cvRMSEMax {
                found.append("\(name): CV(RMSE) \(text(cv)) is above \(text(BaselineRegression.cvRMSEMax))")
            }
            if model.intercept.value < 0 { found.append("\(name): the fixed part is below 0") }
            if let slope = model.coefficients.first(where: { $0.value < 0 }) {
                found.append("\(name): a coefficient is below 0 (\(text(slope.value)))")
            }
        }
        return found
    }

    /// Fewer days than these have not seen all seasons.
    public static let yearDaysMin = 330

    /// What a reader must know before using it; nothing that forbids it.
    public var cautions: [String] {
        var found: [String] = []
        if !isVehicleTold, let range = vehiclesPerProductionDay {
            found.append(
                "every production day made \(JSON.numberText(range.lowerBound)) to \(JSON.numberText(range.upperBound))"
                    + " vehicles: what a vehicle takes is not told from what the day takes, so the model holds for days of that"
                    + " volume and for idle days, not between")
        }
        if days < BaselineRegression.yearDaysMin {
            found.append("\(days) days are no year: seasons that are missing are not in it")
        }
        return found
    }
}
