public import TwinCore

/// What a meter took day by day against what its own reference lets expect, added up.
public struct Cusum: Sendable {
    public struct Day: Sendable, Hashable {
        public var date: CivilDate
        public var kWh: Double
        public var expectedKWh: Double
        /// From the first day after the reference on, and how far chance takes it.
        public var sumKWh: Double
        public var bandKWh: Double
    }

    /// The stretch that stands out most, once the sum has left its band.
    public struct Shift: Sendable, Hashable {
        public var from: CivilDate
        public var to: CivilDate
        /// Whether it lasts to the end.
        public var isOpen: Bool
        /// Days that count, and what they took more (or less, below 0).
        public var days: Int
        public var kWh: Double
        public var kg: Double
        public var leftOn: CivilDate

        public var kWhPerDay: Double { kWh / Double(max(days, 1)) }
    }

    public let meter: Meter
    public let expected: EnergyRegression
    /// What it was found to follow in the reference.
    public let variables: [RelevantVariable]
    public let days: [Day]
    public let shift: Shift?

    /// The band is three standard errors wide, to each side: of what single days leave (sigma x root of n) and of what the
    /// coefficients do not know, which grows with n. A reference of 30 days cannot tell less than some half a sigma a day.
    public static let bandErrors = 3.0
    /// What a day leaves at least, of the reference's mean: a meter of class 0.5 tells no more.
    static let meterClass = 0.005

    /// A stretch is over after so many days without: a weekend mends no leak.
    static let restDays = 7

    /// Nil where the meter counted nothing, or its reference has no model.
    init?(_ review: EnergyReview, _ comparable: [EnergyDay], line: Int, meter: Meter) {
        func kWh(_ day: EnergyDay) -> Double { line < day.metersKWh.count ? day.metersKWh[line] : 0 }
        guard (review.reference + comparable).contains(where: { kWh($0) != 0 }),
            let (model, variables) = EnergyRegression.proven(
                RelevantVariable.allCases, review.reference, isPositive: false, { kWh($0) / $0.hours })
        else { return nil }
        let meanKW = comparable.reduce(0) { $0 + abs(kWh($1)) / $1.hours } / Double(max(comparable.count, 1))
        let rmseMin = Cusum.meterClass * max(abs(model.mean), meanKW)
        var sums = [Double](repeating: 0, count: variables.count)
        var sum = 0.0
        days = comparable.enumerated().map { index, day in
            let values = day.values(variables)
            for place in sums.indices { sums[place] += values[place] }
            let expected = model.predicted(values) * day.hours
            sum += kWh(day) - expected
            let error = model.sumError(count: index + 1, sums: sums, rmseMin: rmseMin)
            return Day(
                date: day.date, kWh: kWh(day), expectedKWh: expected, sumKWh: sum,
                bandKWh: Cusum.bandErrors * 24 * error)
        }
        self.meter = meter
        expected = model
        self.variables = variables
        shift = Cusum.shift(days) { review.kg(meter, $0, on: $1) }
    }

    /// Of all stretches the one whose sum is most standard errors off (an epidemic change), on the side on which the sum left.
    private static func shift(_ days: [Day], _ kg: (Double, CivilDate) -> Double) -> Shift? {
        guard let left = days.first(where: { abs($0.sumKWh) > $0.bandKWh }) else { return nil }
        let side = left.sumKWh < 0 ? -1.0 : 1
        let sums = [0] + days.map { side * $0.sumKWh }
        let roots = sums.indices.map { 1 / Double(max($0, 1)).squareRoot() }
        var best = (begin: 0, end: 0, value: 0.0)
        for begin in sums.indices.dropLast() {
            for end in (begin + 1)..<sums.count {
                let value = (sums[end] - sums[begin]) * roots[end - begin]
                if value > best.value { best = (begin, end, value) }
            }
        }
        guard best.value > 0 else { return nil }
        let isOpen = days.count - best.end < Cusum.restDays
        let stretch = days[best.begin..<(isOpen ? days.count : best.end)]
        guard let first = stretch.first, let last = stretch.last else { return nil }
        return Shift(
            from: first.date, to: last.date, isOpen: isOpen, days: stretch.count,
            kWh: stretch.reduce(0) { $0 + $1.kWh - $1.expectedKWh },
            kg: stretch.reduce(0) { $0 + kg($1.kWh - $1.expectedKWh, $1.date) }, leftOn: left.date)
    }

    /// What the days took over what was expected of them; nil without a day.
    public var overExpected: Double? {
        let expected = days.reduce(0) { $0 + $1.expectedKWh }
        return expected > 0 ? days.reduce(0) { $0 + $1.kWh } / expected - 1 : nil
    }
}
