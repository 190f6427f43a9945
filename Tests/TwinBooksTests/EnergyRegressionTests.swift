import Testing
import TwinCore
import TwinUnits

@testable import TwinBooks

@Suite("Energy regression")
struct EnergyRegressionTests {
    private func near(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
        a.map { abs($0 - b) <= tolerance } ?? false
    }

    @Test("one variable with noise, on paper")
    func line() throws {
        // x 1 2 3 4, y 2 3 5 6: means 2.5 and 4, Sxx 5, Sxy 3 + 0.5 + 0.5 + 3 = 7: slope 1.4, intercept 4 - 3.5 = 0.5.
        let model = try #require(EnergyRegression([[1], [2], [3], [4]], [2, 3, 5, 6]))
        #expect(near(model.coefficients[0].value, 1.4) && near(model.intercept.value, 0.5))
        // Left are 0.1, -0.3, 0.3, -0.1: SSE 0.2 of 10. s^2 = 0.2 / 2 = 0.1.
        #expect(near(model.residualSquares, 0.2) && near(model.r2, 0.98) && near(model.adjustedR2, 0.97))
        #expect(near(model.rmse, 0.31622776601683794) && near(model.cvRMSE, 0.07905694150420949))
        // Slope: sqrt(0.1 / 5). Intercept: sqrt(0.1 (1/4 + 2.5^2 / 5)) = sqrt(0.15).
        #expect(near(model.coefficients[0].standardError, 0.1414213562373095))
        #expect(near(model.intercept.standardError, 0.3872983346207417))
        // Two more days, at 3 and 4: 0.1 (2 + 2^2 / 4 + (7 - 5)^2 / 5) = 0.38.
        #expect(near(model.sumError(count: 2, sums: [7]), 0.38.squareRoot()))
        #expect(near(model.sumError(count: 1, sums: [2.5], rmseMin: 2), 2 * 1.25.squareRoot()))
        #expect(model.ranges == [1...4] && near(model.predicted([10]), 14.5))
    }

    @Test("two variables with noise, apart and mixed, on paper")
    func plane() throws {
        // Signs (-1 -1), (-1 1), (1 -1), (1 1) and y 1 2 4 9: mean 4, slopes (-1 - 2 + 4 + 9) / 4 = 2.5 and
        // (-1 + 2 - 4 + 9) / 4 = 1.5. Left are 1 -1 -1 1: SSE 4 on one degree of freedom, s = 2, each error 2 / 2 = 1.
        let signs: [[Double]] = [[-1, -1], [-1, 1], [1, -1], [1, 1]]
        let y: [Double] = [1, 2, 4, 9]
        let model = try #require(EnergyRegression(signs, y))
        #expect(near(model.coefficients[0].value, 2.5) && near(model.coefficients[1].value, 1.5))
        #expect(near(model.r2, 34.0 / 38) && near(model.coefficients[1].standardError, 1))
        // The second as the sum of both: y = 4 + 1 a + 1.5 (a + b); the error of 2.5 - 1.5 is sqrt(1 + 1).
        let mixed = try #require(EnergyRegression(signs.map { [$0[0], $0[0] + $0[1]] }, y))
        #expect(near(mixed.coefficients[0].value, 1) && near(mixed.coefficients[1].value, 1.5))
        #expect(near(mixed.coefficients[0].standardError, 2.0.squareRoot()))
        #expect(near(mixed.residualSquares, 4) && near(mixed.intercept.value, 4))
    }

    @Test("exact data leave no error; what does not vary, follows from others or is too little has no model")
    func exact() throws {
        let x: [[Double]] = [[0, 5], [1, 3], [2, 8], [3, 1], [4, 4]]
        let model = try #require(EnergyRegression(x, x.map { 2 + 3 * $0[0] - $0[1] }))
        #expect(near(model.intercept.value, 2) && near(model.coefficients[0].value, 3))
        #expect(near(model.coefficients[1].value, -1) && model.residualSquares < 1e-24)
        #expect(EnergyRegression(x.map { [$0[0], 2 * $0[0] + 1] }, [1, 2, 3, 4, 5]) == nil)
        #expect(EnergyRegression(x.map { [$0[0], 7] }, [1, 2, 3, 4, 5]) == nil)
        #expect(EnergyRegression([[1], [2]], [1, 2]) == nil && EnergyRegression([], []) == nil)
        #expect(EnergyRegression([[1], [2], [.nan]], [1, 2, 3]) == nil)
        #expect(EnergyRegression([[1], [2], [3]], [1, 2, .infinity]) == nil)
        // Without a variable it is the mean.
        let flat = try #require(EnergyRegression([[], [], []], [1, 2, 6]))
        #expect(flat.intercept.value == 3 && flat.r2 == 0 && near(flat.intercept.standardError, (7.0 / 3).squareRoot()))
        #expect(EnergyRegression([[], [], []], [4, 4, 4])?.r2 == nil)
    }

    @Test("what is left stands upright on every variable, and units only scale", arguments: 0..<40)
    func invariants(seed: UInt64) throws {
        var chance = Chance(stream: SeedStream(seed: seed, name: "regression"))
        let (n, k) = (Int.random(in: 12...200, using: &chance), Int.random(in: 1...5, using: &chance))
        let rows = (0..<n).map { _ in (0..<k).map { _ in Double.random(in: -5...20, using: &chance) } }
        let values = rows.map { $0.reduce(100) { $0 + 3 * $1 } + .random(in: -30...30, using: &chance) }
        let model = try #require(EnergyRegression(rows, values))
        let left = zip(rows, values).map { $1 - model.predicted($0) }
        #expect(abs(left.reduce(0, +)) < 1e-8 * Double(n))
        for place in 0..<k {
            #expect(abs(zip(left, rows).reduce(0) { $0 + $1.0 * $1.1[place] }) < 1e-7 * Double(n), "\(place)")
        }
        // MWh and Fahrenheit: a thousandth of the energy, 1.8 times the degrees and 32 more.
        let scaled = try #require(
            EnergyRegression(rows.map { $0.map { 1.8 * $0 + 32 } }, values.map { $0 / 1000 }))
        for (a, b) in zip(model.coefficients, scaled.coefficients) {
            #expect(abs(b.value * 1800 - a.value) < 1e-9 && abs(b.standardError * 1800 - a.standardError) < 1e-9)
        }
        #expect(abs((model.r2 ?? 0) - (scaled.r2 ?? 1)) < 1e-10)
        #expect(abs((model.cvRMSE ?? 0) - (scaled.cvRMSE ?? 1)) < 1e-10)
        let sums = (0..<k).map { place in rows.reduce(0) { $0 + $1[place] } }
        #expect(
            abs(
                model.sumError(count: n, sums: sums) / 1000
                    - scaled.sumError(count: n, sums: sums.map { 1.8 * $0 + 32 * Double(n) }))
                < 1e-9)
    }
}

@Suite("Energy baseline of days")
struct BaselineRegressionTests {
    private static let truth = EnergyModel(
        electricityFixedKW: 4000, electricityPerVehicleKWh: 200, gasProductionDayKW: 3000, gasIdleDayKW: 800,
        gasHallKWPerK: 100, gasPaintKWPerK: 50, gasPerVehicleKWh: 30, heatingBaseC: 15.5)

    /// Days of a plant that obeys `truth`, but for a noise.
    static func days(
        _ count: Int, vehicles: ClosedRange<Int>, noiseKW: Double = 0, seed: UInt64 = 1
    ) -> [EnergyDay] {
        var chance = Chance(stream: SeedStream(seed: seed, name: "days"))
        return (0..<count).map { index in
            let isProduction = index % 7 < 5
            let hours = index == 88 ? 23.0 : index == 298 ? 25 : 24
            let heatingK = Double.random(in: 0...14, using: &chance)
            let window = WindowConditions(
                hours: hours, productionDayHours: isProduction ? hours : 0, heatingKHours: heatingK * hours,
                vehicles: isProduction ? Int.random(in: vehicles, using: &chance) : 0)
            var plant = CarbonTests.baseline
            plant.energy = truth
            let energy = plant.energyKWh(window)
            func noise() -> Double {
                noiseKW * hours * (.random(in: -1...1, using: &chance) + .random(in: -1...1, using: &chance))
            }
            return EnergyDay(
                date: CivilDate(daysSinceEpoch: 17_532 + Int64(index)), hours: hours, conditions: window,
                electricityKWh: energy.electricity + noise(), gasKWh: energy.gas + noise())
        }
    }

    @Test("days of a known plant give that plant back, days of 23 and 25 hours among them")
    func exact() throws {
        let fitted = try #require(BaselineRegression(Self.days(365, vehicles: 300...1500), heatingBaseC: 15.5))
        let model = fitted.model
        let pairs: [(Double, Double)] = [
            (model.electricityFixedKW, 4000), (model.electricityPerVehicleKWh, 200), (model.gasProductionDayKW, 3000),
            (model.gasIdleDayKW, 800), (model.gasHallKWPerK, 100), (model.gasPaintKWPerK, 50),
            (model.gasPerVehicleKWh, 30),
        ]
        for (a, b) in pairs { #expect(abs(a - b) < 1e-6 * b) }
        #expect(fitted.isVehicleTold && fitted.objections.isEmpty && fitted.cautions.isEmpty)
        #expect(fitted.gasVariables == [.productionDay, .heating, .productionHeating, .vehicles])
        #expect(abs(fitted.fit.electricity.r2 - 1) < 1e-12 && fitted.fit.days == 365)
        #expect(fitted.vehiclesPerDay.lowerBound == 0 && fitted.vehiclesPerDay.upperBound <= 1500)
    }

    @Test("with noise the truth lies within four standard errors, and the verdict holds", arguments: 1..<9)
    func noise(seed: UInt64) throws {
        let days = Self.days(365, vehicles: 300...1500, noiseKW: 300, seed: seed)
        let fitted = try #require(BaselineRegression(days, heatingBaseC: 15.5))
        let perVehicle = try #require(fitted.electricity.coefficients.first)
        #expect(abs(perVehicle.value - 200) < 4 * perVehicle.standardError)
        #expect(abs(fitted.electricity.intercept.value - 4000) < 4 * fitted.electricity.intercept.standardError)
        let hall = try #require(fitted.gasVariables.firstIndex(of: .heating).map { fitted.gas.coefficients[$0] })
        #expect(abs(hall.value - 100) < 4 * hall.standardError)
        #expect(fitted.objections.isEmpty && fitted.isVehicleTold)
    }

    @Test("a plan of one number of vehicles a day does not tell a vehicle from a day, and the caution says so")
    func oneVolume() throws {
        let fitted = try #require(
            BaselineRegression(Self.days(365, vehicles: 1400...1400, noiseKW: 50), heatingBaseC: 15.5))
        #expect(!fitted.isVehicleTold && !fitted.gasVariables.contains(.vehicles))
        #expect(fitted.cautions.first?.contains("1400 to 1400 vehicles") == true && fitted.model.gasPerVehicleKWh == 0)
        // The day has what its vehicles take: 3000 + 30 x 1400 / 24.
        #expect(abs(fitted.model.gasProductionDayKW - 4750) < 60)
    }

    @Test("noise alone is no baseline, and too few days are none")
    func bad() throws {
        let days = Self.days(60, vehicles: 300...1500, noiseKW: 60_000)
        let fitted = try #require(BaselineRegression(days, heatingBaseC: 15.5))
        #expect(fitted.objections.contains { $0.contains("R2") && $0.contains("is below 0.75") })
        #expect(fitted.cautions.contains { $0.hasPrefix("60 days are no year") })
        #expect(BaselineRegression(Array(days.prefix(29)), heatingBaseC: 15.5) == nil)
    }

    @Test("rows become whole local days: what is partial is counted, and storage is counted when it is charged")
    func fold() throws {
        var days = EnergyDays(SummaryBench.method())
        var rows =
            SummaryBench.day()
            + SummaryBench.day().prefix(47).map { row in
                var row = row
                row.start = row.start + Span.days(1)
                return row
            }
        rows[0].accounts[Account.storageDischarge.index].energy = Energy(wattSeconds: 3_600_000)
        rows[0].accounts[Account.gridExport.index].energy = Energy(wattSeconds: 36_000_000)
        for row in rows { days.add(row) }
        days.finish()
        #expect(days.days.count == 1 && days.partialDays == 1 && days.blindDays == 0)
        let day = try #require(days.days.first)
        // 48 x 4000 kWh bought, 10 sold; 48 x 2000 of gas, 25 vehicles and 2.5 K h each.
        #expect(day.electricityKWh == 191_990 && day.gasKWh == 96_000 && day.hours == 24)
        #expect(day.values(RelevantVariable.allCases) == [1, 5, 5, 50])
        // A day whose temperature was not measured for a quarter of it tells nothing of heating.
        rows[0].counts.standInMs = ["weather/mast": 21_600_000]
        var blind = EnergyDays(SummaryBench.method())
        for row in rows.prefix(48) { blind.add(row) }
        blind.finish()
        #expect(blind.days.isEmpty && blind.blindDays == 1)
    }
}
