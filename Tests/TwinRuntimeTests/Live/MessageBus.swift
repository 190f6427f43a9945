import TwinRuntime
import TwinCore

/// The bus inside this process: MQTT topic semantics (filters, retained messages, order) without a broker.
///
/// Confined to one caller at a time, like every transport; its clients take turns.
final class MessageBus {
    /// A mailbox holds this many messages; beyond it the newest is refused and counted.
    static let mailboxMax = 100_000

    private var table = SubscriptionTable()
    private var mailboxes: [[InboundMessage]] = []
    private var retained: [String: InboundMessage] = [:]
    /// Messages that a full mailbox refused.
    private(set) var refused = 0

    init() {}

    /// A client of the bus.
    func client() -> BusClient {
        mailboxes.append([])
        return BusClient(bus: self, id: mailboxes.count - 1)
    }

    fileprivate func subscribe(_ id: Int, _ filters: [String]) throws {
        for text in filters {
            guard let filter = TopicFilter(text) else { throw TransportProblem("bus: \"\(text)\" is no topic filter") }
            table.subscribe(id, to: filter)
            for (topic, message) in retained.sorted(by: { $0.key < $1.key }) where filter.matches(topic) {
                put(message, into: id)
            }
        }
    }

    /// Nobody hears himself.
    fileprivate func publish(_ message: OutboundMessage, from sender: Int) {
        var inbound = InboundMessage(
            topic: message.topic, payload: message.payload, qos: message.qos, correlation: message.correlation)
        for id in table.subscribers(of: message.topic) where id != sender { put(inbound, into: id) }
        guard message.retain else { return }
        inbound.retain = true
        // An empty retained payload clears the topic.
        retained[message.topic] = message.payload.isEmpty ? nil : inbound
    }

    private func put(_ message: InboundMessage, into id: Int) {
        guard mailboxes[id].count < MessageBus.mailboxMax else {
            refused += 1
            return
        }
        mailboxes[id].append(message)
    }

    fileprivate func take(_ id: Int, limit: Int) -> [InboundMessage] {
        let taken = Array(mailboxes[id].prefix(limit))
        mailboxes[id].removeFirst(taken.count)
        return taken
    }
}

/// One client's end of the bus.
final class BusClient: Transport {
    private let bus: MessageBus
    private let id: Int
    private var isFresh = false

    fileprivate init(bus: MessageBus, id: Int) {
        self.bus = bus
        self.id = id
    }

    func connect(timeoutMs: Int) { isFresh = true }
    func subscribe(_ filters: [String]) throws { try bus.subscribe(id, filters) }

    func receive(timeoutMs: Int, limit: Int) -> InboundBatch {
        var batch = InboundBatch()
        if isFresh { batch.links = [.up(sessionPresent: false)] }
        isFresh = false
        batch.messages = bus.take(id, limit: limit)
        return batch
    }

    func flush() {}
    var publicationsInFlight: Int { 0 }
    func publish(_ message: OutboundMessage) { bus.publish(message, from: id) }
    func disconnect() {}
}
