import TwinCore

/// The port of the simulated plant: what the model says is what is, and it is told as a meter prints it.
struct SimulatedPort: StepPort {
    /// What a signal told last.
    struct Slot: Sendable {
        let path: AssetPath
        let key: String
        /// As messages write it.
        let text: JSONText.Key
        let decimals: Int
        /// Nobody measures it; no message tells it.
        let isDerived: Bool
        var isTold = false
        /// As it is, and as it is told.
        var exact = 0.0
        var value = 0.0

        mutating func tell(_ new: Double) {
            isTold = true
            exact = new
            // What nobody measures is not printed either.
            value = isDerived ? new : rounded(new, decimals: decimals)
        }
    }

    private let paths: [AssetPath]
    /// By asset.
    private let orderPlaces: [Int]
    private let isMetered: Bool
    private let meterNoiseFraction: Double
    private var meter: SeedStream
    private var noises: [[SlowNoise]]
    private let sharedPosts: [[SharedPost]]
    /// First slot of each asset; its signals follow in the order of the sheet.
    private let firstSlots: [Int]
    var slots: [Slot] = []

    private var moment: StepMoment
    var around: Around { moment.around }
    private var index = 0
    var heat = HeatBalance(openKW: 0, roomKW: 0)
    var orders: Orders
    /// Whether power and heat of this asset are at rest, whatever it was told.
    var isStill = false
    var tripped: Set<AssetPath> = []
    /// Where no vehicle leaves.
    var held: Set<AssetPath> = []
    var site: SimulatedSite
    /// Onto the bus and from it in this step, kW; by asset what it gives.
    private(set) var givenKW = 0.0
    private(set) var drawnKW = 0.0
    /// Gas that was burnt in this step so far, that of the surroundings with it, kW gross.
    private(set) var gasKW = 0.0

    /// - Parameters:
    ///   - assets: with the kinds as they really are.
    ///   - isMetered: whether what is told deviates as a meter does.
    init(
        _ assets: [PlantAsset], calendar: ProductionCalendar, location: SolarSite, orders: Orders, site: SimulatedSite,
        distribution: PlantTruth.Distribution, isMetered: Bool, seed: UInt64
    ) {
        moment = StepMoment(calendar: calendar, location: location)
        var orders = orders
        orderPlaces = assets.map { orders.place($0.path) }
        self.orders = orders
        self.site = site
        self.isMetered = isMetered
        paths = assets.map(\.path)
        meterNoiseFraction = distribution.meterNoiseFraction
        meter = SeedStream(seed: seed, name: "meter")
        noises = assets.map { asset in
            asset.kind.noises(asset.path).map { SlowNoise(seed: seed, name: $0) }
        }
        var first: [Int] = []
        for asset in assets {
            first.append(slots.count)
            slots += asset.kind.signals.map {
                Slot(
                    path: asset.path, key: $0.key, text: JSONText.Key($0.key), decimals: $0.decimals,
                    isDerived: $0.form == .derived)
            }
        }
        firstSlots = first
        sharedPosts = assets.map { SharedPost.all(of: $0.kind) }
    }

    /// - Parameter gasKW: what is burnt outside these assets.
    mutating func begin(_ around: Around, gasKW: Double) {
        moment.begin(around)
        givenKW = 0
        drawnKW = 0
        self.gasKW = gasKW
    }

    mutating func turn(to index: Int) { self.index = index }

    /// What signal `place` of an asset was, without a meter's deviation.
    func exact(_ asset: Int, _ place: Int) -> Double { slots[firstSlots[asset] + place].exact }

    mutating func tell(_ asset: Int, _ place: Int, _ value: Double) {
        slots[firstSlots[asset] + place].tell(value)
    }

    /// Writes what an asset tells by messages.
    func write(_ asset: Int, into writer: inout TelemetryWriter) {
        let end = asset + 1 < firstSlots.count ? firstSlots[asset + 1] : slots.count
        for slot in firstSlots[asset]..<end where slots[slot].isTold && !slots[slot].isDerived {
            writer.add(slots[slot].text, slots[slot].value)
        }
    }

    /// Lowers what was told to what an inverter lets through.
    mutating func hold(_ asset: Int, _ place: Int, to value: Double) {
        let slot = firstSlots[asset] + place
        slots[slot].value = min(slots[slot].value, rounded(value, decimals: slots[slot].decimals))
    }

    // MARK: - Step

    var order: Double? {
        if isStill { return 0 }
        return orders.value(at: orderPlaces[index], around.from).flatMap { $0.isFinite ? $0 : nil }
    }
    var isTripped: Bool { !tripped.isEmpty && tripped.contains(paths[index]) }
    var isHeld: Bool { !held.isEmpty && held.contains(paths[index]) }

    mutating func production() -> Production { moment.production() }
    mutating func sun() -> SunPosition { moment.sun() }

    mutating func use(_ place: Int, _ model: Double?) -> UsedValue {
        guard let model else { return UsedValue(0, .stale) }
        tell(index, place, model)
        let slot = firstSlots[index] + place
        if isMetered, !slots[slot].isDerived {
            let metered = max(0, model * (1 + meterNoiseFraction * meter.normal()))
            slots[slot].value = rounded(metered, decimals: slots[slot].decimals)
        }
        for post in sharedPosts[index] where post.place == place {
            switch post.side {
            case .source: givenKW += post.part.of(model)
            case .use: drawnKW += post.part.of(model)
            case .gas: gasKW += post.part.of(model)
            }
        }
        return UsedValue(model, .good)
    }

    mutating func prove(_ value: Double) {}

    mutating func noise(_ stream: Int, timeConstantMinutes: Double) -> Double {
        guard noises[index].indices.contains(stream) else { return 0 }
        return noises[index][stream].advance(step: around.minutes, timeConstant: timeConstantMinutes)
    }

    // MARK: - Site

    var isFuelled: Bool { site.tank.levelLitres > 0 }
    mutating func burn(litres: Double) { _ = site.tank.draw(litres: litres) }
    var burntGasKW: Double? { gasKW }

    func level(ofCapacity litres: Double) -> Double? {
        site.tank.capacityLitres > 0 ? site.tank.levelLitres * litres / site.tank.capacityLitres : nil
    }

    mutating func arrivals() -> [ChargingSession]? { site.traffic.arrivals(at: paths[index]) }
    mutating func shipped(_ yard: FinishedVehicleYard) { site.shipped(yard, from: paths[index]) }
    mutating func plugged(_ group: ChargingGroup) { site.traffic.plugged(group, at: paths[index]) }
    mutating func finishedCars() -> (count: Int, needKWh: Double, departsMs: Int64)? {
        site.finishedCars(at: paths[index], by: around.to)
    }

    mutating func islandShareKW(_ range: @autoclosure () -> ClosedRange<Double>?) -> Double? {
        guard let island = site.island, !isTripped else { return nil }
        guard !island.isDark, let range = range() else { return 0 }
        return site.island?.shareKW(range, openKW: island.openKW(drawnKW: drawnKW, givenKW: givenKW))
    }
}
