import TwinBooks
public import TwinConfiguration
public import TwinCore
import TwinPlant

/// The components of a site in the written order: weather, the areas of the kinds with the line before what it fills,
/// grid. An area without assets has no seat.
public enum Seating: String, Sendable, CaseIterable {
    case actors, plain

    func seats(_ config: SiteConfig) -> [any ComponentSeat] {
        var seats: [any ComponentSeat] = [seat(WeatherStation(site: config.site, config.weather))]
        for area in Kinds.areas {
            let assets = config.assets.filter { $0.path.area == area }
            if area == Seating.afterLine { seats.append(seat(AssemblyLine(site: config.site))) }
            guard !assets.isEmpty else { continue }
            seats.append(
                seat(
                    AreaTwin(
                        site: config.site, area: area, location: config.location, calendar: config.calendar,
                        network: config.network, assets)))
        }
        seats.append(seat(GridConnection(site: config.site, config.grid)))
        for meter in seats.flatMap(\.meters) {
            // Energy without a line would be lost without a word.
            precondition(
                config.method.chart.index(of: meter) != nil,
                "the chart has no line \(meter.account.name) of \(meter.path.text)")
        }
        return seats
    }

    /// The first area of what is charged when vehicles have left the line.
    private static let afterLine = Area.agv

    private func seat<C: Component>(_ component: C) -> any ComponentSeat {
        switch self {
        case .actors: ComponentActor(component)
        case .plain: PlainSeat(component)
        }
    }
}

extension SiteConfig {
    /// What telemetry may bring, by asset in the written order.
    public var inputs: [AssetInput] { Seating.plain.seats(self).flatMap(\.inputs) }
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
        /// Another dialect: the sources of the site's mapping that the topic belongs to.
        case foreign([Int])
        case unknown
    }

    private let site: String
    private let signals: SignalMapping?
    private var table = SubscriptionTable()
    private var known: [String: Destination] = [:]
    /// Where the messages of the last tick went.
    private var guesses: [(topic: String, destination: Destination)] = []
    static let knownMax = 10_000

    init(site: String, signals: SignalMapping?, seats: [any ComponentSeat]) {
        self.site = site
        self.signals = signals
        for (index, seat) in seats.enumerated() {
            for filter in seat.filters { table.subscribe(index, to: filter) }
        }
    }

    /// - Parameter place: of the message in its tick: most likely the last one had the same topic there.
    mutating func destination(_ topic: String, at place: Int) -> Destination {
        if place < guesses.count, guesses[place].topic == topic { return guesses[place].destination }
        let destination = destination(topic)
        if place < guesses.count {
            guesses[place] = (topic, destination)
        } else if place == guesses.count, place < Router.knownMax {
            guesses.append((topic, destination))
        }
        return destination
    }

    mutating func destination(_ topic: String) -> Destination {
        if let answer = known[topic] { return answer }
        let answer = lookUp(topic)
        if known.count < Router.knownMax, topic.utf8.count <= Topic.lengthMax { known[topic] = answer }
        return answer
    }

    private mutating func lookUp(_ topic: String) -> Destination {
        switch Topic(topic, site: site) {
        case nil:
            let sources = signals?.sources(of: topic) ?? []
            return sources.isEmpty ? .unknown : .foreign(sources)
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
