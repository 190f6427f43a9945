import TwinCore

/// The port of a step that has not come yet: what the model says is what is expected, and nobody commands anything.
struct RehearsalPort: StepPort {
    private let sharedPosts: [[SharedPost]]
    /// First place of each asset in `values`; its signals follow in the order of the sheet.
    private let firstPlaces: [Int]
    private(set) var values: [UsedValue]
    let keys: [(path: AssetPath, key: String)]

    private var moment: StepMoment
    var around: Around { moment.around }
    private var index = 0
    var heat = HeatBalance(openKW: 0, roomKW: .infinity)
    /// Onto the bus and from it in this step, kW.
    private(set) var givenKW = 0.0
    private(set) var drawnKW = 0.0

    init(_ assets: [PlantAsset], calendar: ProductionCalendar, location: SolarSite) {
        moment = StepMoment(calendar: calendar, location: location)
        var first: [Int] = []
        var keys: [(path: AssetPath, key: String)] = []
        for asset in assets {
            first.append(keys.count)
            keys += asset.kind.signals.map { (asset.path, $0.key) }
        }
        self.keys = keys
        firstPlaces = first
        values = keys.map { _ in UsedValue(0, .stale) }
        sharedPosts = assets.map { SharedPost.all(of: $0.kind) }
    }

    mutating func begin(_ around: Around) {
        moment.begin(around)
        (givenKW, drawnKW) = (0, 0)
    }

    mutating func turn(to index: Int) { self.index = index }

    // MARK: - Step

    var order: Double? { nil }
    var isTripped: Bool { false }
    var isHeld: Bool { false }
    var isFuelled: Bool { true }
    mutating func islandShareKW(_ range: @autoclosure () -> ClosedRange<Double>?) -> Double? { nil }
    var burntGasKW: Double? { nil }

    mutating func production() -> Production { moment.production() }
    mutating func sun() -> SunPosition { moment.sun() }

    mutating func use(_ place: Int, _ model: Double?) -> UsedValue {
        let used = model.map { UsedValue($0, .good) } ?? UsedValue(0, .stale)
        values[firstPlaces[index] + place] = used
        for post in sharedPosts[index] where post.place == place {
            switch post.side {
            case .source: givenKW += post.part.of(used.value)
            case .use: drawnKW += post.part.of(used.value)
            case .gas: break
            }
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
