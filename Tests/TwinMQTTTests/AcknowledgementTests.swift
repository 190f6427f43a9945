import Testing
import TwinMQTT

@Suite("Acknowledgement")
struct AcknowledgementTests {
    /// A client with a session and a subscription, disconnected again.
    private func leaveSession(_ broker: Broker, id: String) throws {
        let client = try broker.client(id)
        try client.subscribe(["t/#"], qos: 1)
        client.disconnect()
    }

    @Test("what was received and not flushed comes again after a crash, and what was flushed does not")
    func redelivery() throws {
        let broker = try Broker()
        try leaveSession(broker, id: "twin")
        try broker.publish(0..<50)

        var client: MQTTClient? = try broker.client("twin")
        #expect(try client?.collect(50, flushing: false).map(Payload.number) == Array(0..<50))
        client = nil  // Closes the socket without DISCONNECT, as SIGKILL would.

        let again = try broker.client("twin")
        #expect(try again.nextLink() == .up(sessionPresent: true))
        let second = try again.collect(50, flushing: true)
        #expect(second.map(Payload.number) == Array(0..<50))
        #expect(second.allSatisfy { $0.duplicate })
        try again.leave()

        let third = try broker.client("twin")
        #expect(try third.collectFor(ms: 300, flushing: true).map(Payload.number) == [])
    }

    @Test("no PUBACK leaves before flush, however often receive is called")
    func wire() throws {
        let fake = try FakeBroker { packet, _ in
            switch packet[0] >> 4 {
            case FakeBroker.Kind.connect: FakeBroker.connack()
            case FakeBroker.Kind.subscribe:
                FakeBroker.suback(packet, reason: 1)
                    + (1...20).flatMap { FakeBroker.publish(id: $0, topic: Array("t/a".utf8), payload: [$0]) }
            default: []
            }
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.connect(timeoutMs: 5_000)
        try client.subscribe(["t/#"], qos: 1)
        #expect(try client.collect(20, flushing: false).count == 20)
        #expect(try client.collectFor(ms: 200, flushing: false).isEmpty)
        #expect(fake.count(FakeBroker.Kind.puback) == 0)
        try client.flush()
        let deadline = ContinuousClock.now.advanced(by: .seconds(5))
        while fake.count(FakeBroker.Kind.puback) < 20, ContinuousClock.now < deadline {}
        #expect(fake.count(FakeBroker.Kind.puback) == 20)
    }

    @Test("a batch obeys its limit, the rest waits in order and is not acknowledged unseen")
    func limit() throws {
        let broker = try Broker()
        try leaveSession(broker, id: "twin")
        try broker.publish(0..<100)

        var client: MQTTClient? = try broker.client("twin")
        // Subscribing reads past the messages that wait, so they stand in the client, not handed out.
        try client?.subscribe(["other"], qos: 1)
        #expect(try client?.nextLink() == .up(sessionPresent: true))
        try client?.flush()
        let first = try client?.receive(timeoutMs: 1_000, limit: 30)
        #expect(first?.messages.map(Payload.number) == Array(0..<30))
        try client?.flush()
        client = nil

        let again = try broker.client("twin")
        let all = try again.collect(100, limit: 7, flushing: true)
        #expect(all.map(Payload.number) == Array(0..<100))
        try again.leave()
        let third = try broker.client("twin")
        #expect(try third.collectFor(ms: 300, flushing: true).map(Payload.number) == [])
    }

    @Test("a backlog of several receive maxima arrives once and in order")
    func backlog() throws {
        let broker = try Broker()
        try leaveSession(broker, id: "twin")
        try broker.publish(0..<5_000, size: 120)
        let client = try broker.client("twin")
        let messages = try client.collect(5_000, flushing: true)
        #expect(messages.map(Payload.number) == Array(0..<5_000))
        #expect(messages.allSatisfy { !$0.duplicate })
        #expect(try client.collectFor(ms: 100, flushing: true).isEmpty)
    }

    @Test("without flush the broker stops at the receive maximum")
    func window() throws {
        let broker = try Broker()
        try leaveSession(broker, id: "twin")
        try broker.publish(0..<300)
        var options = broker.options("twin")
        options.receiveMaximum = 40
        let client = try MQTTClient(options)
        try client.connect(timeoutMs: 5_000)
        #expect(try client.collectFor(ms: 400, flushing: false).count == 40)
        try client.flush()
        #expect(try client.collect(260, flushing: true).count == 260)
    }

    @Test("a goodbye with unflushed messages acknowledges nothing")
    func goodbye() throws {
        let broker = try Broker()
        try leaveSession(broker, id: "twin")
        try broker.publish(0..<10)
        let client = try broker.client("twin")
        #expect(try client.collect(10, flushing: false).count == 10)
        client.disconnect()
        let again = try broker.client("twin")
        #expect(try again.collect(10, flushing: true).count == 10)
    }

    @Test("a message larger than announced is not sent to us")
    func oversize() throws {
        let broker = try Broker()
        try leaveSession(broker, id: "twin")
        try broker.publish(0..<1, size: 65_536)
        try broker.publish(1..<2, size: 80_000)
        try broker.publish(2..<3)
        let client = try broker.client("twin")
        #expect(try client.collect(2, flushing: true).map(Payload.number) == [0, 2])
        #expect(try client.collectFor(ms: 200, flushing: true).isEmpty)
    }

    @Test("messages that come before the subscription could be sent are fetched again after it")
    func subscribeAfterMessages() throws {
        let messages = (1...3).flatMap { FakeBroker.publish(id: $0, topic: Array("t/a".utf8), payload: [$0]) }
        let fake = try FakeBroker { packet, _ in
            switch packet[0] >> 4 {
            case FakeBroker.Kind.connect: FakeBroker.connack(sessionPresent: true) + messages
            case FakeBroker.Kind.subscribe: FakeBroker.suback(packet, reason: 1)
            default: []
            }
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.connect(timeoutMs: 5_000)
        try client.subscribe(["t/#"], qos: 1)
        // A second subscription finds the messages read already.
        try client.subscribe(["u/#"], qos: 1)
        #expect(fake.count(FakeBroker.Kind.puback) == 0)
        #expect(fake.kinds == [1, 8, 1, 8, 8])
        #expect(try client.collect(3, flushing: false).map(\.payload) == [[1], [2], [3]])
        #expect(throws: MQTTError.self) { try client.subscribe(["v/#"], qos: 1) }
        try client.flush()
    }
}
