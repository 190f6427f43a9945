import Testing
import TwinBooks
import TwinCore
import TwinUnits

@Suite("Carbon and baseline")
struct CarbonTests {
    static func set(_ id: String = "2025", grid: Int64, gas: Int64 = 0, losses: Int64 = 0, upstream: Int64 = 0)
        -> FactorSet
    {
        FactorSet(
            id: id, gridGeneration: EmissionFactor(microgramsPerKWh: grid),
            gridLosses: EmissionFactor(microgramsPerKWh: losses),
            gridUpstream: EmissionFactor(microgramsPerKWh: upstream),
            gridResidualMix: EmissionFactor(microgramsPerKWh: 2 * grid),
            fuels: [
                FuelFactors(
                    direct: EmissionFactor(microgramsPerKWh: gas), biogenic: EmissionFactor(microgramsPerKWh: 0),
                    upstream: EmissionFactor(microgramsPerKWh: upstream)),
                FuelFactors(
                    direct: EmissionFactor(kilogramsPerKWh: 0.00152), biogenic: EmissionFactor(kilogramsPerKWh: 0.2569),
                    upstream: EmissionFactor(kilogramsPerKWh: 0.1041)),
            ])
    }

    static func row(_ index: Int64, _ energies: [Account: Int64], intensity: Int64? = nil) -> PeriodRow {
        var row = BooksBench.row(BooksBench.start + index * settlementPeriod)
        for (account, ws) in energies { row.accounts[account.index].energy = Energy(wattSeconds: ws) }
        row.intensity = intensity.map { EmissionFactor(microgramsPerKWh: $0) }
        return row
    }

    @Test("rounds once per settlement period")
    func rounding() {
        // 1 Ws at 1,800,000 ug/kWh is half a microgram: to even, 0. Two such periods are 0, not 1.
        let even = Factors(convention: .setYear, byYear: [(2025, Self.set(grid: 1_800_000))])
        let rows = [Self.row(0, [.gridImport: 1]), Self.row(1, [.gridImport: 1])]
        #expect(carbonSum(rows, even).scope2Location.micrograms == 0)
        // A whisker more is 1 each: 2, although the sum of both is 1.0000006.
        let above = Factors(convention: .setYear, byYear: [(2025, Self.set(grid: 1_800_001))])
        #expect(carbonSum(rows, above).scope2Location.micrograms == 2)
        // In one period they are 2 Ws x 1,800,001 / 3,600,000 = 1.0000006 ug.
        #expect(carbonSum([Self.row(0, [.gridImport: 2])], above).scope2Location.micrograms == 1)
    }

    @Test("keeps the scopes apart and never nets import with export")
    func scopes() {
        // 10 kWh import, 4 kWh export, 20 kWh gas.
        let rows = [Self.row(0, [.gridImport: 36_000_000, .gridExport: 14_400_000, .gas: 72_000_000], intensity: 50)]
        let factors = Factors(
            convention: .setYear, byYear: [(2025, Self.set(grid: 100, gas: 30, losses: 7, upstream: 11))])
        let sum = carbonSum(rows, factors)
        #expect(sum.scope1.micrograms == 600)
        #expect(sum.scope2Location.micrograms == 1000)
        #expect(sum.scope2Market.micrograms == 2000)
        #expect(sum.scope2HalfHourly.micrograms == 500 && sum.halfHourlyPeriods == 1)
        // 10 x 7 + 10 x 11 + 20 x 11.
        #expect(sum.scope3Upstream.micrograms == 400)
        #expect(sum.avoidedExport.micrograms == 400)
    }

    @Test("takes the half-hourly view only where an intensity is known")
    func halfHourly() {
        let rows = [Self.row(0, [.gridImport: 36_000_000], intensity: 50), Self.row(1, [.gridImport: 36_000_000])]
        let sum = carbonSum(rows, Factors(convention: .setYear, byYear: [(2025, Self.set(grid: 100))]))
        #expect(sum.scope2HalfHourly.micrograms == 500)
        #expect(sum.halfHourlyPeriods == 1)
        #expect(sum.scope2Location.micrograms == 2000)
    }

    @Test("uses the set of the period's calendar year, else the last one before it, else the first")
    func years() throws {
        let factors = Factors(
            convention: .setYear,
            byYear: [(2025, Self.set("25", grid: 2)), (2018, Self.set("18", grid: 1)), (2023, Self.set("23", grid: 3))])
        #expect(factors.set(year: 2018).id == "18")
        #expect(factors.set(year: 2022).id == "18")
        #expect(factors.set(year: 2023).id == "23")
        #expect(factors.set(year: 2010).id == "18")
        #expect(factors.set(year: 2040).id == "25")
        #expect(factors.set(at: try #require(PlantTime(rfc3339: "2024-12-31T23:59:59.999Z"))).id == "23")
        #expect(factors.set(at: try #require(PlantTime(rfc3339: "2025-01-01T00:00:00Z"))).id == "25")
    }

    static let baseline = Baseline(
        id: "2018", period: "2018-01/2018-12", year: 2018, vehicles: 300_000,
        energy: EnergyModel(
            electricityFixedKW: 4000, electricityPerVehicleKWh: 200, gasProductionDayKW: 3000, gasIdleDayKW: 800,
            gasHallKWPerK: 100, gasPaintKWPerK: 50, gasPerVehicleKWh: 30, heatingBaseC: 15),
        generation: [AssetPath(.wind, "old")], uncertaintyFraction: 0.17, kgPerVehicle: 500)

    static let factors = Factors(
        convention: .setYear,
        byYear: [
            (2018, set("2018", grid: 283_070_000, gas: 184_000_000)),
            (2025, set("2025", grid: 177_000_000, gas: 180_000_000)),
        ])

    @Test("puts the baseline plant into a production day")
    func productionDay() {
        // 24 h, 5 K below the base throughout, 1200 vehicles.
        let window = WindowConditions(
            hours: 24, productionDayHours: 24, heatingKHours: 120, vehicles: 1200, baselineGenerationKWh: 16_800)
        let energy = Self.baseline.energyKWh(window)
        // 4000 x 24 + 200 x 1200 = 336,000; 3000 x 24 + (100 + 50) x 120 + 30 x 1200 = 126,000 kWh.
        #expect(energy.electricity == 336_000)
        #expect(energy.gas == 126_000)
        // Its own turbines, which stand today too, gave 16,800 kWh: 336,000 x 0.95 x 0.28307 + 126,000 x 0.184 = 90,355.944 + 23,184 kg.
        #expect(abs(Self.baseline.emissions(window, factors: Self.factors).kilograms - 113_539.944) < 1e-6)
    }

    @Test("puts the baseline plant into a window with idle days")
    func mixedWindow() {
        // 48 h, half of them on a production day, 240 K h: paint air heats only on that half.
        let window = WindowConditions(hours: 48, productionDayHours: 24, heatingKHours: 240, vehicles: 1200)
        // 3000 x 24 + 800 x 24 + (100 + 25) x 240 + 30 x 1200 = 157,200 kWh.
        #expect(Self.baseline.energyKWh(window).gas == 157_200)
        #expect(Self.baseline.energyKWh(window).electricity == 432_000)
    }

    @Test("ethanol at 0.55 leaves 2.764 g of Scope 1, 467.1 g of biogenic and 189.3 g of upstream CO2 per kWh")
    func ethanol() {
        // 1 kWh of electricity is 1 / 0.55 = 1.81818 kWh of fuel: x 1.52 = 2.76364, x 256.9 = 467.0909 and
        // x 104.1 = 189.2727 g. The 2.8 g that is often quoted for Scope 1 is this, rounded; it is 1.3 % more.
        let rows = [Self.row(0, [.ethanol: 6_545_455])]
        let sum = carbonSum(rows, Self.factors)
        #expect(abs(sum.scope1.kilograms - 0.00276364) < 1e-8)
        #expect(abs(sum.biogenic.kilograms - 0.4670909) < 1e-6)
        #expect(abs(sum.scope3Upstream.kilograms - 0.1892727) < 1e-6)
    }

    @Test("has no energy in no time")
    func empty() {
        let window = WindowConditions(hours: 0, productionDayHours: 0, heatingKHours: 0, vehicles: 0)
        #expect(Self.baseline.energyKWh(window).gas == 0)
        #expect(Self.baseline.emissions(window, factors: Self.factors).kilograms == 0)
    }

    @Test("reads the conditions of a window from its rows")
    func conditions() {
        let chart = Chart([Meter(.wind, .wind, "new"), Meter(.wind, .wind, "old"), Meter(.load, .wind, "old")])
        var row = PeriodRow(start: BooksBench.start, meterCount: 3)
        for line in 0..<3 { row.meters[line].energy = Energy(wattSeconds: 3_600_000 << Int64(line)) }
        row.steppedMs = 1_800_000
        row.productionDayMs = 900_000
        row.heatingKMs = 9_000_000  // 5 K over half an hour
        row.vehicles = 37
        let window = {
            var sum = WindowSum(SummaryBench.method(chart: chart))
            sum.add(row)
            sum.add(row)
            return sum.conditions
        }()
        // Of the lines only the generation of the old turbines counts: 2 kWh a row.
        #expect(
            window
                == WindowConditions(
                    hours: 1, productionDayHours: 0.5, heatingKHours: 5, vehicles: 74, baselineGenerationKWh: 4))
    }
}

/// The emissions of rows by factors.
func carbonSum(_ rows: [PeriodRow], _ factors: Factors) -> CarbonSum {
    var method = SummaryBench.method()
    method.factors = factors
    var sum = WindowSum(method)
    for row in rows { sum.add(row) }
    return sum.carbon
}
