import Testing
import TwinCore
import TwinStudies

/// Figures on paper; derivations stand beside them.
@Suite("Worth of dispatch")
struct DispatchStudyTests {
    static func outcome(
        kg: Double, cost: Double, vehicles: Int = 100, days: Double = 1, halfHourly: Double? = nil,
        carbonCost: Double = 0, peakKW: Double = 0
    ) -> DispatchOutcome {
        var events = DispatchEvents()
        events.peakKW = peakKW
        return DispatchOutcome(
            days: days, vehicles: vehicles, kg: BySignal(annual: kg, halfHourly: halfHourly, marginal: 2 * kg),
            cost: cost, objectiveKg: kg, carbonCost: carbonCost, events: events)
    }

    static func outcomes(_ all: [DispatchStudy.Case: DispatchOutcome]) -> DispatchOutcomes {
        var outcomes = DispatchOutcomes()
        for (name, outcome) in all { outcomes[name] = outcome }
        return outcomes
    }

    // MARK: - Level

    private static let prices = LevelPrices(
        heatCost: 0.05, heatKg: 0.2, heatUpstreamKg: 0.03, importCost: 0.22,
        importKg: BySignal(annual: 0.2, halfHourly: 0.15, marginal: 0.394), importUpstreamKg: 0.05)

    @Test func `A store that was emptied is paid for: 100 kWh of heat as gas, 50 kWh as import`() {
        let correction = LevelCorrection(
            from: StoredLevel(heatKWh: 300, electricityKWh: 80), to: StoredLevel(heatKWh: 200, electricityKWh: 30),
            Self.prices)
        // 100 x 0.05 + 50 x 0.22 = 16; 100 x 0.2 + 50 x 0.2 = 30; + 50 x 0.15 = 27.5; + 50 x 0.394 = 39.7.
        #expect(abs(correction.cost - 16) < 1e-9)
        #expect(abs(correction.kg.annual - 30) < 1e-9)
        #expect(abs((correction.kg.halfHourly ?? 0) - 27.5) < 1e-9)
        #expect(abs(correction.kg.marginal - 39.7) < 1e-9)
        // 100 x 0.03 + 50 x 0.05
        #expect(abs(correction.upstreamKg - 5.5) < 1e-9)
    }

    @Test func `A car that is charged tomorrow was not saved today, and a fuller store is an earning`() {
        let owed = LevelCorrection(from: StoredLevel(owedKWh: 10), to: StoredLevel(owedKWh: 40), Self.prices)
        #expect(abs(owed.cost - 30 * 0.22) < 1e-9)
        let fuller = LevelCorrection(from: StoredLevel(heatKWh: 10), to: StoredLevel(heatKWh: 30), Self.prices)
        #expect(abs(fuller.cost + 1) < 1e-9 && abs(fuller.kg.annual + 4) < 1e-9)
        let same = LevelCorrection(from: StoredLevel(heatKWh: 7), to: StoredLevel(heatKWh: 7), Self.prices)
        #expect(same.cost == 0 && same.kg == .zero)
    }

    @Test func `Without an intensity of its half hours a correction has no half-hourly figure`() {
        var prices = Self.prices
        prices.importKg.halfHourly = nil
        #expect(LevelCorrection(from: StoredLevel(), to: StoredLevel(owedKWh: 1), prices).kg.halfHourly == nil)
    }

    // MARK: - Against doing nothing

    @Test func `A tonne costs the extra money over the tonnes saved, and less than nothing where it earns`() {
        let outcomes = Self.outcomes([
            .none: Self.outcome(kg: 20_000, cost: 1000), .rules: Self.outcome(kg: 18_000, cost: 1500),
            .optimiser: Self.outcome(kg: 19_000, cost: 900),
        ])
        #expect(outcomes.costPerTonne(.rules) == 250)  // 500 / 2 t
        #expect(outcomes.costPerTonne(.rules, .marginal) == 125)  // 500 / 4 t
        #expect(outcomes.costPerTonne(.optimiser) == -100)  // -100 / 1 t
        #expect(outcomes.costPerTonne(.rules, .halfHourly) == nil)
        #expect(outcomes.costPerTonne(.none) == nil)
        #expect(outcomes.costPerTonne(.perfect) == nil)
    }

    @Test func `What saves nothing, or adds, has no price of a tonne`() {
        let outcomes = Self.outcomes([
            .none: Self.outcome(kg: 20_000, cost: 1000), .rules: Self.outcome(kg: 20_000, cost: 1500),
            .optimiser: Self.outcome(kg: 20_100, cost: 900),
        ])
        #expect(outcomes.costPerTonne(.rules) == nil)
        #expect(outcomes.costPerTonne(.optimiser) == nil)
        #expect(outcomes.costAboveLine(.optimiser, .annual) == nil)
    }

    @Test func `The line from doing nothing to the rules: half of their saving may cost half of their money`() {
        let outcomes = Self.outcomes([
            .none: Self.outcome(kg: 20_000, cost: 1000), .rules: Self.outcome(kg: 18_000, cost: 1500),
            .optimiser: Self.outcome(kg: 19_000, cost: 1100),
        ])
        // The line has 1,250 at 19,000 kg.
        #expect(outcomes.costAboveLine(.optimiser, .annual) == -150)
        #expect(outcomes.costAboveLine(.rules, .annual) == 0)
        #expect(outcomes.costAboveLine(.none, .annual) == 0)
        #expect(outcomes.costAboveLine(.optimiser, .halfHourly) == nil)
    }

    // MARK: - Regret

    @Test func `Regret is what is left of the possible saving, of money with carbon at its price`() {
        let outcomes = Self.outcomes([
            .none: Self.outcome(kg: 20_000, cost: 1000, carbonCost: 5000),  // 6,000
            .rules: Self.outcome(kg: 18_000, cost: 1500, carbonCost: 4500),  // 6,000
            .optimiser: Self.outcome(kg: 18_400, cost: 950, carbonCost: 4600),  // 5,550
            .perfect: Self.outcome(kg: 18_000, cost: 1000, carbonCost: 4500),  // 5,500
        ])
        #expect(outcomes.possibleSaving == 500)
        #expect(outcomes.regretPct(.none) == 100)
        #expect(outcomes.regretPct(.rules) == 100)
        #expect(outcomes.regretPct(.optimiser) == 10)
        #expect(outcomes.regretPct(.perfect) == 0)
    }

    @Test func `Without foresight, or where it saves nothing, there is no regret`() {
        let idle = Self.outcome(kg: 20_000, cost: 1000)
        #expect(Self.outcomes([.none: idle, .optimiser: idle]).regretPct(.optimiser) == nil)
        #expect(Self.outcomes([.none: idle, .optimiser: idle, .perfect: idle]).regretPct(.optimiser) == nil)
        #expect(Self.outcomes([.optimiser: idle, .perfect: idle]).regretPct(.optimiser) == nil)
    }

    // MARK: - Sums

    @Test func `Windows add up: figures per vehicle are those of all vehicles, and the peak is the highest`() {
        let first = Self.outcomes([.none: Self.outcome(kg: 20_000, cost: 1000, vehicles: 100, peakKW: 30)])
        let second = Self.outcomes([
            .none: Self.outcome(kg: 10_000, cost: 500, vehicles: 50, halfHourly: 9000, peakKW: 20),
            .rules: Self.outcome(kg: 1, cost: 1),
        ])
        let study = DispatchStudy(
            site: "s", zone: .utc, currency: "GBP", step: .minutes(5), seed: 1,
            terms: ObjectiveTerms(
                sentence: "", signal: .annual, carbonPerTonne: 250, marginalGPerKWh: 394, wearPerKWh: 0, peakPerKWh: 0),
            windows: [first, second].map {
                DispatchStudy.Window(from: PlantTime(ms: 0), to: PlantTime(ms: 86_400_000), outcomes: $0)
            })
        let total = study.total[.none]
        #expect(total?.kgPerVehicle(.annual) == 200)
        #expect(total?.kgPerVehicle(.marginal) == 400)
        #expect(total?.kgPerVehicle(.halfHourly) == nil)  // the first window has none
        #expect(total?.aDay(total?.cost) == 750)
        #expect(total?.events.peakKW == 30)
        #expect(study.total[.rules] == nil)
        #expect(study.total.all.map(\.case) == [.none])
    }

    @Test func `No vehicle, no figure per vehicle; no days, none per day`() {
        let nothing = Self.outcome(kg: 10, cost: 10, vehicles: 0, days: 0)
        #expect(nothing.kgPerVehicle(.annual) == nil)
        #expect(nothing.perVehicle(nothing.cost) == nil)
        #expect(nothing.aDay(nothing.cost) == nil)
    }
}
