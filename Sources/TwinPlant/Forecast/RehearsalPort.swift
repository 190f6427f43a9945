import TwinCore

/// The port of a step that has not come yet: what the model says is what is expected, and nobody commands anything.
struct RehearsalPort: StepPort {
    /// What a signal means to the plant's electric bus.
    private struct BusPost: Sendable {
        let place: Int
        let part: SignalPart
        let isSource: Bool
    }

    private let calendar: ProductionCalendar
    private let location: SolarSite
    private let busPosts: [[BusPost]]
    /// First place of each asset in `values`; its signals follow in the order of the sheet.
    private let firstPlaces: [Int]
    private(set) var values: [UsedValue]
    let keys: [(path: AssetPath, key: String)]

    private(set) var around: Around
    private var index = 0
    private var plan: Production?
    private var position: SunPosition?
    var heat = HeatBalance(openKW: 0, roomKW: .infinity)
    /// Onto the bus and from it in this step, kW.
    private(set) var givenKW = 0.0
    private(set) var drawnKW = 0.0

    init(_ assets: [PlantAsset], calendar: ProductionCalendar, location: SolarSite) {
        self.calendar = calendar
        self.location = location
        var first: [Int] = []
        var keys: [(path: AssetPath, key: String)] = []
        for asset in assets {
            first.append(keys.count)
            keys += asset.kind.signals.map { (asset.path, $0.key) }
        }
        self.keys = keys
        firstPlaces = first
        values = keys.map { _ in UsedValue(0, .stale) }
        busPosts = assets.map { asset in
            asset.kind.signals.enumerated().flatMap { place, signal in
                signal.posts.compactMap { post in
                    let row = post.account.row
                    guard row.bus == .electricity, row.flow != .memo else { return nil }
                    return BusPost(place: place, part: post.part, isSource: row.flow.isSource)
                }
            }
        }
        let never = PlantTime(ms: 0)
        around = Around(from: never, to: never, airC: 0, windMPerS: 0, irradianceWPerM2: 0)
    }

    mutating func begin(_ around: Around) {
        self.around = around
        plan = nil
        position = nil
        (givenKW, drawnKW) = (0, 0)
    }

    mutating func turn(to index: Int) { self.index = index }

    // MARK: - Step

    var order: Double? { nil }
    var isTripped: Bool { false }
    var isHeld: Bool { false }
    var isFuelled: Bool { true }
    var islandNeedKW: Double? { nil }
    var burntGasKW: Double? { nil }

    mutating func production() -> Production {
        let now = plan ?? Production(calendar, at: around.from)
        plan = now
        return now
    }

    mutating func sun() -> SunPosition {
        let middle = around.from + Span(ms: (around.to - around.from).ms / 2)
        let now = position ?? SunPosition(site: location, unixMilliseconds: middle.ms)
        position = now
        return now
    }

    mutating func use(_ place: Int, _ model: Double?) -> UsedValue {
        let used = model.map { UsedValue($0, .good) } ?? UsedValue(0, .stale)
        values[firstPlaces[index] + place] = used
        for post in busPosts[index] where post.place == place {
            if post.isSource { givenKW += post.part.of(used.value) } else { drawnKW += post.part.of(used.value) }
        }
        return used
    }

    mutating func prove(_ value: Double) {}
    mutating func noise(_ stream: Int, timeConstantMinutes: Double) -> Double { 0 }
    mutating func burn(litres: Double) {}
    func level(ofCapacity litres: Double) -> Double? { nil }
    mutating func arrivals() -> [ChargingSession]? { nil }
    mutating func plugged(_ group: ChargingGroup) {}
    mutating func shipped(_ yard: FinishedVehicleYard) {}
    mutating func finishedCars() -> (count: Int, needKWh: Double, departsMs: Int64)? { nil }
}
