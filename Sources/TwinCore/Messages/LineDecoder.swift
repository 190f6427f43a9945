/// Reads the lines of a file one after the other.
///
/// Nearly all are messages in the shape in which `Line.bytes` writes them, and they repeat each other's times and topics:
/// such a line is read in one pass, without a tree of values and without a new text. Any other goes to `Line.init`, so
/// that both accept the same lines and give the same reasons.
public struct LineDecoder: Sendable {
    private let start: PlantTime
    private var times = TimeMemory()
    private var topics = TopicMemory()

    /// - Parameter start: where times in seconds count from.
    public init(start: PlantTime) { self.start = start }

    public mutating func line(_ bytes: [UInt8], number: Int) throws(LineFailure) -> Line {
        if let arrival = plainMessage(bytes.span, number: number) { return .message(arrival) }
        return try Line(bytes: bytes, start: start, number: number)
    }

    /// The message of a line `{"t":"…","topic":"…","payload":…}`, with `,"q":…` behind the payload or without; nil for a
    /// line of any other shape.
    public mutating func plainMessage(_ bytes: Swift.Span<UInt8>, number: Int) -> Arrival? {
        var position = 0
        guard PlainJSON.take("{\"t\":\"", bytes, &position), let t = times.read(bytes, &position),
            PlainJSON.take(",\"topic\":\"", bytes, &position), let topic = topics.read(bytes, &position),
            PlainJSON.take(",\"payload\":", bytes, &position)
        else { return nil }
        let payload = position
        guard PlainJSON.passOver(bytes, &position) else { return nil }
        let end = position
        var qos = 0
        if PlainJSON.take(",\"q\":", bytes, &position) {
            guard position < bytes.count, (0x30...0x32).contains(bytes[position]) else { return nil }
            qos = Int(bytes[position] - 0x30)
            position += 1
        }
        guard PlainJSON.take(0x7D, bytes, &position), position == bytes.count else { return nil }
        let kept = bytes.extracting(payload..<end).withUnsafeBufferPointer { Array($0) }
        return Arrival(t: t, topic: topic, payload: kept, qos: qos, number: number)
    }
}

/// The topics that were read, each text made once. A source sends them in the same order again and again, so what came
/// behind the last one is tried first.
struct TopicMemory: Sendable {
    /// Beyond these a topic's text is made each time.
    static let countMax = 10_000

    private var topics: [(bytes: [UInt8], text: String)] = []
    /// Which topic followed upon each.
    private var followers: [Int] = []
    private var places: [String: Int] = [:]
    private var last = 0

    /// From behind the opening quote to behind the closing one; nil for what is not plain.
    mutating func read(_ bytes: ByteSpan, _ position: inout Int) -> String? {
        if last < followers.count {
            let guess = followers[last]
            let end = position + topics[guess].bytes.count
            if end < bytes.count, bytes[end] == 0x22, PlainJSON.holds(topics[guess].bytes, bytes, at: position) {
                position = end + 1
                last = guess
                return topics[guess].text
            }
        }
        guard let range = PlainJSON.text(bytes, &position) else { return nil }
        return find(range.map { bytes[$0] })
    }

    private mutating func find(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let place = places[text] ?? add(bytes, text) else { return text }
        followers[last] = place
        last = place
        return topics[place].text
    }

    private mutating func add(_ bytes: [UInt8], _ text: String) -> Int? {
        guard topics.count < TopicMemory.countMax else { return nil }
        places[text] = topics.count
        topics.append((bytes, text))
        followers.append(topics.count - 1)
        return topics.count - 1
    }
}
