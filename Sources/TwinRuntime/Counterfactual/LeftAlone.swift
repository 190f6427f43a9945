import TwinCore
import TwinDispatch
import TwinPlant

/// Of what left alone draws, gives and burns more than what is, kW; and by how much the model of the present misses the
/// meters, in the same way.
struct LeftAloneStep: Sendable {
    var drawnKW = 0.0
    var givenKW = 0.0
    var fuelKW = [Double](repeating: 0, count: Fuel.allCases.count)
    /// Heat onto the hot-water network by generators.
    var heatKW = 0.0
    /// Draw less what is given, and fuel, that the model of the present has too much.
    var missedNetKW = 0.0
    var missedFuelKW = [Double](repeating: 0, count: Fuel.allCases.count)
}

/// What is kept of one asset in the world that nobody commands.
struct LeftAlone: Sendable, Codable {
    let path: AssetPath
    /// It was commanded: its world is another one.
    private(set) var isApart = false
    /// Of a generator or a fire left alone, and of the generator under its set-point, kW.
    var powerKW = 0.0
    private var expectedKW = 0.0
    private var fuelScale = 1.0
    /// Of a burner: gas that was measured and modelled, kWh; what one is over the other holds for what it saves, too.
    private var burnt = 0.0
    private var modelled = 0.0
    /// State of charge at the beginning of the day, and now.
    private var firstSOC: Double?
    private var soc = 0.0
    /// Cars that came, the oldest first: what they will still draw, and at most at once.
    private var cars: [Car] = []
    private var openKWh = 0.0
    private var canChargeKW = 0.0

    private struct Car: Sendable, Codable {
        var kWh: Double
        var maxKW: Double
    }

    /// Groups that are charged at a time; older ones are taken together.
    private static let carsMax = 64
    /// ASM: what is not known of when cars would have charged.
    private static let chargingDoubt = 0.2

    init(_ path: AssetPath) { self.path = path }

    /// Begins a day: stores and cars of both worlds are the same, what ran runs on.
    mutating func beginDay() {
        firstSOC = nil
        cars = []
        // Yesterday counts half, the day before a quarter.
        (burnt, modelled) = (burnt / 2, modelled / 2)
    }

    /// Follows an asset that nobody has commanded yet.
    mutating func watch(_ offer: Offer, _ facts: OfferFacts) {
        switch offer.shape {
        case .generator(let cell): (powerKW, expectedKW) = (max(0, cell.powerKW.value), max(0, cell.powerKW.value))
        case .deferrable(let load): restart(load, facts)
        case .store(let store): (firstSOC, soc) = (nil, store.soc.value)
        case .converter(let converter): powerKW = max(0, converter.measuredKW.value)
        case .source, .window, .duty, .curtailable, .circuit: break
        }
    }

    mutating func part() { isApart = true }

    /// Whether what it is judged by is measured.
    static func isMeasured(_ offer: Offer, _ facts: OfferFacts) -> Bool {
        func isTold(_ used: UsedValue) -> Bool {
            used.value.isFinite && (used.quality.isGood || used.quality == .lastKnown)
        }
        switch offer.shape {
        case .store(let store): return isTold(store.powerKW) && isTold(store.soc)
        case .generator(let cell): return isTold(cell.powerKW) && facts.fuelKW.map(isTold) ?? true
        case .converter(let converter): return isTold(converter.measuredKW)
        case .source(let oven): return isTold(oven.loadKW) && facts.fuelKW.map(isTold) ?? false
        case .deferrable(let load): return load.isWorking || isTold(load.powerKW) && isTold(load.canChargeKW)
        case .window, .duty: return facts.fuelKW.map(isTold) ?? false
        case .circuit: return true
        case .curtailable(let source): return isTold(source.powerKW) && facts.availableKW?.isFinite ?? true
        }
    }

    /// One step of an asset that is apart.
    mutating func step(
        _ offer: Offer, _ facts: OfferFacts, setPoint: Double?, hours: Double, into sum: inout LeftAloneStep
    ) {
        switch offer.shape {
        case .store(let store):
            soc = store.soc.value
            if firstSOC == nil { firstSOC = soc }
            let power = store.powerKW.value
            sum.givenKW -= max(0, power)
            sum.drawnKW -= max(0, -power)
            sum.missedNetKW += power - (setPoint ?? 0)
        case .generator(let cell): step(cell, facts, setPoint, &sum)
        case .converter(let converter):
            guard case .electricity = converter.input else { break }
            let model = converter.drawnKW(max(0, converter.measuredKW.value))
            let drawn = facts.drawnKW.flatMap { $0.quality.isGood && $0.value.isFinite ? $0.value : nil } ?? model
            sum.drawnKW -= drawn
            sum.missedNetKW += model - drawn
        case .source(let oven):
            sum.drawnKW -= max(0, oven.loadKW.value)
            burn(facts, hours, &sum)
        case .window, .duty: burn(facts, hours, &sum)
        case .circuit: break  // shed in an island alone, whose steps are left out
        case .deferrable(let load): step(load, facts, hours, &sum)
        case .curtailable(let source):
            let isHeld = setPoint.map { $0 < source.ratedKW && source.powerKW.value >= $0 - 0.05 * source.ratedKW }
            guard isHeld ?? false, let available = facts.availableKW else { break }
            sum.givenKW += max(0, available - source.powerKW.value)
        }
    }

    private mutating func step(
        _ cell: Generator, _ facts: OfferFacts, _ setPoint: Double?, _ sum: inout LeftAloneStep
    ) {
        func reached(_ powerKW: Double, _ wanted: Double) -> Double {
            guard wanted > 0 else { return 0 }
            let begin = max(powerKW, cell.minimumKW)
            return min(
                max(min(max(wanted, cell.minimumKW), cell.ratedKW), begin - cell.rampKWPerStep),
                begin + cell.rampKWPerStep)
        }
        let power = cell.powerKW.value
        powerKW = reached(powerKW, cell.ratedKW)
        expectedKW = reached(expectedKW, setPoint ?? cell.ratedKW)
        sum.givenKW += powerKW - power
        sum.missedNetKW += power - expectedKW
        guard let model = facts.generator else {
            sum.heatKW += cell.heatPerKWh * (powerKW - max(0, power))
            return
        }
        let modelled = model.fuelKW(power)
        let fuel = facts.fuelKW?.value ?? modelled
        if power > 0.5 * cell.minimumKW, modelled > 0 { fuelScale = min(max(fuel / modelled, 0.5), 2) }
        let index = model.fuel.index
        sum.fuelKW[index] += model.fuelKW(powerKW) * fuelScale - fuel
        sum.missedFuelKW[index] += modelled * fuelScale - fuel
        let heat = facts.heatKW.flatMap { $0.value.isFinite ? $0.value : nil } ?? model.heatKW(power) * fuelScale
        sum.heatKW += model.heatKW(powerKW) * fuelScale - heat
    }

    /// Metal and air hold heat, so a burner is behind its model and errs in size: the difference of two models, as large as
    /// the burner is measured, has neither error over a day.
    private mutating func burn(_ facts: OfferFacts, _ hours: Double, _ sum: inout LeftAloneStep) {
        guard let model = facts.burnerKW, let gas = facts.fuelKW?.value else { return }
        burnt += gas * hours
        modelled += model.now * hours
        let scale = modelled > 0 ? min(max(burnt / modelled, 0.5), 2) : 1
        let more = (model.alone - model.now) * scale
        sum.fuelKW[Fuel.gas.index] += more
        guard model.now > 0 else { return }
        // As far as the model misses the meter now, so far it may miss what is saved.
        let miss = min(max(gas / (model.now * scale) - 1, -1), 1)
        sum.missedFuelKW[Fuel.gas.index] += more * miss
    }

    // MARK: - Charging

    private mutating func restart(_ load: DeferrableLoad, _ facts: OfferFacts) {
        (openKWh, canChargeKW) = (facts.openKWh ?? 0, load.canChargeKW.value)
        cars = openKWh > 0.01 ? [Car(kWh: openKWh, maxKW: LeftAlone.most(load, canChargeKW))] : []
    }

    /// A yard shares its rating; a bay gives each car what the car can take.
    private static func most(_ load: DeferrableLoad, _ carsKW: Double) -> Double {
        load.action == .setPower ? carsKW : load.ratingKW
    }

    /// Cars charge at once, as they come. Who came is what is open now and was not, beside what was drawn.
    private mutating func step(
        _ load: DeferrableLoad, _ facts: OfferFacts, _ hours: Double, _ sum: inout LeftAloneStep
    ) {
        guard !load.isWorking, let open = facts.openKWh, open.isFinite else { return }
        let drawn = max(0, -load.powerKW.value)
        let given = max(0, load.powerKW.value)
        // What is given back is drawn again, and loses both ways: 0.9 each (`ChargingGroup.efficiency`).
        let came = open - openKWh + drawn * hours - given * hours / 0.81
        let moreKW = load.canChargeKW.value - canChargeKW
        (openKWh, canChargeKW) = (open, load.canChargeKW.value)
        if came > 0.05 {
            cars.append(Car(kWh: came, maxKW: LeftAlone.most(load, max(moreKW, came / 4))))
            if cars.count > LeftAlone.carsMax {
                let first = cars.removeFirst()
                cars[0].kWh += first.kWh
                cars[0].maxKW += first.maxKW
            }
        } else if came < -0.05 {
            leave(-came)
        }
        var power = 0.0
        for place in cars.indices {
            let taken = min(cars[place].maxKW, cars[place].kWh / hours, load.ratingKW - power)
            power += taken
            cars[place].kWh -= taken * hours
        }
        cars.removeAll { $0.kWh < 1e-6 }
        sum.drawnKW += power - drawn
        sum.givenKW -= given
        sum.missedNetKW += LeftAlone.chargingDoubt * (power - drawn + given)
    }

    /// Cars that left before they had all: the oldest are gone.
    private mutating func leave(_ kWh: Double) {
        var left = kWh
        for place in cars.indices where left > 0 {
            let gone = min(left, cars[place].kWh)
            cars[place].kWh -= gone
            left -= gone
        }
    }

    // MARK: - Level

    /// Electricity that the plant has to draw less from here on than if it had been left alone, kWh.
    func keptKWh(_ offer: Offer) -> Double {
        guard isApart else { return 0 }
        switch offer.shape {
        case .store(let store):
            let kWh = (soc - (firstSOC ?? soc)) * store.capacityKWh
            return kWh > 0 ? kWh * store.dischargeEfficiency : kWh / store.chargeEfficiency
        case .deferrable(let load): return load.isWorking ? 0 : cars.reduce(0) { $0 + $1.kWh } - openKWh
        case .converter, .source, .window, .duty, .generator, .curtailable, .circuit: return 0
        }
    }
}
