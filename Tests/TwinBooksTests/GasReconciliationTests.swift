import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// Gas sub-meters against the gas main.
@Suite("Reconciliation of gas")
struct GasReconciliationTests {
    private static let electric = [Meter(.gridImport, .grid, "main"), Meter(.load, .shop, "paint")]
    private static let ovens = Meter(.gas, .burner, "ovens")
    private static let air = Meter(.gas, .burner, "air")
    private static let boilers = Meter(.gas, .heat, "boilers")
    private static let main = Meter(.gasMain, .burner, "main")
    private static let subs = [ovens, air, boilers]

    private func close(_ a: Double?, _ b: Double, _ tolerance: Double = 0.001) -> Bool {
        a.map { abs($0 - b) < tolerance } ?? false
    }

    /// A half hour of meters that told kW; nil is one that was silent. The plant takes 1,000 kW of electricity.
    private func row(_ half: Int, _ told: [(meter: Meter, kW: Double?)], works: Bool = true) -> PeriodRow {
        let meters = Self.electric.map { (meter: $0, kW: Optional(1000.0)) } + told
        var sums = SumList(count: meters.count)
        for (line, one) in meters.enumerated() {
            sums[line] = AccountSum(
                Energy(roundingWattSeconds: (one.kW ?? 0) * 1.8e6), measuredMs: one.kW == nil ? 0 : 1_800_000,
                estimatedMs: 0)
        }
        var row = PeriodRow(
            start: BooksBench.start + Int64(half) * settlementPeriod, meters: sums, chart: chart(told.map(\.meter)),
            losses: LossFractions(electricity: 0, heat: 0))
        row.steppedMs = 1_800_000
        row.productionDayMs = works ? 1_800_000 : 0
        row.vehicles = works ? 20 : 0
        return row
    }

    private func chart(_ meters: [Meter]) -> Chart { Chart(Self.electric + meters) }

    private func summary(_ rows: [PeriodRow], _ meters: [Meter]) -> Summary {
        Summary(rows: rows, method: SummaryBench.method(chart: chart(meters)), facts: SummaryBench.facts)
    }

    @Test("the main and two sub-meters, one balance, by hand")
    func byHand() throws {
        // One half hour: main 1,000 kWh, ovens 600, boilers 370. Left over 30, 3 %.
        // Half-widths of 2 %: 20, 12 and 7.4 kWh; of what has no meter 1 % of 1,000: 10; of the noise 0.5 %: 5.
        // S = (400 + 144 + 54.76 + 100 + 25) / 1.96^2 = 723.76 / 3.8416 = 188.401. Chi-square 900 / 188.401 = 4.7770, above
        // 3.841. Adjusted by square of the half-width x 30 / 723.76: main -16.5801 = 983.4199, ovens +5.9688 = 605.9688,
        // boilers +2.2698 = 372.2698, no meter +4.1450. 983.4199 - 605.9688 - 372.2698 - 4.1450 = 1.0362 is the noise's.
        let meters = [Self.ovens, Self.boilers, Self.main]
        let told = Array(zip(meters, [1200.0, 740, 2000])).map { (meter: $0, kW: Optional($1)) }
        let found = try #require(summary([row(0, told)], meters).reconciliation(of: .gas))
        #expect(close(found.residualKWh, 30) && close(found.residualPct, 3))
        #expect(found.examined == 1 && found.halfHours == 1)
        #expect(found.parts == [.meter(Self.main), .meter(Self.ovens), .meter(Self.boilers), .unmetered])
        let tests = found.reconciliation
        #expect(close(tests.chiSquare, 4.7770) && tests.bound == 3.841 && tests.hasGrossError)
        let adjusted = tests.measurements.map(\.adjusted)
        #expect(zip(adjusted, [983.4199, 605.9688, 372.2698, 4.1450]).allSatisfy { close($0, $1) }, "\(adjusted)")
        #expect(close(3.8416 * (tests.measurements.first?.variance ?? 0), 400))
        // One balance cannot say who.
        #expect(found.mostInDoubt == nil)
    }

    // MARK: - Four days

    /// Of which the last two are idle: ovens follow the shifts, the booths' air the cold of the night, boilers the morning.
    private static func kW(_ half: Int) -> [Double] {
        let hour = Double(half % 48) / 2
        let works = half < 96
        func within(_ from: Double, _ to: Double) -> Double { (from..<to).contains(hour) ? 1 : 0 }
        return [
            works ? 2000 + 7000 * within(6, 22) : 500, works ? 500 + 4000 * (within(0, 6) + within(21, 24)) : 0,
            works ? 1500 + 3000 * within(3, 9) : 1000 + 1500 * within(9, 15),
        ]
    }

    /// - Parameters:
    ///   - gains: of the sub-meters, then of the main.
    ///   - hiddenKW: burnt behind no meter.
    private func days(_ gains: [Double] = [1, 1, 1, 1], hiddenKW: Double = 0) -> Summary {
        let rows = (0..<192).map { half in
            let burnt = Self.kW(half)
            let all = (burnt.reduce(0, +) + hiddenKW) * gains[3]
            let told = zip(Self.subs, zip(burnt, gains)).map { (meter: $0, kW: Optional($1.0 * $1.1)) }
            return row(half, told + [(Self.main, all)], works: half < 96)
        }
        return summary(rows, Self.subs + [Self.main])
    }

    @Test("meters that fit leave nothing over")
    func fits() throws {
        let found = try #require(days().reconciliation(of: .gas))
        #expect(found.examined == 192 && found.halfHours == 192 && found.reconciliation.residuals.count == 16)
        #expect(abs(found.residualPct) < 0.001 && !found.reconciliation.hasGrossError)
    }

    @Test("a meter that is 5 % low is named: a sub-meter, or the main", arguments: 0..<4)
    func low(meter: Int) throws {
        var gains = [1.0, 1, 1, 1]
        gains[meter] = 0.95
        let found = try #require(days(gains).reconciliation(of: .gas))
        let place = try #require(found.mostInDoubt)
        #expect(found.parts[place] == .meter((Self.subs + [Self.main])[meter]), "\(found.parts[place].name)")
        // A sub-meter that is too low leaves something over, a main that is too low the opposite.
        #expect((found.residualKWh > 0) == (meter < 3))
        // It would have to tell more.
        let one = found.reconciliation.measurements[place]
        #expect(one.adjusted > one.value)
    }

    @Test("gas that is burnt behind no meter is found as such")
    func hidden() throws {
        // 250 kW over four days of 96 hours: 24,000 kWh.
        let found = try #require(days(hiddenKW: 250).reconciliation(of: .gas))
        #expect(close(found.residualKWh, 24_000, 0.01) && found.reconciliation.hasGrossError)
        #expect(found.mostInDoubt.map { found.parts[$0] } == .unmetered)
    }

    @Test("in a plant whose gas stands at night and on idle days those are balances too, and no reason for an alarm")
    func standing() throws {
        let meters = [Self.ovens, Self.boilers, Self.main]
        let rows = (0..<192).map { half in
            let works = half < 96 && (12..<44).contains(half % 48)
            // A register that counts whole cubic metres of 11 kWh is off by one of them.
            let told = (works ? [5000.0, 3000, 8000] : [0, 0, half % 48 == 0 ? 22 : 0])
            return row(half, Array(zip(meters, told)).map { (meter: $0, kW: Optional($1)) }, works: half < 96)
        }
        let found = try #require(summary(rows, meters).reconciliation(of: .gas))
        #expect(found.reconciliation.residuals.count == 16 && !found.reconciliation.hasGrossError)
    }

    @Test("of two mains the sum counts, and a half hour in which one is silent is not examined")
    func twoMains() throws {
        let second = Meter(.gasMain, .burner, "main-2")
        let meters = Self.subs + [Self.main, second]
        let rows = (0..<192).map { half in
            let burnt = Self.kW(half)
            let all = burnt.reduce(0, +)
            let told = zip(Self.subs, burnt).map { (meter: $0, kW: Optional($1)) }
            let mains = [(meter: Self.main, kW: Optional(0.7 * all)), (second, half % 4 == 0 ? nil : 0.3 * all)]
            return row(half, told + mains, works: half < 96)
        }
        let found = try #require(summary(rows, meters).reconciliation(of: .gas))
        #expect(found.examined == 144 && found.halfHours == 192)
        #expect(abs(found.residualPct) < 0.001 && !found.reconciliation.hasGrossError)
    }

    @Test("a silent main is held against nothing; neither is one without sub-meters, and one that tells no gas")
    func silent() {
        let rows = (0..<192).map { half in
            row(half, zip(Self.subs, Self.kW(half)).map { (meter: $0, kW: $1) } + [(Self.main, nil)])
        }
        #expect(summary(rows, Self.subs + [Self.main]).reconciliation(of: .gas) == nil)
        #expect(summary([row(0, [(Self.main, 1000)])], [Self.main]).reconciliation(of: .gas) == nil)
        let dead = summary([row(0, [(Self.ovens, 1000), (Self.main, 0)])], [Self.ovens, Self.main])
        #expect(dead.reconciliation(of: .gas) == nil && dead.sum.examinedHalfHours(.gas) == 1)
    }

    @Test("a main changes no figure, whether it tells, tells half of the time, is silent or contradicts itself")
    func memo() {
        let told = (0..<192).map { half in zip(Self.subs, Self.kW(half)).map { (meter: $0, kW: Optional($1)) } }
        let without = summary(told.indices.map { row($0, told[$0]) }, Self.subs).json
        for (kW, measuredMs) in [(60_000.0, Int64(1_800_000)), (60_000, 900_000), (nil, 0)] {
            var rows = told.indices.map { row($0, told[$0] + [(Self.main, kW)]) }
            for half in rows.indices {
                rows[half].meters[Self.electric.count + Self.subs.count].measuredMs = measuredMs
                rows[half].accounts[Account.gasMain.index].measuredMs = measuredMs
            }
            rows[0].counts.doubt(Self.main, kWh: 500)
            let with = summary(rows, Self.subs + [Self.main])
            #expect(with.json == without)
            #expect(with.contradictedPct == 0 && with.energy(.gasMain).kilowattHours == (kW ?? 0) * 96)
        }
    }

    @Test("a plant without a main has no balance of gas")
    func without() {
        let rows = (0..<48).map { half in row(half, zip(Self.subs, Self.kW(half)).map { (meter: $0, kW: $1) }) }
        let found = summary(rows, Self.subs)
        #expect(found.reconciliation(of: .gas) == nil && found.reconciliation(of: .electricity) != nil)
    }
}
