public import TwinCore

/// The site as dispatch sees it at a mark.
public struct SiteView: Sendable, Hashable {
    public var importKW: Double
    public var exportKW: Double
    public var isGridMeasured: Bool
    public var isGridConnected: Bool
    public var intensityGPerKWh: UsedValue
    /// Intensities of the half hours ahead, g/kWh.
    public var forecast: [Double]

    public init(
        importKW: Double, exportKW: Double, isGridMeasured: Bool, isGridConnected: Bool, intensityGPerKWh: UsedValue,
        forecast: [Double]
    ) {
        self.importKW = importKW
        self.exportKW = exportKW
        self.isGridMeasured = isGridMeasured
        self.isGridConnected = isGridConnected
        self.intensityGPerKWh = intensityGPerKWh
        self.forecast = forecast
    }

    /// What is still ahead of a forecast by half hours.
    /// - Parameters:
    ///   - first: start of its first half hour.
    ///   - time: half hours that have passed by then are no forecast any more.
    public static func ahead(_ forecast: [Double], from first: PlantTime, at time: PlantTime) -> [Double] {
        let gone = max(0, (time - first).ms / settlementPeriod.ms)
        return Array(forecast.dropFirst(Int(min(gone, Int64(forecast.count)))))
    }

    /// Import less export, kW.
    public var netKW: Double { importKW - exportKW }
}

/// Everything that dispatch decides about.
public struct PlantView: Sendable, Hashable {
    public var site: SiteView
    /// What the hot-water network takes beside what is there anyway, kW, and what its stores can still take.
    public var openHeatKW: Double
    public var heatHeadroomKW: Double
    /// In the order of their ranks.
    public let offers: [Offer]

    // The same by shape, in that order.
    private(set) var loads: [DeferrableLoad] = []
    private(set) var stores: [Store] = []
    private(set) var converters: [Converter] = []
    private(set) var sourceSwitches: [SourceSwitch] = []
    private(set) var windows: [SetPointWindow] = []
    private(set) var duties: [Duty] = []
    private(set) var generators: [Generator] = []
    private(set) var curtailable: [CurtailableSource] = []

    public init(site: SiteView, openHeatKW: Double = 0, heatHeadroomKW: Double = 0, offers: [Offer]) {
        self.site = site
        self.openHeatKW = openHeatKW
        self.heatHeadroomKW = heatHeadroomKW
        self.offers = offers
        for offer in offers {
            switch offer.shape {
            case .deferrable(let load): loads.append(load)
            case .store(let store): stores.append(store)
            case .converter(let converter): converters.append(converter)
            case .source(let oven): sourceSwitches.append(oven)
            case .window(let window): windows.append(window)
            case .duty(let duty): duties.append(duty)
            case .generator(let cell): generators.append(cell)
            case .curtailable(let source): curtailable.append(source)
            }
        }
    }

    /// What the site would import with storage, free charging and electric heat at rest, generators as near to their
    /// rating as they come in a step and the sun uncurtailed, kW; negative is a surplus.
    public var netAtRestKW: Double {
        var net = site.netKW
        for store in stores { net += store.powerKW.value }
        for load in loads where load.isFree { net += load.powerKW.value }
        for cell in generators { net += cell.powerKW.value - cell.comingKW(setPointKW: cell.ratedKW) }
        for converter in converters { net -= converter.drawnKW(converter.measuredKW.value) }
        for oven in sourceSwitches { net -= oven.loadKW.value }
        for source in curtailable { net -= max(0, source.availableKW - source.powerKW.value) }
        return net
    }
}
