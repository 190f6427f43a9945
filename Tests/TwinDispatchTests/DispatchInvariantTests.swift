import Testing
import TwinCore
import TwinDispatch

/// A plant as chance wants it: any number of assets, any sizes, any state, some of it not measured.
struct RandomPlant {
    var chance: SeedStream

    init(seed: UInt64) { chance = SeedStream(seed: seed, name: "plant") }

    mutating func any(_ low: Double, _ high: Double) -> Double { low + (high - low) * chance.unit() }
    mutating func flip(_ share: Double) -> Bool { chance.unit() < share }
    mutating func count(_ most: UInt64) -> Int { Int(chance.next() % (most + 1)) }
    mutating func used(_ value: Double) -> UsedValue {
        flip(0.9) ? UsedValue(value, .good) : UsedValue(value, [.lastKnown, .estimated, .stale][count(2)])
    }

    mutating func site() -> SiteView {
        let net = any(-4000, 9000)
        return SiteView(
            importKW: max(0, net), exportKW: max(0, -net), isGridMeasured: flip(0.95), isGridConnected: flip(0.98),
            intensityGPerKWh: used(any(0, 400)), outlook: Outlook((0..<count(50)).map { _ in any(0, 400) }))
    }

    mutating func string(_ index: Int, step: Span) -> Store {
        let power = any(10, 800)
        let low = any(0, 0.3)
        return Store(
            path: AssetPath(.storage, "s\(index)"), powerMaxKW: power, capacityKWh: power * any(0.2, 4), socMin: low,
            socMax: any(0.6, 1), socReserve: any(low, 0.5), chargeEfficiency: any(0.8, 1),
            dischargeEfficiency: any(0.8, 1), soc: used(any(0, 1)), powerKW: used(any(-power, power)), step: step)
    }

    mutating func cell(_ index: Int) -> Generator {
        let rated = any(50, 1500)
        let minimum = flip(0.2) ? 0 : rated * any(0.1, 0.9)
        return Generator(
            path: AssetPath(.fuelcell, "c\(index)"), ratedKW: rated, minimumKW: minimum,
            rampKWPerStep: rated * any(0.005, 0.5), powerKW: used(flip(0.2) ? 0 : any(minimum, rated)))
    }

    mutating func group(_ index: Int) -> DeferrableLoad {
        let area: Area = [.bay, .yard, .agv][count(2)]
        let rating = any(10, 900)
        let can = any(0, rating)
        let delivers = area == .bay
        return DeferrableLoad(
            path: AssetPath(area, "g\(index)"), action: delivers ? .setPower : .setLimit, ratingKW: rating,
            powerKW: used(any(-rating, delivers && flip(0.3) ? rating : 0)),
            mustKW: used(flip(0.4) ? 0 : any(0, 1.2 * can)), canChargeKW: used(can),
            canDischargeKW: used(delivers && flip(0.5) ? any(0, rating) : 0), isWorking: area == .agv)
    }

    mutating func heat() -> HeatParts? {
        guard flip(0.7) else { return nil }
        let sources = (0..<count(2)).map { index in
            let rated = any(100, 4000)
            return Converter(
                path: AssetPath(.heat, "h\(index)"), ratedKW: rated, performance: any(0.9, 4),
                heatKW: used(any(0, rated)), breakEvenGPerKWh: any(100, 700))
        }
        return HeatParts(openDemandKW: any(0, 6000), storeHeadroomKW: any(0, 2000), sources: sources)
    }

    mutating func park(_ index: Int) -> CurtailableSource {
        let rated = any(100, 5000)
        let available = any(0, rated)
        return CurtailableSource(
            path: AssetPath(.solar, "p\(index)"), ratedKW: rated,
            powerKW: used(flip(0.3) ? any(0, available) : available),
            availableKW: available)
    }

    mutating func plant(step: Span) -> PlantParts {
        PlantParts(
            site: site(), storage: (0..<count(4)).map { string($0, step: step) },
            fuelCells: (0..<count(2)).map { cell($0) }, flexible: (0..<count(5)).map { group($0) }, heat: heat(),
            solar: (0..<count(2)).map { park($0) })
    }

    mutating func shuffled<Element>(_ list: [Element]) -> [Element] {
        list.map { ($0, chance.next()) }.sorted { $0.1 < $1.1 }.map(\.0)
    }
}

/// What an asset does in the coming step under a set-point, kW onto the bus, said anew from its view: the least and the
/// most that is to be expected, and whether a site limit could still take something from it.
private struct Effect {
    var low: Double
    var high: Double
    var nowKW: Double
    var canDrawLess = false
    var canGiveLess = false

    init(_ unit: Store, _ kw: Double) {
        (low, high, nowKW) = (kw, kw, unit.powerKW.value)
        (canDrawLess, canGiveLess) = (kw < 0, kw > 0)
    }

    init(_ cell: Generator, _ kw: Double) {
        nowKW = cell.powerKW.value
        canGiveLess = kw > 0
        guard kw > 0 else { (low, high) = (0, 0); return }
        if nowKW <= 0 {
            (low, high) = (0, min(kw, cell.minimumKW + cell.rampKWPerStep))
        } else {
            let next = min(max(kw, nowKW - cell.rampKWPerStep), nowKW + cell.rampKWPerStep)
            (low, high) = (next, next)
        }
    }

    init(_ group: DeferrableLoad, _ kw: Double) {
        let isKnown = group.mustKW.quality.isGood || group.mustKW.quality == .lastKnown
        let need = isKnown ? min(group.mustKW.value, group.ratingKW) : 0
        let can = group.canChargeKW.quality.isGood ? min(group.canChargeKW.value, group.ratingKW) : group.ratingKW
        nowKW = group.powerKW.value
        let told = group.action == .setPower ? -kw : kw
        if told < 0, need == 0 {
            (low, high) = (-told, -told)
            canGiveLess = true
        } else {
            let most = min(max(told, need), max(can, need))
            low = -most
            // Vehicles at work, and those that nobody measures, may go on as they are.
            let isFree =
                !group.isWorking && group.powerKW.quality.isGood && isKnown && group.mustKW.quality.isGood
                && group.canChargeKW.quality.isGood
            high = isFree ? -most : -min(max(-nowKW, 0), most)
            canDrawLess = isKnown && told > need
        }
    }

    init(_ source: Converter, _ kw: Double) {
        (low, high) = (-source.drawnKW(kw), -source.drawnKW(kw))
        nowKW = -source.drawnKW(source.measuredKW.value)
        canDrawLess = kw > 0
    }

    init(_ park: CurtailableSource, _ kw: Double) {
        (low, high, nowKW) = (min(kw, park.availableKW), min(kw, park.availableKW), park.powerKW.value)
        canGiveLess = high > 0
    }
}

extension PlantParts {
    fileprivate func effects(_ points: [AssetPath: Double]) -> [Effect] {
        storage.compactMap { view in points[view.path].map { Effect(view, $0) } }
            + fuelCells.compactMap { view in points[view.path].map { Effect(view, $0) } }
            + flexible.compactMap { view in points[view.path].map { Effect(view, $0) } }
            + (heat?.sources ?? []).compactMap { view in points[view.path].map { Effect(view, $0) } }
            + solar.compactMap { view in points[view.path].map { Effect(view, $0) } }
    }

    fileprivate func storageTotal(_ points: [SetPoint]) -> Double {
        points.filter { $0.path.area == .storage }.reduce(0) { $0 + $1.value }
    }
}

@Suite("Rules and gate over any plant")
struct DispatchInvariantTests {
    private static let slack = 1e-6

    private struct Case {
        var view: PlantParts
        var rules: DispatchRules
        var gate: SafetyGate
        var wishes: [SetPoint]
        var points: [SetPoint]
        var ramp: Double
        var last: [AssetPath: Double]

        init(_ random: inout RandomPlant) {
            view = random.plant(step: .seconds(Int64(1 + random.count(1799))))
            gate = SafetyGate(importMaxKW: random.any(4000, 9000), exportMaxKW: random.any(0, 2000))
            let rule = StorageRule(
                peakImportKW: random.any(1000, gate.importMaxKW), cleanFraction: random.any(0, 0.5),
                dirtyFraction: random.any(0, 0.5), deadbandKW: 5)
            rules = DispatchRules(storage: rule, exportMaxKW: gate.exportMaxKW)
            ramp = random.any(0.1, 2)
            last = [:]
            for unit in view.storage { last[unit.path] = unit.powerKW.value }
            wishes = rules.decide(view)
            points = gate.pass(wishes, view.offers(ramp: ramp), netKW: view.site.netKW, last: last)
        }
    }

    private func forEachCase(_ seed: UInt64, _ body: (inout RandomPlant, Case) -> Void) {
        var random = RandomPlant(seed: seed)
        for _ in 0..<20 {
            let one = Case(&random)
            body(&random, one)
        }
    }

    @Test("each asset gets one finite set-point, the same each time", arguments: 0..<250 as Range<UInt64>)
    func finite(seed: UInt64) {
        forEachCase(seed) { _, one in
            let count = one.view.offers(ramp: 1).count
            #expect(one.wishes.count == count && Set(one.points.map(\.path)).count == count, "seed \(seed)")
            #expect((one.wishes + one.points).allSatisfy { $0.value.isFinite && !$0.reason.isEmpty }, "seed \(seed)")
            #expect(one.wishes == one.rules.decide(one.view), "seed \(seed)")
        }
    }

    @Test(
        "import and export stay within the connection while anything could give way",
        arguments: 0..<250 as Range<UInt64>)
    func connection(seed: UInt64) {
        forEachCase(seed) { _, one in
            let points = Dictionary(one.points.map { ($0.path, $0.value) }) { first, _ in first }
            let effects = one.view.effects(points)
            let rest = one.view.site.netKW + effects.reduce(0) { $0 + $1.nowKW }
            let most = rest - effects.reduce(0) { $0 + $1.low }
            let least = rest - effects.reduce(0) { $0 + $1.high }
            let isForcedIn = !effects.contains { $0.canDrawLess }
            let isForcedOut = !effects.contains { $0.canGiveLess }
            #expect(most <= one.gate.importMaxKW + Self.slack || isForcedIn, "seed \(seed): \(one)")
            #expect(least >= -one.gate.exportMaxKW - Self.slack || isForcedOut, "seed \(seed): \(one)")
        }
    }

    @Test("no set-point leaves what its device can do", arguments: 0..<250 as Range<UInt64>)
    func devices(seed: UInt64) {
        forEachCase(seed) { _, one in
            let points = Dictionary(one.points.map { ($0.path, $0.value) }) { first, _ in first }
            for unit in one.view.storage { #expect(abs(points[unit.path] ?? .nan) <= unit.powerMaxKW, "seed \(seed)") }
            for cell in one.view.fuelCells {
                let kw = points[cell.path] ?? .nan
                #expect(kw == 0 || (cell.minimumKW...cell.ratedKW).contains(kw), "seed \(seed): \(kw) of \(cell)")
            }
            for group in one.view.flexible {
                let kw = points[group.path] ?? .nan
                let give = group.canDischargeKW.value
                let range = group.action == .setPower ? -group.ratingKW...give : 0...group.ratingKW
                #expect(range.contains(kw), "seed \(seed): \(kw) of \(group)")
                let need = group.mustKW.quality.isGood ? min(group.mustKW.value, group.ratingKW) : 0
                #expect((group.action == .setPower ? -kw : kw) >= need || need == 0, "seed \(seed): \(kw) of \(group)")
            }
            for source in one.view.heat?.sources ?? [] {
                #expect((0...source.ratedKW).contains(points[source.path] ?? .nan), "seed \(seed)")
            }
            for park in one.view.solar {
                #expect((0...park.ratedKW).contains(points[park.path] ?? .nan), "seed \(seed)")
            }
        }
    }

    @Test("a storage wish stays within window and reserve over the step", arguments: 0..<250 as Range<UInt64>)
    func window(seed: UInt64) {
        forEachCase(seed) { _, one in
            let wishes = Dictionary(one.wishes.map { ($0.path, $0.value) }) { first, _ in first }
            for unit in one.view.storage {
                let kw = wishes[unit.path] ?? .nan
                let cellKW = kw > 0 ? kw / unit.dischargeEfficiency : kw * unit.chargeEfficiency
                let after = unit.soc.value - cellKW * unit.step.hours / unit.capacityKWh
                #expect(kw <= 0 || after >= unit.socReserve - 1e-9, "seed \(seed): \(kw) of \(unit)")
                #expect(kw >= 0 || after <= unit.socMax + 1e-9, "seed \(seed): \(kw) of \(unit)")
            }
        }
    }

    @Test(
        "the order of the assets changes the storage's total by no more than rounding",
        arguments: 0..<250 as Range<UInt64>)
    func order(seed: UInt64) {
        forEachCase(seed) { random, one in
            var other = one.view
            other.storage = random.shuffled(other.storage)
            other.flexible = random.shuffled(other.flexible)
            other.fuelCells = random.shuffled(other.fuelCells)
            other.solar = random.shuffled(other.solar)
            let wishes = one.rules.decide(other)
            let points = one.gate.pass(
                wishes, other.offers(ramp: one.ramp), netKW: other.site.netKW, last: one.last)
            // Each set-point is a tenth of a kW.
            let rounding = 0.1 * Double(one.view.storage.count + one.view.flexible.count + 1)
            #expect(
                abs(other.storageTotal(wishes) - one.view.storageTotal(one.wishes)) <= rounding, "seed \(seed): \(one)")
            #expect(
                abs(other.storageTotal(points) - one.view.storageTotal(one.points)) <= rounding, "seed \(seed): \(one)")
        }
    }
}
