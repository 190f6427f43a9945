public import TwinCore

/// The twin of all assets of one area, whatever their kinds: it hears them, steps what it believes of them, and says what
/// it uses.
public struct AreaTwin: Component {
    public struct State: Sendable, Codable {
        var fleet: Fleet
        /// What each asset remembers.
        var memories: [[Double]]
    }

    public let name: String
    public let filters: [TopicFilter]
    public let inputs: [AssetInput]
    public let meters: [Meter]
    public let decoder: InboxDecoder?
    private let area: Area
    private let network: HotWaterNetwork?
    /// Places of the assets in the order of their steps.
    private let order: [Int]
    private var stepped: [any SteppedAsset]
    private var port: BeliefPort

    /// - Parameters:
    ///   - assets: of one area.
    ///   - network: what the hot-water network takes; nil for a site without one.
    public init(
        site: String, area: Area, location: SolarSite, calendar: ProductionCalendar, network: HotWaterNetwork?,
        _ assets: [PlantAsset]
    ) {
        self.area = area
        self.network = area == .heat ? network : nil
        name = area.rawValue
        filters = [TopicFilter("v1/\(site)/\(area.rawValue)/+/+")].compactMap { $0 }
        inputs = assets.map(\.input)
        meters = assets.flatMap(\.meters)
        order = assets.indices.sorted { (assets[$0].kind.rank, $0) < (assets[$1].kind.rank, $1) }
        stepped = assets.map { $0.kind.stepped }
        port = BeliefPort(assets, BeliefPort.Area(location: location, calendar: calendar))
        decoder = InboxDecoder(zip(assets, port.specs).map { ($0.path, $1.map(\.key)) })
    }

    public var state: State {
        get { State(fleet: port.fleet, memories: stepped.map(\.numbers)) }
        set {
            port.fleet = newValue.fleet
            for (index, numbers) in newValue.memories.enumerated() where stepped.indices.contains(index) {
                stepped[index].take(numbers)
            }
        }
    }

    public mutating func tick(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) {
        // The port writes where all others write.
        swap(&port.reply, &reply)
        defer { swap(&port.reply, &reply) }
        let report = port.begin(slice, context)
        port.heat = balance(port.reply.image)
        for index in order {
            port.turn(to: index)
            stepped[index].believe(&port)
        }
        // What an area gives to the network the next ones need not give.
        if area != .heat { port.reply.image.heatKW -= port.heat.openKW }
        port.finish(report)
    }

    /// What stores would take beside nobody tells, so the twin believes that all is taken.
    private mutating func balance(_ image: PlantImage) -> HeatBalance {
        guard let network else { return HeatBalance(openKW: 0, roomKW: .infinity) }
        return HeatBalance(
            openKW: network.carriedKW(port.production(), outdoorC: port.around.airC) - image.heatKW, roomKW: .infinity)
    }

    public mutating func adopt(_ old: AreaTwin) {
        let before = Dictionary(
            old.port.assets.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
        for (index, asset) in port.assets.enumerated() {
            guard let place = before[asset.path], type(of: asset.kind) == type(of: old.port.assets[place].kind)
            else { continue }
            stepped[index].take(old.stepped[place].numbers)
        }
        port.fleet.adopt(old.port.fleet) { path in
            guard let place = before[path], let asset = port.assets.first(where: { $0.path == path }) else {
                return false
            }
            return type(of: asset.kind) == type(of: old.port.assets[place].kind)
        }
    }
}

/// What the uses on the hot-water network take, and the pipes lose.
public struct HotWaterNetwork: Sendable, Hashable {
    public var demand: HeatDemand
    /// Share of the carried heat that the pipes lose.
    public var lossFraction: Double

    public init(demand: HeatDemand, lossFraction: Double) {
        self.demand = demand
        self.lossFraction = lossFraction
    }

    /// Heat that sources must give, kW.
    /// - Parameter scale: true over assumed demand.
    func carriedKW(_ plan: Production, outdoorC: Double, scale: Double = 1) -> Double {
        let wanted = demand.totalKW(
            isProductionDay: plan.isProductionDay, outdoorC: outdoorC, vehiclesPerHour: plan.vehiclesPerHour)
        let bounded = wanted.isNaN ? 0 : min(max(scale * wanted, 0), 1e9)
        return bounded / (1 - lossFraction)
    }
}
