import Testing
import TwinMQTT

@Suite("Publishing")
struct PublishTests {
    @Test("a burst of 1,000 arrives once and in order", arguments: [1000, 20])
    func burst(inflight: Int) throws {
        let broker = try Broker(inflight: inflight)
        let receiver = try broker.client("receiver")
        try receiver.subscribe(["t/#"], qos: 1)
        let sender = try broker.client("sender")
        for number in 0..<1_000 {
            try sender.publish(MQTTPublication(topic: "t/a", payload: Payload.make(number)))
        }
        #expect(sender.publicationsInFlight == 1_000)
        let start = ContinuousClock.now
        try sender.flush()
        #expect(start.duration(to: .now) < .seconds(2))
        try sender.settle()
        let messages = try receiver.collect(1_000, flushing: true)
        #expect(messages.map(Payload.number) == Array(0..<1_000))
        #expect(try receiver.collectFor(ms: 100, flushing: true).isEmpty)
    }

    @Test(
        "what a broker takes not is refused by name, and the rest gets through",
        arguments: [
            ("max_packet_size 2000", 0x95, "5000 bytes are more than the broker takes in a packet"),
            ("max_qos 0", 0x9B, "the broker takes no QoS 1; raise its max_qos"),
        ])
    func beyondTheBroker(config: String, code: Int, reason: String) throws {
        let broker = try Broker(config: config)
        let receiver = try broker.client("receiver")
        try receiver.subscribe(["t/#"], qos: 0)
        let sender = try broker.client("sender")
        let payload = [UInt8](repeating: 32, count: code == 0x95 ? 5000 : 5)
        try sender.publish(
            MQTTPublication(topic: "t/no", payload: payload, qos: code == 0x9B ? 1 : 0))
        try sender.publish(MQTTPublication(topic: "t/yes", payload: Payload.make(1), qos: 0))
        try sender.flush()
        #expect(try receiver.collect(1, flushing: true).map(\.topic) == ["t/yes"])
        let refusals = try sender.receive(timeoutMs: 100, limit: 10).refusals
        #expect(refusals == [MQTTRefusal(topic: "t/no", code: code, reason: reason)])
    }

    @Test("nothing published leaves before flush")
    func held() throws {
        let broker = try Broker()
        let receiver = try broker.client("receiver")
        try receiver.subscribe(["t/#"], qos: 1)
        let sender = try broker.client("sender")
        try sender.publish(MQTTPublication(topic: "t/a", payload: Payload.make(1)))
        _ = try sender.receive(timeoutMs: 0, limit: 10)
        _ = try sender.receive(timeoutMs: 100, limit: 10)
        #expect(try receiver.collectFor(ms: 200, flushing: true).isEmpty)
        try sender.flush()
        #expect(try receiver.collect(1, flushing: true).count == 1)
    }

    @Test("a request carries response topic and correlation data")
    func request() throws {
        let broker = try Broker()
        let receiver = try broker.client("receiver")
        try receiver.subscribe(["cmd"], qos: 1)
        let sender = try broker.client("sender")
        try sender.publish(
            MQTTPublication(
                topic: "cmd", payload: [1, 0, 255], responseTopic: "ack/ä", correlation: [0, 1, 2, 0], expiryS: 60))
        try sender.settle()
        let message = try #require(try receiver.collect(1, flushing: true).first)
        #expect(message.payload == [1, 0, 255])
        #expect(message.responseTopic == "ack/ä")
        #expect(message.correlation == [0, 1, 2, 0])
        #expect(message.qos == 1 && !message.retain && !message.duplicate)
    }

    @Test("an expired message is not delivered")
    func expiry() throws {
        let broker = try Broker()
        let receiver = try broker.client("receiver")
        try receiver.subscribe(["cmd"], qos: 1)
        receiver.disconnect()
        let sender = try broker.client("sender")
        try sender.publish(MQTTPublication(topic: "cmd", payload: Payload.make(1), expiryS: 1))
        try sender.publish(MQTTPublication(topic: "cmd", payload: Payload.make(2), expiryS: 600))
        try sender.settle()
        _ = try sender.receive(timeoutMs: 2_100, limit: 1)
        _ = try sender.receive(timeoutMs: 2_100, limit: 1)
        try receiver.connect(timeoutMs: 5_000)
        #expect(try receiver.collect(1, flushing: true).map(Payload.number) == [2])
    }

    @Test("retained messages and an empty payload survive the way")
    func retained() throws {
        let broker = try Broker()
        let sender = try broker.client("sender")
        try sender.publish(MQTTPublication(topic: "status", payload: Array("online".utf8), retain: true))
        try sender.publish(MQTTPublication(topic: "empty", payload: [], qos: 0))
        try sender.settle()
        let receiver = try broker.client("receiver")
        try receiver.subscribe(["status", "empty"], qos: 1)
        let first = try #require(try receiver.collect(1, flushing: true).first)
        #expect(first.retain && first.payload == Array("online".utf8))
        try sender.publish(MQTTPublication(topic: "empty", payload: [], qos: 0))
        try sender.flush()
        let second = try #require(try receiver.collect(1, flushing: true).first)
        #expect(second.payload.isEmpty && second.qos == 0 && second.correlation == nil && second.responseTopic == nil)
    }

    @Test("the will comes after a crash and not after a goodbye")
    func will() throws {
        let broker = try Broker()
        let receiver = try broker.client("receiver")
        try receiver.subscribe(["status"], qos: 1)
        var options = broker.options("twin")
        options.will = MQTTWill(topic: "status", payload: Array("offline".utf8))
        do {
            let polite = try MQTTClient(options)
            try polite.connect(timeoutMs: 5_000)
            polite.disconnect()
        }
        #expect(try receiver.collectFor(ms: 200, flushing: true).isEmpty)
        do {
            let crashing = try MQTTClient(options)
            try crashing.connect(timeoutMs: 5_000)
        }
        #expect(try receiver.collect(1, flushing: true).first?.payload == Array("offline".utf8))
    }

    @Test(
        "bad publications are refused with a sentence",
        arguments: [
            (MQTTPublication(topic: "", payload: []), "a topic is empty, longer than 65535 bytes or holds a NUL"),
            (MQTTPublication(topic: "a\0b", payload: []), "a topic is empty, longer than 65535 bytes or holds a NUL"),
            (MQTTPublication(topic: "a/+", payload: []), "topic 'a/+': Invalid function arguments provided."),
            (MQTTPublication(topic: "a", payload: [], qos: 2), "QoS 2, expected 0 or 1"),
        ])
    func refused(publication: MQTTPublication, detail: String) throws {
        let broker = try Broker()
        let client = try broker.client("twin")
        #expect(throws: MQTTError(operation: "publish", code: 3, detail: detail)) { try client.publish(publication) }
        #expect(client.publicationsInFlight == 0)
    }

    @Test("a publication without rights is counted, and told with its topic and the broker's reason")
    func noRights() throws {
        let broker = try Broker(config: "acl_file /dev/null")
        let client = try broker.client("twin")
        try client.publish(MQTTPublication(topic: "secret", payload: [1]))
        try client.flush()
        var refusals: [MQTTRefusal] = []
        for _ in 0..<100 where refusals.isEmpty { refusals += try client.receive(timeoutMs: 50, limit: 10).refusals }
        #expect(refusals == [MQTTRefusal(topic: "secret", code: 135, reason: "Not authorized")])
        #expect(client.refusedPublications == 1)
        // Each is told once.
        #expect(try client.receive(timeoutMs: 0, limit: 10).refusals == [])
    }

    @Test("publications are bounded")
    func bounded() throws {
        let broker = try Broker()
        let client = try broker.client("twin")
        for number in 0..<MQTTClient.publicationLimit {
            try client.publish(MQTTPublication(topic: "t", payload: Payload.make(number)))
        }
        let error = #expect(throws: MQTTError.self) { try client.publish(MQTTPublication(topic: "t", payload: [])) }
        #expect(error?.code == 151)
        try client.settle()
    }
}
