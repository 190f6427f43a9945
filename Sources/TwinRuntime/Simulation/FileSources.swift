import TwinCore

/// What the messages of one topic of a recording are to the closed loop.
struct FileSource: Sendable {
    enum Part: Sendable {
        case clock
        /// The simulated plant tells it in the file's place.
        case simulated
        case line(asset: String, kind: TopicKind)
        /// Telemetry of an asset whose power meets on the bus, by its place.
        case asset(Int)
        case weather(isMast: Bool)
        /// What only the twin hears.
        case other
    }

    let topic: String
    let part: Part
    fileprivate var reader: SlotReader

    /// - Parameter keys: of its signals.
    init(_ topic: String, _ part: Part, keys: [String] = []) {
        self.topic = topic
        self.part = part
        reader = SlotReader(keys: keys)
    }
}

/// The topics of a recording, each taken apart once. A recording sends them in the same order again and again, so what
/// came behind the last one is tried first.
struct FileSources: Sendable {
    /// Beyond so many topics all are forgotten: a flood of them costs time but no memory.
    static let knownMax = 10_000

    private let source: @Sendable (String) -> FileSource
    private var sources: [FileSource] = []
    /// Which source followed upon each.
    private var followers: [Int] = []
    private var places: [String: Int] = [:]
    private var last = 0
    private var times = TimeMemory()
    private var slots: [TelemetryValue?] = []

    /// - Parameter source: takes a topic apart.
    init(_ source: @escaping @Sendable (String) -> FileSource) { self.source = source }

    /// Place of the source with this topic, good until the next one is asked for.
    mutating func place(of text: String) -> Int {
        // What is too long is no topic of the plant, whatever it says.
        let topic = text.utf8.count <= Topic.lengthMax ? text : ""
        if last < followers.count {
            let guess = followers[last]
            if sources[guess].topic == topic {
                last = guess
                return guess
            }
        }
        let place = places[topic] ?? add(topic)
        if last < followers.count { followers[last] = place }
        last = place
        return place
    }

    private mutating func add(_ topic: String) -> Int {
        if sources.count == FileSources.knownMax { self = FileSources(source) }
        places[topic] = sources.count
        followers.append(sources.count)
        sources.append(source(topic))
        return sources.count - 1
    }

    func part(_ place: Int) -> FileSource.Part { sources[place].part }

    /// Reads a message, for `number`; nil for a broken one, which tells nothing.
    mutating func read(_ arrival: Arrival, at place: Int) -> Telemetry? {
        slots.removeAll(keepingCapacity: true)
        return try? sources[place].reader.read(arrival, &times, into: &slots)  // the twin says why it is broken
    }

    /// What the message that was read last tells of a signal, where it can be used.
    func number(_ slot: Int) -> Double? {
        guard case .number(let number)? = slots[slot], number.isFinite, abs(number) < 1e7 else { return nil }
        return number
    }

    /// How many signals the source of that message has.
    var signalCount: Int { slots.count }

    /// The same of all its signals.
    var numbers: [Double?] { slots.indices.map(number) }
}
