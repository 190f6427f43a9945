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
    let count: Int

    /// - Parameter keys: what is told, in its order.
    init(_ config: SiteConfig, keys: [(path: AssetPath, key: String)]) {
        self.config = config
        table = OfferTable(config.assets, keys: keys)
        count = keys.count
    }

    /// - Parameters:
    ///   - values: in the order of the keys.
    ///   - changedAt: when the set-point in force was first commanded.
    func plant(
        _ values: [UsedValue], site: SiteView, outdoorC: UsedValue, at time: PlantTime, step: Span,
        changedAt: (AssetPath) -> PlantTime?
    ) -> PlantView {
        let factors = config.method.factors.set(at: time)
        let scene = OfferScene(
            time: time, step: step, calendar: config.calendar, outdoorC: outdoorC,
            rampFraction: config.rampFractionPerStep, storageDeadbandKW: config.rules.storage.deadbandKW,
            fuelGramsPerKWh: Fuel.allCases.map { factors[$0].direct.gramsPerKWh })
        let (offers, heat) = table.offers(values, scene, changedAt: changedAt)
        return PlantView(
            site: site, openHeatKW: heat.openDemandKW, heatHeadroomKW: heat.headroomKW, offers: offers)
    }
}

extension SiteConfig {
    /// Strategy and gate in force.
    var control: DispatchControl { DispatchControl(rules: rules, gate: gate) }
}
