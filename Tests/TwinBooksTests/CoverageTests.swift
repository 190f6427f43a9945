import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// Months of a plant whose truth is known, metered with errors: whether the interval holds the truth as often as it says.
///
/// A month is 30 rows, one for the energy of a day: the interval depends on sums alone. Errors are drawn as the configuration's
/// classes have them: one gain for all meters of a kind or for each, one error of each factor, one of each meter's model.
@Suite("Coverage of the interval")
struct CoverageTests {
    struct Plant: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var uncertainty: Uncertainty
        /// Share of the days on which a meter is silent and its model stands in.
        var gaps = 0.05
        /// Share of the months in which two meters exclude each other for six days, and either may be right.
        var contradicted = 0.0
    }

    private static let meters = [
        Meter(.gridImport, .grid, "main"), Meter(.gas, .burner, "air"), Meter(.gas, .burner, "ovens"),
        Meter(.gas, .heat, "boilers"),
    ]
    /// MWh a day.
    private static let means = [240.0, 80, 200, 120]

    private static func own(_ fractions: [Double]) -> [Meter: Double] {
        Dictionary(uniqueKeysWithValues: zip(meters, fractions))
    }

    static let plants = [
        Plant(
            testDescription: "the site's classes, where factors weigh most",
            uncertainty: Uncertainty(electricityMeter: 0.01, gasMeter: 0.02, factors: 0.05, estimates: 0.15)),
        Plant(
            testDescription: "poor meters of one kind",
            uncertainty: Uncertainty(electricityMeter: 0.03, gasMeter: 0.05, factors: 0.005, estimates: 0.1)),
        Plant(
            testDescription: "poor meters, each with a class of its own",
            uncertainty: Uncertainty(
                electricityMeter: 0, gasMeter: 0, factors: 0.005, estimates: 0.1,
                meters: own([0.03, 0.05, 0.04, 0.06]))),
        Plant(
            testDescription: "many gaps",
            uncertainty: Uncertainty(electricityMeter: 0.005, gasMeter: 0.005, factors: 0.005, estimates: 0.3),
            gaps: 0.4),
        Plant(
            testDescription: "a contradiction in every tenth month",
            uncertainty: Uncertainty(electricityMeter: 0.01, gasMeter: 0.02, factors: 0.05, estimates: 0.15),
            contradicted: 0.1),
    ]

    /// The figure of a month, its interval, and the truth, kg.
    private func month(_ plant: Plant, _ chance: inout SeedStream) -> (summary: Summary, truth: Double) {
        let u = plant.uncertainty
        func error(_ halfWidth: Double) -> Double { halfWidth / 1.96 * chance.normal() }
        let gridGain = error(u.electricityMeter)
        let gasGain = error(u.gasMeter)
        let gains = Self.meters.map { meter in
            u.meters[meter].map(error) ?? (meter.account == .gridImport ? gridGain : gasGain)
        }
        let models = Self.meters.map { _ in error(u.estimates) }
        let factors = [0.177 * (1 + error(u.factors)), 0.18 * (1 + error(u.factors))]
        let isContradicted = chance.unit() < plant.contradicted
        let isOtherRight = chance.unit() < 0.5

        var truth = 0.0
        var method = SummaryBench.method(chart: Chart(Self.meters))
        method.uncertainty = u
        let rows = (0..<30).map { day in
            var row = PeriodRow(start: BooksBench.start + Int64(day) * settlementPeriod, meterCount: Self.meters.count)
            row.steppedMs = 1_800_000
            row.vehicles = 1000
            for (line, meter) in Self.meters.enumerated() {
                let real = Self.means[line] * 1000 * (0.7 + 0.6 * chance.unit())
                truth += real * factors[meter.account == .gridImport ? 0 : 1]
                let isSilent = chance.unit() < plant.gaps
                var told = real * (1 + (isSilent ? models[line] : gains[line]))
                if isContradicted, line == 0, (5..<11).contains(day) {
                    // The other meter tells three times as much.
                    if isOtherRight { told /= 3 }
                    row.counts.doubt(meter, kWh: told * 2)
                }
                let sum = AccountSum(
                    Energy(roundingWattSeconds: told * 3.6e6), measuredMs: isSilent ? 0 : 1_800_000,
                    estimatedMs: isSilent ? 1_800_000 : 0)
                row.meters[line] = sum
                let account = meter.account.index
                row.accounts[account] = AccountSum(
                    row.accounts[account].energy + sum.energy, measuredMs: sum.measuredMs, estimatedMs: sum.estimatedMs)
            }
            return row
        }
        return (Summary(rows: rows, method: method, facts: SummaryBench.facts), truth)
    }

    @Test("holds the truth in 93 to 97 % of 1,000 months", arguments: plants)
    func coverage(plant: Plant) throws {
        var chance = SeedStream(seed: 20_250_618, name: plant.testDescription)
        var held = 0
        for _ in 0..<1000 {
            let (summary, truth) = month(plant, &chance)
            let width = try #require(summary.uncertaintyKgPerVehicle)
            let kg = try #require(summary.kgPerVehicle)
            if abs(kg - truth / 30_000) <= width { held += 1 }
        }
        #expect((930...970).contains(held), "\(held) of 1,000")
    }

    @Test("in quadrature a doubt would leave out too much, so it is added")
    func alternatives() throws {
        let plant = Plant(
            testDescription: "a contradiction in every month",
            uncertainty: Uncertainty(electricityMeter: 0.01, gasMeter: 0.02, factors: 0.05, estimates: 0.15),
            contradicted: 1)
        var chance = SeedStream(seed: 16, name: plant.testDescription)
        var added = 0
        var squared = 0
        for _ in 0..<1000 {
            let (summary, truth) = month(plant, &chance)
            let budget = summary.uncertaintyBudget
            let error = abs(summary.productionKgLocation - truth)
            if error <= budget.kg { added += 1 }
            if error <= budget.contributions.reduce(0, { $0 + $1.kg * $1.kg }).squareRoot() { squared += 1 }
        }
        #expect(squared < 930 && added >= 950, "\(squared) and \(added) of 1,000")
    }
}
