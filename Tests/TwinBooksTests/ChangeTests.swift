import Testing
import TwinCore
import TwinUnits

@testable import TwinBooks

/// A change shared out among its causes, against figures on paper and against its own rules.
@Suite("Change since the baseline")
struct ChangeTests {
    @Test("of a product each cause gets the mean of both orders; what changes nothing gets nothing")
    func product() {
        // 2 x 3 x 10 = 60 to 4 x 5 x 10 = 200. Causes a (2 to 4) and b (3 to 5):
        // a first: (4 - 2) x 3 x 10 = 60, a second: 2 x 5 x 10 = 100, mean 80; b: 2 x 2 x 10 = 40 and 4 x 2 x 10 = 80, mean 60.
        let shares = Shapley.shares(causes: 3) { set in
            let a = set & 1 == 0 ? 2.0 : 4
            let b = set & 2 == 0 ? 3.0 : 5
            return a * b * 10
        }
        for (share, expected) in zip(shares, [80.0, 60, 0]) { #expect(abs(share - expected) < 1e-12) }
        #expect(shares[2] == 0)
    }

    @Test("of three causes the weights are 1/3, 1/6, 1/6, 1/3")
    func three() {
        // v(1) = 6, v(2) = 12, v(3) = 0, v(12) = 30, v(13) = 6, v(23) = 12, v(123) = 60, v() = 0.
        let values: [Double] = [0, 6, 12, 30, 0, 6, 12, 60]
        let shares = Shapley.shares(causes: 3) { values[Int($0)] }
        // 1: 6/3 + (30 - 12)/6 + (6 - 0)/6 + (60 - 12)/3 = 2 + 3 + 1 + 16 = 22.
        // 2: 12/3 + (30 - 6)/6 + (12 - 0)/6 + (60 - 6)/3 = 4 + 4 + 2 + 18 = 28. 3: 0 + 0 + 0 + (60 - 30)/3 = 10.
        for (share, expected) in zip(shares, [22.0, 28, 10]) { #expect(abs(share - expected) < 1e-12) }
    }

    private static let energy = EnergyModel(
        electricityFixedKW: 10_000, electricityPerVehicleKWh: 200, gasProductionDayKW: 16_000, gasIdleDayKW: 5_000,
        gasHallKWPerK: 1_700, gasPaintKWPerK: 1_900, gasPerVehicleKWh: 300, heatingBaseC: 15.5)

    /// A plant in a year of its own, any of whose parts may be 0.
    private func year(_ chance: inout Chance) -> PlantHours {
        func any(_ most: Double) -> Double {
            Int.random(in: 0..<5, using: &chance) == 0 ? 0 : .random(in: 0...most, using: &chance)
        }
        return PlantHours(
            productionShare: any(1), productionHeatingK: any(15), idleHeatingK: any(15),
            vehicles: .random(in: 5...60, using: &chance), gridFactor: any(0.4), gasFactor: any(0.2),
            renewableKW: any(40_000), alternativeKW: any(5_000),
            otherKgPerHour: any(100), heatingElectricKW: any(9_000), electricHeatKW: any(20_000),
            electricityIntensity: any(2), gasIntensity: any(2))
    }

    @Test("the bars come to the difference to 1 mg per vehicle, over 1,000 random pairs of years, zeros among them")
    func sums() {
        var chance = Chance(stream: SeedStream(seed: 1, name: "change"))
        for pair in 0..<1_000 {
            let (then, now) = (year(&chance), year(&chance))
            let reported = then.kgPerVehicle(Self.energy) + .random(in: -5...5, using: &chance)
            let change = Change(from: reported, then, now, Self.energy, to: now.kgPerVehicle(Self.energy))
            let sum = change.parts.reduce(0) { $0 + $1.kgPerVehicle }
            #expect(abs(sum - (change.to - change.from)) < 1e-6, "pair \(pair)")
            // Backwards each bar has the other sign.
            let back = Change(from: change.to, now, then, Self.energy, to: reported)
            for cause in Change.Cause.allCases { #expect(abs(back[cause] + change[cause]) < 1e-6, "\(cause)") }
        }
    }

    @Test("a change of one cause alone moves its own bar and no other", arguments: 0..<50)
    func alone(seed: UInt64) {
        var chance = Chance(stream: SeedStream(seed: seed, name: "alone"))
        let then = year(&chance)
        let other = year(&chance)
        let moves: [(Change.Cause, (inout PlantHours) -> Void)] = [
            (.gridFactor, { $0.gridFactor = other.gridFactor }), (.volume, { $0.vehicles = other.vehicles }),
            (
                .weather,
                {
                    $0.productionHeatingK = other.productionHeatingK
                    $0.idleHeatingK = other.idleHeatingK
                }
            ), (.renewables, { $0.renewableKW = other.renewableKW }),
            (.dayTypes, { $0.productionShare = other.productionShare }),
        ]
        for (cause, move) in moves {
            var now = then
            move(&now)
            let from = then.kgPerVehicle(Self.energy)
            let change = Change(from: from, then, now, Self.energy, to: now.kgPerVehicle(Self.energy))
            for part in change.parts where part.cause != cause { #expect(part.kgPerVehicle == 0, "\(cause): \(part)") }
            #expect(abs(change[cause] - (change.to - change.from)) < 1e-9)
        }
    }

    @Test("the identity, on paper")
    func identity() {
        // Import 10,000 + 200 x 50 + 1,000 - 4,000 - 2,000 = 15,000 kW at 0.2 = 3,000 kg/h. Gas: 5,000 + 11,000 x 0.5 = 10,500,
        // halls 1,700 x (6 + 2) / 2 = 6,800, paint 1,900 x 6 / 2 = 5,700, 300 x 50 = 15,000: 38,000 less 3,000 of electric
        // heat = 35,000 at 0.18 = 6,300. With 200 of others 9,500 kg/h, of 50 vehicles an hour: 190 kg.
        let hours = PlantHours(
            productionShare: 0.5, productionHeatingK: 6, idleHeatingK: 2, vehicles: 50, gridFactor: 0.2,
            gasFactor: 0.18,
            renewableKW: 4_000, alternativeKW: 2_000, otherKgPerHour: 200, heatingElectricKW: 1_000,
            electricHeatKW: 3_000, electricityIntensity: 1, gasIntensity: 1)
        #expect(abs(hours.kgPerVehicle(Self.energy) - 190) < 1e-9)
    }

    @Test("the straight way: a twelfth of the promise a year, nothing before, and the target after it")
    func way() {
        let target = Target(name: "group", basis: .perVehicle, remainingFraction: 0.48, year: 2030)
        func asked(_ year: Int) -> Double { 1 - target.remainingFraction(in: year, from: 2018) }
        #expect(asked(2018) == 0 && asked(2010) == 0)
        #expect(abs(asked(2024) - 0.26) < 1e-12 && abs(asked(2019) - 0.52 / 12) < 1e-12)
        #expect(abs(asked(2030) - 0.52) < 1e-12 && abs(asked(2035) - 0.52) < 1e-12)
    }

    @Test("a lever takes the place of what a meter counts: its tonnes and its money, on paper")
    func levers() throws {
        let boiler = AssetPath(.heat, "boilers")
        let chart = Chart([Meter(.gas, boiler), Meter(.gridImport, .grid, "main"), Meter(.biomethane, .chp, "engine")])
        var meters = SumList(count: 3)
        meters[0] = AccountSum(Energy(wattSeconds: 1_000_000 * 3_600_000), measuredMs: 0, estimatedMs: 0)
        var row = PeriodRow(
            start: BooksBench.start, meters: meters, chart: chart, losses: LossFractions(electricity: 0, heat: 0))
        row.vehicles = 100
        var method = SummaryBench.method(chart: chart)
        // Gas 0.18 kg and 50 GBP a MWh, electricity 0.1 kg and 200 GBP, 40 GBP a tonne of Scope 1.
        method.factors = Factors(
            convention: .setYear, byYear: [(2025, CarbonTests.set(grid: 100_000_000, gas: 180_000_000))])
        method.levers = [
            Lever(name: "pump", account: .gas, path: boiler, share: 0.5, by: .electricity(perKWh: 0.3)),
            Lever(name: "less", account: .gas, path: nil, share: 0.1, by: .nothing),
            Lever(name: "elsewhere", account: .load, path: boiler, share: 0.1, by: .nothing),
        ]
        let effects = Summary(rows: [row], method: method, facts: SummaryBench.facts).leverEffects
        // Less: 100 MWh of gas are 18 t, 5,000 GBP and 720 GBP of carbon.
        let less = try #require(effects.first)
        #expect(effects.map(\.lever.name) == ["less", "pump"])
        #expect(abs(less.savedKg - 18_000) < 1e-6 && abs(less.extraCost + 5_720) < 1e-6)
        #expect(abs((less.savedKgPerVehicle ?? 0) - 180) < 1e-9)
        // Pump: 500 MWh of gas (90 t, 25,000 GBP, 3,600 of carbon) for 150 MWh of electricity (15 t, 30,000 GBP): 75 t for 1,400.
        #expect(abs(effects[1].savedKg - 75_000) < 1e-6 && abs(effects[1].extraCost - 1_400) < 1e-6)
        #expect(abs((effects[1].costPerTonne ?? 0) - 1_400.0 / 75) < 1e-9)
        // By the market 150 MWh are 30 t (residual mix 0.2 kg), so 60 t are saved; less gas saves the same in both views.
        #expect(less.savedMarketKg == less.savedKg && abs(effects[1].savedMarketKg - 60_000) < 1e-6)
    }

    @Test("a fuel that takes another's place gives the same heat: gross kWh of gas are fewer net ones of biomethane")
    func basis() throws {
        let boiler = AssetPath(.heat, "boilers")
        let chart = Chart([Meter(.gas, boiler), Meter(.biomethane, .chp, "engine"), Meter(.gridImport, .grid, "main")])
        var meters = SumList(count: 3)
        meters[0] = AccountSum(Energy(wattSeconds: 1_108_000 * 3_600_000), measuredMs: 0, estimatedMs: 0)
        let row = PeriodRow(
            start: BooksBench.start, meters: meters, chart: chart, losses: LossFractions(electricity: 0, heat: 0))
        var method = SummaryBench.method(chart: chart)
        method.tariffs = [
            Dated(
                Tariffs(
                    currency: "GBP", importPerMWh: 200, exportPerMWh: 60, fuels: [50, 0, 0, 75], carbonPerTonne: 0))
        ]
        method.levers = [
            Lever(name: "green", account: .gas, path: nil, share: 1, by: .fuel(.biomethane), isByCertificate: true)
        ]
        // 1,108 MWh gross at 50 are 55,400 GBP; 1,000 MWh net at 75 are 75,000. A day without vehicles has its money too.
        let effect = try #require(Summary(rows: [row], method: method, facts: SummaryBench.facts).leverEffects.first)
        #expect(abs(effect.extraCost - 19_600) < 1e-6 && effect.savedKgPerVehicle == nil)
    }

    @Test("of two calendar years both sets are named, and factors are what the window came to")
    func twoYears() {
        let newYear = PlantTime(ms: 1_767_225_600_000)
        let factors = Factors(
            convention: .setYear,
            byYear: [
                (2025, CarbonTests.set("a", grid: 200, gas: 20)), (2026, CarbonTests.set("b", grid: 100, gas: 10)),
            ])
        var method = SummaryBench.method()
        method.factors = factors
        let rows = [-1, 0].map { place in
            var row = BooksBench.row(newYear + Int64(place) * settlementPeriod)
            row.accounts[Account.gridImport.index].energy = Energy(
                wattSeconds: place == 0 ? 36_000_000_000 : 108_000_000_000)
            row.accounts[Account.gas.index].energy = Energy(wattSeconds: 36_000_000_000)
            return row
        }
        let summary = Summary(rows: rows, method: method, facts: SummaryBench.facts)
        #expect(summary.factorSetID == "a+b")
        // Three quarters of the import are of the first year: 175; half of the gas: 15, in ug/kWh.
        #expect(abs(summary.gridFactor - 175e-9) < 1e-18 && abs(summary.factor(.gas) - 15e-9) < 1e-18)
    }
}
