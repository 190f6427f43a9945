import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// What drivers get for cars that give back, and what that saved, against figures on paper.
@Suite("Cars that give back")
struct VehicleGridTests {
    private static let bays = AssetPath(.bay, "v2g")
    private static let more = AssetPath(.bay, "more")
    private static let paint = AssetPath(.shop, "paint")
    private static let main = AssetPath(.grid, "main")
    private static let sun = AssetPath(.solar, "sun")
    private static let chart = Chart([
        Meter(.load, paint), Meter(.bayCharge, bays), Meter(.bayDischarge, bays), Meter(.bayCharge, more),
        Meter(.bayDischarge, more), Meter(.gridImport, main), Meter(.gridExport, main), Meter(.solar, sun),
    ])

    private static let factors: Factors = {
        let none = EmissionFactor(microgramsPerKWh: 0)
        let set = FactorSet(
            id: "2025", gridGeneration: EmissionFactor(gramsPerKWh: 200), gridLosses: none, gridUpstream: none,
            gridResidualMix: EmissionFactor(gramsPerKWh: 400), fuels: [])
        return Factors(convention: .setYear, byYear: [(2025, set)])
    }()

    private static let terms = VehicleGridTerms(
        groups: [
            .init(path: bays, payPerKWh: 0.3, payPerConnectedHour: 0.05, wearPerKWh: 0.02, roundTripEfficiency: 0.8),
            .init(path: more, payPerKWh: 0.2, payPerConnectedHour: 0, roundTripEfficiency: 0.8),
        ], marginalGPerKWh: 400)

    private static func row(_ index: Int64, _ kWh: [Meter: Int64], intensity: Double?) -> PeriodRow {
        var meters = SumList(count: chart.meters.count)
        for (meter, energy) in kWh {
            guard let line = chart.index(of: meter) else { continue }
            meters[line] = AccountSum(
                Energy(wattSeconds: energy * 3_600_000), measuredMs: 1_800_000, estimatedMs: 0)
        }
        var row = PeriodRow(
            start: BooksBench.start + index * settlementPeriod, meters: meters, chart: chart,
            losses: LossFractions(electricity: 0, heat: 0))
        row.steppedMs = 1_800_000
        row.intensity = intensity.map { EmissionFactor(gramsPerKWh: $0) }
        return row
    }

    private static func summary(
        _ rows: [PeriodRow], _ terms: VehicleGridTerms = terms, connected: [AssetPath: ConnectedTime] = [:]
    ) -> Summary {
        var method = SummaryBench.method(chart: chart)
        method.factors = factors
        method.vehicleGrid = terms
        var summary = Summary(rows: rows, method: method, facts: SummaryBench.facts)
        summary.connected = connected
        return summary
    }

    /// 100 kWh are charged at 100 g/kWh; 40 of them come back at 300 g/kWh.
    private static let rows = [
        row(
            0, [Meter(.gridImport, main): 200, Meter(.load, paint): 100, Meter(.bayCharge, bays): 100], intensity: 100),
        row(
            1, [Meter(.gridImport, main): 60, Meter(.load, paint): 100, Meter(.bayDischarge, bays): 40], intensity: 300),
    ]

    /// 10 cars for 2 h.
    private static let time: ConnectedTime = {
        var time = ConnectedTime()
        time.add(10, .good, from: BooksBench.start, to: BooksBench.start + Span.hours(2))
        return time
    }()

    private func close(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-9 } ?? false }

    @Test("on paper: pay, and what 40 kWh saved after a round trip of 80 %")
    func paper() throws {
        let groups = try #require(Self.summary(Self.rows, connected: [Self.bays: Self.time]).vehicleGrid)
        let result = groups[0].result
        #expect(result.givenKWh == 40 && result.takenKWh == 100)
        #expect(result.connectedHours == 20 && result.connectedKnownHours == 2)
        // 40 x 0.3, 40 x 0.02, 20 x 0.05.
        #expect(close(result.energyPay, 12) && close(result.wearPay, 0.8) && close(result.connectedPay, 1))
        #expect(close(result.pay, 13.8))
        // By the year 40 kWh x 200 g are replaced, and 50 kWh x 200 g were charged for them: 2 kg are lost.
        #expect(close(result.savedKg, 8 - 10))
        #expect(result.costPerTonne(result.savedKg) == nil)
        // By the half hour 40 x 300 g less 50 x 100 g.
        #expect(close(result.savedHalfHourlyKg, 12 - 5))
        #expect(close(result.costPerTonne(result.savedHalfHourlyKg), 13.8 / 0.007))
        // The marginal plant both ways: 400 g x (40 - 50).
        #expect(close(result.savedMarginalKg, -4))
    }

    @Test("what cars bring from elsewhere counts as bought when it is given: only the losses are left")
    func brought() throws {
        let row = Self.row(
            0, [Meter(.gridImport, Self.main): 60, Meter(.load, Self.paint): 100, Meter(.bayDischarge, Self.bays): 40],
            intensity: 300)
        let result = try #require(Self.summary([row]).vehicleGrid)[0].result
        // 40 x 300 g less 50 x 300 g.
        #expect(close(result.savedHalfHourlyKg, -3))
    }

    @Test("charged of a surplus it caused no import, and what leaves the site spares none")
    func surplus() throws {
        let charged = Self.row(
            0,
            [
                Meter(.solar, Self.sun): 200, Meter(.gridExport, Self.main): 70, Meter(.load, Self.paint): 30,
                Meter(.bayCharge, Self.bays): 100,
            ], intensity: 100)
        // 40 kWh for 50 kWh of sun: 40 x 200 g are saved by the year, 40 x 300 g by the half hour.
        let saved = try #require(Self.summary([charged, Self.rows[1]]).vehicleGrid)[0].result
        #expect(close(saved.savedKg, 8) && close(saved.savedHalfHourlyKg, 12) && close(saved.savedMarginalKg, 16))
        // Of 40 kWh 25 are exported: 15 x 300 g are spared, for 50 x 100 g.
        let given = Self.row(
            1,
            [
                Meter(.gridExport, Self.main): 25, Meter(.load, Self.paint): 15, Meter(.bayDischarge, Self.bays): 40,
            ], intensity: 300)
        let lost = try #require(Self.summary([Self.rows[0], given]).vehicleGrid)[0].result
        #expect(close(lost.savedHalfHourlyKg, 4.5 - 5) && close(lost.savedKg, 3 - 10))
    }

    @Test("nothing given is no pay for energy and nothing saved; where nobody told, pay for time is not 0 but unknown")
    func nothing() throws {
        let groups = try #require(Self.summary([Self.rows[0]]).vehicleGrid)
        let result = groups[0].result
        #expect(result.energyPay == 0 && result.wearPay == 0 && result.savedKg == 0 && result.savedHalfHourlyKg == 0)
        #expect(result.connectedHours == nil && result.connectedPay == nil && result.pay == nil)
        #expect(result.costPerTonne(1) == nil)
        // The other group is paid for energy alone.
        #expect(groups[1].result.pay == 0)
        let json = Self.summary([Self.rows[0]]).json
        #expect(json["v2g"]?["total"]?["pay"]?["total"] == .null)
    }

    @Test("given in a half hour without an intensity: by the half hour nobody knows what it saved")
    func unknown() throws {
        var rows = Self.rows
        rows[1].intensity = nil
        let result = try #require(Self.summary(rows).vehicleGrid)[0].result
        #expect(result.savedHalfHourlyKg == nil && close(result.savedKg, -2))
    }

    @Test("time is added up where it is known: bad values, backward times and endless numbers count nothing or end")
    func time() {
        var time = ConnectedTime()
        let start = BooksBench.start
        time.add(3, .stale, from: start, to: start + Span.hours(1))
        time.add(-1, .good, from: start, to: start + Span.hours(1))
        time.add(.nan, .good, from: start, to: start + Span.hours(1))
        time.add(3, .good, from: start + Span.hours(1), to: start)
        #expect(time == ConnectedTime())
        time.add(2.5, .good, from: start, to: start + Span.minutes(30))
        #expect(time.vehicleHours == 1.25 && time.knownHours == 0.5)
        time.add(.infinity, .good, from: start, to: start + Span.hours(1))
        #expect(time.vehicleHours.isFinite)
    }

    @Test("groups come to the total, and nobody pays for taking part", arguments: 1...40 as ClosedRange<UInt64>)
    func invariants(seed: UInt64) throws {
        var stream = SeedStream(seed: seed)
        let rows = (0..<30 as Range<Int64>).map { index in
            var energies: [Meter: Int64] = [:]
            for meter in Self.chart.meters { energies[meter] = Int64(stream.next() % 500) }
            return Self.row(index, energies, intensity: Double(stream.next() % 400))
        }
        let summary = Self.summary(rows, connected: [Self.bays: Self.time])
        let groups = try #require(summary.vehicleGrid)
        let total = try #require(summary.vehicleGridTotal)
        func sum(_ value: (VehicleGridResult) -> Double?) -> Double {
            groups.reduce(0) { $0 + (value($1.result) ?? 0) }
        }
        #expect(close(total.givenKWh, sum(\.givenKWh)) && close(total.takenKWh, sum(\.takenKWh)))
        #expect(close(total.savedKg, sum(\.savedKg)) && close(total.savedHalfHourlyKg, sum(\.savedHalfHourlyKg)))
        #expect(total.connectedHours == nil, "the second group's bays told nobody")
        #expect(close(total.pay, sum(\.pay)) && groups.allSatisfy { $0.result.pay ?? 0 >= 0 })
        for group in groups {
            // The year's 200 g and the marginal plant's 400 count the same import.
            #expect(abs(2 * group.result.savedKg - group.result.savedMarginalKg) < 1e-6)
            #expect(group.result.savedKg <= 0.2 * group.result.givenKWh + 1e-9)
        }
    }
}
