import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinUnits

/// What dispatch sees at a mark, from the values that the components used or the simulated plant told. Where they stand
/// is looked up once.
struct MarkView: Sendable {
    private let config: SiteConfig
    private let table: OfferTable
    /// Filled in at each mark.
    private let scene: OfferScene
    let count: Int
    /// Tanks, and where their levels stand.
    private let tanks: [(kind: EthanolStore, place: Int)]

    /// - Parameter keys: what is told, in its order.
    init(_ config: SiteConfig, keys: [(path: AssetPath, key: String)], step: Span) {
        self.config = config
        scene = OfferScene(
            time: PlantTime(ms: 0), step: step, calendar: config.calendar, outdoorC: UsedValue(0, .stale),
            rampFraction: config.rampFractionPerStep, storageDeadbandKW: config.rules.storage.deadbandKW,
            fuelGramsPerKWh: Fuel.allCases.map { _ in 0 })
        table = OfferTable(config.assets, keys: keys, scene)
        count = keys.count
        tanks = config.assets.of(EthanolStore.self).flatMap { tank in
            keys.indices.filter { keys[$0].path == tank.path && keys[$0].key == "volume_l" }.map { (tank.kind, $0) }
        }
    }

    /// - Parameters:
    ///   - values: in the order of the keys.
    ///   - changedAt: when the set-point in force was first commanded, with the place of the asset's offer.
    func plant(
        _ values: [UsedValue], site: SiteView, outdoorC: UsedValue, at time: PlantTime,
        changedAt: (AssetPath, Int) -> PlantTime?
    ) -> PlantView {
        var scene = scene
        scene.time = time
        scene.outdoorC = outdoorC
        scene.fuelGramsPerKWh = config.fuelGramsPerKWh(at: time)
        let tariffs = config.method.tariffs[config.method.tariffs.index(at: time)].value
        scene.fuelPricePerKWh = Fuel.allCases.map(tariffs.perKWh)
        var site = site
        site.prices = ElectricityPrices(
            currency: tariffs.currency, importPerKWh: tariffs.importPerMWh / 1000,
            exportPerKWh: tariffs.exportPerMWh / 1000)
        let (offers, heat) = table.offers(values, scene, changedAt: changedAt)
        var view = PlantView(
            site: site, openHeatKW: heat.openDemandKW, heatHeadroomKW: heat.headroomKW, offers: offers)
        view.heatFilling = HeatFilling(gramsPerKWh: heat.fillingGramsPerKWh, pricePerKWh: heat.fillingPricePerKWh)
        view.heatStore = heat.store
        view.fuelStock = fuelStock(values)
        view.unswitchedLoadKW = table.unswitchedLoadKW(values, scene)
        return view
    }

    /// What all tanks hold together; nil where one does not tell.
    private func fuelStock(_ values: [UsedValue]) -> FuelStock? {
        guard !tanks.isEmpty else { return nil }
        var all = FuelStock(litres: 0, capacityLitres: 0)
        for (kind, place) in tanks {
            guard values.indices.contains(place), values[place].quality.isGood, values[place].value.isFinite else {
                return nil
            }
            all.litres += values[place].value
            all.capacityLitres += kind.capacityLitres
            all.reorderLitres += kind.reorderLitres
            all.deliveryLitres += kind.deliveryLitres
            all.leadHours = max(all.leadHours, kind.leadHours)
        }
        return all
    }
}

extension Tariffs {
    /// Of a fuel, on its own basis; nil where nothing is said of it.
    fileprivate func perKWh(_ fuel: Fuel) -> Double? { fuels[fuel.index].map { $0 / fuel.row.kWhPerPriced } }
}

extension SiteConfig {
    /// Strategy and gate in force.
    var control: DispatchControl { DispatchControl(rules: rules, gate: gate) }

    /// What an asset obeys; nil for one that obeys nothing, or is not there.
    func control(of path: AssetPath) -> (action: Action, range: ClosedRange<Double>)? {
        assets.first { $0.path == path }?.kind.control.map { ($0.action, $0.range) }
    }
}
