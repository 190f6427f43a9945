import Testing
import TwinCore
import TwinStudies

@Suite("Forecast errors")
struct ForecastRecordTests {
    private static func values(_ netKW: Double, sunKW: Double = 0, windKW: Double = 0, grams: Double? = nil)
        -> ForecastValues
    {
        ForecastValues(netKW: netKW, sunKW: sunKW, windKW: windKW, heatKW: 0, gramsPerKWh: grams)
    }

    private static func sample(
        _ forecast: ForecastValues, _ actual: ForecastValues, hours: Double = 6, issued: Int64 = 0,
        persistence: ForecastRecord.Persistence? = nil
    ) -> ForecastRecord.Sample {
        ForecastRecord.Sample(
            issued: PlantTime(ms: issued), horizonHours: hours, forecast: forecast, actual: actual,
            persistence: persistence)
    }

    @Test func `Mean absolute error and bias, each at its horizon`() {
        var record = ForecastRecord()
        for (told, came) in [(110.0, 100.0), (80, 100), (100, 100)] {
            record.add(Self.sample(Self.values(told), Self.values(came)))
        }
        // |10| + |-20| + 0 over 3; 10 - 20 + 0 over 3.
        let score = record.score(.net, horizonHours: 6)
        #expect(score?.count == 3 && score?.meanAbsoluteError == 10 && score?.mean == 100)
        #expect(abs((score?.bias ?? 0) + 10.0 / 3) < 1e-12)
        #expect(score?.persistenceError == nil && score?.skill == nil)
        #expect(record.score(.net, horizonHours: 1) == nil && record.count == 3)
    }

    /// Errors 10 and 30. The last half hour errs by 20 and 60, the day before by 50 and 20: 80 and 70, so the day before is
    /// the better, 35 on average; of it 1 - 40 / 70 = 3/7 is saved. The forecast without persistence beside it does not count.
    @Test func `Persistence is the better of its two, over the forecasts beside which it stands`() throws {
        var record = ForecastRecord()
        func beside(_ last: Double, _ day: Double) -> ForecastRecord.Persistence {
            ForecastRecord.Persistence(last: Self.values(last), lastDay: Self.values(day))
        }
        record.add(Self.sample(Self.values(110), Self.values(100), persistence: beside(120, 50)))
        record.add(Self.sample(Self.values(170), Self.values(200), persistence: beside(140, 220)))
        record.add(Self.sample(Self.values(1000), Self.values(0)))
        let score = try #require(record.score(.net, horizonHours: 6))
        #expect(score.count == 3 && score.persistenceError == 35)
        #expect(abs((score.skill ?? 0) - 3.0 / 7) < 1e-12)
        // Nothing errs: there is nothing to save.
        #expect(record.score(.sun, horizonHours: 6)?.skill == nil)
        #expect(record.score(.sun, horizonHours: 6)?.persistenceError == 0)
    }

    @Test func `What nobody told is not held against anybody, nor what is no number`() {
        var record = ForecastRecord()
        record.add(Self.sample(Self.values(0), Self.values(0, grams: 200), hours: 1))
        #expect(record.score(.intensity, horizonHours: 1) == nil)
        record.add(Self.sample(Self.values(0, grams: 190), Self.values(0, grams: 200), hours: 1))
        #expect(record.score(.intensity, horizonHours: 1)?.count == 1)
        #expect(record.score(.intensity, horizonHours: 1)?.bias == -10)
        record.add(Self.sample(Self.values(.nan, sunKW: .infinity), Self.values(5, sunKW: 5), hours: 1))
        #expect(record.score(.net, horizonHours: 1)?.count == 2)
        #expect(record.score(.sun, horizonHours: 1)?.meanAbsoluteError == 0)
        // No horizon of the record.
        record.add(Self.sample(Self.values(0), Self.values(0), hours: 7))
        #expect(record.score(.net, horizonHours: 7) == nil && record.count == 3)
    }

    @Test func `Two records together are one of all their forecasts`() {
        var (one, other, both) = (ForecastRecord(), ForecastRecord(), ForecastRecord())
        var stream = SeedStream(seed: 4)
        for number in 0..<2000 {
            let sample = Self.sample(
                Self.values(100 * stream.normal()), Self.values(100 * stream.normal()), issued: Int64(number))
            if number < 1100 { one.add(sample) } else { other.add(sample) }
            both.add(sample)
        }
        one.add(other)
        let (sum, whole) = (one.score(.net, horizonHours: 6), both.score(.net, horizonHours: 6))
        #expect(sum?.count == 2000 && one.count == 2000 && one.issued == both.issued)
        #expect(abs((sum?.bias ?? 0) - (whole?.bias ?? 1)) < 1e-9)
        let told = Self.values(0)
        #expect(
            one.quantiles(.net, horizonHours: 6, of: told) == both.quantiles(.net, horizonHours: 6, of: told))
    }

    // MARK: - Quantiles

    /// Errors 1 to 99: a hundred of 0 to 99 would have the tenth at 9.9; of 1 to 99 the place is 98 x 0.1 = 9.8, the value 10.8.
    @Test func `Quantiles are those of the last errors on top of what is told`() throws {
        var record = ForecastRecord()
        // What is older than the last errors that are kept does not count.
        for _ in 0..<50 { record.add(Self.sample(Self.values(0), Self.values(1e6))) }
        for number in 0..<ForecastRecord.errorsMax {
            record.add(Self.sample(Self.values(1000), Self.values(1000 + Double(number % 99 + 1))))
        }
        let found = try #require(record.quantiles(.net, horizonHours: 6, of: Self.values(5000)))
        #expect(abs(found.p50 - 5050) < 3 && abs(found.p10 - 5010) < 3 && abs(found.p90 - 5090) < 3)
        #expect(!record.isPrior(.net, horizonHours: 6) && record.isPrior(.net, horizonHours: 3))
        var few = ForecastRecord()
        for error in 1...99 { few.add(Self.sample(Self.values(0), Self.values(Double(error)))) }
        let exact = try #require(few.quantiles(.net, horizonHours: 6, of: Self.values(0)))
        #expect(abs(exact.p10 - 10.8) < 1e-9 && exact.p50 == 50 && abs(exact.p90 - 89.2) < 1e-9)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `Of what comes, 80 % lies between P10 and P90`(seed: UInt64) throws {
        var stream = SeedStream(seed: seed, name: "errors")
        var record = ForecastRecord()
        func next() -> (told: ForecastValues, came: ForecastValues) {
            let sun = 4000 * stream.unit()
            let wind = 3000 * stream.unit()
            return (
                Self.values(20_000, sunKW: sun, windKW: wind),
                Self.values(
                    20_500 + 900 * stream.normal(), sunKW: sun * (0.4 + stream.unit()),
                    windKW: max(0, wind + 400 * stream.normal()))
            )
        }
        for _ in 0..<600 {
            let (told, came) = next()
            record.add(Self.sample(told, came))
        }
        for quantity in [ForecastValues.Quantity.net, .sun, .wind] {
            var inside = 0
            for _ in 0..<2000 {
                let (told, came) = next()
                let found = try #require(record.quantiles(quantity, horizonHours: 6, of: told))
                #expect(found.p10 <= found.p50 && found.p50 <= found.p90)
                let value = try #require(came[quantity])
                if found.p10 <= value, value <= found.p90 { inside += 1 }
            }
            // 600 errors tell a share to 0.8 x 0.2 / 600, root: 1.6 %; four of those.
            #expect(abs(Double(inside) / 2000 - 0.8) < 0.065, "\(quantity) \(inside)")
        }
    }

    /// Load 10,000 + 2,000 + 1,000 = 13,000 kW, 5 % of it 650. Sun 600 to 3,200, wind 200 to 2,500: downwards sun 1,200 and wind
    /// 1,500 above what is told, root of 1,440,000 + 2,250,000 + 422,500 = 2,028; upwards 1,400 and 800, root of 1,960,000 +
    /// 640,000 + 422,500 = 1,738.5.
    @Test func `Before errors are known the prior stands; at night the sun is nothing`() throws {
        let record = ForecastRecord()
        let told = Self.values(10_000, sunKW: 2000, windKW: 1000)
        let sun = try #require(record.quantiles(.sun, horizonHours: 3, of: told))
        let wind = try #require(record.quantiles(.wind, horizonHours: 3, of: told))
        let net = try #require(record.quantiles(.net, horizonHours: 3, of: told))
        #expect(sun == ForecastQuantiles(p10: 600, p50: 2000, p90: 3200))
        #expect(wind == ForecastQuantiles(p10: 200, p50: 1000, p90: 2500))
        #expect(abs(net.p10 - (10_000 - 2027.94)) < 0.1 && net.p50 == 10_000 && abs(net.p90 - 11_738.53) < 0.1)
        #expect(record.isPrior(.sun, horizonHours: 3))
        let night = try #require(record.quantiles(.sun, horizonHours: 3, of: Self.values(10_000)))
        #expect(night == ForecastQuantiles(p10: 0, p50: 0, p90: 0))
        #expect(record.quantiles(.heat, horizonHours: 3, of: told) == nil)
        #expect(record.quantiles(.net, horizonHours: 3, of: Self.values(.nan)) == nil)
        let endless = record.quantiles(.net, horizonHours: 3, of: Self.values(1, sunKW: .infinity))
        #expect(endless?.p50 == 1)
    }

    @Test func `Wind and sun are never below nothing`() throws {
        var record = ForecastRecord()
        for _ in 0..<100 { record.add(Self.sample(Self.values(0, windKW: 900), Self.values(0, windKW: 100))) }
        let found = try #require(record.quantiles(.wind, horizonHours: 6, of: Self.values(0, windKW: 500)))
        #expect(found == ForecastQuantiles(p10: 0, p50: 0, p90: 0))
    }

    /// 48 errors of 0 to 47: nine in ten are at most 0.9 x 47 = 42.3. Of three hours ahead nothing is known: 70 % of 200 kW of
    /// sun, 80 % of 100 of wind and 5 % of a load of 1,300, as squares.
    @Test func `A margin is what comes above what is told in nine cases of ten`() {
        var record = ForecastRecord()
        for error in 0..<48 {
            record.add(Self.sample(Self.values(1000), Self.values(1000 + Double(error)), hours: 0.5))
            record.add(Self.sample(Self.values(1000), Self.values(900), hours: 1))
        }
        let told = Self.values(1000, sunKW: 200, windKW: 100)
        let margins = record.netMarginsKW([
            (0.2, told), (0.5, Self.values(-50)), (1, told), (2, told), (2.5, Self.values(.nan)),
            (.infinity, told),
        ])
        let prior = (140.0 * 140 + 80 * 80 + 65 * 65).squareRoot()
        #expect(zip(margins, [42.3, 42.3, 0, prior, 0, prior]).allSatisfy { abs($0 - $1) < 1e-9 }, "\(margins)")
    }
}
