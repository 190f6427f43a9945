import Testing
import TwinBooks
import TwinCore
import TwinUnits

@Suite("Reconciliation")
struct ReconciliationTests {
    private func close(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
        a.map { abs($0 - b) < tolerance } ?? false
    }

    @Test("three sub-meters and their main meter, one balance, by hand")
    func oneBalance() throws {
        // main 64 - 10 - 20 - 30 = 4; S = 1 + 1 + 2 + 4 = 8; S^-1 r = 0.5. Each sub-meter gains its variance x 0.5 and the main
        // meter loses 4 x 0.5: 10.5 + 20.5 + 31 = 62. Variances V - V^2 / 8. Chi-square 4^2 / 8 = 2, below 3.841.
        let found = try #require(
            Reconciliation(
                values: [10, 20, 30, 64], variances: [1, 1, 2, 4], balances: [[-1, -1, -1, 1]], noise: [0]))
        #expect(zip(found.measurements, [10.5, 20.5, 31, 62]).allSatisfy { close($0.adjusted, $1) })
        #expect(zip(found.measurements, [0.875, 0.875, 1.5, 2]).allSatisfy { close($0.adjustedVariance, $1) })
        #expect(close(found.residuals[0], 4) && close(found.chiSquare, 2) && found.bound == 3.841)
        #expect(!found.hasGrossError)
        // With one balance all scores are |r| / sqrt(S) = 1.414214: it cannot say who.
        #expect(found.measurements.allSatisfy { close($0.score, 2.0.squareRoot()) })
    }

    /// By night and by day a 10 and 10, b 10 and 30, c 0 and 60, the main meter 20 and 100, each known to 1 %.
    private static let totals = [20.0, 40, 60, 120]
    private static let variances = [0.04, 0.16, 0.36, 1.44]
    private static let balances: [[Double]] = [[-0.5, -0.25, 0, 1.0 / 6], [-0.5, -0.75, -1, 5.0 / 6]]

    @Test("two balances name the meter, by hand")
    func twoBalances() throws {
        // b tells 44, 10 % too much: r = (-0.25, -0.75) x 4 = (-1, -3).
        // S = [0.01 + 0.01 + 0 + 0.04, 0.01 + 0.03 + 0.2; ., 0.01 + 0.09 + 0.36 + 1] = [0.06, 0.24; 0.24, 1.46], determinant
        // 0.03; S^-1 = [1.46, -0.24; -0.24, 0.06] / 0.03; S^-1 r = (-0.74, 0.06) / 0.03 = (-24.6667, 2).
        // Chi-square 24.6667 - 6 = 18.6667, above 5.991.
        // Scores |A_jᵀ S^-1 r| / sqrt(A_jᵀ S^-1 A_j): a 11.3333 / sqrt(8.6667) = 3.8497, b 4.6667 / sqrt(1.1667) = 4.3205,
        // c 2 / sqrt(2) = 1.4142, main 2.4444 / sqrt(0.51852) = 3.3947. b's is the root of chi-square: it explains all of it.
        let found = try #require(
            Reconciliation(
                values: [20, 44, 60, 120], variances: Self.variances, balances: Self.balances, noise: [0, 0]))
        #expect(close(found.residuals[0], -1) && close(found.residuals[1], -3))
        #expect(close(found.chiSquare, 18.666667, 1e-5) && found.bound == 5.991 && found.hasGrossError)
        let scores = found.measurements.map(\.score)
        #expect(zip(scores, [3.849741, 4.320494, 1.414214, 3.394673]).allSatisfy { close($0, $1, 1e-5) }, "\(scores)")
        // b is adjusted by V_b x 4.6667 = 0.74667.
        #expect(close(found.measurements[1].adjusted, 44 - 0.746667, 1e-5))
        // Afterwards every balance closes.
        for row in Self.balances {
            #expect(close(zip(row, found.measurements).reduce(0) { $0 + $1.0 * $1.1.adjusted }, 0))
        }
    }

    @Test("an error of a tenth in any of the four meters is named", arguments: 0..<4, [0.9, 1.1])
    func planted(meter: Int, factor: Double) throws {
        var values = Self.totals
        values[meter] *= factor
        let found = try #require(
            Reconciliation(values: values, variances: Self.variances, balances: Self.balances, noise: [0, 0]))
        let scores = found.measurements.map(\.score)
        #expect(found.hasGrossError)
        #expect(scores.indices.max { scores[$0] < scores[$1] } == meter, "\(scores)")
    }

    @Test("without a gross error the test is passed in 95 % of 2,000 cases")
    func falseAlarms() throws {
        var chance = SeedStream(seed: 4, name: "reconciliation")
        var alarms = 0
        for _ in 0..<2000 {
            let values = zip(Self.totals, Self.variances).map { $0 + $1.squareRoot() * chance.normal() }
            let found = try #require(
                Reconciliation(values: values, variances: Self.variances, balances: Self.balances, noise: [0, 0]))
            if found.hasGrossError { alarms += 1 }
        }
        #expect((80...120).contains(alarms), "\(alarms) of 2,000")
    }

    @Test("says nothing where a balance follows from the others, and of no balance")
    func degenerate() {
        #expect(
            Reconciliation(values: [1, 2], variances: [1, 1], balances: [[1, -1], [2, -2]], noise: [0, 0]) == nil)
        #expect(Reconciliation(values: [1, 2], variances: [1, 1], balances: [], noise: []) == nil)
        #expect(Reconciliation(values: [1, 2], variances: [1], balances: [[1, -1]], noise: [0]) == nil)
        #expect(Reconciliation(values: [.nan, 2], variances: [.nan, 1], balances: [[1, -1]], noise: [0]) == nil)
    }

    // MARK: - The electric bus

    private static let meters = [
        Meter(.gridImport, .grid, "main"), Meter(.gridExport, .grid, "main"), Meter(.load, .shop, "press"),
        Meter(.load, .shop, "paint"), Meter(.load, .building, "halls"), Meter(.solar, .solar, "pv1"),
    ]

    /// Four days, of which the last two are idle; what is lost is 2 % of what is delivered.
    private func bus(_ gains: [Double], silentGrid: Bool = false) throws -> BalanceReconciliation? {
        let chart = Chart(Self.meters)
        let rows = (0..<192).map { half in
            let hour = Double(half % 48) / 2
            let works = half < 96
            func within(_ from: Double, _ to: Double) -> Double { (from..<to).contains(hour) ? 1 : 0 }
            let press = 200 + (works ? 2000 * within(6, 22) : 0)
            let paint = 3000 + (works ? 4000 * within(4, 23) : 0)
            let halls = 1000 + 800 * within(8, 18)
            let sun = max(0, 1 - (hour - 13) * (hour - 13) / 25) * 3000
            let net = (press + paint + halls) * 1.02 - sun
            let kW = [max(net, 0), max(-net, 0), press, paint, halls, sun]
            var sums = SumList(count: kW.count)
            for line in kW.indices {
                let isTold = !(silentGrid && line < 2)
                sums[line] = AccountSum(
                    Energy(roundingWattSeconds: isTold ? kW[line] * gains[line] * 1.8e6 : 0),
                    measuredMs: isTold ? 1_800_000 : 0, estimatedMs: 0)
            }
            var row = PeriodRow(
                start: BooksBench.start + Int64(half) * settlementPeriod, meters: sums, chart: chart,
                losses: LossFractions(electricity: 0.02, heat: 0))
            row.steppedMs = 1_800_000
            row.productionDayMs = works ? 1_800_000 : 0
            return row
        }
        return Summary(rows: rows, method: SummaryBench.method(chart: chart), facts: SummaryBench.facts)
            .reconciliation(of: .electricity)
    }

    @Test("meters that fit leave nothing over")
    func fits() throws {
        let found = try #require(try bus([1, 1, 1, 1, 1, 1]))
        #expect(found.examined == 192 && found.halfHours == 192 && found.reconciliation.residuals.count == 16)
        #expect(abs(found.residualPct) < 0.001 && !found.reconciliation.hasGrossError)
    }

    @Test("a bus meter that is off by an eighth is named", arguments: [0, 2, 3, 4, 5], [0.875, 1.125])
    func namesMeter(line: Int, gain: Double) throws {
        var gains = [Double](repeating: 1, count: Self.meters.count)
        gains[line] = gain
        let found = try #require(try bus(gains))
        let place = try #require(found.mostInDoubt)
        #expect(found.parts[place] == .meter(Self.meters[line]), "\(found.parts[place].name)")
        // The sun's and the halls' eighth is little beside all that flows; the others' is beyond what classes allow.
        if line < 4 { #expect(found.reconciliation.hasGrossError, "\(found.reconciliation.chiSquare)") }
    }

    @Test("with errors of their class in all meters the wrong one is still named, and without one there is no alarm")
    func noisy() throws {
        var chance = SeedStream(seed: 7, name: "bus")
        var alarms = 0
        var named = 0
        for round in 0..<200 {
            var gains = Self.meters.map { _ in 1 + 0.01 / 1.96 * chance.normal() }
            if let found = try bus(gains), found.reconciliation.hasGrossError { alarms += 1 }
            let wrong = [0, 2, 3][round % 3]
            gains[wrong] *= 1.2
            let found = try #require(try bus(gains))
            if let place = found.mostInDoubt, found.parts[place] == .meter(Self.meters[wrong]) { named += 1 }
        }
        #expect(alarms <= 10 && named >= 180, "\(alarms) alarms, \(named) named of 200")
    }

    @Test("where the grid has no reading nothing can be held against it")
    func silentGrid() throws {
        #expect(try bus([1, 1, 1, 1, 1, 1], silentGrid: true) == nil)
    }
}
