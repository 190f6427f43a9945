import RealModule

/// A wind that is expected: a Weibull distribution of its mean and deviation, told by points that are as likely as one
/// another.
///
/// The power of a turbine bends upwards with the wind below its rating and downwards above, so the power of the mean wind is
/// not the mean power: at a mean of 5 m/s it is about half of it.
struct ExpectedWind: Sendable, Hashable {
    let meanMPerS: Double
    /// Ascending; one where the wind is as good as known.
    let pointsMPerS: [Double]

    /// Deviation over mean of a Rayleigh distribution, sqrt(4/pi - 1): the wind of a year (IEC 61400-1, 6.3.1.1).
    static let rayleigh = 0.5227232
    /// Enough for a mean power within 3 % of a fine sum, at means where there is power at all.
    private static let pointsCount = 16
    /// A wind that deviates less is known: the power over its points is that of its mean within 0.1 %.
    private static let leastShare = 0.02

    /// As a forecast tells it. ASM: the wind speed of a day-ahead forecast errs by 1.5 m/s, root mean square.
    init(toldMPerS told: Double) {
        self.init(meanMPerS: told, deviationMPerS: min(1.5, ExpectedWind.rayleigh * max(0, told)))
    }

    /// What is not finite is calm.
    init(meanMPerS mean: Double, deviationMPerS deviation: Double) {
        let mean = mean.isFinite ? max(0, mean) : 0
        meanMPerS = mean
        let share = deviation.isFinite ? deviation / max(mean, 1e-9) : 0
        guard mean > 0, share > ExpectedWind.leastShare else {
            pointsMPerS = [mean]
            return
        }
        // Justus et al. 1978: the shape of a Weibull distribution from its deviation, 1 to 10.
        let shape = min(max(Double.pow(share, -1.086), 1), 100)
        let count = Double(ExpectedWind.pointsCount)
        let points = (0..<ExpectedWind.pointsCount).map { place in
            Double.pow(-Double.log(1 - (Double(place) + 0.5) / count), 1 / shape)
        }
        // By their own mean, so that the points have the mean that they should.
        let sum = points.reduce(0, +)
        pointsMPerS = points.map { $0 / sum * count * mean }
    }
}
