import Testing
import TwinBooks
import TwinCore
import TwinUnits

@Suite("Uncertainty budget")
struct UncertaintyBudgetTests {
    private func close(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-6) -> Bool {
        a.map { abs($0 - b) < tolerance } ?? false
    }

    private func summary(_ rows: [PeriodRow], _ change: (inout ReportMethod) -> Void = { _ in }) -> Summary {
        var method = SummaryBench.method()
        change(&method)
        return Summary(rows: rows, method: method, facts: SummaryBench.facts)
    }

    private func kg(_ summary: Summary, _ source: UncertaintyBudget.Source, _ subject: String = "") -> Double? {
        summary.uncertaintyBudget.contributions.first { $0.source == source && $0.subject == subject }?.kg
    }

    @Test("a day's budget by hand: meters and factors in quadrature")
    func day() {
        // 192,000 kWh x 0.177 = 33,984 kg of import and 96,000 kWh x 0.18 = 17,280 kg of gas. Half-widths: meters 1 % and 2 %,
        // each factor 5 %: 339.84, 345.6, 1699.2 and 864 kg.
        let summary = summary(SummaryBench.day())
        #expect(close(kg(summary, .electricityMeter), 339.84))
        #expect(close(kg(summary, .fuelMeter), 345.6))
        #expect(close(kg(summary, .factor, "grid"), 1699.2))
        #expect(close(kg(summary, .factor, "gas"), 864))
        for source in [UncertaintyBudget.Source.estimated, .missing, .contradicted, .doubtedVehicles] {
            #expect(kg(summary, source) == 0, "\(source)")
        }
        // sqrt(339.84^2 + 345.6^2 + 1699.2^2 + 864^2) = sqrt(115,491.2 + 119,439.4 + 2,887,280.6 + 746,496) = 1966.903 kg.
        let budget = summary.uncertaintyBudget
        #expect(close(budget.kg, 1966.9029, 1e-3))
        #expect(summary.uncertaintyKgPerVehicle == summary.perVehicle(budget.kg))
        // Without the factors sqrt(115,491.2 + 119,439.4) = 484.696 kg.
        #expect(close(budget.withoutFactorsKg, 484.696, 1e-3))
    }

    @Test("a gap counts by its energy and not by its time, and what a model fills in has no meter's class")
    func gapsByEnergy() {
        // Import is estimated in one half hour of 48, in which it is 44,000 kWh and not 4,000: 44,000 of 232,000 kWh.
        var rows = SummaryBench.day()
        rows[5].accounts[Account.gridImport.index] = AccountSum(
            Energy(wattSeconds: 158_400_000_000), measuredMs: 0, estimatedMs: 1_800_000)
        let summary = summary(rows)
        // 44,000 x 0.177 x 10 % = 778.8 kg; the meter's 1 % is of the other 188,000 kWh: 332.76 kg.
        #expect(close(kg(summary, .estimated), 778.8))
        #expect(close(kg(summary, .electricityMeter), 332.76))
    }

    @Test("what nobody told of counts as nothing in the figure and in full in the interval")
    func missing() {
        // The gas meter tells half of each half hour, so the other half may be as much: 96,000 kWh x 0.18 = 17,280 kg. That is an
        // alternative and adds to the rest: 1966.9029 + 17,280.
        var rows = SummaryBench.day()
        for index in rows.indices { rows[index].accounts[Account.gas.index].measuredMs = 900_000 }
        let summary = summary(rows)
        #expect(close(kg(summary, .missing), 17_280))
        #expect(close(summary.uncertaintyBudget.kg, 1966.9029 + 17_280, 1e-3))
    }

    @Test("doubts are added to the errors: the interval holds either side with its own")
    func alternatives() {
        var rows = SummaryBench.day()
        // 10,000 kWh x 0.177 = 1,770 kg.
        rows[0].counts.doubt(BooksBench.meter(.gridImport), kWh: 10_000)
        // 1,200 or 1,260 vehicles: 1.1 x 51,264 x (1 - 1200 / 1260) = 2,685.2571 kg.
        rows[0].counts.doubtedVehicles = 60
        let summary = summary(rows)
        #expect(close(kg(summary, .contradicted), 1770))
        #expect(close(kg(summary, .doubtedVehicles), 2685.257143, 1e-3))
        #expect(close(summary.uncertaintyBudget.kg, 1966.9029 + 1770 + 2685.2571, 1e-3))
    }

    @Test("meters of the site's class err alike, and those with a class of their own for themselves")
    func ownClasses() {
        let meters = [Meter(.gas, .burner, "ovens"), Meter(.gas, .heat, "boilers"), Meter(.gridImport, .grid, "main")]
        let chart = Chart(meters)
        var row = PeriodRow(start: BooksBench.start, meterCount: 3)
        row.steppedMs = 1_800_000
        row.vehicles = 1
        // 3,000 and 4,000 kWh of gas, 1,000 kWh of import: 540, 720 and 177 kg.
        for (line, kWh) in [3000, 4000, 1000].enumerated() {
            let sum = AccountSum(
                Energy(wattSeconds: Int64(kWh) * 3_600_000), measuredMs: 1_800_000, estimatedMs: 0)
            row.meters[line] = sum
            let account = meters[line].account.index
            row.accounts[account] = AccountSum(
                row.accounts[account].energy + sum.energy, measuredMs: 1_800_000, estimatedMs: 0)
        }
        func summary(_ classes: [Meter: Double]) -> Summary {
            var method = SummaryBench.method(chart: chart)
            method.uncertainty = Uncertainty(
                electricityMeter: 0.01, gasMeter: 0.02, factors: 0, estimates: 0, meters: classes)
            return Summary(rows: [row], method: method, facts: SummaryBench.facts)
        }
        // Alike: 2 % of 1,260 kg. For themselves: sqrt((0.02 x 540)^2 + (0.02 x 720)^2) = 0.02 x 900 kg.
        #expect(close(kg(summary([:]), .fuelMeter), 25.2))
        let own = summary([meters[0]: 0.02, meters[1]: 0.02, meters[2]: 0])
        #expect(close(own.uncertaintyBudget.kg, 18))
        #expect(close(kg(own, .fuelMeter, "gas/ovens"), 10.8) && kg(own, .fuelMeter) == 0)
    }

    @Test("the market's view counts sun over a private wire by its own meter")
    func privateWire() {
        let meters = [Meter(.gridImport, .grid, "main"), Meter(.solar, .solar, "pv2")]
        var method = SummaryBench.method(scope2: .market, chart: Chart(meters))
        method.ledger.purchased = [AssetPath(.solar, "pv2")]
        method.uncertainty.meters = [meters[1]: 0.03]
        var row = PeriodRow(start: BooksBench.start, meterCount: 2)
        row.steppedMs = 1_800_000
        for (line, meter) in meters.enumerated() {
            row.meters[line] = AccountSum(Energy(wattSeconds: 3_600_000_000), measuredMs: 1_800_000, estimatedMs: 0)
            row.accounts[meter.account.index] = row.meters[line]
        }
        let market = Summary(rows: [row], method: method, facts: SummaryBench.facts)
        // 1,000 kWh each at 0.354: 1 % and 3 % of 354 kg, and 5 % of 708 kg.
        #expect(close(kg(market, .electricityMeter), 3.54))
        #expect(close(kg(market, .electricityMeter, "solar/pv2"), 10.62))
        #expect(close(kg(market, .factor, "grid"), 35.4))
        method.scope2 = .location
        let location = Summary(rows: [row], method: method, facts: SummaryBench.facts)
        #expect(kg(location, .electricityMeter, "solar/pv2") == nil && close(kg(location, .factor, "grid"), 8.85))
    }

    @Test("says by how much late data moved the figure")
    func restated() throws {
        let summary = SummaryBench.summary(SummaryBench.day())
        let period = BooksBench.start
        let effect = summary.effect(of: [
            Restatement(
                period: period, tick: 40, at: period, deltas: ["grid_import": 3_600_000_000, "load": 3_600_000_000]),
            Restatement(period: period, tick: 41, at: period, deltas: ["gas": -1_800_000_000, "vehicles": 5]),
        ])
        // 1,000 kWh x 0.177 - 500 kWh x 0.18 = 87 kg, and 5 vehicles: before (51,264 - 87) / 1,195 = 42.825941 kg, now 42.72.
        #expect(effect.halfHours == 1 && effect.vehicles == 5 && close(effect.kg, 87))
        #expect(close(effect.kgPerVehicle, 42.72 - 42.8259414, 1e-6))
        #expect(close(effect.pct, -0.2473768, 1e-6))
        let none = summary.effect(of: [])
        #expect(none.halfHours == 0 && none.kgPerVehicle == 0)
        // Whatever a store holds does not stop the program.
        let wild = summary.effect(of: [
            Restatement(period: period, tick: 1, at: period, deltas: ["vehicles": .min, "gas": .max, "x": 1])
        ])
        #expect(wild.halfHours == 1)
    }

    @Test("the summary's JSON has the budget, and its contributions combine to the interval")
    func json() throws {
        let json = SummaryBench.summary(SummaryBench.day()).json
        let uncertainty = try #require(json["uncertainty"])
        let parts = try #require(uncertainty["contributions"]?.items)
        let squares = parts.reduce(0) { sum, part in
            let kg = part["kg"]?.double ?? .nan
            return sum + kg * kg
        }
        #expect(close(uncertainty["kg"]?.double, squares.squareRoot()))
        #expect(uncertainty["kg_per_vehicle"] == json["uncertainty_kg_per_vehicle"])
        #expect(parts.first?["source"]?.text == "electricity_meter" && parts.first?["kind"]?.text == "systematic")
    }
}
