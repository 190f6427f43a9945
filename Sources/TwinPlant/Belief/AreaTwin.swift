public import TwinCore

/// The twin of all assets of one area, whatever their kinds: it hears them, steps what it believes of them, and says what
/// it uses.
public struct AreaTwin: Component {
    public struct State: Sendable, Codable {
        var fleet: Fleet
        /// What each asset remembers.
        var memories: [[Double]]
        /// Nil in the state of an older build, too.
        var heat: HeatWatch?
    }

    public let name: String
    public let filters: [TopicFilter]
    public let inputs: [AssetInput]
    public let meters: [Meter]
    public let decoder: InboxDecoder?
    private let area: Area
    private let network: HotWaterNetwork?
    private let filler: NetworkFiller?
    private var heatWatch = HeatWatch()
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
        filler = area == .heat ? NetworkFiller(assets) : nil
        name = area.rawValue
        filters = [TopicFilter("v1/\(site)/\(area.rawValue)/+/+")].compactMap { $0 }
        inputs = assets.map(\.input)
        meters = assets.flatMap(\.meters)
        order = assets.indices.sorted { (assets[$0].kind.rank, $0) < (assets[$1].kind.rank, $1) }
        stepped = assets.map { $0.kind.stepped }
        port = BeliefPort(assets, calendar: calendar, location: location)
        decoder = InboxDecoder(zip(assets, port.specs).map { ($0.path, $1.map(\.key)) })
    }

    public var state: State {
        get { State(fleet: port.fleet, memories: stepped.map(\.numbers), heat: filler.map { _ in heatWatch }) }
        set {
            port.fleet = newValue.fleet
            heatWatch = newValue.heat ?? HeatWatch()
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
        let openKW = port.heat.openKW
        for index in order {
            port.turn(to: index)
            stepped[index].believe(&port)
        }
        // What an area gives to the network the next ones need not give.
        if area != .heat { port.reply.image.heatKW -= port.heat.openKW }
        port.finish(report)
        if context.examinesMeters { watchHeat(neededKW: openKW + port.reply.image.heatKW, context) }
    }

    /// Holds all sources of hot water against the need of its uses.
    private mutating func watchHeat(neededKW: Double, _ context: TickContext) {
        guard let filler, network != nil else { return }
        heatWatch.add(neededKW: neededKW, openKW: port.heat.openKW, hours: context.step.hours)
        if context.to.floored(to: settlementPeriod) == context.to {
            let air = port.reply.image.airTemperatureC.quality
            let isJudged = context.isPlanKept && (air.isGood || air == .lastKnown)
            if let shortage = heatWatch.look(isJudged: isJudged, ratedKW: filler.ratedKW) {
                port.reply.counts.doubt(
                    filler.fuel, kWh: Witness.doubtMargin * shortage.missingKWh / filler.performance)
                if shortage.isNew { port.reply.remarks.append("\(filler.fuel.path.text): \(shortage.sentence)") }
            }
        }
        let alarm = AlarmKey(filler.fuel.path.area, filler.fuel.path.asset, .conflict)
        if heatWatch.isShort, !port.reply.alarms.contains(alarm) { port.reply.alarms.append(alarm) }
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

/// The boiler that gives what the others on the hot-water network leave open.
struct NetworkFiller: Sendable {
    /// Line of its fuel.
    let fuel: Meter
    /// Heat per fuel.
    let performance: Double
    /// Of all that fill, kW.
    let ratedKW: Double

    /// Nil where none burns fuel.
    init?(_ assets: [PlantAsset]) {
        let fillers = assets.compactMap { asset -> (Meter, Double, Double)? in
            guard let share = asset.kind.heatShare({ _ in UsedValue(0, .stale) }), let fuel = share.fillingFuel,
                let account = Account.allCases.first(where: { $0.row.fuel == fuel })
            else { return nil }
            return (Meter(account, asset.path), share.fillingPerformance, asset.kind.sizeKW)
        }
        guard let largest = fillers.max(by: { $0.2 < $1.2 }) else { return nil }
        (fuel, performance, _) = largest
        ratedKW = fillers.reduce(0) { $0 + $1.2 }
    }
}

extension HeatWatch.Shortage {
    fileprivate var sentence: String {
        let hours = settlementPeriod.hours
        return "all sources of hot water tell \(whole(givenKWh / hours)) kW where its uses need"
            + " \(whole(neededKWh / hours)) kW by the model; what they tell counts"
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
