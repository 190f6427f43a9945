import TwinCore
import TwinUnits

/// Days of the books with those of a reference among or before them: what CUSUM and register are made of.
public struct EnergyReview: Sendable {
    let method: ReportMethod
    public let reference: [EnergyDay]
    /// After the reference.
    public let watched: [EnergyDay]

    /// Fewer days tell nothing of weekends.
    public static let referenceDaysMin = 14
    /// Of a store, where nobody names a reference.
    public static let referenceDaysUsual = 30

    /// Nil where the reference has fewer than `referenceDaysMin` days.
    /// - Parameter reference: nil for the first 30 of the days.
    public init?(_ method: ReportMethod, days: [EnergyDay], reference: [EnergyDay]? = nil) {
        let reference = reference ?? Array(days.prefix(EnergyReview.referenceDaysUsual))
        guard reference.count >= EnergyReview.referenceDaysMin, let last = reference.last?.date else { return nil }
        self.method = method
        self.reference = reference
        watched = days.filter { $0.date > last }
    }

    /// Lines of loads and fuels, which are what energy is used by.
    var lines: [(line: Int, meter: Meter)] {
        method.chart.meters.enumerated().filter { $0.element.account == .load || $0.element.account.row.fuel != nil }
            .map { (line: $0.offset, meter: $0.element) }
    }

    /// kg CO2e of a meter's day, by location: what a kWh less would save.
    func kg(_ meter: Meter, _ kWh: Double, on date: CivilDate) -> Double {
        let set = method.factors.set(at: method.zone.instant(date))
        let factor = meter.account.row.fuel.map { set[$0].direct } ?? set.gridGeneration
        return kWh * factor.kilogramsPerKWh
    }

    /// Whether a day is like some day of the reference: of weather and volume that it did not have, it tells nothing.
    func isComparable(_ day: EnergyDay) -> Bool {
        RelevantVariable.allCases.allSatisfy { variable in
            let told = reference.map { variable.value($0) }
            guard let low = told.min(), let high = told.max() else { return false }
            return BaselineFit.holds(low...high).contains(variable.value(day))
        }
    }

    public func cusums() -> [Cusum] {
        let comparable = watched.filter(isComparable)
        return lines.compactMap { Cusum(self, comparable, line: $0.line, meter: $0.meter) }
    }
}
