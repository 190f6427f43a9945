import TwinConfiguration
import TwinCore
import TwinImport

/// A tick's messages, each where it belongs.
struct SortedTick: Sendable {
    /// The messages as they came, then what foreign ones were translated to.
    var arrivals: [Arrival]
    /// By seat.
    var slices: [Slice]
    /// Places of the messages that are for no component.
    var others: [(place: Int, destination: Router.Destination)] = []
    /// No more will come.
    var isFinished = false
    /// Of the router that sorted them.
    let version: Int

    init(seats: Int, version: Int) {
        arrivals = []
        slices = [Slice](repeating: Slice(), count: seats)
        self.version = version
    }
}

/// Sorts a tick's messages to the components that asked for them, and decodes them: the same wherever it is done, so a
/// replay does it on the thread that reads.
struct Router: Sendable {
    /// Where one message goes.
    enum Destination: Sendable {
        case components([(seat: Int, addressee: InboxDecoder.Addressee)], area: Area)
        case acknowledgement(AssetPath)
        case clock
        /// The twin's own outputs and commands: compared in a replay, never stepped.
        case output
        /// A command: our own was journalled by nobody, another's is seen.
        case command(AssetPath)
        /// Another dialect: the sources of the site's mapping that the topic belongs to.
        case foreign([Int])
        case unknown
    }

    /// Of the seats of one configuration.
    let version: Int
    private let site: String
    private let signals: SignalMapping?
    private var decoders: [InboxDecoder?]
    private var table = SubscriptionTable()
    /// What was looked up, and where it stands by topic.
    private var routes: [(topic: String, destination: Destination)] = []
    private var known: [String: Int] = [:]
    /// Which route followed upon each: sources speak in the same order again and again.
    private var followers: [Int] = []
    private var last = 0
    static let knownMax = 10_000

    init(site: String, signals: SignalMapping?, seats: [any ComponentSeat], version: Int) {
        self.site = site
        self.signals = signals
        self.version = version
        decoders = seats.map(\.decoder)
        for (index, seat) in seats.enumerated() {
            for filter in seat.filters { table.subscribe(index, to: filter) }
        }
    }

    /// Nil where what a message becomes depends on those before it: foreign ones are translated in the step.
    /// - Parameter isWhole: whether no other messages will come in the tick.
    mutating func sortedAhead(_ arrivals: [Arrival], isWhole: Bool) -> SortedTick? {
        guard signals == nil else { return nil }
        var sorted = begin()
        sort(arrivals, onto: &sorted)
        if isWhole { finish(&sorted) }
        return sorted
    }

    /// A tick without messages.
    func begin() -> SortedTick { SortedTick(seats: decoders.count, version: version) }

    /// Sorts a tick's messages behind those of them that are sorted already; foreign ones are for `add`.
    mutating func sort(_ arrivals: [Arrival], onto sorted: inout SortedTick) {
        let first = sorted.arrivals.count
        sorted.arrivals = arrivals
        for place in first..<arrivals.count {
            if let route = route(arrivals[place].topic) {
                take(place, routes[route].destination, nil, &sorted)
            } else {
                take(place, lookUp(arrivals[place].topic), nil, &sorted)
            }
        }
    }

    /// Adds what a foreign message was translated to.
    /// - Parameters:
    ///   - topic: of our own dialect.
    ///   - part: see `Routed.part`.
    mutating func add(_ arrival: Arrival, as topic: String, part: Int, to sorted: inout SortedTick) {
        let destination = (known[topic] ?? add(topic)).map { routes[$0].destination } ?? lookUp(topic)
        guard case .components = destination else { return }
        sorted.arrivals.append(arrival)
        take(sorted.arrivals.count - 1, destination, part, &sorted)
    }

    /// Tells an asset's component of a foreign message of which nothing could be used.
    /// - Parameter topic: of our own dialect.
    mutating func addUnused(_ place: Int, as topic: String, _ failure: LineFailure, to sorted: inout SortedTick) {
        let destination = (known[topic] ?? add(topic)).map { routes[$0].destination } ?? lookUp(topic)
        guard case .components(let wanted, _) = destination else { return }
        for (seat, addressee) in wanted {
            guard let asset = addressee.asset else { continue }
            decoders[seat]?.noteUnused(
                sorted.arrivals[place], at: place, asset: asset, failure, into: &sorted.slices[seat].inbox)
        }
    }

    mutating func finish(_ sorted: inout SortedTick) {
        if sorted.isFinished { return }
        sorted.isFinished = true
        for seat in decoders.indices {
            sorted.slices[seat].arrivals = sorted.arrivals
            decoders[seat]?.sort(&sorted.slices[seat].inbox)
        }
    }

    private mutating func take(_ place: Int, _ destination: Destination, _ part: Int?, _ sorted: inout SortedTick) {
        guard case .components(let wanted, let area) = destination else {
            sorted.others.append((place, destination))
            return
        }
        for (seat, addressee) in wanted {
            if decoders[seat] == nil {
                sorted.slices[seat].messages.append(
                    Routed(
                        sorted.arrivals[place], area: area, asset: addressee.name, kind: addressee.kind, part: part))
            } else {
                decoders[seat]?.decode(
                    sorted.arrivals[place], at: place, addressee, part: part, into: &sorted.slices[seat].inbox)
            }
        }
    }

    /// Place of a topic's route; nil beyond what is remembered.
    private mutating func route(_ topic: String) -> Int? {
        if last < followers.count, routes[followers[last]].topic == topic {
            last = followers[last]
            return last
        }
        guard let route = known[topic] ?? add(topic) else { return nil }
        followers[last] = route
        last = route
        return route
    }

    private mutating func add(_ topic: String) -> Int? {
        guard routes.count < Router.knownMax, topic.utf8.count <= Topic.lengthMax else { return nil }
        known[topic] = routes.count
        followers.append(routes.count)
        routes.append((topic, lookUp(topic)))
        return routes.count - 1
    }

    private mutating func lookUp(_ topic: String) -> Destination {
        switch Topic(topic, site: site) {
        case nil:
            let sources = signals?.sources(of: topic) ?? []
            return sources.isEmpty ? .unknown : .foreign(sources)
        case .clock: return .clock
        case .output: return .output
        case .asset(let area, let asset, .cmd): return .command(AssetPath(area, asset))
        case .asset(let area, let asset, .ack): return .acknowledgement(AssetPath(area, asset))
        case .asset(let area, let asset, let kind):
            let wanted = table.subscribers(of: topic)
            if wanted.isEmpty { return .unknown }
            let path = AssetPath(area, asset)
            return .components(
                wanted.map { seat in
                    let place = decoders[seat]?.place(of: path)
                    return (seat, InboxDecoder.Addressee(asset: place, name: asset, kind: kind))
                }, area: area)
        }
    }
}
