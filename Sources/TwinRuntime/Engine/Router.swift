import TwinConfiguration
import TwinCore
import TwinImport

/// A tick's messages, each where it belongs.
struct SortedTick: Sendable {
    /// By seat.
    var slices: [Slice]
    /// Places of the messages that are for no component.
    var others: [(place: Int, destination: Router.Destination)] = []
    /// Of the router that sorted them.
    var version: Int
}

/// Sorts a tick's messages to the components that asked for them, and decodes them: the same wherever it is done, so a
/// replay does it on the thread that reads.
struct Router: Sendable {
    /// Where one message goes.
    enum Destination: Sendable {
        case components([Int], area: Area, asset: String, kind: TopicKind)
        case acknowledgement
        case clock
        /// The twin's own outputs and commands: compared in a replay, never stepped.
        case output
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
    private var known: [String: Destination] = [:]
    /// Where the messages of the last tick went.
    private var guesses: [(topic: String, destination: Destination)] = []
    /// How many messages each seat got last: the next tick brings about as many.
    private var sliceCounts: [Int]
    static let knownMax = 10_000

    init(site: String, signals: SignalMapping?, seats: [any ComponentSeat], version: Int) {
        self.site = site
        self.signals = signals
        self.version = version
        decoders = seats.map(\.decoder)
        sliceCounts = seats.map { _ in 0 }
        for (index, seat) in seats.enumerated() {
            for filter in seat.filters { table.subscribe(index, to: filter) }
        }
    }

    /// Nil where what a message becomes depends on those before it: foreign ones are translated in the step.
    mutating func sortedAhead(_ arrivals: [Arrival]) -> SortedTick? {
        guard signals == nil else { return nil }
        var sorted = sort(arrivals)
        decode(&sorted)
        return sorted
    }

    /// Without decoding.
    mutating func sort(_ arrivals: [Arrival]) -> SortedTick {
        var sorted = SortedTick(
            slices: sliceCounts.map { count in
                var slice = Slice()
                slice.messages.reserveCapacity(count)
                return slice
            }, version: version)
        for place in arrivals.indices {
            let destination = destination(arrivals[place].topic, at: place)
            guard case .components(let wanted, let area, let asset, let kind) = destination else {
                sorted.others.append((place, destination))
                continue
            }
            for seat in wanted {
                sorted.slices[seat].messages.append(Routed(arrivals[place], area: area, asset: asset, kind: kind))
            }
        }
        for seat in sliceCounts.indices { sliceCounts[seat] = sorted.slices[seat].messages.count }
        return sorted
    }

    mutating func decode(_ sorted: inout SortedTick) {
        for seat in decoders.indices where !sorted.slices[seat].messages.isEmpty {
            if let inbox = decoders[seat]?.decode(sorted.slices[seat].messages) { sorted.slices[seat].inbox = inbox }
        }
    }

    /// - Parameter place: of the message in its tick: most likely the last one had the same topic there.
    private mutating func destination(_ topic: String, at place: Int) -> Destination {
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
