import TwinCore

/// What comes before the first plant time is known: there is no journal yet that could take it.
struct EarlyMessages {
    static let keptMax = 10_000

    /// Half of what a broker sends unacknowledged.
    static let owedMax = 500

    private var items: [Item] = []
    /// QoS 1 messages that nobody else keeps.
    private(set) var owed = 0
    /// QoS 0 and retained messages that found no room.
    private(set) var shed = 0

    enum Item {
        case message(InboundMessage)
        /// A change of the link, as a `link` line has it.
        case link(String)
    }

    /// Whether the broker may hear that everything so far was received.
    ///
    /// It sends so many unacknowledged messages and no more, so many retained ones could keep the clock away for ever.
    /// They stay with the broker: acknowledged early, none is lost. Any other QoS 1 message must be on disk first.
    var mayBeAcknowledged: Bool { owed == 0 }

    mutating func add(link word: String) { items.append(.link(word)) }

    mutating func add(_ message: InboundMessage) {
        // What the broker keeps until it is acknowledged is bounded by the receive maximum and never shed.
        let isOwed = message.qos > 0 && !message.retain
        if isOwed { owed += 1 }
        if isOwed || items.count < EarlyMessages.keptMax { items.append(.message(message)) } else { shed += 1 }
    }

    /// Messages that are kept.
    var count: Int { items.count }

    /// Hands out what was kept, in order of arrival.
    mutating func take() -> [Item] {
        defer { items = [] }
        owed = 0
        return items
    }
}
