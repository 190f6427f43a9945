import TwinCore

/// What an asset's will or greeting says, as plain text.
enum Status: String {
    case online, offline

    static let failure = LineFailure(reason: .wrongType, text: "the status is neither online nor offline")

    init?(_ payload: [UInt8]) {
        guard payload.count <= 16, let status = Status(rawValue: String(decoding: payload, as: UTF8.self))
        else { return nil }
        self = status
    }
}

/// A message after decoding; the message itself stays in its slice.
struct DecodedMessage: Sendable {
    enum Content: Sendable {
        /// Its values stand in the inbox, from `slot` on.
        case telemetry(Telemetry, slot: Int)
        /// `online` or `offline`.
        case status(isOnline: Bool)
        case refused(LineFailure)
    }

    /// Index of its asset in the fleet; nil where the fleet has none of that name.
    var asset: Int?
    var content: Content
}

/// What the order of messages goes by.
private struct MessageKey {
    var ts: PlantTime
    /// Place of the asset's name among all names; nil for one that the fleet does not have.
    var rank: Int?
    var seq: Int64
    /// In the slice.
    var place: Int

    func precedes(_ other: MessageKey, in slice: [Routed]) -> Bool {
        if ts != other.ts { return ts < other.ts }
        if let rank, let second = other.rank {
            if rank != second { return rank < second }
        } else if slice[place].asset != slice[other.place].asset {
            return slice[place].asset < slice[other.place].asset
        }
        return seq != other.seq ? seq < other.seq : place < other.place
    }
}

/// A tick's messages of one fleet.
struct Inbox: Sendable {
    var messages: [DecodedMessage] = []
    /// Values by message and signal.
    var slots: [TelemetryValue?] = []
    /// Places of the messages in the order that a tick uses: event time, asset, sequence, line.
    var order: [Int] = []
}

/// Decodes the messages of a fleet. It remembers how the last ones looked, because the next ones look alike: what it
/// remembers makes it quick and changes nothing.
struct FleetDecoder: Sendable {
    /// By asset; nil for one that has sent nothing.
    private var readers: [SlotReader?]
    private var times = TimeMemory()
    /// Place of each asset's name among all names.
    private let ranks: [Int]
    /// The asset that was found at each place of the last slice.
    private var guesses: [Int] = []

    init(_ feeds: [AssetFeed]) {
        readers = [SlotReader?](repeating: nil, count: feeds.count)
        let names = Set(feeds.map(\.asset)).sorted()
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        ranks = feeds.map { places[$0.asset] ?? 0 }
    }

    mutating func decode(
        _ slice: [Routed], _ feeds: [AssetFeed], _ places: [AssetPath: Int], specs: (Int) -> [SignalSpec]
    ) -> Inbox {
        var inbox = Inbox()
        inbox.messages.reserveCapacity(slice.count)
        inbox.slots.reserveCapacity(4 * slice.count)
        inbox.order = Array(slice.indices)
        var keys: [MessageKey] = []
        keys.reserveCapacity(slice.count)
        var isInOrder = true
        for place in slice.indices {
            let asset = asset(slice[place], at: place, feeds, places)
            var key = MessageKey(
                ts: slice[place].arrival.t, rank: asset.map { ranks[$0] }, seq: -1, place: place)
            let content = decode(slice[place], asset, specs, &inbox.slots, &key)
            inbox.messages.append(DecodedMessage(asset: asset, content: content))
            if let last = keys.last, key.precedes(last, in: slice) { isInOrder = false }
            keys.append(key)
        }
        if !isInOrder { inbox.order.sort { keys[$0].precedes(keys[$1], in: slice) } }
        return inbox
    }

    /// The asset that a message is for: most likely the one that had its place in the last slice.
    private mutating func asset(
        _ routed: Routed, at place: Int, _ feeds: [AssetFeed], _ places: [AssetPath: Int]
    ) -> Int? {
        if place < guesses.count {
            let guess = guesses[place]
            if feeds[guess].asset == routed.asset, feeds[guess].area == routed.area { return guess }
        }
        guard let found = places[AssetPath(routed.area, routed.asset)] else { return nil }
        if place < guesses.count { guesses[place] = found } else if place == guesses.count { guesses.append(found) }
        return found
    }

    private mutating func decode(
        _ routed: Routed, _ asset: Int?, _ specs: (Int) -> [SignalSpec], _ slots: inout [TelemetryValue?],
        _ key: inout MessageKey
    ) -> DecodedMessage.Content {
        switch routed.kind {
        case .status:
            return Status(routed.arrival.payload).map { .status(isOnline: $0 == .online) } ?? .refused(Status.failure)
        case .tele:
            do throws(LineFailure) {
                let slot = slots.count
                let telemetry = try telemetry(routed.arrival, asset, specs, &slots)
                key.ts = telemetry.ts
                key.seq = telemetry.seq ?? -1
                return .telemetry(telemetry, slot: slot)
            } catch {
                return .refused(error)
            }
        default: return .refused(FleetDecoder.noSuchTopic)
        }
    }

    private mutating func telemetry(
        _ arrival: Arrival, _ asset: Int?, _ specs: (Int) -> [SignalSpec], _ slots: inout [TelemetryValue?]
    ) throws(LineFailure) -> Telemetry {
        guard let asset else { return try Telemetry(arrival) }
        let specs = specs(asset)
        if readers[asset]?.count != specs.count { readers[asset] = SlotReader(keys: specs.map(\.key)) }
        guard let telemetry = try readers[asset]?.read(arrival, &times, into: &slots) else {
            return try Telemetry(arrival)
        }
        return telemetry
    }

    private static let noSuchTopic = LineFailure(reason: .unknownTopic, text: "this asset has no such topic")
}
