import TwinCore
import TwinPlant
public import TwinScenario

/// The components of a site in the written order: weather, producers, loads, line, storage, grid.
public enum Seating: String, Sendable, CaseIterable {
    case actors, plain

    public func seats(_ config: SiteConfig) -> [any ComponentSeat] {
        [
            seat(WeatherStation(site: config.site, config.weather)),
            seat(WindFarm(site: config.site, config.wind)),
            seat(Shops(site: config.site, calendar: config.calendar, config.shops)),
            seat(AssemblyLine(site: config.site)),
            seat(BatteryStorage(site: config.site, config.storage)),
            seat(GridConnection(site: config.site, config.grid)),
        ]
    }

    private func seat<C: Component>(_ component: C) -> any ComponentSeat {
        switch self {
        case .actors: ComponentActor(component)
        case .plain: PlainSeat(component)
        }
    }
}

/// Sorts a tick's messages to the components that asked for them.
struct Router {
    /// Where one message goes.
    enum Destination {
        case components([Int], area: Area, asset: String, kind: TopicKind)
        case acknowledgement
        case clock
        /// The twin's own outputs and commands: compared in a replay, never stepped.
        case output
        case unknown
    }

    private let site: String
    private var table = SubscriptionTable()
    private var known: [String: Destination] = [:]
    static let knownMax = 10_000

    init(site: String, seats: [any ComponentSeat]) {
        self.site = site
        for (index, seat) in seats.enumerated() {
            for filter in seat.filters { table.subscribe(index, to: filter) }
        }
    }

    mutating func destination(_ topic: String) -> Destination {
        if let answer = known[topic] { return answer }
        let answer = lookUp(topic)
        if known.count < Router.knownMax { known[topic] = answer }
        return answer
    }

    private mutating func lookUp(_ topic: String) -> Destination {
        switch Topic(topic, site: site) {
        case nil: return .unknown
        case .clock: return .clock
        case .output: return .output
        case .asset(_, _, .cmd): return .output
        case .asset(_, _, .ack): return .acknowledgement
        case .asset(let area, let asset, let kind):
            let wanted = table.subscribers(of: topic)
            return wanted.isEmpty ? .unknown : .components(wanted, area: area, asset: asset, kind: kind)
        }
    }
}
