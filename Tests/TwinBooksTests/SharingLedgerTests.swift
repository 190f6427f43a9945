import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// Wind and sun shared out by rule, against figures on paper and against what no rule may change.
@Suite("Sharing")
struct SharingLedgerTests {
    private static let paint = AssetPath(.shop, "paint")
    private static let gears = AssetPath(.building, "gears")
    private static let seats = AssetPath(.building, "seats")
    private static let tenant = AssetPath(.building, "tenant")
    private static let own = AssetPath(.solar, "own")
    private static let wire = AssetPath(.solar, "wire")
    private static let pack = AssetPath(.storage, "pack")
    private static let main = AssetPath(.grid, "main")
    private static let chart = Chart([
        Meter(.solar, own), Meter(.solar, wire), Meter(.load, paint), Meter(.load, gears), Meter(.load, seats),
        Meter(.load, tenant), Meter(.storageCharge, pack), Meter(.storageDischarge, pack), Meter(.gridImport, main),
        Meter(.gridExport, main),
    ])

    /// Grid 200 g/kWh by location and 400 by market.
    private static let factors: Factors = {
        let none = EmissionFactor(microgramsPerKWh: 0)
        let set = FactorSet(
            id: "2025", gridGeneration: EmissionFactor(gramsPerKWh: 200), gridLosses: none, gridUpstream: none,
            gridResidualMix: EmissionFactor(gramsPerKWh: 400), fuels: [])
        return Factors(convention: .setYear, byYear: [(2025, set)])
    }()

    private static func terms(
        _ rule: SharingTerms.Rule, gears: Int64 = 200_000, seats: Int64 = 500_000, purchased: Bool = false
    ) -> LedgerTerms {
        var terms = LedgerTerms(
            stores: [pack: StoreTerms(efficiency: 0.9, capacity: Energy(wattSeconds: 360_000_000_000))],
            purchased: purchased ? [wire] : [])
        terms.outside = [Self.gears, Self.seats, tenant]
        terms.sharing = SharingTerms(
            rule: rule,
            partners: [
                .init(name: "Gears", assets: [Self.gears], sharePPM: gears),
                .init(name: "Seats", assets: [Self.seats], sharePPM: seats),
            ], pricePerKWh: 0.1)
        return terms
    }

    private static func row(_ index: Int64, _ wattSeconds: [Meter: Int64], losses: Double = 0) -> PeriodRow {
        var meters = SumList(count: chart.meters.count)
        for (meter, energy) in wattSeconds {
            guard let line = chart.index(of: meter) else { continue }
            meters[line] = AccountSum(Energy(wattSeconds: energy), measuredMs: 1_800_000, estimatedMs: 0)
        }
        var row = PeriodRow(
            start: BooksBench.start + index * settlementPeriod, meters: meters, chart: chart,
            losses: LossFractions(electricity: losses, heat: 0))
        row.steppedMs = 1_800_000
        return row
    }

    private static func summary(_ terms: LedgerTerms, _ rows: [PeriodRow]) -> Summary {
        var method = SummaryBench.method(chart: chart)
        method.factors = factors
        method.ledger = terms
        return Summary(rows: rows, method: method, facts: SummaryBench.facts)
    }

    /// Sun 400 kWh, grid 600: gears take 300, seats 100, paint 500, the tenant 50; 50 kWh are not metered.
    private static let paper = row(
        0,
        [
            Meter(.solar, own): 400, Meter(.gridImport, main): 600, Meter(.load, gears): 300, Meter(.load, seats): 100,
            Meter(.load, paint): 500, Meter(.load, tenant): 50,
        ].mapValues { $0 * 3_600_000 })

    private func kWh(_ energy: Energy) -> Double { energy.kilowattHours }

    @Test(
        "on paper: each rule's sun of 400 kWh, and of the grid's 600 kWh at 200 g the rest",
        arguments: [
            // By consumption: 300, 100, 50 and 550 of 1,000 kWh.
            (SharingTerms.Rule.proRata, [120.0, 40, 20, 220]),
            // A fifth is 80; a half would be 200, of which the seats take 100. The plant takes the other 220 kWh.
            (.shares, [80, 100, 0, 220]),
            // The plant takes 550 and more than there is.
            (.plantFirst, [0, 0, 0, 400]),
            // Partners take 400 together: all of it.
            (.partnersFirst, [300, 100, 0, 0]),
        ])
    func paper(rule: SharingTerms.Rule, sun: [Double]) throws {
        let sharing = try #require(Self.summary(Self.terms(rule), [Self.paper]).sum.sharing)
        let lines = sharing.partners + [sharing.others, sharing.plant]
        #expect(lines.map { kWh($0.taken) } == [300, 100, 50, 550])
        #expect(lines.map { kWh($0.renewable) } == sun)
        #expect(lines.map { kWh($0.renewableByMix) } == [120, 40, 20, 220])
        // No store and no fuel cell: what is not sun is import, and by location it is all that carries.
        for line in lines {
            #expect(line.grid == line.taken - line.renewable && line.other == .zero)
            #expect(abs(line.carbon[.location].kilograms - kWh(line.grid) * 0.2) < 1e-8)
            #expect(abs(line.carbon[.market].kilograms - kWh(line.grid) * 0.4) < 1e-8)
        }
        #expect(sharing.export == SharingLine())
    }

    @Test("money: sun at the price of the contract, and what it would have cost as import")
    func money() throws {
        let summary = Self.summary(Self.terms(.shares), [Self.paper])
        let gears = try #require(summary.sum.sharing?.partners.first)
        #expect(summary.sharedCost(gears) == 8)
        // 80 kWh at 200 GBP/MWh.
        #expect(gears.renewableAtImportPrice == 16)
        #expect(summary.json["sharing"]?["partners"]?.items?.first?["shared_cost"] == .number(8))
    }

    @Test("what a partner cannot use is the plant's, and what the plant cannot use is exported")
    func surplus() throws {
        // Sun 1,000: gears 100, plant 400 (paint, and losses), tenant 50 and export 450.
        let row = Self.row(
            0,
            [
                Meter(.solar, Self.own): 1000, Meter(.load, Self.gears): 100, Meter(.load, Self.paint): 400,
                Meter(.load, Self.tenant): 50, Meter(.gridExport, Self.main): 450,
            ].mapValues { $0 * 3_600_000 })
        for rule in SharingTerms.Rule.allCases {
            let sharing = try #require(Self.summary(Self.terms(rule), [row]).sum.sharing)
            // There is nothing but sun: every rule comes to the same.
            #expect(sharing.partners.map { kWh($0.renewable) } == [100, 0])
            #expect(kWh(sharing.others.renewable) == 50 && kWh(sharing.export.renewable) == 450)
            #expect(sharing.plant.renewable == sharing.plant.taken)
        }
    }

    @Test("a partner gets more than his share of the sun that nobody else took, and no more than that")
    func beyondShare() throws {
        // Sun 1,000: paint takes 100, seats 300, gears 600. Shares are 200 and 500, of which the seats take 300. The plant takes
        // 100, and 400 kWh are left; all of them went to the gears, whatever their contract says.
        let row = Self.row(
            0,
            [
                Meter(.solar, Self.own): 1000, Meter(.load, Self.gears): 600, Meter(.load, Self.seats): 300,
                Meter(.load, Self.paint): 100,
            ].mapValues { $0 * 3_600_000 })
        let sharing = try #require(Self.summary(Self.terms(.shares), [row]).sum.sharing)
        #expect(sharing.partners.map { kWh($0.renewable) } == [600, 300] && kWh(sharing.plant.renewable) == 100)
    }

    @Test("the figure of production follows the mix, and by the rule it has what partners leave or take")
    func production() throws {
        let summary = Self.summary(Self.terms(.partnersFirst), [Self.paper])
        let sharing = try #require(summary.sum.sharing)
        // By the mix partners and tenant leave with 450 of 1,000 kWh; 600 x 200 g came in.
        #expect(abs(summary.productionKgLocation - 120 * 0.55) < 1e-6)
        // By the rule the plant has none of the sun: 550 kWh of import.
        #expect(abs(summary.productionKgByRule(sharing, .location) - 110) < 1e-6)
        #expect(summary.productionKgLocation == Self.summary(Self.terms(.proRata), [Self.paper]).productionKgLocation)
        #expect(summary.json["sharing"]?["carbon_error_kg"] == .number(0))
    }

    @Test("a store gives what it was charged with, as another source; its charging is the plant's")
    func store() throws {
        let rows = [
            Self.row(
                0,
                [
                    Meter(.gridImport, Self.main): 1000, Meter(.load, Self.paint): 900,
                    Meter(.storageCharge, Self.pack): 100,
                ]
                .mapValues { $0 * 3_600_000 }),
            Self.row(
                1,
                [
                    Meter(.solar, Self.own): 100, Meter(.storageDischarge, Self.pack): 90,
                    Meter(.load, Self.gears): 100, Meter(.load, Self.paint): 90,
                ]
                .mapValues { $0 * 3_600_000 }),
        ]
        let sharing = try #require(Self.summary(Self.terms(.partnersFirst), rows).sum.sharing)
        // The gears take the sun, the plant what the store gives: 90 kWh with the 100 kWh x 200 g it was charged with.
        #expect(kWh(sharing.partners[0].renewable) == 100 && sharing.partners[0].carbon == .zero)
        #expect(kWh(sharing.plant.other) == 90 && kWh(sharing.plant.grid) == 1000)
        #expect(abs(sharing.plant.carbon[.location].kilograms - 220) < 1e-6)
    }

    @Test("no sharing, no figure")
    func none() {
        let summary = Self.summary(LedgerTerms(), [Self.paper])
        #expect(summary.json["sharing"] == .null && summary.json["v2g"] == .null)
    }

    @Test(
        "whatever meters tell, no rule changes what the site has: energy to the watt-second, carbon to the microgram",
        arguments: 1...40 as ClosedRange<UInt64>)
    func invariants(seed: UInt64) throws {
        var stream = SeedStream(seed: seed)
        let rows = (0..<20 as Range<Int64>).map { index in
            var energies: [Meter: Int64] = [:]
            for meter in Self.chart.meters where stream.next() % 4 != 0 {
                // Uneven watt-seconds, at times very few, so that every share must be rounded.
                energies[meter] = Int64(stream.next() % (index % 5 == 0 ? 17 : 900_000_007))
            }
            return Self.row(index, energies, losses: 0.01)
        }
        let shares = (Int64(stream.next() % 500_000), Int64(stream.next() % 500_001))
        for rule in SharingTerms.Rule.allCases {
            for row in rows {
                let terms = Self.terms(rule, gears: shares.0, seats: shares.1, purchased: true)
                let sharing = try #require(Self.summary(terms, [row]).sum.sharing)
                let site = sharing.site
                #expect(site.renewable == sharing.generation && site.renewableByMix == sharing.generation)
                #expect(site.taken == row[.solar].energy + row[.gridImport].energy + row[.storageDischarge].energy)
                #expect(site.grid == row[.gridImport].energy)
                #expect(site.carbon == site.carbonByMix)
                for line in sharing.partners + [sharing.others, sharing.export] {
                    #expect(line.renewable >= .zero && line.renewable <= max(.zero, line.taken))
                }
                // The plant takes what nobody meters; where meters contradict each other, it is in doubt.
                if sharing.plant.taken >= .zero { #expect(sharing.plant.renewable <= sharing.plant.taken) }
                let production = Self.summary(terms, [row]).productionKgLocation
                var plain = terms
                plain.sharing = nil
                #expect(production == Self.summary(plain, [row]).productionKgLocation)
                if rule == .proRata {
                    for line in sharing.partners { #expect(line.carbon == line.carbonByMix) }
                }
            }
        }
    }
}
