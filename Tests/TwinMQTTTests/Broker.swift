import Foundation
import Testing
import TwinMQTT
import TwinTesting

/// A mosquitto of the test's own on a free loopback port; killed when the test lets go of it.
struct Broker {
    private let mosquitto: Mosquitto
    /// Its files must stay as long as the broker runs.
    private let tls: Certificates?
    var port: Int { mosquitto.port }

    init(config: String = "", anonymous: Bool = true, inflight: Int = 1000, tls: Certificates? = nil) throws {
        self.tls = tls
        let certificates = tls.map { ["certfile \($0.certificate)", "keyfile \($0.key)"] } ?? []
        mosquitto = try Mosquitto(
            [
                "allow_anonymous \(anonymous)", "max_queued_messages 100000", "max_inflight_messages \(inflight)",
                "persistence false", "log_type none", config,
            ] + certificates)
    }

    func start() throws { try mosquitto.start() }
    func kill() { mosquitto.kill() }
    /// SIGSTOP freezes the broker, SIGCONT lets it go on, SIGTERM stops it politely.
    func signal(_ number: Int32) { mosquitto.signal(number) }

    func options(_ id: String) -> MQTTOptions { MQTTOptions(host: "127.0.0.1", port: port, clientID: id) }

    func client(_ id: String) throws -> MQTTClient {
        let client = try MQTTClient(options(id))
        try client.connect(timeoutMs: 5_000)
        return client
    }

    /// Publishes numbered messages with a client of its own and waits for the broker's acknowledgements.
    func publish(_ numbers: Range<Int>, topic: String = "t/a", qos: Int = 1, size: Int = 0) throws {
        let client = try client("publisher-\(numbers.lowerBound)-\(topic.hashValue)")
        for number in numbers {
            try client.publish(
                MQTTPublication(topic: topic, payload: Payload.make(number, size: size), qos: qos))
        }
        try client.settle()
        client.disconnect()
    }
}

/// Payloads that tell their number.
enum Payload {
    static func make(_ number: Int, size: Int = 0) -> [UInt8] {
        let text = Array("\(number) ".utf8)
        return text + [UInt8](repeating: UInt8(ascii: "x"), count: max(0, size - text.count))
    }

    static func number(_ message: MQTTMessage) -> Int {
        Int(String(decoding: message.payload.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)) ?? -1
    }
}

extension MQTTClient {
    /// Receives until `count` messages have come or the time is over; flushes after each batch if asked to.
    func collect(_ count: Int, withinMs: Int = 10_000, limit: Int = 500, flushing: Bool) throws -> [MQTTMessage] {
        let deadline = ContinuousClock.now.advanced(by: .milliseconds(withinMs))
        var messages: [MQTTMessage] = []
        while messages.count < count, ContinuousClock.now < deadline {
            let batch = try receive(timeoutMs: 50, limit: limit)
            #expect(batch.messages.count <= limit)
            #expect(batch.links.count <= 1)
            messages += batch.messages
            if flushing { try flush() }
        }
        return messages
    }

    /// Everything that comes within the time, which should be nothing or little.
    func collectFor(ms: Int, flushing: Bool) throws -> [MQTTMessage] {
        try collect(.max, withinMs: ms, flushing: flushing)
    }

    /// Waits for a link event and returns it; messages that come before are dropped.
    func nextLink(withinMs: Int = 15_000) throws -> MQTTLinkEvent? {
        let deadline = ContinuousClock.now.advanced(by: .milliseconds(withinMs))
        while ContinuousClock.now < deadline {
            let batch = try receive(timeoutMs: 100, limit: 1000)
            try flush()
            if let link = batch.links.first { return link }
        }
        return nil
    }

    /// Waits until the broker has read everything sent so far, PUBACKs included, and says goodbye. Without that a new
    /// connection may overtake the old one inside the broker.
    func leave() throws {
        try publish(MQTTPublication(topic: "sync", payload: []))
        try settle()
        disconnect()
    }

    /// Waits until the broker has acknowledged every publication.
    func settle(withinMs: Int = 20_000) throws {
        let deadline = ContinuousClock.now.advanced(by: .milliseconds(withinMs))
        try flush()
        while publicationsInFlight > 0, ContinuousClock.now < deadline {
            _ = try receive(timeoutMs: 50, limit: 1000)
            try flush()
        }
        #expect(publicationsInFlight == 0)
    }
}
