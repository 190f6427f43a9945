import TwinBooks
public import TwinCore
import TwinPlant
public import TwinScenario

/// The components of a site in the written order: weather, producers, loads and heat, line and logistics,
/// storage, grid. A kind of asset that the site does not have has no seat.
public enum Seating: String, Sendable, CaseIterable {
    case actors, plain

    func seats(_ config: SiteConfig) -> [any ComponentSeat] {
        let (site, calendar) = (config.site, config.calendar)
        var seats: [any ComponentSeat] = [seat(WeatherStation(site: site, config.weather))]
        if !config.wind.isEmpty { seats.append(seat(WindFarm(site: site, config.wind))) }
        if !config.solar.isEmpty {
            seats.append(seat(SolarParks(site: site, location: config.location, config.solar)))
        }
        if !config.fuelCells.isEmpty {
            seats.append(seat(FuelCells(site: site, config.fuelCells, tanks: config.tanks)))
        }
        seats.append(seat(Shops(site: site, calendar: calendar, config.shops)))
        if !config.burners.isEmpty {
            seats.append(seat(ProcessBurners(site: site, calendar: calendar, config.burners)))
        }
        if let heat = config.heat {
            seats.append(
                seat(
                    HeatPlant(
                        site: site, calendar: calendar, demand: heat.demand, lossFraction: config.losses.heat,
                        heat.sources)))
        }
        seats.append(seat(AssemblyLine(site: site)))
        for groups in [config.agvs, config.yard, config.bays] {
            guard let area = groups.first?.path.area else { continue }
            seats.append(seat(ChargingGroups(site: site, area: area, calendar: calendar, groups)))
        }
        if !config.storage.isEmpty { seats.append(seat(BatteryStorage(site: site, config.storage))) }
        seats.append(seat(GridConnection(site: site, config.grid)))
        for meter in seats.flatMap(\.meters) {
            // Energy without a line would be lost without a word.
            precondition(
                config.method.chart.index(of: meter) != nil,
                "the chart has no line \(meter.account.name) of \(meter.path.text)")
        }
        return seats
    }

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
