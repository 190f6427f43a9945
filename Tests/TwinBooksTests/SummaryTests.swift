import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// Builders for summaries: a whole day of 48 equal half hours, or what a test makes of it.
enum SummaryBench {
    static func method(
        scope2: ReportMethod.Scope2 = .location, accounts: Set<Account> = Set(Account.allCases), chart: Chart? = nil
    ) -> ReportMethod {
        ReportMethod(
            site: "s", zone: .utc, boundary: "production", scope2: scope2, factors: CarbonTests.factors,
            baseline: CarbonTests.baseline,
            targets: [
                Target(name: "group", basis: .perVehicle, remainingFraction: 0.48),
                Target(name: "site", basis: .absolute, remainingFraction: 0.5),
            ],
            tariffs: [
                Dated(
                    Tariffs(
                        currency: "GBP", importPerMWh: 200, exportPerMWh: 60, fuels: [50, 0.5], carbonPerTonne: 40))
            ],
            uncertainty: Uncertainty(electricityMeter: 0.01, gasMeter: 0.02, factors: 0.05, estimates: 0.1),
            chart: chart ?? BooksBench.chart(accounts))
    }

    static let facts = RunFacts(stepS: 60, mode: .control, loop: .closed)

    /// 4000 kWh import, 2000 kWh gas, 25 vehicles, 5 K below the base in each half hour.
    static func row(_ index: Int) -> PeriodRow {
        var row = CarbonTests.row(
            Int64(index), [.gridImport: 14_400_000_000, .load: 14_400_000_000, .gas: 7_200_000_000])
        row.steppedMs = 1_800_000
        row.steppedFrom = row.start
        row.steppedTo = row.end
        row.productionDayMs = 1_800_000
        row.heatingKMs = 9_000_000
        row.vehicles = 25
        for account in [Account.gridImport, .load, .gas] { row.accounts[account.index].measuredMs = 1_800_000 }
        return row
    }

    static func day() -> [PeriodRow] { (0..<48).map(row) }

    static func summary(_ rows: [PeriodRow], scope2: ReportMethod.Scope2 = .location) -> Summary {
        Summary(rows: rows, method: method(scope2: scope2), facts: facts)
    }
}

@Suite("Summary")
struct SummaryTests {
    private func close(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
        a.map { abs($0 - b) < tolerance } ?? false
    }

    @Test("partial plant: less than half measured is no plant to compare, and the share is said")
    func partialPlant() throws {
        let rows = SummaryBench.day().map { row in
            var row = row
            // A third by meters, the rest by models.
            for account in [Account.gridImport, .load, .gas] {
                row.accounts[account.index].measuredMs = 600_000
                row.accounts[account.index].estimatedMs = 1_200_000
            }
            row.meters = SumList(count: row.meters.count)
            return row
        }
        let measured = RunFacts(stepS: 60, mode: .shadow, loop: .open, run: "7f3a9c21")
        let summary = Summary(rows: rows, method: SummaryBench.method(), facts: measured)
        let reason = try #require(summary.incomparableReason)
        #expect(reason.contains("only 33.3 % of the energy was measured") && reason.contains("a part of the plant"))
        #expect(summary.reductionPct == nil && summary.change == nil)
        #expect(summary.caveats.contains { $0.hasPrefix("partial plant: only 33.3 %") })
        // The figure itself stands.
        #expect(summary.kgPerVehicle != nil)
    }

    @Test("says that it knows no factors and no closed days of a year beyond those of its files")
    func yearsBeyond() throws {
        let rows = SummaryBench.day()
        let year = LocalZone.utc.local(try #require(rows.first).start).date.year
        var method = SummaryBench.method()
        func caveats() -> [String] { Summary(rows: rows, method: method, facts: SummaryBench.facts).caveats }
        #expect(!caveats().contains { $0.contains("closed days") })
        method.closedDaysTo = year
        #expect(!caveats().contains { $0.contains("closed days") })
        method.closedDaysTo = year - 1
        #expect(caveats().contains { $0.hasPrefix("shifts.yaml names no closed days of \(year)") })
    }

    @Test("divides production CO2 by the vehicles of the window")
    func perVehicle() {
        let summary = SummaryBench.summary(SummaryBench.day())
        // 192,000 kWh x 0.177 + 96,000 kWh x 0.18 = 33,984 + 17,280 kg over 1200 vehicles. The residual mix is 0.354.
        #expect(summary.vehicles == 1200)
        #expect(summary.productionKgLocation == 51_264)
        #expect(summary.kgPerVehicle == 42.72)
        #expect(summary.kgPerVehicleLocation == 42.72)
        // (67,968 + 17,280) / 1200
        #expect(summary.kgPerVehicleMarket == 71.04)
        #expect(SummaryBench.summary(SummaryBench.day(), scope2: .market).kgPerVehicle == 71.04)
    }

    @Test("counts vehicles by model, and those without one last")
    func byModel() {
        var rows = SummaryBench.day()
        rows[0].vehiclesByModel = ["leaf": 7, "juke": 3]
        rows[1].vehiclesByModel = ["leaf": 5, "zoe": 20]
        // 1200 - 7 - 3 - 5 - 20
        let json = SummaryBench.summary(rows).json["vehicles_by_model"]
        #expect(json?.line == #"{"juke":3,"leaf":12,"zoe":20,"unknown":1165}"#)
        rows.removeSubrange(2...)
        rows[0].vehicles = 10
        #expect(SummaryBench.summary(rows).json["vehicles_by_model"]?.line == #"{"juke":3,"leaf":12,"zoe":20}"#)
        rows[0].vehicles = 0
        rows[0].vehiclesByModel = [:]
        #expect(SummaryBench.summary([rows[0]]).json["vehicles_by_model"]?.line == "{}")
    }

    @Test("the digest knows the models")
    func digestByModel() {
        func record(_ models: [String: Int]) -> DigestChain {
            var row = SummaryBench.row(0)
            row.vehiclesByModel = models
            var record = DigestRecord()
            row.write(BooksBench.chart(), into: &record)
            var chain = DigestChain()
            chain.extend(with: record)
            return chain
        }
        #expect(record(["leaf": 1, "juke": 2]) == record(["juke": 2, "leaf": 1]))
        #expect(record(["leaf": 1, "juke": 2]) != record(["leaf": 2, "juke": 1]))
    }

    @Test("gives the half-width of the figure from meters and factors, in quadrature")
    func uncertainty() {
        // sqrt(33984^2 x (0.01^2 + 0.05^2) + 17280^2 x (0.02^2 + 0.05^2)) = 1966.9029 kg; over 1200 = 1.639086 kg.
        let summary = SummaryBench.summary(SummaryBench.day())
        #expect(close(summary.uncertaintyKgPerVehicle, 1.6390857939717494, 1e-12))
        // With all import estimated, the meter's 33984 x 0.01 goes and the model's 33984 x 0.1 comes:
        // sqrt(3398.4^2 + 33984^2 x 0.05^2 + 17280^2 x (0.02^2 + 0.05^2)) = 3911.8206 kg.
        var rows = SummaryBench.day()
        for index in rows.indices { rows[index].accounts[Account.gridImport.index].estimatedMs = 1_800_000 }
        #expect(close(SummaryBench.summary(rows).uncertaintyKgPerVehicle, 3911.820364 / 1200, 1e-6))
    }

    @Test("compares with the baseline, with an interval that holds the baseline's own")
    func reduction() throws {
        let summary = SummaryBench.summary(SummaryBench.day())
        // The 2018 plant in this day, without generation: 336,000 x 0.28307 + 126,000 x 0.184 kg over 1200 vehicles.
        #expect(close(summary.baselineKgPerVehicle, 98.5796))
        // 42.72 / 98.5796 = 0.4333554; width 0.4333554 x sqrt((1.639086 / 42.72)^2 + 0.17^2) = 0.0755234.
        let reduction = try #require(summary.reductionPct)
        #expect(close(reduction.value, 56.66446201851092))
        #expect(close(reduction.low, 49.11211930178309))
        #expect(close(reduction.high, 64.21680473523875))
    }

    @Test("compares by location whatever the headline is")
    func reductionOfMarketHeadline() throws {
        let location = try #require(SummaryBench.summary(SummaryBench.day()).reductionPct)
        let market = try #require(SummaryBench.summary(SummaryBench.day(), scope2: .market).reductionPct)
        #expect(market == location)
    }

    @Test("does not compare what is no whole day, or has no vehicle")
    func incomparable() throws {
        let half = SummaryBench.summary(Array(SummaryBench.day().prefix(24)))
        #expect(half.incomparableReason == "the window is not whole local days")
        #expect(half.reductionPct == nil)
        var rows = SummaryBench.day()
        for index in rows.indices { rows[index].vehicles = 0 }
        let idle = SummaryBench.summary(rows)
        #expect(idle.incomparableReason == "no vehicle was lined off in this window")
        #expect(idle.reductionPct == nil && idle.baselineKgPerVehicle == nil)
        #expect(SummaryBench.summary(SummaryBench.day()).incomparableReason == nil)
    }

    @Test("has no figure per vehicle without vehicles, never 0 and never infinite")
    func noVehicles() {
        var row = SummaryBench.row(0)
        row.vehicles = 0
        let json = SummaryBench.summary([row]).json
        for key in [
            "co2_kg_per_vehicle", "co2_kg_per_vehicle_location", "co2_kg_per_vehicle_market",
            "uncertainty_kg_per_vehicle",
        ] {
            #expect(json[key] == .null, "\(key)")
        }
        #expect(json["cost"]?["per_vehicle"] == .null)
        #expect(json["baseline"]?["reduction_pct"] == .null && json["baseline"]?["reduction_ci_pct"] == .null)
        #expect(json["baseline"]?["comparable"] == .bool(false))
        #expect(json["vehicles"] == .number(0))
    }

    @Test("says which share of the energy was measured, estimated and missing")
    func dataQuality() throws {
        // One half hour: load 3 kWh, measured 15 of 30 min and estimated 10; import 1 kWh, measured throughout.
        var row = CarbonTests.row(0, [.load: 10_800_000, .gridImport: 3_600_000])
        row.steppedMs = 1_800_000
        row.accounts[Account.load.index].measuredMs = 900_000
        row.accounts[Account.load.index].estimatedMs = 600_000
        row.accounts[Account.gridImport.index].measuredMs = 1_800_000
        let quality = try #require(SummaryBench.summary([row]).dataQuality)
        // Measured (3 x 0.5 + 1) / 4 = 62.5 %, estimated 3 / 3 / 4 = 25 %, missing 3 / 6 / 4 = 12.5 %.
        #expect(close(quality.measured, 62.5))
        #expect(close(quality.estimated, 25))
        #expect(close(quality.missing, 12.5))
        #expect(SummaryBench.summary([BooksBench.row(BooksBench.start)]).dataQuality == nil)
    }

    @Test("weighs what was measured by the energy of its meters, not by their number")
    func dataQualityByMeter() throws {
        let chart = Chart(["large", "small"].map { Meter(.load, .shop, $0) })
        var row = PeriodRow(start: BooksBench.start, meterCount: 2)
        row.steppedMs = 1_800_000
        row.meters[0] = AccountSum(Energy(wattSeconds: 9_000), measuredMs: 1_800_000, estimatedMs: 0)
        row.meters[1] = AccountSum(Energy(wattSeconds: 1_000), measuredMs: 0, estimatedMs: 1_800_000)
        // The account itself says half and half: one meter of two.
        row.accounts[Account.load.index] = AccountSum(
            Energy(wattSeconds: 10_000), measuredMs: 900_000, estimatedMs: 900_000)
        let method = SummaryBench.method(chart: chart)
        let quality = try #require(Summary(rows: [row], method: method, facts: SummaryBench.facts).dataQuality)
        // 9 of 10.
        #expect(close(quality.measured, 90) && close(quality.estimated, 10) && quality.missing == 0)
    }

    @Test("gives the share of own renewable energy in what the site used")
    func renewableShare() {
        // 44 wind and 66 import are 110, of which 10 are exported with their mix: 4 of them are wind. Used on site are 40 of
        // 100; what goes through a store counted when it was generated.
        let row = CarbonTests.row(
            0, [.wind: 44, .gridImport: 66, .gridExport: 10, .storageDischarge: 5, .storageCharge: 5])
        #expect(SummaryBench.summary([row]).renewableShare == 0.4)
        #expect(SummaryBench.summary([CarbonTests.row(0, [:])]).renewableShare == nil)
        #expect(SummaryBench.summary([CarbonTests.row(0, [.gridImport: 10, .gridExport: 5])]).renewableShare == 0)
    }

    @Test("prices the window")
    func cost() {
        // 192 MWh x 200 + 96 MWh x 50 + 17.28 t of Scope 1 x 40 = 38,400 + 4,800 + 691.2.
        let cost = SummaryBench.summary(SummaryBench.day()).json["cost"]
        #expect(cost?["import"]?.double == 38_400)
        #expect(cost?["export"]?.double == 0)
        #expect(cost?["gas"]?.double == 4800)
        #expect(close(cost?["carbon"]?.double, 691.2))
        #expect(close(cost?["total"]?.double, 43_891.2))
        #expect(close(cost?["per_vehicle"]?.double, 43_891.2 / 1200))
    }

    @Test("prices each half hour at the tariff of its date")
    func datedTariffs() {
        var method = SummaryBench.method()
        var dear = method.tariffs[0].value
        dear.importPerMWh = 300
        dear.carbonPerTonne = 100
        // From the 13th of 48 half hours on: 48 MWh x 200 + 144 MWh x 300; Scope 1 4.32 t x 40 + 12.96 t x 100.
        method.tariffs.append(Dated(dear, from: BooksBench.start + 12 * settlementPeriod))
        let cost = Summary(rows: SummaryBench.day(), method: method, facts: SummaryBench.facts).cost
        #expect(cost.imported == 9600 + 43_200)
        #expect(close(cost.carbon, 172.8 + 1296) && cost.fuel(.gas) == 4800)
    }

    /// One day of June, 8,000 kW of import and once 10,000: a thirtieth of 10,000 x 6.
    @Test("charges the month's highest half hour for as much of the month as there is")
    func demand() {
        var rows = SummaryBench.day()
        rows[20].accounts[Account.gridImport.index].energy = Energy(wattSeconds: 18_000_000_000)
        var method = SummaryBench.method()
        let without = Summary(rows: rows, method: method, facts: SummaryBench.facts)
        #expect(without.json["cost"]?["demand"] == .null && without.cost.demandKW == nil)
        method.tariffs[0].value.demandPerKWMonth = 6
        let summary = Summary(rows: rows, method: method, facts: SummaryBench.facts)
        #expect(close(summary.json["cost"]?["demand"]?.double, 2000) && summary.cost.demandKW == 10_000)
        #expect(close(summary.cost.total, without.cost.total + 2000))
        // 9,000 kW agreed at 2, the 1,000 beyond them at 5: a thirtieth of 18,000 + 5,000 beside. 12,000 agreed are 24,000.
        method.tariffs[0].value.agreedCapacity = AgreedCapacity(kW: 9000, perKWMonth: 2, excessPerKWMonth: 5)
        #expect(close(Summary(rows: rows, method: method, facts: SummaryBench.facts).cost.demand, 2000 + 23_000.0 / 30))
        method.tariffs[0].value.demandPerKWMonth = 0
        method.tariffs[0].value.agreedCapacity?.kW = 12_000
        #expect(close(Summary(rows: rows, method: method, facts: SummaryBench.facts).cost.demand, 800))
    }

    /// The last hour of June at 8,000 kW and 6: 8,000 x 6 / 720. The first hour and a half of July, once at 10,000 kW, of which
    /// the first half hour is still priced at 6 and the other two at 12: 10,000 x (6 x 0.5 + 12 x 1) / 744.
    @Test("each calendar month has its own highest half hour, and each half hour its tariff")
    func demandByMonth() {
        var rows = (622...626).map(SummaryBench.row)
        #expect(rows[2].start.rfc3339 == "2025-07-01T00:00:00.000Z")
        rows[3].accounts[Account.gridImport.index].energy = Energy(wattSeconds: 18_000_000_000)
        var method = SummaryBench.method()
        method.tariffs[0].value.demandPerKWMonth = 6
        var dear = method.tariffs[0].value
        dear.demandPerKWMonth = 12
        method.tariffs.append(Dated(dear, from: rows[3].start))
        let cost = Summary(rows: rows, method: method, facts: SummaryBench.facts).cost
        #expect(close(cost.demand, 8000.0 * 6 / 720 + 10_000.0 * (3 + 12) / 744))
        // A window of the first half hour alone has charged nothing else.
        let first = Summary(rows: [rows[0]], method: method, facts: SummaryBench.facts).cost
        #expect(close(first.demand, 8000.0 * 6 * 0.5 / 720))
    }

    @Test("extreme meters charge a number")
    func demandOfExtremes() {
        var rows = SummaryBench.day()
        rows[0].accounts[Account.gridImport.index].energy = Energy(wattSeconds: .max)
        rows[1].accounts[Account.gridImport.index].energy = Energy(wattSeconds: .min)
        rows[1].steppedMs = .max
        var method = SummaryBench.method()
        method.tariffs[0].value.demandPerKWMonth = 1000
        #expect(Summary(rows: rows, method: method, facts: SummaryBench.facts).cost.demand?.isFinite == true)
    }

    @Test(
        "only twelve months are judged as a year",
        arguments: [
            (1, "like_for_like"), (364, "like_for_like"), (365, "rolling_12m"), (366, "rolling_12m"),
            (367, "like_for_like"), (730, "like_for_like"),
        ])
    func basis(days: Int, basis: String) throws {
        let summary = SummaryBench.summary((0..<48 * days).map(SummaryBench.row))
        #expect(summary.json["baseline"]?["basis"]?.text == basis)
        // 51,264 kg a day are 18,711 t in 365 days and 37,423 t in two years; the target is 75,000 t a year.
        let met = try #require(summary.json["targets"]?.items)[1]["met"]
        #expect(met == (basis == "like_for_like" ? .null : .bool(true)))
    }

    @Test("a calendar year is annual")
    func calendarYear() {
        let first = (PlantTime(rfc3339: "2026-01-01T00:00:00Z").map { ($0 - BooksBench.start).ms } ?? 0) / 1_800_000
        let year = (0..<365 * 48).map { SummaryBench.row(Int(first) + $0) }
        #expect(SummaryBench.summary(year).json["baseline"]?["basis"]?.text == "annual")
    }

    @Test("prints targets with their values, unjudged")
    func targets() throws {
        // 500 kg x 0.48; 500 kg x 0.5 x 300,000 vehicles / 1000 = 75,000 t.
        let targets = try #require(SummaryBench.summary(SummaryBench.day()).json["targets"]?.items)
        #expect(targets.map { $0["value"]?.double } == [240, 75_000])
        #expect(targets.map { $0["unit"]?.text } == ["kg/vehicle", "t/yr"])
        #expect(targets.allSatisfy { $0["met"] == .null })
    }

    @Test("prints null for accounts that have no asset, and energies unrounded")
    func accounts() {
        let method = SummaryBench.method(accounts: [.wind, .load, .gas])
        let row = CarbonTests.row(0, [.wind: 1, .load: 7_200_000])
        let json = Summary(rows: [row], method: method, facts: SummaryBench.facts).json
        #expect(json["energy_kwh"]?["solar"] == .null)
        #expect(json["energy_kwh"]?["load"] == .number(2))
        #expect(json["energy_kwh"]?["wind"] == .number(1 / 3.6e6))
        #expect(json["energy_kwh"]?["gas"] == nil)
        #expect(json["gas_kwh"] == .number(0))
    }

    @Test("adds counts, alarms, gaps and commands of its rows up")
    func sums() {
        var one = SummaryBench.row(0)
        one.counts.messages = 5
        one.counts.reject(.parse)
        one.alarms = ["stuck": 1, "trip": 2]
        one.gaps = ["wind/farm": 2]
        one.commands.issued = 3
        one.commands.accepted = 1
        var two = SummaryBench.row(1)
        two.counts.messages = 7
        two.alarms = ["stuck": 4]
        two.gaps = ["wind/farm": 1, "grid/meter": 1]
        two.commands.expired = 1
        let json = SummaryBench.summary([one, two]).json
        #expect(json["messages"] == .number(12) && json["rejected"] == .number(1))
        #expect(json["rejected_by_reason"] == .fields(["parse": .number(1)]))
        #expect(json["alarms"] == .fields(["stuck": .number(5), "trip": .number(2)]))
        #expect(json["gaps"] == .number(4))
        #expect(json["commands"]?["pending"] == .number(1))
        #expect(json["steps"] == .number(60))
    }
}
