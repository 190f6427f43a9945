import TwinBooks
import TwinCore
import TwinDispatch
import TwinPlant

/// The plant as it would be today if nobody had commanded it, beside the one that is measured: what dispatch saved.
///
/// It observes only: no command and no digest knows of it. What nobody ever commanded is the same in both worlds, so
/// without a command it is exactly nothing.
struct Counterfactual: Sendable, Codable {
    /// One step, as it was heard.
    struct Moment: Sendable {
        var plant: PlantView
        var from: PlantTime
        var to: PlantTime
        /// Local day of the half hour that the step is in.
        var day: CivilDate
        /// By offer: the set-point in force during the step, and what stands beside it.
        var setPoints: [Double?]
        var facts: [OfferFacts]
        /// Of a kWh from the grid, g.
        var annualGPerKWh: Double
        var halfHourlyGPerKWh: Double
        /// By `Fuel.index`, g and money for each kWh.
        var fuelGPerKWh: [Double]
        var fuelPrices: [Double?]
        /// Of electricity between bus and uses.
        var lossFraction = 0.0
        var exportMaxKW = Double.infinity
        /// Of the boilers that fill the network: heat, and fuel on what their performance says of it, kW.
        var filledKW: Double?
        var filledByFuelKW: Double?

        var hours: Double { (to - from).hours }
    }

    /// The half hour that runs.
    private struct HalfHour: Sendable, Codable {
        var start: PlantTime
        var saved = DispatchFigures()
        /// What the models of the present miss.
        var missed = DispatchFigures()
        var doubted = DispatchFigures()
        /// At its beginning.
        var level: SavedMillionths
        var countedMs: Int64 = 0
        var leftOutMs: Int64 = 0
    }

    /// For the mean of the day: hours, g/kWh and money/kWh over hours.
    private struct Means: Sendable, Codable {
        var hours = 0.0
        var sums = DispatchFigures()
    }

    private var date: CivilDate?
    /// The half hours of the day that are over, and the one that runs.
    private var day = SavedSum()
    private var halfHour: HalfHour?
    private var means = Means()
    private var assets: [LeftAlone] = []
    /// Of the last step: what stands in stores and cars is levelled from it.
    private var level = DispatchFigures()
    private var currency = ""
    /// Content of the hot-water stores left alone and now, kWh; nil while both are the same.
    private var leftAloneKWh: Double?
    private var storedKWh: Double?
    private var isHeatApart = false
    /// What was read last of signals that tell now and then, by asset.
    var last: [String: Double] = [:]
    /// Whether anything was ever commanded.
    private(set) var isCommanded = false
    private(set) var yesterday: SavedByDispatch?

    init() {}

    /// What the row of the present half hour says; nil where nothing was commanded.
    var saving: DispatchSaving? {
        guard isCommanded, let halfHour else { return nil }
        return DispatchSaving(
            saved: SavedMillionths(halfHour.saved), levelled: SavedMillionths(level) - halfHour.level,
            missed: SavedMillionths(halfHour.missed), doubted: SavedMillionths(halfHour.doubted),
            countedMs: halfHour.countedMs, leftOutMs: halfHour.leftOutMs)
    }

    /// Of the local day that runs; nil where nothing was commanded.
    var today: SavedByDispatch? {
        guard let saving, let date else { return nil }
        var day = day
        day.add(saving, of: date)
        return day.total(currency)
    }

    /// Takes one step.
    mutating func look(_ moment: Moment) {
        if date != moment.day { begin(moment.day) }
        let start = moment.from.floored(to: settlementPeriod)
        if halfHour?.start != start {
            if let saving { day.add(saving, of: moment.day) }
            halfHour = HalfHour(start: start, level: SavedMillionths(level))
        }
        let offers = moment.plant.offers
        if assets.count != offers.count || !zip(assets, offers).allSatisfy({ $0.path == $1.path }) { align(offers) }
        for place in offers.indices where moment.setPoints[place] != nil && !assets[place].isApart {
            part(place, moment)
        }
        guard isCommanded else { return watch(moment) }
        guard isMeasured(moment) else {
            halfHour?.leftOutMs += (moment.to - moment.from).ms
            return
        }
        step(moment)
    }

    /// Takes over what is known of assets that are still there.
    private mutating func align(_ offers: [Offer]) {
        let known = Dictionary(assets.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        assets = offers.map { known[$0.path] ?? LeftAlone($0.path) }
    }

    private mutating func begin(_ new: CivilDate) {
        if let today { yesterday = today }
        date = new
        day = SavedSum()
        halfHour = nil
        means = Means()
        level = DispatchFigures()
        for place in assets.indices { assets[place].beginDay() }
        leftAloneKWh = nil
    }

    /// From here on an asset has a world of its own.
    private mutating func part(_ place: Int, _ moment: Moment) {
        isCommanded = true
        assets[place].part()
        switch moment.plant.offers[place].shape {
        case .generator: isHeatApart = true
        case .converter(let converter) where converter.isOnHotWater: isHeatApart = true
        default: break
        }
    }

    private mutating func watch(_ moment: Moment) {
        for (place, offer) in moment.plant.offers.enumerated() where !assets[place].isApart {
            assets[place].watch(offer, moment.facts[place])
        }
    }

    private func isMeasured(_ moment: Moment) -> Bool {
        guard moment.plant.site.isGridMeasured, moment.plant.site.isGridConnected, moment.plant.site.netKW.isFinite,
            moment.hours > 0,
            moment.annualGPerKWh.isFinite, moment.halfHourlyGPerKWh.isFinite,
            !isHeatApart || moment.plant.openHeatKW.isFinite
        else { return false }
        return zip(moment.plant.offers, moment.facts).enumerated().allSatisfy { place, one in
            !assets[place].isApart || LeftAlone.isMeasured(one.0, one.1)
        }
    }

    private mutating func step(_ moment: Moment) {
        watch(moment)
        var sum = LeftAloneStep()
        for place in assets.indices where assets[place].isApart {
            assets[place].step(
                moment.plant.offers[place], moment.facts[place], setPoint: moment.setPoints[place],
                hours: moment.hours, into: &sum)
        }
        let heat = isHeatApart ? heat(moment, moreKW: sum.heatKW) : HeatStep()
        let fuels = fuels(moment, sum, heat)
        let saved = electricity(moment, sum) + fuels
        let missed = missed(moment, sum, heat)
        guard saved.isFinite, missed.isFinite else {
            halfHour?.leftOutMs += (moment.to - moment.from).ms
            return
        }
        if var now = halfHour {
            now.saved = now.saved + saved
            now.missed = now.missed + missed
            now.doubted = now.doubted + fuels * Counterfactual.fuelDoubt
            now.countedMs += (moment.to - moment.from).ms
            halfHour = now
        }
        means.hours += moment.hours
        means.sums =
            means.sums
            + DispatchFigures(
                kgAnnual: moment.annualGPerKWh / 1000, kgHalfHourly: moment.halfHourlyGPerKWh / 1000,
                money: moment.plant.site.prices?.importPerKWh ?? 0) * moment.hours
        currency = moment.plant.site.prices?.currency ?? currency
        settle(moment)
    }

    /// What both worlds keep for later, at the day's mean.
    private mutating func settle(_ moment: Moment) {
        var kWh = 0.0
        for place in assets.indices { kWh += assets[place].keptKWh(moment.plant.offers[place]) }
        let filling = moment.plant.heatFilling
        let heatKWh = zip2(storedKWh, leftAloneKWh).map { $0 - $1 } ?? 0
        let grams = heatKWh * filling.gramsPerKWh / 1000
        let later =
            means.sums * (kWh / means.hours)
            + DispatchFigures(
                kgAnnual: grams, kgHalfHourly: grams, money: heatKWh * (filling.pricePerKWh ?? 0))
        if later.isFinite { level = later }
    }

    private func zip2(_ one: Double?, _ other: Double?) -> (Double, Double)? {
        guard let one, let other else { return nil }
        return (one, other)
    }

    // MARK: - Heat

    private struct HeatStep {
        /// Heat that would have been filled more than it was.
        var filledKW = 0.0
        /// Biomass that would have been burnt more, as heat: cost of its fuel and grams, an hour.
        var grams = 0.0
        var money = 0.0
        /// Share by which the fuel of the boilers is above what their heat says.
        var fuelError = 0.0
    }

    /// The hot-water network left alone: the same demand, electric heat at rest, generators as they would give, the store
    /// before the fire, and the boilers last.
    private mutating func heat(_ moment: Moment, moreKW: Double) -> HeatStep {
        let plant = moment.plant
        var open = plant.openHeatKW - moreKW
        var givenKW = 0.0
        if let store = plant.heatStore {
            let before = leftAloneKWh ?? storedKWh ?? store.storedKWh
            let hours = moment.hours
            let flow =
                open >= 0
                ? min(store.powerMaxKW, before / hours, open)
                : -min(-open, store.powerMaxKW, max(0, store.capacityKWh - before) / hours)
            leftAloneKWh = before - flow * hours
            givenKW = storedKWh.map { ($0 - store.storedKWh) / hours } ?? 0
            storedKWh = store.storedKWh
            open -= flow
        }
        open = max(0, open)
        var step = HeatStep()
        for (place, offer) in plant.offers.enumerated() {
            guard case .converter(let converter) = offer.shape, converter.isOnHotWater else { continue }
            let now = max(0, converter.measuredKW.value)
            givenKW += now
            guard case .fuel(let grams, _, let more) = converter.input else { continue }
            let wanted = min(open, converter.ratedKW)
            let fire = wanted < converter.minimumKW ? 0 : wanted
            assets[place].powerKW = fire
            open -= fire
            step.grams += (fire - now) * grams
            step.money += (fire - now) * ((more ?? 0) + (plant.heatFilling.pricePerKWh ?? 0))
        }
        let filled = moment.filledKW ?? max(0, plant.openHeatKW - givenKW)
        step.filledKW = open - filled
        if let byFuel = moment.filledByFuelKW, filled > 0 { step.fuelError = byFuel / filled - 1 }
        return step
    }

    // MARK: - Money and carbon

    /// ASM: what burners and boilers would have burnt at another setting no meter tells, and their models are as good as that.
    private static let fuelDoubt = 0.01

    private func electricity(_ moment: Moment, _ sum: LeftAloneStep) -> DispatchFigures {
        let site = moment.plant.site
        let net = site.netKW + sum.drawnKW * (1 + moment.lossFraction) - sum.givenKW
        return grid(
            moment, importKW: max(0, net) - site.importKW,
            exportKW: min(max(0, -net), moment.exportMaxKW) - site.exportKW)
    }

    private func fuels(_ moment: Moment, _ sum: LeftAloneStep, _ heat: HeatStep) -> DispatchFigures {
        let filling = moment.plant.heatFilling
        var (grams, money) = (
            heat.grams + heat.filledKW * filling.gramsPerKWh,
            heat.money + heat.filledKW * (filling.pricePerKWh ?? 0)
        )
        for (index, kW) in sum.fuelKW.enumerated() where kW != 0 {
            grams += kW * moment.fuelGPerKWh[index]
            money += kW * (moment.fuelPrices[index] ?? 0)
        }
        let kg = grams * moment.hours / 1000
        return DispatchFigures(kgAnnual: kg, kgHalfHourly: kg, money: money * moment.hours)
    }

    private func grid(_ moment: Moment, importKW: Double, exportKW: Double) -> DispatchFigures {
        let prices = moment.plant.site.prices
        return DispatchFigures(
            kgAnnual: importKW * moment.annualGPerKWh / 1000, kgHalfHourly: importKW * moment.halfHourlyGPerKWh / 1000,
            money: importKW * (prices?.importPerKWh ?? 0) - exportKW * (prices?.exportPerKWh ?? 0)) * moment.hours
    }

    /// The same models with the orders in force less the meters; of ratios, their share of what was saved.
    private func missed(_ moment: Moment, _ sum: LeftAloneStep, _ heat: HeatStep) -> DispatchFigures {
        let filling = moment.plant.heatFilling
        let wrong = heat.filledKW * heat.fuelError
        var (grams, money) = (wrong * filling.gramsPerKWh, wrong * (filling.pricePerKWh ?? 0))
        for (index, kW) in sum.missedFuelKW.enumerated() where kW != 0 {
            grams += kW * moment.fuelGPerKWh[index]
            money += kW * (moment.fuelPrices[index] ?? 0)
        }
        let kg = grams * moment.hours / 1000
        return grid(moment, importKW: sum.missedNetKW, exportKW: 0)
            + DispatchFigures(kgAnnual: kg, kgHalfHourly: kg, money: money * moment.hours)
    }
}
