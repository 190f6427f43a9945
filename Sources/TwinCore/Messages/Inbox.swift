/// What an asset's will or greeting says, as plain text.
public enum AssetStatus: String, Sendable {
    case online, offline

    public static let failure = LineFailure(reason: .wrongType, text: "the status is neither online nor offline")

    public init?(_ payload: [UInt8]) {
        let text = payload.textRange
        guard text.count <= 16, let status = AssetStatus(rawValue: String(decoding: payload[text], as: UTF8.self))
        else { return nil }
        self = status
    }
}

/// A message after decoding: all of it that is not in its inbox is plain numbers, so that handing it on costs nothing.
public struct DecodedMessage: Sendable {
    public enum Content: Sendable, Hashable {
        /// Its values stand in the inbox, from `slot` on.
        case telemetry
        /// `online` or `offline`.
        case status(AssetStatus)
        /// For the reason at this place of the inbox's failures.
        case refused(Int)
        /// The same, as was told and counted where it came in.
        case unused(Int)
    }

    public var content: Content
    /// Of the message among the tick's.
    public var place: Int
    /// Place of its asset in the decoder; nil where the decoder has none of that name.
    public var asset: Int?
    /// Place of such a name among the inbox's.
    public var stranger = 0
    public var arrivedAt: PlantTime
    public var isRetained: Bool
    /// See `Routed.part`.
    public var part: Int?
    /// Event time: the payload's `ts`, else the time of arrival.
    public var ts: PlantTime
    public var seq: Int64?
    /// What it is known by: messages of one `ts` and `seq` may bring different keys.
    public var bytesHash: UInt64 = 0
    public var period: Span?
    public var isModelled = false
    public var connected: Bool?
    public var slot = 0
    /// Place among the inbox's forecasts; nil without one.
    public var forecast: Int?

    init(_ arrival: Arrival, at place: Int, asset: Int?, part: Int?) {
        content = .telemetry
        self.place = place
        self.asset = asset
        arrivedAt = arrival.t
        isRetained = arrival.retain
        self.part = part
        ts = arrival.t
    }

    mutating func take(_ telemetry: Telemetry) {
        ts = telemetry.ts
        seq = telemetry.seq
        period = telemetry.period
        isModelled = telemetry.isModelled
        connected = telemetry.connected
    }
}

/// A tick's messages for one component, decoded.
public struct Inbox: Sendable {
    public var messages: [DecodedMessage] = []
    /// Values by message and signal.
    public var slots: [TelemetryValue?] = []
    public var forecasts: [[Double?]] = []
    public var failures: [LineFailure] = []
    /// Names that are no asset's.
    public var strangers: [String] = []
    /// Places of the messages in the order that a tick uses: event time, asset, sequence, line.
    public var order: [Int] = []

    public init() {}
}

/// What a tick brings one component.
public struct Slice: Sendable {
    /// The whole tick's messages.
    public var arrivals: [Arrival] = []
    /// What the component's decoder made of its own.
    public var inbox = Inbox()
    /// Its own, where it has no decoder.
    public var messages: [Routed] = []

    public init() {}

    /// Messages of one component.
    public init(_ messages: [Routed], _ decoder: InboxDecoder?) {
        arrivals = messages.map(\.arrival)
        guard var decoder else {
            self.messages = messages
            return
        }
        for (place, message) in messages.enumerated() {
            let addressee = InboxDecoder.Addressee(
                asset: decoder.place(of: AssetPath(message.area, message.asset)), name: message.asset,
                kind: message.kind)
            decoder.decode(message.arrival, at: place, addressee, part: message.part, into: &inbox)
        }
        decoder.sort(&inbox)
    }
}

/// Decodes the messages of one component's assets. It remembers how the last ones looked, because the next ones look
/// alike: what it remembers makes it quick and changes nothing.
public struct InboxDecoder: Sendable {
    /// What a topic says.
    public struct Addressee: Sendable {
        /// Place of the asset; nil for one of another name.
        public var asset: Int?
        public var name: String
        public var kind: TopicKind

        public init(asset: Int?, name: String, kind: TopicKind) {
            self.asset = asset
            self.name = name
            self.kind = kind
        }
    }

    private let paths: [AssetPath]
    private let places: [AssetPath: Int]
    /// Place of each asset's name among all names.
    private let ranks: [Int]
    private var readers: [SlotReader]
    /// Of the assets that tell series, by place.
    private let series: [Int: SeriesRule]
    private var times = TimeMemory()
    /// Sizes of the last inbox: the next one will be as large.
    private var sizes = (messages: 0, slots: 0)

    /// - Parameters:
    ///   - assets: with the payload keys of their signals, each key the place of its slot.
    ///   - series: what a message of those must say that tell what is to come, by place.
    public init(_ assets: [(path: AssetPath, keys: [String])], series: [Int: SeriesRule] = [:]) {
        self.series = series
        paths = assets.map(\.path)
        places = Dictionary(paths.enumerated().map { ($1, $0) }) { first, _ in first }
        readers = assets.map { SlotReader(keys: $0.keys) }
        let names = Set(paths.map(\.asset)).sorted()
        let order = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        ranks = paths.map { order[$0.asset] ?? 0 }
    }

    /// Nil for an asset that it does not have.
    public func place(of path: AssetPath) -> Int? { places[path] }

    /// Decodes the next message of a tick.
    public mutating func decode(
        _ arrival: Arrival, at place: Int, _ addressee: Addressee, part: Int? = nil, into inbox: inout Inbox
    ) {
        if inbox.messages.isEmpty {
            inbox.messages.reserveCapacity(sizes.messages)
            inbox.slots.reserveCapacity(sizes.slots)
        }
        var message = DecodedMessage(arrival, at: place, asset: addressee.asset, part: part)
        if addressee.asset == nil {
            message.stranger = inbox.strangers.count
            inbox.strangers.append(addressee.name)
        }
        do throws(LineFailure) {
            switch addressee.kind {
            case .status:
                guard let status = AssetStatus(arrival.payload) else { throw AssetStatus.failure }
                message.content = .status(status)
            case .tele:
                message.slot = inbox.slots.count
                let telemetry =
                    if let asset = addressee.asset {
                        try readers[asset].read(arrival, &times, into: &inbox.slots)
                    } else {
                        try Telemetry(arrival)
                    }
                if let asset = addressee.asset, let rule = series[asset] {
                    try rule.check(telemetry, inbox.slots[message.slot...], isPart: part != nil)
                }
                message.take(telemetry)
                message.bytesHash = hash(arrival.payload.span)
                if !telemetry.forecast.isEmpty {
                    message.forecast = inbox.forecasts.count
                    inbox.forecasts.append(telemetry.forecast)
                }
            default: throw InboxDecoder.noSuchTopic
            }
        } catch {
            message.content = .refused(inbox.failures.count)
            inbox.failures.append(error)
        }
        inbox.messages.append(message)
    }

    /// Notes that a message came of which nothing tells of an asset that it should tell of.
    public mutating func noteUnused(
        _ arrival: Arrival, at place: Int, asset: Int, _ failure: LineFailure, into inbox: inout Inbox
    ) {
        var message = DecodedMessage(arrival, at: place, asset: asset, part: nil)
        message.content = .unused(inbox.failures.count)
        inbox.failures.append(failure)
        inbox.messages.append(message)
    }

    /// Puts the messages of a whole tick in the order in which it uses them.
    public mutating func sort(_ inbox: inout Inbox) {
        sizes = (inbox.messages.count, inbox.slots.count)
        var order = Array(inbox.messages.indices)
        let names = Names(paths: paths, ranks: ranks, strangers: inbox.strangers)
        let messages = inbox.messages
        let isInOrder = order.dropFirst().allSatisfy { !names.precedes(messages[$0], messages[$0 - 1]) }
        if !isInOrder { order.sort { names.precedes(messages[$0], messages[$1]) } }
        inbox.order = order
    }

    /// What the order of messages depends on beside them. It is small: each comparison may copy it.
    private struct Names {
        let paths: [AssetPath]
        let ranks: [Int]
        let strangers: [String]

        func precedes(_ a: DecodedMessage, _ b: DecodedMessage) -> Bool {
            if a.ts != b.ts { return a.ts < b.ts }
            if let first = a.asset, let second = b.asset {
                if ranks[first] != ranks[second] { return ranks[first] < ranks[second] }
            } else {
                let (first, second) = (name(a), name(b))
                if first != second { return first < second }
            }
            let (first, second) = (a.seq ?? -1, b.seq ?? -1)
            return first != second ? first < second : a.place < b.place
        }

        private func name(_ message: DecodedMessage) -> String {
            message.asset.map { paths[$0].asset } ?? strangers[message.stranger]
        }
    }

    private static let noSuchTopic = LineFailure(reason: .unknownTopic, text: "this asset has no such topic")
}

/// The same on every machine, because it stands in checkpoints. Eight bytes at a time: each message is hashed.
private func hash(_ bytes: ByteSpan) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ word: UInt64) {
        hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 29
    }
    let whole = bytes.count & ~7
    for place in stride(from: 0, to: whole, by: 8) {
        add(UInt64(bigEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)))
    }
    if whole < bytes.count {
        var word: UInt64 = 0
        for place in whole..<bytes.count { word = word << 8 | UInt64(bytes[place]) }
        add(word)
    }
    return hash ^ UInt64(bytes.count)
}
