import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// The ledger against figures on paper, and against its own rule: what comes in is what ends somewhere or lies in a store.
@Suite("Ledger")
struct LedgerTests {
    private static let paint = AssetPath(.shop, "paint")
    private static let own = AssetPath(.solar, "own")
    private static let wire = AssetPath(.solar, "wire")
    private static let pack = AssetPath(.storage, "pack")
    private static let tank = AssetPath(.heat, "tank")
    private static let boiler = AssetPath(.heat, "boiler")
    private static let pump = AssetPath(.heat, "pump")
    private static let chips = AssetPath(.heat, "chips")
    private static let sofc = AssetPath(.fuelcell, "sofc")
    private static let engine = AssetPath(.chp, "engine")
    private static let oven = AssetPath(.burner, "oven")
    private static let bays = AssetPath(.bay, "v2g")

    private static let chart = Chart([
        Meter(.solar, own), Meter(.solar, wire), Meter(.fuelcell, sofc), Meter(.heatFuelcell, sofc),
        Meter(.ethanol, sofc), Meter(.chp, engine), Meter(.heatChp, engine), Meter(.biomethane, engine),
        Meter(.load, paint), Meter(.gas, oven), Meter(.heatDirectFired, oven), Meter(.gas, boiler),
        Meter(.heatBoiler, boiler), Meter(.load, pump), Meter(.heatPump, pump), Meter(.biomass, chips),
        Meter(.heatBiomass, chips), Meter(.heatStoreCharge, tank), Meter(.heatStoreDischarge, tank),
        Meter(.storageCharge, pack), Meter(.storageDischarge, pack), Meter(.bayCharge, bays),
        Meter(.bayDischarge, bays), Meter(.gridImport, .grid, "main"), Meter(.gridExport, .grid, "main"),
    ])

    /// Grid 200 g/kWh, residual mix 400; gas 180, ethanol 2, biomass 10, biomethane 1.
    private static let factors: Factors = {
        func fuel(_ grams: Double) -> FuelFactors {
            let none = EmissionFactor(microgramsPerKWh: 0)
            return FuelFactors(direct: EmissionFactor(gramsPerKWh: grams), biogenic: none, upstream: none)
        }
        let none = EmissionFactor(microgramsPerKWh: 0)
        let set = FactorSet(
            id: "2025", gridGeneration: EmissionFactor(gramsPerKWh: 200), gridLosses: none, gridUpstream: none,
            gridResidualMix: EmissionFactor(gramsPerKWh: 400), fuels: [fuel(180), fuel(2), fuel(10), fuel(1)])
        return Factors(convention: .setYear, byYear: [(2025, set)])
    }()

    private static let terms = LedgerTerms(
        stores: [
            pack: StoreTerms(efficiency: 0.9, capacity: Energy(kWh: 1000)),
            tank: StoreTerms(efficiency: 0.9, capacity: Energy(kWh: 1000)),
        ], purchased: [wire])

    private func row(_ index: Int64, _ kWh: [Meter: Int64], intensity: Double? = nil) -> PeriodRow {
        var meters = SumList(count: Self.chart.meters.count)
        for (meter, energy) in kWh {
            guard let line = Self.chart.index(of: meter) else {
                Issue.record("no line of \(meter.text)")
                continue
            }
            meters[line] = AccountSum(Energy(kWh: energy), measuredMs: 1_800_000, estimatedMs: 0)
        }
        var row = PeriodRow(
            start: BooksBench.start + index * settlementPeriod, meters: meters, chart: Self.chart,
            losses: LossFractions(electricity: 0, heat: 0))
        row.intensity = intensity.map { EmissionFactor(gramsPerKWh: $0) }
        return row
    }

    private func ledger() -> Ledger { Ledger(Self.chart, Self.factors, Self.terms) }

    /// g of a part that ended at an account in the last row.
    private func grams(_ ledger: Ledger, _ part: Carbon.Part, to account: LedgerAccount) -> Double {
        zip(ledger.routes, ledger.flows).filter { $0.0.to == account }.reduce(0) {
            $0 + $1.1.carbon[part].kilograms * 1000
        }
    }

    private let main = AssetPath(.grid, "main")

    @Test("a store charged clean and discharged dirty: four memories, and Scope 2 at the meter stays what was bought")
    func storage() {
        var ledger = ledger()
        // 400 kWh: 100 of own sun, 100 over the wire, 200 of the grid at 100 g/kWh in this half hour.
        ledger.add(
            row(
                0,
                [
                    Meter(.solar, Self.own): 100, Meter(.solar, Self.wire): 100, Meter(.gridImport, main): 200,
                    Meter(.load, Self.paint): 300, Meter(.storageCharge, Self.pack): 100,
                ], intensity: 100))
        let use = LedgerAccount.use(.load, Self.paint)
        // Location 200 x 200 = 40,000 g over 400 kWh, of which paint takes 300 and the pack 100.
        #expect(grams(ledger, .location, to: use) == 30_000)
        #expect(grams(ledger, .location, to: .store(Self.pack)) == 10_000)
        // Market (200 + 100) x 400 = 120,000 g: the wire's certificates were sold.
        #expect(grams(ledger, .market, to: use) == 90_000)
        #expect(grams(ledger, .market, to: .store(Self.pack)) == 30_000)
        // The half hour's 200 x 100 = 20,000 g.
        #expect(grams(ledger, .locationHalfHourly, to: use) == 15_000)
        #expect(grams(ledger, .scope1, to: use) == 0)
        // 90 of the 100 kWh come out again, with all the carbon; the grid has 300 g/kWh now.
        ledger.add(
            row(
                1,
                [
                    Meter(.gridImport, main): 310, Meter(.storageDischarge, Self.pack): 90,
                    Meter(.load, Self.paint): 400,
                ], intensity: 300))
        #expect(grams(ledger, .location, to: use) == 62_000 + 10_000)
        #expect(grams(ledger, .market, to: use) == 124_000 + 30_000)
        #expect(grams(ledger, .locationHalfHourly, to: use) == 93_000 + 5_000)
        #expect(ledger.stored == .zero)
    }

    @Test("half of what a store holds takes half of its carbon, and what it held before the first row takes none")
    func partial() {
        var ledger = ledger()
        ledger.add(row(0, [Meter(.storageDischarge, Self.pack): 50, Meter(.load, Self.paint): 50]))
        #expect(grams(ledger, .location, to: .use(.load, Self.paint)) == 0)
        ledger.add(row(1, [Meter(.gridImport, main): 100, Meter(.storageCharge, Self.pack): 100]))
        ledger.add(row(2, [Meter(.storageDischarge, Self.pack): 45, Meter(.load, Self.paint): 45]))
        // 100 kWh x 200 g lie in 90 kWh that it can give; 45 of them are half.
        #expect(grams(ledger, .location, to: .use(.load, Self.paint)) == 10_000)
        #expect(ledger.stored[.location].kilograms == 10)
    }

    @Test("export takes the mix of the bus, and import is not netted with it")
    func export() {
        var ledger = ledger()
        ledger.add(
            row(
                0,
                [
                    Meter(.solar, Self.own): 300, Meter(.gridImport, main): 100, Meter(.gridExport, main): 100,
                    Meter(.load, Self.paint): 300,
                ]))
        // 100 x 200 = 20,000 g over 400 kWh.
        #expect(grams(ledger, .location, to: .use(.gridExport, nil)) == 5_000)
        #expect(grams(ledger, .location, to: .use(.load, Self.paint)) == 15_000)
    }

    @Test("fuel cell, engine, boilers and heat pump: hot water carries the mix that made it")
    func heat() {
        var ledger = ledger()
        ledger.add(
            row(
                0,
                [
                    // 100 kWh of ethanol at 2 g make 60 of electricity and 40 of heat: 120 and 80 g.
                    Meter(.ethanol, Self.sofc): 100, Meter(.fuelcell, Self.sofc): 60,
                    Meter(.heatFuelcell, Self.sofc): 40,
                    // 100 kWh of biomethane at 1 g make 40 and 60: 40 and 60 g.
                    Meter(.biomethane, Self.engine): 100, Meter(.chp, Self.engine): 40,
                    Meter(.heatChp, Self.engine): 60,
                    Meter(.gridImport, main): 300,
                    // Of the bus's 400 kWh with 60,000 + 160 g paint takes 300, the heat pump 100.
                    Meter(.load, Self.paint): 300, Meter(.load, Self.pump): 100, Meter(.heatPump, Self.pump): 300,
                    // 18,000 g of gas make 80 kWh, 1,000 g of chips 85.
                    Meter(.gas, Self.boiler): 100, Meter(.heatBoiler, Self.boiler): 80,
                    Meter(.biomass, Self.chips): 100, Meter(.heatBiomass, Self.chips): 85,
                    Meter(.heatStoreCharge, Self.tank): 113,
                    // The oven burns where it stands.
                    Meter(.gas, Self.oven): 50, Meter(.heatDirectFired, Self.oven): 40,
                ]))
        #expect(grams(ledger, .scope1, to: .use(.load, Self.paint)) == 120)
        #expect(grams(ledger, .location, to: .use(.load, Self.paint)) == 45_000)
        #expect(grams(ledger, .scope1, to: .converter(Self.pump)) == 40)
        #expect(grams(ledger, .location, to: .converter(Self.pump)) == 15_000)
        // Hot water: 40 + 60 + 300 + 80 + 85 = 565 kWh, of which 113, a fifth, go to the tank.
        let direct = 80.0 + 60 + 40 + 18_000 + 1_000
        #expect(grams(ledger, .scope1, to: .store(Self.tank)) == direct / 5)
        #expect(grams(ledger, .location, to: .store(Self.tank)) == 3_000)
        #expect(grams(ledger, .scope1, to: .use(.heatDemand, nil)) == direct * 4 / 5)
        #expect(grams(ledger, .scope1, to: .use(.gas, Self.oven)) == 9_000)
        #expect(ledger.stored[.scope1].kilograms == 3.836)
    }

    @Test("what a boiler burns for no heat stays with it")
    func idle() {
        var ledger = ledger()
        ledger.add(row(0, [Meter(.gas, Self.boiler): 10]))
        #expect(grams(ledger, .scope1, to: .use(.heatBoiler, Self.boiler)) == 1_800)
    }

    @Test(
        "home-charged V2G: cars give back first what they charged here; the rest is bought at the grid's average, never 0"
    )
    func vehicles() {
        var ledger = ledger()
        ledger.add(row(0, [Meter(.gridImport, main): 100, Meter(.bayCharge, Self.bays): 100], intensity: 50))
        #expect(grams(ledger, .location, to: .use(.bayCharge, Self.bays)) == 20_000)
        ledger.add(row(1, [Meter(.bayDischarge, Self.bays): 150, Meter(.load, Self.paint): 150], intensity: 300))
        // 100 kWh with 20,000 g, and 50 kWh at 200 g.
        let use = LedgerAccount.use(.load, Self.paint)
        #expect(grams(ledger, .location, to: use) == 30_000)
        #expect(grams(ledger, .market, to: use) == 60_000)
        #expect(grams(ledger, .locationHalfHourly, to: use) == 5_000 + 15_000)
    }

    @Test("a battery is not zero-carbon: charged from the grid alone, it gives back what it took")
    func batteryIsNotZero() {
        var ledger = ledger()
        ledger.add(row(0, [Meter(.gridImport, main): 100, Meter(.storageCharge, Self.pack): 100]))
        ledger.add(row(1, [Meter(.storageDischarge, Self.pack): 90, Meter(.load, Self.paint): 90]))
        // Nothing was bought in the second half hour, and the paint shop still has 20,000 g.
        #expect(ledger.entered == .zero)
        #expect(grams(ledger, .location, to: .use(.load, Self.paint)) == 20_000)
    }

    @Test("the battery takes no green: it is charged with the mix of the bus, as everything else is")
    func batteryTakesNoGreen() {
        var ledger = ledger()
        ledger.add(
            row(
                0,
                [
                    Meter(.solar, Self.own): 100, Meter(.gridImport, main): 100, Meter(.storageCharge, Self.pack): 100,
                    Meter(.load, Self.paint): 100,
                ]))
        // 20,000 g over 200 kWh, half for each, although the sun gave just what the battery took.
        #expect(grams(ledger, .location, to: .store(Self.pack)) == 10_000)
        #expect(grams(ledger, .location, to: .use(.load, Self.paint)) == 10_000)
    }

    @Test("no import: a half hour of own sun carries nothing, and nothing is divided by 0")
    func noImport() {
        var ledger = ledger()
        ledger.add(row(0, [Meter(.solar, Self.own): 50, Meter(.load, Self.paint): 50], intensity: 300))
        #expect(ledger.entered == .zero && grams(ledger, .locationHalfHourly, to: .use(.load, Self.paint)) == 0)
        ledger.add(row(1, [:]))
        #expect(ledger.entered == .zero && ledger.stored == .zero)
    }

    @Test("a missing hour: what lies in stores waits for it, and nothing is made up")
    func missingHour() {
        var ledger = ledger()
        ledger.add(row(0, [Meter(.gridImport, main): 100, Meter(.storageCharge, Self.pack): 100]))
        // Rows 1 and 2 are missing.
        ledger.add(row(3, [Meter(.storageDischarge, Self.pack): 90, Meter(.load, Self.paint): 90]))
        #expect(grams(ledger, .location, to: .use(.load, Self.paint)) == 20_000 && ledger.stored == .zero)
    }

    @Test("a store that gives more than was promised is emptied, one that gives less holds at most its capacity")
    func drift() {
        var ledger = ledger()
        // Of 100 kWh 90 are promised; 95 come out, and all the carbon with the first 90.
        ledger.add(row(0, [Meter(.gridImport, main): 100, Meter(.storageCharge, Self.pack): 100]))
        ledger.add(row(1, [Meter(.storageDischarge, Self.pack): 95, Meter(.load, Self.paint): 95]))
        #expect(grams(ledger, .location, to: .use(.load, Self.paint)) == 20_000 && ledger.stored == .zero)
        // 3,000 kWh go in and never come out: of a capacity of 1,000, 500 take half of all that carbon.
        for index in 2..<5 {
            ledger.add(row(Int64(index), [Meter(.gridImport, main): 1000, Meter(.storageCharge, Self.pack): 1000]))
        }
        ledger.add(row(5, [Meter(.storageDischarge, Self.pack): 500, Meter(.load, Self.paint): 500]))
        #expect(grams(ledger, .location, to: .use(.load, Self.paint)) == 300_000)
    }

    @Test("a missing intensity is the year's factor and not 0")
    func missingIntensity() {
        var ledger = ledger()
        ledger.add(row(0, [Meter(.gridImport, main): 100, Meter(.load, Self.paint): 100]))
        #expect(grams(ledger, .locationHalfHourly, to: .use(.load, Self.paint)) == 20_000)
    }

    @Test(
        "grams in are grams out and stored, exactly, in every account, over 1,000 seeded days of any readings",
        arguments: 0..<20)
    func conservation(block: Int) {
        for seed in (block * 50)..<(block * 50 + 50) {
            var chance = Chance(stream: SeedStream(seed: UInt64(seed), name: "ledger"))
            var ledger = ledger()
            for index in 0..<48 {
                var meters = SumList(count: Self.chart.meters.count)
                for line in Self.chart.meters.indices where Int.random(in: 0..<4, using: &chance) > 0 {
                    // Corrections may be negative.
                    let ws = Int64.random(in: -1_000_000_000...20_000_000_000, using: &chance)
                    meters[line] = AccountSum(Energy(wattSeconds: ws), measuredMs: 0, estimatedMs: 0)
                }
                var row = PeriodRow(
                    start: BooksBench.start + Int64(index) * settlementPeriod, meters: meters, chart: Self.chart,
                    losses: LossFractions(electricity: 0.02, heat: 0.05))
                row.intensity =
                    Bool.random(using: &chance)
                    ? EmissionFactor(gramsPerKWh: Double.random(in: 0...400, using: &chance)) : nil
                let before = ledger.stored
                ledger.add(row)
                var balance: [LedgerAccount: Carbon] = [:]
                for (route, flow) in zip(ledger.routes, ledger.flows) {
                    balance[route.from, default: .zero] -= flow.carbon
                    balance[route.to, default: .zero] += flow.carbon
                }
                let inner = balance.filter { $0.key.isInner }
                let stores = inner.filter { if case .store = $0.key { true } else { false } }
                let kept = inner.filter { $0.value != .zero && !stores.keys.contains($0.key) }
                #expect(kept.isEmpty, "seed \(seed), half hour \(index)")
                #expect(ledger.stored - before == stores.values.reduce(.zero, +), "seed \(seed), half hour \(index)")
                // Scope 1 comes in as the books count it.
                let sum = carbonSum([row], Self.factors)
                let entered = balance.filter { if case .source = $0.key { true } else { false } }
                #expect(entered.values.reduce(.zero, +)[.scope1].micrograms == -sum.scope1.micrograms)
            }
        }
    }
}

/// A seeded stream for the library's random values.
struct Chance: RandomNumberGenerator {
    var stream: SeedStream
    mutating func next() -> UInt64 { stream.next() }
}

extension Energy {
    fileprivate init(kWh: Int64) { self.init(wattSeconds: kWh * 3_600_000) }
}
