/// What an asset's will or greeting says, as plain text.
public enum AssetStatus: String, Sendable {
    case online, offline

    public static let failure = LineFailure(reason: .wrongType, text: "the status is neither online nor offline")

    public init?(_ payload: [UInt8]) {
        guard payload.count <= 16, let status = AssetStatus(rawValue: String(decoding: payload, as: UTF8.self))
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
    }

    public var content: Content
    /// Of the message in its slice.
    public var place: Int
    /// Place of its asset in the decoder; nil where the decoder has none of that name.
    public var asset: Int?
    public var arrivedAt: PlantTime
    public var isRetained: Bool
    /// See `Routed.part`.
    public var part: Int?
    /// Event time: the payload's `ts`, else the time of arrival.
    public var ts: PlantTime
    public var seq: Int64?
    /// What it is known by where it has no `seq`.
    public var bytesHash: UInt64 = 0
    public var period: Span?
    public var isModelled = false
    public var connected: Bool?
    public var slot = 0
    /// Place among the inbox's forecasts; nil without one.
    public var forecast: Int?

    init(_ routed: Routed, at place: Int, asset: Int?) {
        content = .telemetry
        self.place = place
        self.asset = asset
        arrivedAt = routed.arrival.t
        isRetained = routed.arrival.retain
        part = routed.part
        ts = routed.arrival.t
    }

    mutating func take(_ telemetry: Telemetry) {
        ts = telemetry.ts
        seq = telemetry.seq
        period = telemetry.period
        isModelled = telemetry.isModelled
        connected = telemetry.connected
    }
}

/// A slice's messages, decoded.
public struct Inbox: Sendable {
    public var messages: [DecodedMessage] = []
    /// Values by message and signal.
    public var slots: [TelemetryValue?] = []
    public var forecasts: [[Double]] = []
    public var failures: [LineFailure] = []
    /// Places of the messages in the order that a tick uses: event time, asset, sequence, line.
    public var order: [Int] = []

    public init() {}
}

/// What a tick brings one component: its messages, and what its decoder made of them.
public struct Slice: Sendable {
    public var messages: [Routed] = []
    public var inbox = Inbox()

    public init() {}
}

/// Decodes the messages of one component's assets. It remembers how the last ones looked, because the next ones look
/// alike: what it remembers makes it quick and changes nothing.
public struct InboxDecoder: Sendable {
    private let paths: [AssetPath]
    private let places: [AssetPath: Int]
    /// Place of each asset's name among all names.
    private let ranks: [Int]
    private var readers: [SlotReader]
    private var times = TimeMemory()
    /// The asset that was found at each place of the last slice.
    private var guesses: [Int] = []

    /// - Parameter assets: with the payload keys of their signals, each key the place of its slot.
    public init(_ assets: [(path: AssetPath, keys: [String])]) {
        paths = assets.map(\.path)
        places = Dictionary(paths.enumerated().map { ($1, $0) }) { first, _ in first }
        readers = assets.map { SlotReader(keys: $0.keys) }
        let names = Set(paths.map(\.asset)).sorted()
        let order = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        ranks = paths.map { order[$0.asset] ?? 0 }
    }

    public mutating func decode(_ slice: [Routed]) -> Inbox {
        var inbox = Inbox()
        inbox.messages.reserveCapacity(slice.count)
        inbox.slots.reserveCapacity(4 * slice.count)
        inbox.order = Array(slice.indices)
        var isInOrder = true
        for place in slice.indices {
            let message = decode(slice[place], at: place, &inbox)
            if let last = inbox.messages.last, precedes(message, last, slice) { isInOrder = false }
            inbox.messages.append(message)
        }
        if !isInOrder {
            let messages = inbox.messages
            inbox.order.sort { precedes(messages[$0], messages[$1], slice) }
        }
        return inbox
    }

    private func precedes(_ a: DecodedMessage, _ b: DecodedMessage, _ slice: [Routed]) -> Bool {
        if a.ts != b.ts { return a.ts < b.ts }
        if let first = a.asset, let second = b.asset {
            if ranks[first] != ranks[second] { return ranks[first] < ranks[second] }
        } else if slice[a.place].asset != slice[b.place].asset {
            return slice[a.place].asset < slice[b.place].asset
        }
        let (first, second) = (a.seq ?? -1, b.seq ?? -1)
        return first != second ? first < second : a.place < b.place
    }

    /// The asset that a message is for: most likely the one that had its place in the last slice.
    private mutating func asset(_ routed: Routed, at place: Int) -> Int? {
        if place < guesses.count {
            let guess = guesses[place]
            if paths[guess].asset == routed.asset, paths[guess].area == routed.area { return guess }
        }
        guard let found = places[AssetPath(routed.area, routed.asset)] else { return nil }
        if place < guesses.count { guesses[place] = found } else if place == guesses.count { guesses.append(found) }
        return found
    }

    private mutating func decode(_ routed: Routed, at place: Int, _ inbox: inout Inbox) -> DecodedMessage {
        let asset = asset(routed, at: place)
        var message = DecodedMessage(routed, at: place, asset: asset)
        do throws(LineFailure) {
            switch routed.kind {
            case .status:
                guard let status = AssetStatus(routed.arrival.payload) else { throw AssetStatus.failure }
                message.content = .status(status)
            case .tele:
                message.slot = inbox.slots.count
                let telemetry =
                    if let asset {
                        try readers[asset].read(routed.arrival, &times, into: &inbox.slots)
                    } else {
                        try Telemetry(routed.arrival)
                    }
                message.take(telemetry)
                if telemetry.seq == nil { message.bytesHash = fnv1a(routed.arrival.payload) }
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
        return message
    }

    private static let noSuchTopic = LineFailure(reason: .unknownTopic, text: "this asset has no such topic")
}

private func fnv1a(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
}
