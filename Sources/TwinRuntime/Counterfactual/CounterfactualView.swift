import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinUnits

/// What a `Counterfactual` is told of each mark, from the values that the components used. Where they stand is looked up
/// once.
struct CounterfactualView: Sendable {
    private struct Row: Sendable {
        let path: AssetPath
        var drawn: Int?
        var fuel: Int?
        var heat: Int?
        var available: Int?
        var generator: GeneratorModel?
        var burner: ProcessBurner?
        /// Its vehicles tell what they need.
        var tellsNeed = false
    }

    private let config: SiteConfig
    private let places: [AssetPath: [String: Int]]
    /// By offer; empty until the first mark.
    private var rows: [Row] = []
    private var byPath: [AssetPath: Int] = [:]
    /// Boilers that fill the network: place of heat and fuel, and heat per fuel.
    private let fillers: [(heat: Int, fuel: Int?, performance: Double)]
    /// What vehicles need, as it was told last, kWh; by offer.
    private var needKWh: [Double?] = []
    /// Factors and prices of the half hour.
    private var dated: (halfHour: PlantTime, fuelGPerKWh: [Double], fuelPrices: [Double?], annualGPerKWh: Double)?

    init(_ config: SiteConfig, values: [NamedValue]) {
        self.config = config
        var places: [AssetPath: [String: Int]] = [:]
        for (place, value) in values.enumerated() {
            places[AssetPath(value.area, value.asset), default: [:]][value.key] = place
        }
        self.places = places
        fillers = config.assets.compactMap { asset in
            guard let share = asset.kind.heatShare({ _ in UsedValue(0, .stale) }), let fuel = share.fillingFuel,
                let heat = places[asset.path]?["heat_kw"]
            else { return nil }
            return (heat, places[asset.path]?[fuel == .gas ? "gas_kw" : "biomass_kw"], share.fillingPerformance)
        }
    }

    private func row(_ path: AssetPath) -> Row {
        let own = places[path] ?? [:]
        var row = Row(path: path)
        guard let kind = config.assets.first(where: { $0.path == path })?.kind else { return row }
        switch kind {
        case let cell as SolidOxideFuelCell:
            row.generator = .cell(cell.cell)
            (row.fuel, row.heat) = (own["ethanol_kw"], own["heat_kw"])
        case let engine as CombinedHeatPower:
            row.generator = .engine(electric: engine.electricEfficiency, heat: engine.heatEfficiency)
            (row.fuel, row.heat) = (own["biomethane_kw"], own["heat_kw"])
        case let oven as Oven: (row.burner, row.fuel) = (oven.burner, own["gas_kw"])
        case let air as SupplyAir: (row.burner, row.fuel) = (air.burner, own["gas_kw"])
        case let oxidiser as Oxidiser: (row.burner, row.fuel) = (oxidiser.burner, own["gas_kw"])
        case is PVPark: row.available = own["available_kw"]
        case is VehicleYard, is ChargingBays: row.tellsNeed = true
        default: row.drawn = own["load_kw"]
        }
        return row
    }

    /// - Parameter setPoints: in force during the step, by offer.
    mutating func moment(
        _ plant: PlantView, values: [NamedValue], readings: [AcceptedReading], setPoints: [Double?], outdoorC: Double,
        from: PlantTime, to: PlantTime
    ) -> Counterfactual.Moment {
        if rows.count != plant.offers.count {
            rows = plant.offers.map { row($0.path) }
            needKWh = rows.map { _ in nil }
            byPath = Dictionary(
                rows.enumerated().filter(\.1.tellsNeed).map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
        }
        hear(readings)
        let (dated, intensity) = (factors(at: from), plant.site.intensityGPerKWh)
        let told = intensity.quality.isGood || intensity.quality == .lastKnown ? intensity.value : nil
        var moment = Counterfactual.Moment(
            plant: plant, from: from, to: to, day: config.zone.local(from.floored(to: settlementPeriod)).date,
            setPoints: setPoints,
            facts: facts(plant, values, outdoorC: outdoorC, at: from), annualGPerKWh: dated.annualGPerKWh,
            halfHourlyGPerKWh: config.gramsPerKWh(told, at: from, by: .average), fuelGPerKWh: dated.fuelGPerKWh,
            fuelPrices: dated.fuelPrices, lossFraction: config.losses.electricity,
            exportMaxKW: config.grid.exportMaxKW)
        fill(&moment, values)
        return moment
    }

    private mutating func hear(_ readings: [AcceptedReading]) {
        guard !byPath.isEmpty else { return }
        for reading in readings where reading.key == "need_kwh" {
            guard let place = byPath[AssetPath(reading.area, reading.asset)], reading.value.isFinite else { continue }
            needKWh[place] = reading.value
        }
    }

    private mutating func factors(
        at time: PlantTime
    ) -> (fuelGPerKWh: [Double], fuelPrices: [Double?], annualGPerKWh: Double) {
        let halfHour = time.floored(to: settlementPeriod)
        if dated?.halfHour != halfHour {
            let tariffs = config.method.tariffs[config.method.tariffs.index(at: time)].value
            dated = (
                halfHour, config.fuelGramsPerKWh(at: time),
                Fuel.allCases.map { fuel in tariffs.fuels[fuel.index].map { $0 / fuel.row.kWhPerPriced } },
                config.gramsPerKWh(nil, at: time, by: .annual)
            )
        }
        return dated.map { ($0.fuelGPerKWh, $0.fuelPrices, $0.annualGPerKWh) } ?? ([], [], 0)
    }

    private func facts(_ plant: PlantView, _ values: [NamedValue], outdoorC: Double, at time: PlantTime) -> [OfferFacts]
    {
        func used(_ place: Int?) -> UsedValue? {
            place.flatMap { values.indices.contains($0) ? values[$0].used : nil }
        }
        let production = (
            isDay: config.calendar.isProductionDay(at: time), perHour: config.calendar.vehiclesPerHour(at: time)
        )
        return rows.indices.map { place in
            let row = rows[place]
            var facts = OfferFacts()
            facts.openKWh = needKWh[place].map { $0 / ChargingGroup.efficiency }
            facts.drawnKW = used(row.drawn)
            facts.fuelKW = used(row.fuel)
            facts.heatKW = used(row.heat)
            facts.availableKW = used(row.available)?.value
            facts.generator = row.generator
            if let burner = row.burner {
                facts.burnerKW = gasKW(burner, plant.offers[place].shape, outdoorC: outdoorC, production)
            }
            return facts
        }
    }

    /// Gas of a burner by its model, set as it is and left to itself, kW.
    private func gasKW(
        _ burner: ProcessBurner, _ shape: Offer.Shape, outdoorC: Double, _ plan: (isDay: Bool, perHour: Double)
    ) -> (now: Double, alone: Double) {
        func gasKW(_ setting: ProcessBurner.Setting) -> Double {
            burner.output(
                setting, isProductionDay: plan.isDay, outdoorC: outdoorC, vehiclesPerHour: plan.perHour
            ).gasKW
        }
        let alone = gasKW(ProcessBurner.Setting())
        switch shape {
        case .source(let oven):
            let replaced = oven.loadKW.value * (burner.elements?.efficiency ?? 0) / burner.efficiency
            return (max(0, alone - max(0, replaced)), alone)
        case .window(let air): return (gasKW(ProcessBurner.Setting(airC: air.temperatureC.value)), alone)
        case .duty(let duty):
            let mode = Int(exactly: duty.mode.value).flatMap(ProcessBurner.Mode.init(rawValue:)) ?? .run
            return (gasKW(ProcessBurner.Setting(mode: mode)), alone)
        default: return (alone, alone)
        }
    }

    private func fill(_ moment: inout Counterfactual.Moment, _ values: [NamedValue]) {
        var (heatKW, fuelKW, isTold) = (0.0, 0.0, !fillers.isEmpty)
        for filler in fillers where values.indices.contains(filler.heat) {
            let heat = values[filler.heat].used
            isTold = isTold && heat.quality.isGood && heat.value.isFinite
            heatKW += heat.value
            guard let place = filler.fuel, values.indices.contains(place), values[place].used.value.isFinite else {
                fuelKW += heat.value
                continue
            }
            fuelKW += values[place].used.value * filler.performance
        }
        guard isTold else { return }
        moment.filledKW = heatKW
        moment.filledByFuelKW = fuelKW
    }
}
