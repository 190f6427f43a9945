import TwinCore
import TwinPlant
import TwinRuntime

/// The broker, with the twin's session: what it owes it, what it has not heard of again, what is retained.
struct SimulatedBroker {
    /// Messages of QoS 1 that may be on their way at a time.
    static let receiveMax = 500

    private struct Post {
        var message: InboundMessage
        var due: PlantTime
    }

    private var filters: [TopicFilter] = []
    /// Whether a topic is wanted; looked up once.
    private var isWanted: [String: Bool] = [:]
    /// In the order in which it goes out.
    private var queue: [Post] = []
    private var unacknowledged: [InboundMessage] = []
    private var retained: [String: InboundMessage] = [:]
    private var lastDue: [String: PlantTime] = [:]
    private(set) var hasSession = false
    private var isConnected = false
    /// Messages of QoS 1 that it took for the twin and never lost.
    private(set) var owed: Set<Int> = []
    /// What the twin published for the plant.
    private var forPlant: [InboundMessage] = []

    // MARK: - The plant

    /// - Parameter delay: of this message; those of a topic keep their order.
    mutating func take(_ message: InboundMessage, at now: PlantTime, delay: Span) {
        if message.retain { retained[message.topic] = message }
        guard isWanted(message.topic), message.qos > 0 ? hasSession : isConnected else { return }
        var message = message
        message.retain = false
        let due = max(lastDue[message.topic] ?? .earliest, now + delay)
        lastDue[message.topic] = due
        var place = queue.count
        while place > 0, queue[place - 1].due > due { place -= 1 }
        queue.insert(Post(message: message, due: due), at: place)
        if message.qos > 0 { owed.insert(Ledger.key(message)) }
    }

    mutating func takeForPlant() -> [InboundMessage] {
        defer { forPlant = [] }
        return forPlant
    }

    // MARK: - The twin

    /// - Returns: whether the session was kept.
    mutating func connect(losesSession: Bool) -> Bool {
        if losesSession {
            for message in queue.map(\.message) + unacknowledged { owed.remove(Ledger.key(message)) }
            queue = []
            unacknowledged = []
            hasSession = false
        }
        let isKept = hasSession
        isConnected = true
        hasSession = true
        if !isKept, !filters.isEmpty { sendRetained() }
        return isKept
    }

    mutating func subscribe(_ texts: [String]) {
        filters = Array(Set(filters + texts.compactMap { TopicFilter($0) })).sorted { $0.text < $1.text }
        isWanted = [:]
        sendRetained()
    }

    private mutating func sendRetained() {
        for (topic, message) in retained.sorted(by: { $0.key < $1.key }) where isWanted(topic) {
            queue.insert(Post(message: message, due: .earliest), at: 0)
        }
    }

    /// The link is gone: what was not acknowledged comes again, first of all.
    /// - Parameter will: what it says then.
    mutating func lose(will: InboundMessage?) {
        isConnected = false
        if let will { retained[will.topic] = will }
        queue.removeAll { $0.message.qos == 0 }
        let again = unacknowledged.map { message in
            var message = message
            message.duplicate = true
            return Post(message: message, due: .earliest)
        }
        queue.insert(contentsOf: again, at: 0)
        unacknowledged = []
    }

    mutating func deliver(limit: Int, at now: PlantTime) -> [InboundMessage] {
        var count = 0
        var onTheirWay = unacknowledged.count
        while count < min(limit, queue.count), queue[count].due <= now {
            if queue[count].message.qos > 0 { onTheirWay += 1 }
            if onTheirWay > SimulatedBroker.receiveMax { break }
            count += 1
        }
        let messages = queue.prefix(count).map(\.message)
        queue.removeFirst(count)
        unacknowledged += messages.filter { $0.qos > 0 }
        return messages
    }

    mutating func acknowledge(_ count: Int) { unacknowledged.removeFirst(min(count, unacknowledged.count)) }

    /// Whether nothing is owed to the twin.
    var isDrained: Bool { queue.isEmpty && unacknowledged.isEmpty }

    mutating func publish(_ message: OutboundMessage) {
        // The twin does not hear itself.
        var inbound = InboundMessage(
            topic: message.topic, payload: message.payload, qos: message.qos, correlation: message.correlation)
        if message.topic.hasSuffix("/cmd") { forPlant.append(inbound) }
        guard message.retain else { return }
        inbound.retain = true
        retained[message.topic] = message.payload.isEmpty ? nil : inbound
    }

    private mutating func isWanted(_ topic: String) -> Bool {
        if let known = isWanted[topic] { return known }
        let found = filters.contains { $0.matches(topic) }
        isWanted[topic] = found
        return found
    }
}
