public import TwinRuntime

/// A broker as the loops see it. What is received is acknowledged by the next `flush` and not before.
public final class BrokerTransport: Transport {
    private let client: MQTTClient
    private let options: MQTTOptions

    /// - Throws: `TransportProblem` for options that cannot work.
    public init(_ options: MQTTOptions) throws {
        self.options = options
        client = try Self.plainly { () throws(MQTTError) in try MQTTClient(options) }
    }

    public func connect(timeoutMs: Int) throws {
        try Self.plainly { () throws(MQTTError) in try client.connect(timeoutMs: timeoutMs) }
    }

    public func subscribe(_ filters: [String]) throws {
        try Self.plainly { () throws(MQTTError) in try client.subscribe(filters, qos: 1) }
    }

    public func begin(_ filters: [String]) throws {
        try Self.plainly { () throws(MQTTError) in try client.begin(filters, qos: 1) }
    }

    public var linkTrouble: String? { client.isUp ? nil : client.lastFailure?.detail }

    public func receive(timeoutMs: Int, limit: Int) throws -> InboundBatch {
        let received = try Self.plainly { () throws(MQTTError) in
            try client.receive(timeoutMs: timeoutMs, limit: limit)
        }
        var batch = InboundBatch()
        batch.messages = received.messages.map { message in
            InboundMessage(
                topic: message.topic, payload: message.payload, qos: message.qos, retain: message.retain,
                duplicate: message.duplicate, correlation: message.correlation)
        }
        batch.links = received.links.map { link in
            switch link {
            case .up(let sessionPresent): .up(sessionPresent: sessionPresent)
            case .down(let reason): .down(reason: reason)
            }
        }
        batch.refusals = received.refusals.map {
            BrokerRefusal(topic: $0.topic, reason: $0.reason, isSubscription: $0.isSubscription)
        }
        return batch
    }

    public func flush() throws { try Self.plainly { () throws(MQTTError) in try client.flush() } }

    public func publish(_ message: OutboundMessage) throws {
        // What is for the moment only is kept back by the caller; the rest has its own way to be said again.
        guard client.isUp else { return }
        let publication = MQTTPublication(
            topic: message.topic, payload: message.payload, qos: message.qos, retain: message.retain,
            responseTopic: message.responseTopic, correlation: message.correlation, expiryS: message.expiryS)
        try Self.plainly { () throws(MQTTError) in try client.publish(publication) }
    }

    public var publicationsInFlight: Int { client.publicationsInFlight }

    /// A broker that has acknowledged nothing for so long hangs.
    private static let patience = Duration.seconds(2)
    /// So many publications at a time are on their way.
    private static let onTheWayMax = 1000

    public var takesPublications: Bool {
        client.isUp && client.publicationsInFlight < Self.onTheWayMax && client.publicationsWaiting < Self.patience
    }

    public func disconnect() { client.disconnect() }

    /// Errors of the client as the loops know them.
    private static func plainly<T>(_ body: () throws(MQTTError) -> T) throws -> T {
        do throws(MQTTError) { return try body() } catch { throw TransportProblem("\(error)") }
    }
}
