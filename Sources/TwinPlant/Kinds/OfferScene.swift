public import TwinCore
public import TwinDispatch

/// What an asset sees when it makes its offer at a mark.
public struct OfferScene: Sendable {
    /// The hot-water network as it is shared.
    public struct Heat: Sendable, Hashable {
        /// What it takes beside what is there anyway, kW.
        public var openDemandKW = 0.0
        /// What stores can still take, kW.
        public var headroomKW = 0.0
        /// Of the heat that fills the rest, direct, g/kWh of heat.
        public var fillingGramsPerKWh = 0.0
        /// Of the same heat, by the kWh; nil where its fuel has no price.
        public var fillingPricePerKWh: Double?
        /// What all its stores hold; nil without one.
        public var store: HeatStore?

        public init() {}
    }

    public var path: AssetPath
    public var time: PlantTime
    /// How long a set-point holds: the step that follows the mark.
    public var step: Span
    public var calendar: ProductionCalendar
    public var outdoorC: UsedValue
    /// Largest change of a set-point in one step, as a share of the rating.
    public var rampFraction: Double
    public var storageDeadbandKW: Double
    public var heat = Heat()
    /// Direct emissions by fuel, g/kWh on its own basis.
    public var fuelGramsPerKWh: [Double]
    /// By fuel, for each kWh on its own basis; nil where nothing is said of a fuel.
    public var fuelPricePerKWh: [Double?] = []
    /// When the set-point in force was first commanded.
    public var changedAt: PlantTime?
    /// What was used, and where the signals of all assets stand in it, below 0 nowhere; the asset's own are a stretch of
    /// these.
    var values: [UsedValue] = []
    var places: [Int] = []
    var own = 0..<0

    public init(
        time: PlantTime, step: Span, calendar: ProductionCalendar, outdoorC: UsedValue, rampFraction: Double,
        storageDeadbandKW: Double, fuelGramsPerKWh: [Double]
    ) {
        path = AssetPath(.grid, "")
        self.time = time
        self.step = step
        self.calendar = calendar
        self.outdoorC = outdoorC
        self.rampFraction = rampFraction
        self.storageDeadbandKW = storageDeadbandKW
        self.fuelGramsPerKWh = fuelGramsPerKWh
    }

    /// What was used of a signal by its place in the sheet; stale where there is nothing.
    public func value(_ signal: Int) -> UsedValue {
        let signal = own.lowerBound + signal
        guard own.contains(signal), values.indices.contains(places[signal]) else { return UsedValue(0, .stale) }
        return values[places[signal]]
    }

    public func grams(_ fuel: Fuel) -> Double { fuelGramsPerKWh[fuel.index] }

    /// For each kWh on the fuel's own basis; nil where nothing is said of it.
    public func price(_ fuel: Fuel) -> Double? {
        fuelPricePerKWh.indices.contains(fuel.index) ? fuelPricePerKWh[fuel.index] : nil
    }

    /// Of so much heat on the hot-water network that need not be made from the filling fuel.
    func heatCredit(_ heatPerKWh: Double) -> (price: Double, grams: Double) {
        ((heat.fillingPricePerKWh ?? 0) * heatPerKWh, heat.fillingGramsPerKWh * heatPerKWh)
    }
}

extension OfferScene.Heat {
    mutating func add(_ other: HeatStore) {
        guard let store else { return store = other }
        self.store = HeatStore(
            storedKWh: store.storedKWh + other.storedKWh, capacityKWh: store.capacityKWh + other.capacityKWh,
            powerMaxKW: store.powerMaxKW + other.powerMaxKW)
    }
}

/// Who offers what on a site: who comes when, and where signals stand among the used values, is looked up once.
public struct OfferTable: Sendable {
    /// A class, so that a mark copies none.
    private final class Row: Sendable {
        let path: AssetPath
        let kind: any AssetKind
        /// Its stretch of `places`.
        let own: Range<Int>
        let fallback: String

        init(_ asset: PlantAsset, own: Range<Int>) {
            path = asset.path
            kind = asset.kind
            self.own = own
            fallback = asset.kind.control?.fallback ?? ""
        }
    }

    /// Those that obey, in the order of their offers, and those that are on the hot-water network.
    private let offering: [Row]
    private let onNetwork: [Row]
    /// Nobody commands them; empty where no load can be switched.
    private let unswitched: [Row]
    private let places: [Int]

    /// - Parameters:
    ///   - keys: what is used, in its order.
    ///   - scene: any: an asset's rank is the same in all.
    public init(_ assets: [PlantAsset], keys: [(path: AssetPath, key: String)], _ scene: OfferScene) {
        var table: [AssetPath: [(key: String, place: Int)]] = [:]
        for (place, key) in keys.enumerated() { table[key.path, default: []].append((key.key, place)) }
        var places: [Int] = []
        let rows = assets.map { asset in
            let told = table[asset.path] ?? []
            let first = places.count
            places += asset.kind.signals.map { signal in told.first { $0.key == signal.key }?.place ?? -1 }
            return Row(asset, own: first..<places.count)
        }
        self.places = places
        let obeying = rows.filter { $0.kind.control != nil }
        let ranks = obeying.map { $0.kind.offer(scene)?.shape.rank ?? .max }
        offering = obeying.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { obeying[$0] }
        unswitched = obeying.contains { $0.kind.isCircuit } ? rows.filter { $0.kind.control == nil } : []
        onNetwork = rows.filter { $0.kind.heatShare { _ in UsedValue(0, .stale) } != nil }
    }

    /// What loads draw that no command switches, kW; 0 where none can be switched.
    /// - Parameter values: in the order of `keys`.
    public func unswitchedLoadKW(_ values: [UsedValue], _ scene: OfferScene) -> Double {
        guard !unswitched.isEmpty else { return 0 }
        var scene = scene
        scene.values = values
        scene.places = places
        return unswitched.reduce(0) { sum, row in
            scene.own = row.own
            return sum + row.kind.unswitchedLoadKW(scene)
        }
    }

    /// The offers of a mark in the order in which a surplus is used; of one rank, in that of the configuration.
    /// - Parameters:
    ///   - values: in the order of `keys`.
    ///   - changedAt: when a set-point in force was first commanded, with the place of the asset's offer.
    public func offers(
        _ values: [UsedValue], _ scene: OfferScene, changedAt: (AssetPath, Int) -> PlantTime?
    ) -> (offers: [Offer], heat: OfferScene.Heat) {
        var scene = scene
        scene.values = values
        scene.places = places
        var filling: HeatShare?
        for row in onNetwork {
            scene.own = row.own
            guard let share = row.kind.heatShare({ scene.value($0) }) else { continue }
            scene.heat.openDemandKW += share.openKW
            scene.heat.headroomKW += share.headroomKW
            if let store = share.store { scene.heat.add(store) }
            if filling == nil, share.fillingFuel != nil { filling = share }
        }
        scene.heat.openDemandKW = max(0, scene.heat.openDemandKW)
        if let filling, let fuel = filling.fillingFuel {
            scene.heat.fillingGramsPerKWh = scene.grams(fuel) / filling.fillingPerformance
            scene.heat.fillingPricePerKWh = scene.price(fuel).map { $0 / filling.fillingPerformance }
        }
        var offers: [Offer] = []
        offers.reserveCapacity(offering.count)
        for row in offering {
            scene.path = row.path
            scene.own = row.own
            scene.changedAt = changedAt(row.path, offers.count)
            guard let offer = row.kind.offer(scene) else { continue }
            offers.append(offer)
            offers[offers.count - 1].fallback = row.fallback
        }
        return (offers, scene.heat)
    }
}
