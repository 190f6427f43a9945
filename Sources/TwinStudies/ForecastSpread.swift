/// One forecast beside what came.
struct ForecastError: Sendable, Hashable {
    var told: Double
    var came: Double
}

/// What a value stays below in one, five and nine cases of ten.
public struct ForecastQuantiles: Sendable, Hashable {
    public var p10: Double
    public var p50: Double
    public var p90: Double

    public init(p10: Double, p50: Double, p90: Double) { (self.p10, self.p50, self.p90) = (p10, p50, p90) }

    /// Of values in any order; 0 of none.
    public init(of values: [Double]) {
        let sorted = values.sorted()
        self.init(
            p10: ForecastRecord.quantile(sorted, 0.1), p50: ForecastRecord.quantile(sorted, 0.5),
            p90: ForecastRecord.quantile(sorted, 0.9))
    }

    func map(_ body: (Double) -> Double) -> ForecastQuantiles {
        ForecastQuantiles(p10: body(p10), p50: body(p50), p90: body(p90))
    }
}

extension ForecastValues.Quantity {
    /// Whether its quantiles are told.
    public var hasSpread: Bool {
        switch self {
        case .net, .sun, .wind: true
        case .heat, .intensity, .price, .charging: false
        }
    }

    /// Whether its errors grow with it: the sun's, which is nothing at night.
    fileprivate var isRelative: Bool { self == .sun }
}

extension ForecastRecord {
    /// So many errors make quantiles of their own, a day of half hours; below that the prior stands.
    public static let errorsLeast = 48

    /// ASM: load that no model tells, as a share of it, and what sun and wind may be of what is told, before their own
    /// errors are known. Sun from overcast to clear sky, wind from calm to the cube of half more speed.
    private static let priorLoad = 0.05
    private static let priorSun = (low: 0.3, high: 1.6)
    private static let priorWind = (low: 0.2, high: 2.5)

    /// What comes of a forecast in one, five and nine cases of ten, by the last errors at this horizon; before there are
    /// `errorsLeast` of them by the prior.
    /// - Returns: nil for a quantity whose quantiles are not told, and for a forecast that is not finite.
    public func quantiles(
        _ quantity: ForecastValues.Quantity, horizonHours: Double, of forecast: ForecastValues
    ) -> ForecastQuantiles? {
        guard quantity.hasSpread, let told = forecast[quantity], told.isFinite else { return nil }
        let most = quantity == .net ? -Double.infinity : 0
        guard let found = spread(quantity, horizonHours) else {
            return prior(quantity, forecast).map { max(most, $0) }
        }
        return found.map { max(most, quantity.isRelative ? told * $0 : told + $0) }
    }

    /// Whether the prior stands.
    public func isPrior(_ quantity: ForecastValues.Quantity, horizonHours: Double) -> Bool {
        spread(quantity, horizonHours) == nil
    }

    /// What the net load comes above what is told of it in nine cases of ten, kW, 0 or more; each by the least horizon that
    /// reaches to its end.
    public func netMarginsKW(_ forecasts: [(reachHours: Double, values: ForecastValues)]) -> [Double] {
        // Errors of the net are no share of it: they are sorted once a horizon.
        var found: [Double: Double] = [:]
        return forecasts.map { reach, values in
            let horizon = ForecastRecord.horizonsHours.first { $0 >= reach } ?? ForecastRecord.horizonsHours.last ?? 0
            if let margin = found[horizon] { return margin }
            guard let told = values[.net], told.isFinite,
                let quantiles = quantiles(.net, horizonHours: horizon, of: values), quantiles.p90.isFinite
            else { return 0 }
            let margin = max(0, quantiles.p90 - told)
            if !isPrior(.net, horizonHours: horizon) { found[horizon] = margin }
            return margin
        }
    }

    /// Of errors, or of what came over what was told; nil while there are too few.
    private func spread(_ quantity: ForecastValues.Quantity, _ horizonHours: Double) -> ForecastQuantiles? {
        let errors = errors(quantity, horizonHours: horizonHours)
        let sorted: [Double]
        if quantity.isRelative {
            // What is told of dusk says little of the sky.
            let least = 0.02 * (errors.map(\.came).max() ?? 0)
            sorted = errors.filter { $0.told > max(least, 1) }.map { $0.came / $0.told }.sorted()
        } else {
            sorted = errors.map { $0.came - $0.told }.sorted()
        }
        guard sorted.count >= ForecastRecord.errorsLeast else { return nil }
        return ForecastQuantiles(
            p10: ForecastRecord.quantile(sorted, 0.1), p50: ForecastRecord.quantile(sorted, 0.5),
            p90: ForecastRecord.quantile(sorted, 0.9))
    }

    private func prior(_ quantity: ForecastValues.Quantity, _ forecast: ForecastValues) -> ForecastQuantiles {
        func scaled(_ told: Double, _ share: (low: Double, high: Double)) -> ForecastQuantiles {
            ForecastQuantiles(p10: told * share.low, p50: told, p90: told * share.high)
        }
        let sun = scaled(forecast.sunKW, ForecastRecord.priorSun)
        let wind = scaled(forecast.windKW, ForecastRecord.priorWind)
        switch quantity {
        case .sun: return sun
        case .wind: return wind
        case .net, .heat, .intensity, .price, .charging:
            // Much sun is little import; what is independent adds up as squares.
            let net = forecast.netKW
            let load = ForecastRecord.priorLoad * abs(net + forecast.sunKW + forecast.windKW)
            func root(_ sun: Double, _ wind: Double) -> Double {
                let sum = sun * sun + wind * wind + load * load
                return sum.isFinite ? sum.squareRoot() : 0
            }
            return ForecastQuantiles(
                p10: net - root(sun.p90 - sun.p50, wind.p90 - wind.p50), p50: net,
                p90: net + root(sun.p50 - sun.p10, wind.p50 - wind.p10))
        }
    }

    /// Of values that ascend, linear between them (Hyndman and Fan 1996, type 7); 0 of none.
    static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        guard let first = sorted.first, let last = sorted.last else { return 0 }
        let place = Double(sorted.count - 1) * min(max(share, 0), 1)
        let below = Int(place)
        guard below + 1 < sorted.count else { return last }
        guard below >= 0 else { return first }
        return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
    }
}
