import TwinCore

/// What the messages of one topic of a recording are to the closed loop.
struct FileSource {
    enum Part {
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
    /// Where a payload said last that it holds for one step.
    fileprivate var stepPlace = 0

    /// - Parameter keys: of its signals.
    init(_ topic: String, _ part: Part, keys: [String] = []) {
        self.topic = topic
        self.part = part
        reader = SlotReader(keys: keys)
    }
}

/// The topics of a recording, each taken apart once. A recording sends them in the same order again and again, so what
/// came behind the last one is tried first.
struct FileSources {
    /// Beyond so many topics all are forgotten: a flood of them costs time but no memory.
    static let knownMax = 10_000

    private let source: (String) -> FileSource
    private var sources: [FileSource] = []
    /// Which source followed upon each.
    private var followers: [Int] = []
    private var places: [String: Int] = [:]
    private var last = 0
    private var times = TimeMemory()
    private var slots: [TelemetryValue?] = []

    /// - Parameter source: takes a topic apart.
    init(_ source: @escaping (String) -> FileSource) { self.source = source }

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

    /// Whether a message says that it holds for one step, which `text` writes; most do.
    mutating func says(_ text: [UInt8], _ arrival: Arrival, at place: Int) -> Bool {
        let payload = arrival.payload
        guard let first = text.first, payload.count >= text.count else { return false }
        func holds(at start: Int) -> Bool {
            for index in text.indices where payload[start + index] != text[index] { return false }
            return true
        }
        let guess = sources[place].stepPlace
        let range = 0...(payload.count - text.count)
        if range.contains(guess), holds(at: guess) { return true }
        // A plain scan: the library's search costs more than all else that is done with a message.
        for start in range where payload[start] == first && holds(at: start) {
            sources[place].stepPlace = start
            return true
        }
        return false
    }

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

    /// The same of all its signals.
    var numbers: [Double?] { slots.indices.map(number) }
}
