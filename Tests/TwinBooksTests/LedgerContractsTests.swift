import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// Certificates, tenants and what no meter tells, against figures on paper.
@Suite("Ledger: contracts and bridge")
struct LedgerContractsTests {
    private static let paint = AssetPath(.shop, "paint")
    private static let tenant = AssetPath(.building, "tenant")
    private static let oven = AssetPath(.burner, "oven")
    private static let main = AssetPath(.grid, "main")
    private static let chart = Chart([
        Meter(.load, paint), Meter(.load, tenant), Meter(.gas, oven), Meter(.heatDirectFired, oven),
        Meter(.gridImport, main),
    ])
    private static let start = BooksBench.start
    private static let day = (from: start, to: start + Span.days(1))

    /// Grid 200 g/kWh, residual mix 400; gas 180 g/kWh gross, biomethane 1 g/kWh net.
    private static let factors: Factors = {
        let none = EmissionFactor(microgramsPerKWh: 0)
        func fuel(_ grams: Double) -> FuelFactors {
            FuelFactors(direct: EmissionFactor(gramsPerKWh: grams), biogenic: none, upstream: none)
        }
        let set = FactorSet(
            id: "2025", gridGeneration: EmissionFactor(gramsPerKWh: 200), gridLosses: none, gridUpstream: none,
            gridResidualMix: EmissionFactor(gramsPerKWh: 400), fuels: [fuel(180), fuel(2), fuel(10), fuel(1)])
        return Factors(convention: .setYear, byYear: [(2025, set)])
    }()

    /// A day of half hours, kWh by meter and half hour.
    private func summary(_ terms: LedgerTerms, _ kWh: (Int64) -> [Meter: Int64]) -> Summary {
        var method = SummaryBench.method(chart: Self.chart)
        method.factors = Self.factors
        method.ledger = terms
        let rows = (0..<48 as Range<Int64>).map { index in
            var meters = SumList(count: Self.chart.meters.count)
            for (meter, energy) in kWh(index) {
                guard let line = Self.chart.index(of: meter) else { continue }
                meters[line] = AccountSum(
                    Energy(wattSeconds: energy * 3_600_000), measuredMs: 1_800_000, estimatedMs: 0)
            }
            var row = PeriodRow(
                start: Self.start + index * settlementPeriod, meters: meters, chart: Self.chart,
                losses: LossFractions(electricity: 0, heat: 0))
            row.steppedMs = 1_800_000
            return row
        }
        var demand = CertificateDemand(terms.certificates)
        for row in rows { demand.add(row) }
        method.ledger.certificates = demand.matched
        return Summary(rows: rows, method: method, facts: SummaryBench.facts)
    }

    private func certified(_ kind: Certificate.Kind, mwh: Double) -> LedgerTerms {
        var terms = LedgerTerms()
        terms.certificates = [
            Certificate(
                id: "REGO-1", kind: kind, from: Self.day.from, to: Self.day.to,
                volume: Energy(roundingWattSeconds: mwh * 3.6e9))
        ]
        return terms
    }

    /// 2 MWh of the grid in every second half hour: 48 MWh a day.
    private func everySecond(_ index: Int64) -> [Meter: Int64] {
        index % 2 == 0 ? [:] : [Meter(.gridImport, Self.main): 2000, Meter(.load, Self.paint): 2000]
    }

    @Test("a certificate covers its volume over its time, and in each half hour no more than that half hour's part")
    func certificate() {
        let summary = summary(certified(.electricity, mwh: 24), everySecond)
        // 24 of 48 MWh are covered; the rest has the residual mix: 24,000 x 0.4 kg.
        #expect(summary.carbon.scope2Market.kilograms == 9_600)
        // By location nothing changes: 48,000 x 0.2.
        #expect(summary.carbon.scope2Location.kilograms == 9_600)
        // 24 MWh / 48 = 500 kWh a half hour, used in every second one: 12 MWh are matched at once.
        let entered = zip(summary.sum.ledger.routes, summary.sum.flows).reduce(Carbon.zero) { sum, flow in
            if case .source = flow.0.from { sum + flow.1.carbon } else { sum }
        }
        #expect(entered[.marketHalfHourly].kilograms == (48_000 - 12_000) * 0.4)
        #expect(summary.certificatesAboveUse.isEmpty)
    }

    @Test("certificate above consumption: no more is covered than was used, and it is refused by name and volume")
    func aboveConsumption() throws {
        let summary = summary(certified(.electricity, mwh: 60), everySecond)
        // 60 MWh for 48: all of it is covered, and 12 MWh nobody may claim.
        #expect(summary.carbon.scope2Market.kilograms == 0)
        let sentence = try #require(summary.certificatesAboveUse.first)
        #expect(sentence.contains("REGO-1") && sentence.contains("60 MWh are claimed so far, and 48 MWh"))
    }

    @Test("a year's certificates are matched by the year: most of the use early in it takes nothing from them")
    func season() {
        // 47 of 48 MWh in the first half hour.
        let summary = summary(certified(.electricity, mwh: 40)) { index in
            let kWh: Int64 = index == 0 ? 47_000 : index == 47 ? 1000 : 0
            return [Meter(.gridImport, Self.main): kWh, Meter(.load, Self.paint): kWh]
        }
        #expect(abs(summary.carbon.scope2Market.kilograms - 8_000 * 0.4) < 1e-6)
        #expect(summary.certificatesAboveUse.isEmpty)
    }

    @Test("green gas in the physical view: certificates change Scope 1 of the market-based view alone")
    func greenGas() {
        let summary = summary(certified(.gas, mwh: 28.8)) { _ in
            [Meter(.gas, Self.oven): 1000, Meter(.heatDirectFired, Self.oven): 700]
        }
        #expect(summary.carbon.scope1.kilograms == 48_000 * 0.18)
        #expect(summary.productionKgLocation == 48_000 * 0.18)
        // 28,800 kWh gross are 25,992.78 kWh net of biomethane at 1 g/kWh; the other 19,200 kWh are gas.
        let expected = 19_200 * 0.18 + 28_800 / 1.108 * 0.001
        #expect(abs(summary.carbon.scope1Certified.kilograms - expected) < 1e-6)
        #expect(abs(summary.productionKgMarket - expected) < 1e-6)
    }

    @Test("tenant resale: what a tenant's sub-meter takes is on the site, and in no vehicle")
    func tenant() {
        var terms = LedgerTerms()
        terms.outside = [Self.tenant]
        let summary = summary(terms) { _ in
            [Meter(.gridImport, Self.main): 400, Meter(.load, Self.paint): 300, Meter(.load, Self.tenant): 100]
        }
        // 48 x 400 x 0.2 = 3,840 kg come in, a quarter of it goes to the tenant.
        #expect(summary.carbon.scope2Location.kilograms == 2_880)
        #expect(summary.carbon.outside[.location].kilograms == 960)
        #expect(summary.productionKgLocation == 2_880)
    }

    @Test("what no meter tells is spread over its time, to the microgram, and is in the figure")
    func others() {
        var terms = LedgerTerms()
        // 100 g over 48 half hours do not come out even.
        terms.others = [
            OtherEmission(
                line: "refrigerant", from: Self.day.from, to: Self.day.to,
                amount: Emissions(micrograms: 100_000_001)),
            OtherEmission(
                line: "diesel", from: Self.day.to, to: Self.day.to + Span.days(1), amount: Emissions(micrograms: 7)),
        ]
        let summary = summary(terms) { _ in [Meter(.gas, Self.oven): 10] }
        #expect(summary.carbon.scope1Other.micrograms == 100_000_001)
        #expect(summary.carbon.scope1.micrograms == 86_400_000_000)
        #expect(abs(summary.productionKgLocation - 86.500_000_001) < 1e-9)
        #expect(summary.otherScope1 == "refrigerant, diesel")
    }

    @Test("mixed factor convention: one convention chooses the sets of all years, the baseline's too")
    func convention() {
        func set(_ id: String, _ grams: Double) -> FactorSet {
            let none = EmissionFactor(microgramsPerKWh: 0)
            return FactorSet(
                id: id, gridGeneration: EmissionFactor(gramsPerKWh: grams), gridLosses: none, gridUpstream: none,
                gridResidualMix: none, fuels: [])
        }
        // A set of 2018 describes 2016; read by data year, 2018 has the set that was published in 2020.
        let published = Factors(
            convention: .setYear, byYear: [(2018, set("uk-2018", 283)), (2025, set("uk-2025", 177))])
        let described = Factors(
            convention: .dataYear, byYear: [(2018, set("uk-2020", 233)), (2023, set("uk-2025", 177))])
        #expect(published.set(year: 2018).id == "uk-2018")
        #expect(described.set(year: 2018).id == "uk-2020")
        #expect(published != described)
    }
}
