public import TwinCore

/// Forecasts beside what came, by how far ahead they looked: nothing that was known later is held against one.
///
/// It keeps sums of all, and the last errors one by one: its memory is bounded however long it runs.
public struct ForecastRecord: Sendable, Hashable {
    public struct Sample: Sendable, Hashable {
        /// When it was made.
        public var issued: PlantTime
        /// Of the half hour that ends so many hours later, one of `horizonsHours`.
        public var horizonHours: Double
        public var forecast: ForecastValues
        public var actual: ForecastValues
        /// What persistence said then; nil where nothing had been heard yet.
        public var persistence: Persistence?

        public init(
            issued: PlantTime, horizonHours: Double, forecast: ForecastValues, actual: ForecastValues,
            persistence: Persistence? = nil
        ) {
            (self.issued, self.horizonHours) = (issued, horizonHours)
            (self.forecast, self.actual, self.persistence) = (forecast, actual, persistence)
        }
    }

    /// What costs nothing to forecast.
    public struct Persistence: Sendable, Hashable {
        /// The half hour that had just ended.
        public var last: ForecastValues
        /// The same half hour of the last day of which it was known.
        public var lastDay: ForecastValues

        public init(last: ForecastValues, lastDay: ForecastValues) { (self.last, self.lastDay) = (last, lastDay) }
    }

    /// How well one quantity is told at one horizon.
    public struct Score: Sendable, Hashable {
        public var count: Int
        /// In the quantity's unit; the bias is what was told above what came.
        public var meanAbsoluteError: Double
        public var bias: Double
        /// Of what came.
        public var mean: Double
        /// Of the better of both persistences, over the forecasts that had one; nil where none had.
        public var persistenceError: Double?
        /// What of that the forecasts save, 1 is all of it; below 0 they are worse. Nil where there is nothing to save.
        public var skill: Double?
    }

    public static let horizonsHours: [Double] = [0.5, 1, 3, 6, 12, 24, 48]
    /// So many errors are kept one by one at each horizon: two weeks of half hours.
    public static let errorsMax = 672

    private struct Tally: Sendable, Hashable {
        var count = 0
        var absolute = 0.0
        var sum = 0.0
        var came = 0.0
        /// Of those beside which persistence stood.
        var compared = 0
        var comparedAbsolute = 0.0
        var lastAbsolute = 0.0
        var lastDayAbsolute = 0.0
        /// The last ones; the oldest stands at `oldest` once there are `errorsMax`.
        var kept: [ForecastError] = []
        var oldest = 0

        mutating func keep(_ error: ForecastError) {
            guard kept.count >= ForecastRecord.errorsMax else { return kept.append(error) }
            kept[oldest] = error
            oldest = (oldest + 1) % ForecastRecord.errorsMax
        }
    }

    private struct Place: Sendable, Hashable {
        var quantity: ForecastValues.Quantity
        var horizonHours: Double
    }

    private var tallies: [Place: Tally] = [:]
    /// Forecasts that were scored, all horizons together.
    public private(set) var count = 0
    /// When the first and the last of them were made.
    public private(set) var issued: ClosedRange<PlantTime>?

    public init() {}

    /// A sample of another horizon than the record has is left out.
    public mutating func add(_ sample: Sample) {
        guard ForecastRecord.horizonsHours.contains(sample.horizonHours) else { return }
        count += 1
        let (first, last) = (issued?.lowerBound ?? sample.issued, issued?.upperBound ?? sample.issued)
        issued = min(first, sample.issued)...max(last, sample.issued)
        for quantity in ForecastValues.Quantity.allCases {
            guard let told = sample.forecast[quantity], let came = sample.actual[quantity], told.isFinite,
                came.isFinite
            else { continue }
            let place = Place(quantity: quantity, horizonHours: sample.horizonHours)
            var tally = tallies.removeValue(forKey: place) ?? Tally()
            tally.count += 1
            tally.absolute += abs(told - came)
            tally.sum += told - came
            tally.came += came
            if let last = sample.persistence?.last[quantity], let day = sample.persistence?.lastDay[quantity],
                last.isFinite, day.isFinite
            {
                tally.compared += 1
                tally.comparedAbsolute += abs(told - came)
                tally.lastAbsolute += abs(last - came)
                tally.lastDayAbsolute += abs(day - came)
            }
            if quantity.hasSpread { tally.keep(ForecastError(told: told, came: came)) }
            tallies[place] = tally
        }
    }

    public mutating func add(_ other: ForecastRecord) {
        count += other.count
        if let theirs = other.issued {
            issued =
                issued.map { min($0.lowerBound, theirs.lowerBound)...max($0.upperBound, theirs.upperBound) } ?? theirs
        }
        tallies.merge(other.tallies) { own, theirs in
            var sum = own
            sum.count += theirs.count
            sum.absolute += theirs.absolute
            sum.sum += theirs.sum
            sum.came += theirs.came
            sum.compared += theirs.compared
            sum.comparedAbsolute += theirs.comparedAbsolute
            sum.lastAbsolute += theirs.lastAbsolute
            sum.lastDayAbsolute += theirs.lastDayAbsolute
            for error in theirs.kept[theirs.oldest...] + theirs.kept[..<theirs.oldest] { sum.keep(error) }
            return sum
        }
    }

    /// Nil where nothing was told of it.
    public func score(_ quantity: ForecastValues.Quantity, horizonHours: Double) -> Score? {
        guard let tally = tallies[Place(quantity: quantity, horizonHours: horizonHours)], tally.count > 0 else {
            return nil
        }
        let n = Double(tally.count)
        let better = min(tally.lastAbsolute, tally.lastDayAbsolute)
        return Score(
            count: tally.count, meanAbsoluteError: tally.absolute / n, bias: tally.sum / n, mean: tally.came / n,
            persistenceError: tally.compared > 0 ? better / Double(tally.compared) : nil,
            skill: tally.compared > 0 && better > 0 ? 1 - tally.comparedAbsolute / better : nil)
    }

    /// The last errors at a horizon, in no order.
    func errors(_ quantity: ForecastValues.Quantity, horizonHours: Double) -> [ForecastError] {
        tallies[Place(quantity: quantity, horizonHours: horizonHours)]?.kept ?? []
    }
}
