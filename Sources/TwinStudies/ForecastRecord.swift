public import TwinCore

/// What is expected of a half hour, or what it was.
public struct ForecastValues: Sendable, Hashable {
    public enum Quantity: String, Sendable, Hashable, CaseIterable {
        /// Import with all that obeys left to itself; below 0 a surplus.
        case net
        case sun
        case wind
        /// That the hot-water network takes.
        case heat
        case intensity
    }

    /// Means, kW.
    public var netKW: Double
    public var sunKW: Double
    public var windKW: Double
    public var heatKW: Double
    /// Nil where nobody tells.
    public var gramsPerKWh: Double?

    public init(netKW: Double, sunKW: Double, windKW: Double, heatKW: Double, gramsPerKWh: Double?) {
        (self.netKW, self.sunKW, self.windKW) = (netKW, sunKW, windKW)
        (self.heatKW, self.gramsPerKWh) = (heatKW, gramsPerKWh)
    }

    public subscript(quantity: Quantity) -> Double? {
        switch quantity {
        case .net: netKW
        case .sun: sunKW
        case .wind: windKW
        case .heat: heatKW
        case .intensity: gramsPerKWh
        }
    }
}

/// Forecasts beside what came, each with when it was made: nothing that was known later is held against it.
public struct ForecastRecord: Sendable, Hashable {
    public struct Sample: Sendable, Hashable {
        /// When it was made.
        public var issued: PlantTime
        /// Of the half hour that ends so many hours later.
        public var horizonHours: Int
        public var forecast: ForecastValues
        public var actual: ForecastValues

        public init(issued: PlantTime, horizonHours: Int, forecast: ForecastValues, actual: ForecastValues) {
            (self.issued, self.horizonHours) = (issued, horizonHours)
            (self.forecast, self.actual) = (forecast, actual)
        }
    }

    /// How well one quantity is told at one horizon.
    public struct Score: Sendable, Hashable {
        public var count: Int
        /// In the quantity's unit; the bias is what was told above what came.
        public var meanAbsoluteError: Double
        public var bias: Double
        /// Of what came.
        public var mean: Double
    }

    public static let horizonsHours = [1, 6, 12, 24, 48]

    /// In the order in which they were made.
    public private(set) var samples: [Sample] = []

    public init() {}

    public mutating func add(_ sample: Sample) { samples.append(sample) }
    public mutating func add(_ other: ForecastRecord) { samples += other.samples }

    /// Nil where nothing was told of it.
    public func score(_ quantity: ForecastValues.Quantity, horizonHours: Int) -> Score? {
        var (count, absolute, sum, came) = (0, 0.0, 0.0, 0.0)
        for sample in samples where sample.horizonHours == horizonHours {
            guard let told = sample.forecast[quantity], let actual = sample.actual[quantity], (told - actual).isFinite
            else { continue }
            count += 1
            absolute += abs(told - actual)
            sum += told - actual
            came += actual
        }
        guard count > 0 else { return nil }
        let n = Double(count)
        return Score(count: count, meanAbsoluteError: absolute / n, bias: sum / n, mean: came / n)
    }
}
