import TwinCore
import TwinDispatch

/// One storage unit and one site, as a test wants them.
enum DispatchBench {
    static let ess1 = AssetPath(.storage, "ess-1")
    static let start = PlantTime(ms: 1_750_204_800_000)

    static func context(_ tick: Int) -> TickContext {
        let from = start + Int64(tick - 1) * .minutes(1)
        return TickContext(tick: tick, from: from, to: from + .minutes(1), lateness: .seconds(30), lead: .seconds(5))
    }

    /// 500 kW, 1000 kWh, 0.1 to 0.9 with a reserve at 0.2, 0.9 out and 0.95 in: 0.855 round trip.
    static func unit(
        soc: Double = 0.5, powerKW: Double = 0, socQuality: Quality = .good, powerQuality: Quality = .good,
        step: Span = .minutes(1)
    ) -> Store {
        Store(
            path: ess1, powerMaxKW: 500, capacityKWh: 1000, socMin: 0.1, socMax: 0.9, socReserve: 0.2,
            chargeEfficiency: 0.95, dischargeEfficiency: 0.9, soc: UsedValue(soc, socQuality),
            powerKW: UsedValue(powerKW, powerQuality), step: step)
    }

    static func site(
        importKW: Double = 3000, exportKW: Double = 0, isMeasured: Bool = true, isConnected: Bool = true,
        intensity: UsedValue = UsedValue(150, .good), forecast: [Double] = []
    ) -> SiteView {
        SiteView(
            importKW: importKW, exportKW: exportKW, isGridMeasured: isMeasured, isGridConnected: isConnected,
            intensityGPerKWh: intensity, outlook: Outlook(forecast))
    }

    /// Peak at 5000 kW; the cleanest and the dirtiest quarter of the forecast.
    static let rule = StorageRule(peakImportKW: 5000, cleanFraction: 0.25, dirtyFraction: 0.25, deadbandKW: 5)
}

/// The hot-water network as a test wants it.
struct HeatParts {
    var openDemandKW: Double
    var storeHeadroomKW: Double
    var sources: [Converter]
}

extension Converter {
    /// An electric source on the hot-water network.
    init(path: AssetPath, ratedKW: Double, performance: Double, heatKW: UsedValue, breakEvenGPerKWh: Double) {
        self.init(
            path: path, input: .electricity(perKW: performance, breakEvenGPerKWh: breakEvenGPerKWh), ratedKW: ratedKW,
            measuredKW: heatKW)
    }
}

/// A plant by what stands on its site; `offered` is how dispatch sees it.
struct PlantParts {
    var site: SiteView
    var storage: [Store] = []
    var fuelCells: [Generator] = []
    var flexible: [DeferrableLoad] = []
    var heat: HeatParts?
    var ovens: [SourceSwitch] = []
    var supplyAir: [SetPointWindow] = []
    var oxidisers: [Duty] = []
    var solar: [CurtailableSource] = []

    func offers(ramp: Double) -> [Offer] {
        var offers = flexible.map { Offer($0, ramp: ramp) } + storage.map { Offer($0, ramp: ramp) }
        offers += (heat?.sources ?? []).map { Offer($0, ramp: ramp) } + ovens.map { Offer($0) }
        offers += supplyAir.map { Offer($0) } + oxidisers.map { Offer($0) } + fuelCells.map { Offer($0) }
        offers += solar.map { Offer($0) }
        return PlantView(site: site, offers: offers).offers
    }

    var offered: PlantView {
        PlantView(
            site: site, openHeatKW: heat?.openDemandKW ?? 0, heatHeadroomKW: heat?.storeHeadroomKW ?? 0,
            offers: offers(ramp: 1))
    }
}

extension DispatchRules {
    /// What is wished for each asset, in words.
    func decide(_ plant: PlantParts) -> [SetPoint] {
        let view = plant.offered
        return decide(view).map { wish in
            let offer = view.offers[wish.place]
            return SetPoint(offer.path, offer.action, wish.value, reason: wish.reason.text)
        }
    }
}

extension SafetyGate {
    /// One asset on its own: what else the site does is in `netKW`, which takes the change.
    func pass(_ wish: SetPoint, asset: Offer, last: Double, netKW: inout Double) -> SetPoint {
        let point = pass([wish], [asset], netKW: netKW, last: [wish.path: last])[0]
        var net = ExpectedNet(netKW: netKW)
        net.plan(asset, point.value)
        netKW = net.mostKW
        return point
    }

    /// All wishes in their order, as the twin passes them.
    func pass(_ wishes: [SetPoint], _ assets: [Offer], netKW: Double, last: [AssetPath: Double] = [:])
        -> [SetPoint]
    {
        let places = wishes.map { wish in assets.firstIndex { $0.path == wish.path } ?? 0 }
        var passages = zip(wishes, places).map { wish, place in
            Passage(place, wish.value, last: last[wish.path] ?? assets[place].resting)
        }
        pass(&passages, assets, netKW: netKW)
        return zip(wishes, passages).map { wish, passage in
            let offer = assets[passage.place]
            return SetPoint(
                offer.path, offer.action, passage.value, reason: passage.text(wish.reason), fallback: offer.fallback)
        }
    }
}
