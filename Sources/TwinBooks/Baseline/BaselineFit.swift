import TwinCore

/// How an energy model came out of the days that it was fitted to, and where it holds (ISO 50006: inside the range of the
/// relevant variables of the baseline period).
public struct BaselineFit: Sendable, Hashable {
    public struct Quality: Sendable, Hashable {
        /// Share of the variance that the model tells, 0...1.
        public var r2: Double
        /// Root mean square error over the mean (ASHRAE Guideline 14).
        public var cvRMSE: Double

        public init(r2: Double, cvRMSE: Double) {
            self.r2 = r2
            self.cvRMSE = cvRMSE
        }
    }

    /// Local days.
    public var days: Int
    public var electricity: Quality
    public var gas: Quality
    /// Lowest and highest day.
    public var vehiclesPerDay: ClosedRange<Double>
    public var heatingKHPerDay: ClosedRange<Double>

    public init(
        days: Int, electricity: Quality, gas: Quality, vehiclesPerDay: ClosedRange<Double>,
        heatingKHPerDay: ClosedRange<Double>
    ) {
        self.days = days
        self.electricity = electricity
        self.gas = gas
        self.vehiclesPerDay = vehiclesPerDay
        self.heatingKHPerDay = heatingKHPerDay
    }

    /// How far beyond its days a model is still trusted, as a share of the end of their range.
    public static let tolerance = 0.1

    /// A range of days with its tolerance; of nothing below 0.
    public static func holds(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        max(0, range.lowerBound * (1 - tolerance))...max(0, range.upperBound * (1 + tolerance))
    }

    /// Why the model does not hold for a window, by its mean day; nil where it does.
    func reason(_ window: WindowConditions) -> String? {
        guard window.hours > 0 else { return nil }
        let days = window.hours / 24
        func outside(_ value: Double, _ range: ClosedRange<Double>, _ what: String) -> String? {
            let holds = BaselineFit.holds(range)
            if holds.contains(value) { return nil }
            func text(_ value: Double) -> String { JSON.numberText(value.rounded()) }
            return "\(text(value)) \(what) is outside \(text(holds.lowerBound))…\(text(holds.upperBound)), where the"
                + " baseline holds"
        }
        return outside(Double(window.vehicles) / days, vehiclesPerDay, "vehicles a day")
            ?? outside(window.heatingKHours / days, heatingKHPerDay, "K h of heating a day")
    }
}
