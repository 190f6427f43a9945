public import TwinCore

/// The site as dispatch sees it at a mark.
public struct SiteView: Sendable, Hashable {
    public var importKW: Double
    public var exportKW: Double
    public var isGridMeasured: Bool
    public var isGridConnected: Bool
    public var intensityGPerKWh: UsedValue
    public var outlook: Outlook
    /// Nil where nothing is judged by its price.
    public var prices: ElectricityPrices?

    public init(
        importKW: Double, exportKW: Double, isGridMeasured: Bool, isGridConnected: Bool, intensityGPerKWh: UsedValue,
        outlook: Outlook
    ) {
        self.importKW = importKW
        self.exportKW = exportKW
        self.isGridMeasured = isGridMeasured
        self.isGridConnected = isGridConnected
        self.intensityGPerKWh = intensityGPerKWh
        self.outlook = outlook
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
    /// What fills the rest, and what stores on the network hold; nil without a store.
    public var heatFilling = HeatFilling()
    public var heatStore: HeatStore?
    /// Of the tanks that feed generators; nil where nobody tells their level.
    public var fuelStock: FuelStock?
    /// In the order of their ranks.
    public let offers: [Offer]
    /// The set-points in force, in the places of the offers; empty where nothing was commanded yet.
    public var inForce: [SetPointInForce?] = []
    /// What operators want, in the same places; empty where they want nothing.
    public var hand: [HandOrder?] = []
    /// What a plan wants now; nil where there is none, and the rules decide.
    public var planned: PlannedStep?
    /// Since the main breaker opened or closed; nil where it never moved.
    public var breakerAge: Span?
    /// Assets whose own breaker is open.
    public var tripped: Set<AssetPath> = []
    /// What loads draw that no command switches, or will draw on a bus that comes back, kW; counted only where others can be
    /// switched.
    public var unswitchedLoadKW = 0.0

    // Where those of a shape stand.
    let loads: Range<Int>
    let stores: Range<Int>
    let converters: Range<Int>
    let sourceSwitches: Range<Int>
    let windows: Range<Int>
    let duties: Range<Int>
    let generators: Range<Int>
    let curtailable: Range<Int>
    let circuits: Range<Int>

    public init(site: SiteView, openHeatKW: Double = 0, heatHeadroomKW: Double = 0, offers: [Offer]) {
        self.site = site
        self.openHeatKW = openHeatKW
        self.heatHeadroomKW = heatHeadroomKW
        let isInOrder = offers.indices.dropFirst().allSatisfy { offers[$0 - 1].rank <= offers[$0].rank }
        let offers = isInOrder ? offers : PlantView.inOrder(offers)
        self.offers = offers
        var next = 0
        func places(through rank: Int) -> Range<Int> {
            let first = next
            while next < offers.count, offers[next].rank <= rank { next += 1 }
            return first..<next
        }
        loads = places(through: 2)
        stores = places(through: 3)
        converters = places(through: 4)
        sourceSwitches = places(through: 5)
        windows = places(through: 6)
        duties = places(through: 7)
        generators = places(through: 8)
        curtailable = places(through: 9)
        circuits = places(through: 10)
    }

    /// Of one rank, they stay as they come.
    private static func inOrder(_ offers: [Offer]) -> [Offer] {
        offers.indices.sorted { (offers[$0].rank, $0) < (offers[$1].rank, $1) }.map { offers[$0] }
    }

    /// What the site would import with storage, free charging and electric heat at rest, generators as near to their
    /// rating as they come in a step and the sun uncurtailed, kW; negative is a surplus.
    public var netAtRestKW: Double {
        var net = site.netKW
        func rest(_ places: Range<Int>) { for place in places { net += offers[place].shape.restingKW } }
        rest(stores)
        rest(loads)
        rest(generators)
        rest(converters)
        rest(sourceSwitches)
        rest(curtailable)
        return net
    }
}

extension PlantView {
    /// The same with generators at rest, which a plan decides about. What is expected and what is measured are held against
    /// each other so: a generator that rests is no error of a forecast.
    public var netBesideGeneratorsKW: Double {
        generators.reduce(netAtRestKW) { sum, place in
            guard case .generator(let cell) = offers[place].shape else { return sum }
            return sum + cell.comingKW(setPointKW: cell.ratedKW)
        }
    }

    /// All the heat that a plan decides about, with that of the generators, kW.
    public var heatDemandKW: Double {
        generators.reduce(openHeatKW) { sum, place in
            guard case .generator(let cell) = offers[place].shape else { return sum }
            return sum + cell.heatPerKWh * max(0, cell.powerKW.value)
        }
    }
}

extension PlantView {
    /// What the ramp of an asset's set-point begins at: that in force. In an island a ceiling far above what cars charge does
    /// not hold back what they shall give.
    func last(_ place: Int) -> Double {
        let offer = offers[place]
        if !site.isGridConnected, !circuits.isEmpty, case .deferrable = offer.shape, offer.action == .setPower,
            offer.measured.quality.isGood
        {
            return offer.measured.value
        }
        return (inForce.indices.contains(place) ? inForce[place]?.value : nil) ?? offer.resting
    }
}

extension Offer.Shape {
    /// What the site would import more than now with this at rest, in the words of `netAtRestKW`, kW.
    fileprivate var restingKW: Double {
        switch self {
        case .store(let store): store.powerKW.value
        case .deferrable(let load): load.isFree ? load.powerKW.value : 0
        case .generator(let cell): cell.powerKW.value - cell.comingKW(setPointKW: cell.ratedKW)
        case .converter(let converter): -converter.drawnKW(converter.measuredKW.value)
        case .source(let oven): -oven.loadKW.value
        case .curtailable(let source): -max(0, source.availableKW - source.powerKW.value)
        case .window, .duty, .circuit: 0
        }
    }
}
