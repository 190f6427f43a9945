import Foundation
import TwinMQTT
import TwinRuntime
import TwinTesting

/// The test's own MQTT client; remembers what it saw.
final class Client {
    private let transport: BrokerTransport
    private(set) var topics: Set<String> = []
    private(set) var messages: [(topic: String, payload: [UInt8])] = []
    var payloads: [[UInt8]] { messages.map(\.payload) }

    init(_ broker: Mosquitto, _ id: String, subscribe filters: [String] = []) throws {
        transport = try BrokerTransport(MQTTOptions(url: broker.url, clientID: "test-\(id)"))
        try transport.connect(timeoutMs: 10_000)
        if !filters.isEmpty { try transport.subscribe(filters) }
    }

    func publish(_ topic: String, _ payload: [UInt8], retain: Bool = false) throws {
        var message = OutboundMessage(topic: topic, payload: payload)
        message.retain = retain
        try transport.publish(message)
        try transport.flush()
    }

    func publish(_ topic: String, _ payload: String, retain: Bool = false) throws {
        try publish(topic, Array(payload.utf8), retain: retain)
    }

    /// Takes what has come so far.
    func listen() throws {
        let received = try transport.receive(timeoutMs: 5, limit: 10_000).messages
        topics.formUnion(received.map(\.topic))
        messages += received.map { ($0.topic, $0.payload) }
        try transport.flush()
    }

    /// Waits until the broker has acknowledged all that was published.
    func settle(within limit: Duration = .seconds(20)) async throws {
        try await poll("\(transport.publicationsInFlight) publications unacknowledged", within: limit) {
            try listen()
            return transport.publicationsInFlight == 0
        }
    }
}
