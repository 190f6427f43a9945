import Testing
import TwinCore
import TwinUnits

@testable import TwinBooks

@Suite("Energy review: CUSUM and register")
struct EnergyReviewTests {
    private static let chart = Chart([
        Meter(.load, .shop, "press"), Meter(.gas, .heat, "boiler"), Meter(.load, .building, "light"),
        Meter(.gridImport, .grid, "main"),
    ])

    /// Days of 24 h from 1 January 2025.
    private func day(
        _ index: Int, vehicles: Int = 0, isProduction: Bool = false, heatingKH: Double = 0, _ kWh: [Double]
    ) -> EnergyDay {
        EnergyDay(
            date: CivilDate(daysSinceEpoch: 20_089 + Int64(index)), hours: 24,
            conditions: WindowConditions(
                hours: 24, productionDayHours: isProduction ? 24 : 0, heatingKHours: heatingKH, vehicles: vehicles),
            electricityKWh: 0, gasKWh: 0, metersKWh: kWh)
    }

    private func review(_ days: [EnergyDay], reference: Int) throws -> EnergyReview {
        try #require(
            EnergyReview(SummaryBench.method(chart: Self.chart), days: days, reference: Array(days.prefix(reference))))
    }

    /// A press of 9 and 11 kW in turn for 20 days, then of so many kW.
    private func press(then: [Double]) throws -> Cusum {
        let days = (0..<20).map { day($0, [$0 % 2 == 0 ? 216 : 264, 0, 0, 0]) }
        let after = then.enumerated().map { day(20 + $0.offset, [24 * $0.element, 0, 0, 0]) }
        let cusums = try review(days + after, reference: 20).cusums()
        // What never counted is no meter of the review.
        #expect(cusums.map(\.meter) == [Meter(.load, .shop, "press")])
        return try #require(cusums.first)
    }

    private let date = { (index: Int64) in CivilDate(daysSinceEpoch: 20_089 + index) }

    @Test("a press that takes 4 kW more from a day on: since when, how much a day, and when it shows, on paper")
    func handComputed() throws {
        // Mean 10 kW, sigma sqrt(20 / 19). After n days the band is 72 sigma sqrt(n + n^2 / 20) kWh:
        // 342.1 at 13 and 360.4 at 14. Ten quiet days, then 96 kWh a day more: 288 at 13, 384 at 14.
        let quiet = [Double](repeating: 10, count: 10)
        let more = [Double](repeating: 14, count: 10)
        let cusum = try press(then: quiet + more)
        #expect(cusum.variables.isEmpty && abs(cusum.expected.intercept.value - 10) < 1e-12)
        let band = 72 * (20.0 / 19 * (14 + 14 * 14 / 20.0)).squareRoot()
        #expect(abs(cusum.days[13].bandKWh - band) < 1e-9 && abs(cusum.days[13].sumKWh - 384) < 1e-9)
        let shift = try #require(cusum.shift)
        #expect(shift.from == date(30) && shift.to == date(39) && shift.isOpen && shift.days == 10)
        #expect(abs(shift.kWh - 960) < 1e-9 && abs(shift.kWhPerDay - 96) < 1e-9 && shift.leftOn == date(33))
        // At 177 g/kWh.
        #expect(abs(shift.kg - 169.92) < 1e-9 && abs((cusum.overExpected ?? 0) - 0.2) < 1e-12)
        // It was mended: the stretch ends there. And a press that takes less is told as less.
        let mended = try #require(try press(then: quiet + more + quiet).shift)
        #expect(mended.from == date(30) && mended.to == date(39) && !mended.isOpen && abs(mended.kWh - 960) < 1e-9)
        // Six quiet days at the end do not say that it is over.
        let still = try #require(try press(then: quiet + more + quiet.prefix(6)).shift)
        #expect(still.isOpen && still.to == date(45) && still.days == 16 && abs(still.kWh - 960) < 1e-9)
        let less = try #require(try press(then: quiet + more.map { _ in 6 }).shift)
        #expect(abs(less.kWh + 960) < 1e-9 && less.from == date(30))
        #expect(try press(then: quiet + quiet).shift == nil)
    }

    @Test("weather and volume are expected; a day of neither kind in the reference is not judged")
    func follows() throws {
        func made(_ index: Int, factor: Double = 1, heating: Double? = nil) -> EnergyDay {
            let isProduction = index % 7 < 5
            let heating = heating ?? Double(24 * (index * 5 % 12))
            let vehicles = isProduction ? 900 + 40 * (index % 4) : 0
            let kWh = 2400 + 3 * Double(vehicles) + 8 * heating + Double(index * 7 % 11) - 5
            return day(
                index, vehicles: vehicles, isProduction: isProduction, heatingKH: heating, [0, factor * kWh, 0, 0])
        }
        let days = (0..<60).map { made($0) } + (60..<90).map { made($0) }
        let cusum = try #require(try review(days, reference: 60).cusums().first)
        #expect(cusum.shift == nil && cusum.days.count == 30)
        #expect(cusum.variables.contains(.heating) && cusum.variables.contains(.vehicles))
        // 2 % more of everything from day 70 on.
        let worn = (0..<70).map { made($0) } + (70..<110).map { made($0, factor: 1.02) }
        let shift = try #require(try review(worn, reference: 60).cusums().first?.shift)
        #expect(abs(shift.from.daysSinceEpoch - date(70).daysSinceEpoch) <= 1 && shift.isOpen && shift.kWh > 0)
        // The coldest day of the reference had 264 K h; 10 % more are 290.4.
        let cold = days.prefix(60) + [made(60, heating: 290), made(61, heating: 291)]
        #expect(try review(Array(cold), reference: 60).cusums().first?.days.count == 1)
    }

    @Test("chance alone leaves the band in few of 300 years of a meter, though its reference is only 30 days")
    func falseAlarms() throws {
        var left = 0
        for seed in UInt64(0)..<300 {
            var chance = Chance(stream: SeedStream(seed: seed, name: "cusum"))
            let days = (0..<365).map { index in
                // Nearly normal: twelve even draws.
                let noise = (0..<12).reduce(-6.0) { sum, _ in sum + .random(in: 0...1, using: &chance) }
                return day(index, [2400 + 120 * noise, 0, 0, 0])
            }
            if try review(days, reference: 30).cusums().first?.shift != nil { left += 1 }
        }
        // Seldom, but not never: three standard errors at each of 335 days.
        #expect((1...24).contains(left), "\(left)")
    }

    @Test("the register: shares until 80 %, ranks, and the indicator that each use follows, on paper")
    func register() throws {
        let days = (0..<30).map { index in
            let vehicles = [100, 200, 300, 0][index % 4]
            let heating = [24.0, 48, 72][index / 4 % 3]
            let perVehicle = index < 20 ? 2 : 2.2
            return day(
                index, vehicles: vehicles, isProduction: true, heatingKH: heating,
                [perVehicle * Double(vehicles), 5 * heating, 24, 9999])
        }
        let register = EnergyRegister(try review(days, reference: 20))
        // Press: 2 x 3,000 + 2.2 x 1,500 vehicles = 9,300 kWh. Boiler: 5 x 1,344 K h = 6,720. Light: 30 x 24 = 720.
        // 9,300 of 16,740 are 55.6 %, with the boiler 95.7 %: the light is not significant.
        #expect(abs(register.kWh - 16_740) < 1e-9 && register.meters == 3)
        #expect(register.uses.map(\.meter.path.asset) == ["press", "boiler"])
        let press = try #require(register.uses.first)
        #expect(abs(press.energyShare - 9300.0 / 16_740) < 1e-12 && press.energyRank == 1 && press.carbonRank == 1)
        #expect(abs(press.kg - 9300 * 0.177) < 1e-9)
        #expect(press.indicator == .perVehicle && abs((press.reference ?? 0) - 2) < 1e-12)
        #expect(abs((press.present ?? 0) - 2.2) < 1e-12 && abs((press.overExpected ?? 0) - 0.1) < 1e-9)
        let boiler = register.uses[1]
        #expect(boiler.indicator == .perKelvinHour && abs((boiler.reference ?? 0) - 5) < 1e-12)
        #expect(abs(boiler.kg - 6720 * 0.18) < 1e-9 && abs(boiler.overExpected ?? 1) < 1e-9)
        // Nothing after the reference: nothing of now.
        let only = EnergyRegister(try review(Array(days.prefix(20)), reference: 20))
        #expect(only.uses.allSatisfy { $0.present == nil && $0.overExpected == nil && $0.reference != nil })
    }

    @Test("a reference of less than 14 days is none")
    func short() {
        let days = (0..<40).map { day($0, [1, 1, 1, 1]) }
        let method = SummaryBench.method(chart: Self.chart)
        #expect(EnergyReview(method, days: days, reference: Array(days.prefix(13))) == nil)
        #expect(EnergyReview(method, days: Array(days.prefix(13))) == nil)
        #expect(EnergyReview(method, days: days)?.reference.count == 30)
    }
}
