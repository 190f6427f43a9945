import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinUnits

/// What a `Counterfactual` is told of each mark, from the values that the components used. Where they stand is looked up
/// once.
struct CounterfactualView: Sendable {
    /// Who tells facts, and where its signals stand among the used values.
    private struct Row: Sendable {
        /// As what was read last is kept of it.
        let name: String
        let kind: any AssetKind
        let places: [Int?]
    }

    private let config: SiteConfig
    private let places: [AssetPath: [String: Int]]
    /// By offer; empty until the first mark.
    private var rows: [Row?] = []
    /// Signals of which the last reading counts.
    private var remembered: Set<SignalPath> = []
    private var rememberedKeys: Set<String> = []
    /// What fills the hot-water network.
    private var fillers: [Row] = []
    /// Factors and prices of the half hour.
    private var dated: (halfHour: PlantTime, fuelGPerKWh: [Double], fuelPrices: [Double?], annualGPerKWh: Double)?

    init(_ config: SiteConfig, values: [NamedValue]) {
        self.config = config
        var places: [AssetPath: [String: Int]] = [:]
        for (place, value) in values.enumerated() {
            places[AssetPath(value.area, value.asset), default: [:]][value.key] = place
        }
        self.places = places
        for asset in config.assets where asset.kind.heatShare({ _ in UsedValue(0, .stale) })?.fillingFuel != nil {
            if let row = row(asset.path) { fillers.append(row) }
        }
    }

    private func row(_ path: AssetPath) -> Row? {
        config.assets.first { $0.path == path }.map { asset in
            Row(name: path.text, kind: asset.kind, places: asset.kind.signals.map { places[path]?[$0.key] })
        }
    }

    /// - Parameters:
    ///   - setPoints: in force during the step, by offer.
    ///   - last: what was read last of signals that are remembered, by asset.
    mutating func moment(
        _ plant: PlantView, values: [NamedValue], readings: [AcceptedReading], setPoints: [Double?], outdoorC: Double,
        from: PlantTime, to: PlantTime, last: inout [String: Double]
    ) -> Counterfactual.Moment {
        if rows.count != plant.offers.count {
            rows = plant.offers.map { row($0.path) }
            let signals = plant.offers.indices.compactMap { place in
                rows[place].flatMap { type(of: $0.kind).rememberedKey }.map { SignalPath(plant.offers[place].path, $0) }
            }
            remembered = Set(signals)
            rememberedKeys = Set(signals.map(\.key))
            let names = Set(signals.map(\.path.text))
            last = last.filter { names.contains($0.key) }
        }
        hear(readings, &last)
        let (dated, intensity) = (factors(at: from), plant.site.intensityGPerKWh)
        let told = intensity.quality.isGood || intensity.quality == .lastKnown ? intensity.value : nil
        let production = (
            isDay: config.calendar.isProductionDay(at: from), perHour: config.calendar.vehiclesPerHour(at: from)
        )
        func scene(_ row: Row, _ remembered: Double?) -> FactScene {
            FactScene(
                values: values, places: row.places, outdoorC: outdoorC, isProductionDay: production.isDay,
                vehiclesPerHour: production.perHour, remembered: remembered)
        }
        let facts = rows.map { row in row.map { $0.kind.facts(scene($0, last[$0.name])) } ?? OfferFacts() }
        var moment = Counterfactual.Moment(
            plant: plant, from: from, to: to, day: config.zone.local(from.floored(to: settlementPeriod)).date,
            setPoints: setPoints, facts: facts, annualGPerKWh: dated.annualGPerKWh,
            halfHourlyGPerKWh: config.gramsPerKWh(told, at: from, by: .average), fuelGPerKWh: dated.fuelGPerKWh,
            fuelPrices: dated.fuelPrices, lossFraction: config.losses.electricity,
            exportMaxKW: config.grid.exportMaxKW)
        fill(&moment, scene)
        return moment
    }

    private func hear(_ readings: [AcceptedReading], _ last: inout [String: Double]) {
        for reading in readings where rememberedKeys.contains(reading.key) && reading.value.isFinite {
            let path = SignalPath(AssetPath(reading.area, reading.asset), reading.key)
            if remembered.contains(path) { last[path.path.text] = reading.value }
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

    private func fill(_ moment: inout Counterfactual.Moment, _ scene: (Row, Double?) -> FactScene) {
        let filled = fillers.compactMap { $0.kind.facts(scene($0, nil)).filled }
        guard !filled.isEmpty, filled.allSatisfy({ $0.heatKW.quality.isGood && $0.heatKW.value.isFinite }) else {
            return
        }
        moment.filledKW = filled.reduce(0) { $0 + $1.heatKW.value }
        moment.filledByFuelKW = filled.reduce(0) { sum, one in
            sum + (one.byFuelKW.flatMap { $0.isFinite ? $0 : nil } ?? one.heatKW.value)
        }
    }
}
