import Foundation
import Testing
import TwinMQTT
import TwinTesting

@Suite("Link")
struct LinkTests {
    @Test("an absent broker is reported at once and with its address")
    func absent() throws {
        let port = try Loopback.freePort()
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: port, clientID: "twin"))
        let start = ContinuousClock.now
        let error = #expect(throws: MQTTError.self) { try client.connect(timeoutMs: 2_000) }
        #expect(start.duration(to: .now) < .seconds(1))
        #expect(
            error?.description == "mosquitto connect failed: 127.0.0.1:\(port) cannot be reached: Connection refused; "
                + "is the broker running there? (code 111)")
    }

    @Test("a name that does not exist is reported")
    func unresolvable() throws {
        let client = try MQTTClient(MQTTOptions(host: "no-such-host.invalid", port: 1883, clientID: "twin"))
        let error = #expect(throws: MQTTError.self) { try client.connect(timeoutMs: 2_000) }
        #expect(error?.detail.hasPrefix("no-such-host.invalid:1883 cannot be resolved: ") == true)
    }

    @Test("a port that does not speak MQTT is given up in time")
    func silent() throws {
        let fake = try FakeBroker { _, _ in [] }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "localhost", port: fake.port, clientID: "twin"))
        let start = ContinuousClock.now
        let error = #expect(throws: MQTTError.self) { try client.connect(timeoutMs: 300) }
        #expect(start.duration(to: .now) < .seconds(2))
        #expect(error?.detail.contains("localhost:\(fake.port) gave no MQTT answer in time") == true)
    }

    @Test("a broker that wants a user refuses us with its reason")
    func unauthorised() throws {
        let broker = try Broker(anonymous: false)
        let client = try MQTTClient(broker.options("twin"))
        let error = #expect(throws: MQTTError.self) { try client.connect(timeoutMs: 5_000) }
        #expect(error?.code == 135)
        #expect(error?.detail == "127.0.0.1:\(broker.port) does not admit client 'twin': Not authorized")
    }

    @Test("a refused topic is named")
    func refusedTopic() throws {
        let fake = try FakeBroker { packet, _ in
            switch packet[0] >> 4 {
            case FakeBroker.Kind.connect: FakeBroker.connack()
            case FakeBroker.Kind.subscribe: FakeBroker.suback(packet, reason: 0x87)
            default: []
            }
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.connect(timeoutMs: 5_000)
        let error = #expect(throws: MQTTError.self) { try client.subscribe(["v1/secret/#"], qos: 1) }
        #expect(error?.code == 135)
        #expect(error?.detail == "127.0.0.1:\(fake.port) refuses topic 'v1/secret/#': Not authorized")
    }

    @Test("a packet that is longer than we take ends the link with the reason, and the next one is tried")
    func tooLong() throws {
        let fake = try FakeBroker { packet, connection in
            guard packet[0] >> 4 == FakeBroker.Kind.connect else { return [] }
            // 268,435,455 bytes are said to follow, and some do.
            return FakeBroker.connack()
                + (connection < 3 ? [0x30, 0xFF, 0xFF, 0xFF, 0x7F] + [UInt8](repeating: 1, count: 100_000) : [])
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.connect(timeoutMs: 5_000)
        _ = try client.nextLink()
        #expect(try client.nextLink() == .down(reason: "Message too long (code 14)"))
        #expect(try client.nextLink() == .up(sessionPresent: false))
    }

    @Test(
        "a property that MQTT does not know ends the link with the reason, and the next one is tried",
        arguments: [
            [0x30, 7, 0, 1, 97, 3, 0x7E, 0, 0], [0xE0, 5, 0x8B, 3, 0x7E, 0, 0], [0x40, 7, 0, 1, 0, 3, 0, 0, 0],
        ]
            as [[UInt8]])
    func unknownProperty(packet: [UInt8]) throws {
        let fake = try FakeBroker { said, connection in
            guard said[0] >> 4 == FakeBroker.Kind.connect else { return [] }
            return FakeBroker.connack() + (connection < 3 ? packet : [])
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.connect(timeoutMs: 5_000)
        _ = try client.nextLink()
        #expect(try client.nextLink() == .down(reason: "Protocol error (code 14)"))
        #expect(try client.nextLink() == .up(sessionPresent: false))
    }

    @Test("... and in the answer to the first packet it is the reason")
    func unknownPropertyAtFirst() throws {
        let fake = try FakeBroker { _, _ in [0x20, 6, 0, 0, 3, 0x7E, 0, 0] }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        let error = #expect(throws: MQTTError.self) { try client.connect(timeoutMs: 5_000) }
        #expect(error?.detail.contains("Protocol error") == true)
    }

    @Test(
        "packets without end that are no messages do not hold us",
        arguments: [[0xD0, 0], [0x40, 2, 0, 7]] as [[UInt8]])
    func packetsWithoutEnd(packet: [UInt8]) throws {
        let flood = Array(repeatElement(packet, count: 200_000).joined())
        let fake = try FakeBroker { packet, _ in
            packet[0] >> 4 == FakeBroker.Kind.connect ? FakeBroker.connack() + flood : []
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.connect(timeoutMs: 5_000)
        let start = ContinuousClock.now
        for _ in 0..<3 { _ = try client.receive(timeoutMs: 1, limit: 500) }
        #expect(start.duration(to: .now) < .seconds(1))
    }

    @Test("a second CONNACK on a connection ends it")
    func secondGreeting() throws {
        let fake = try FakeBroker { packet, connection in
            guard packet[0] >> 4 == FakeBroker.Kind.connect else { return [] }
            return FakeBroker.connack() + (connection < 3 ? FakeBroker.connack() : [])
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.connect(timeoutMs: 5_000)
        _ = try client.nextLink()
        #expect(try client.nextLink() == .down(reason: "a second CONNACK on one connection (code 2)"))
        #expect(try client.nextLink() == .up(sessionPresent: false))
    }

    @Test("nothing works before connect, and everything says so")
    func notConnected() throws {
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: 1883, clientID: "twin"))
        #expect(throws: MQTTError.self) { try client.receive(timeoutMs: 0, limit: 1) }
        #expect(throws: MQTTError.self) { try client.flush() }
        #expect(throws: MQTTError.self) { try client.subscribe(["a"], qos: 1) }
        #expect(throws: MQTTError.self) { try client.publish(MQTTPublication(topic: "a", payload: [])) }
        client.disconnect()
    }

    @Test("a killed and restarted broker: down, up without session, messages flow again")
    func restarted() throws {
        let broker = try Broker()
        let client = try broker.client("twin")
        try client.subscribe(["t/#"], qos: 1)
        #expect(try client.nextLink() == .up(sessionPresent: false))
        broker.kill()
        let down = try client.nextLink()
        guard case .down = down else {
            Issue.record("expected down, got \(String(describing: down))")
            return
        }
        let error = #expect(throws: MQTTError.self) { try client.publish(MQTTPublication(topic: "t/a", payload: [])) }
        #expect(error?.description == "mosquitto publish failed: The client is not currently connected. (code 4)")
        let start = ContinuousClock.now
        #expect(try client.receive(timeoutMs: 100, limit: 10) == MQTTBatch(messages: [], links: []))
        #expect(start.duration(to: .now) < .milliseconds(600))
        try broker.start()
        #expect(try client.nextLink() == .up(sessionPresent: false))
        try broker.publish(0..<5)
        #expect(try client.collect(5, flushing: true).map(Payload.number) == Array(0..<5))
    }

    @Test("publications in flight when the broker dies arrive after its restart")
    func resent() throws {
        let broker = try Broker()
        let sender = try broker.client("sender")
        _ = try sender.nextLink()
        broker.signal(SIGSTOP)
        for number in 0..<10 {
            try sender.publish(MQTTPublication(topic: "keep/\(number)", payload: [1], retain: true))
        }
        try sender.flush()
        // Killed while frozen: it can have acknowledged none of them.
        broker.kill()
        try broker.start()
        #expect(sender.publicationsInFlight == 10)
        try sender.settle()
        let receiver = try broker.client("receiver")
        try receiver.subscribe(["keep/#"], qos: 1)
        #expect(try receiver.collect(10, flushing: true).count == 10)
    }

    @Test("a stopped broker ends the link")
    func stopped() throws {
        let broker = try Broker()
        let client = try broker.client("twin")
        _ = try client.nextLink()
        broker.signal(SIGTERM)
        #expect(try client.nextLink() == .down(reason: "The connection was lost. (code 7)"))
    }

    @Test("the broker's reason for going is reported, and the link comes back")
    func reason() throws {
        let fake = try FakeBroker { packet, connection in
            guard packet[0] >> 4 == FakeBroker.Kind.connect else { return [] }
            return FakeBroker.connack(sessionPresent: true) + (connection < 3 ? [0xE0, 2, 0x8B, 0] : [])
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.connect(timeoutMs: 5_000)
        #expect(try client.nextLink() == .up(sessionPresent: true))
        #expect(try client.nextLink() == .down(reason: "Server shutting down (code 139)"))
        #expect(try client.nextLink() == .up(sessionPresent: true))
    }

    @Test("a hundred connections leave no descriptor behind")
    func descriptors() throws {
        let broker = try Broker()
        let client = try MQTTClient(broker.options("twin"))
        let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        for _ in 0..<100 {
            try client.connect(timeoutMs: 5_000)
            client.disconnect()
        }
        // Other tests open some at the same time.
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count < before + 60)
    }

    @Test("a broker that freezes for three seconds loses nothing")
    func frozen() throws {
        let broker = try Broker()
        let client = try broker.client("twin")
        try client.subscribe(["t/#"], qos: 1)
        _ = try client.nextLink()
        broker.signal(SIGSTOP)
        for number in 0..<200 {
            try client.publish(MQTTPublication(topic: "t/a", payload: Payload.make(number, size: 60_000)))
        }
        let start = ContinuousClock.now
        try client.flush()
        #expect(start.duration(to: .now) < .milliseconds(2_500))
        #expect(try client.collectFor(ms: 2_000, flushing: false).isEmpty)
        broker.signal(SIGCONT)
        let messages = try client.collect(200, flushing: true)
        #expect(messages.map(Payload.number) == Array(0..<200))
        try client.settle()
    }

    @Test("a dead link is noticed within one and a half keep-alives, and comes back")
    func deadLink() throws {
        let broker = try Broker()
        var options = broker.options("twin")
        options.keepAliveS = 5
        let client = try MQTTClient(options)
        try client.connect(timeoutMs: 5_000)
        try client.subscribe(["t/#"], qos: 1)
        _ = try client.nextLink()
        broker.signal(SIGSTOP)
        let start = ContinuousClock.now
        let down = try client.nextLink()
        #expect(start.duration(to: .now) < .milliseconds(9_500))
        #expect(down == .down(reason: "no answer to a ping within 2.5 seconds (code 27)"))
        broker.signal(SIGCONT)
        #expect(try client.nextLink() == .up(sessionPresent: true))
        try broker.publish(0..<3)
        #expect(try client.collect(3, flushing: true).count == 3)
    }

    @Test("an idle link is kept alive without flush")
    func idle() throws {
        let broker = try Broker()
        var options = broker.options("twin")
        options.keepAliveS = 5
        let client = try MQTTClient(options)
        try client.connect(timeoutMs: 5_000)
        #expect(try client.receive(timeoutMs: 100, limit: 1).links == [.up(sessionPresent: false)])
        // The broker breaks a silent link after 7.5 s.
        #expect(try client.receive(timeoutMs: 9_000, limit: 1) == MQTTBatch(messages: [], links: []))
        #expect(client.isUp)
    }

    @Test("an idle receive sleeps")
    func sleeps() throws {
        let broker = try Broker()
        let client = try broker.client("twin")
        try client.subscribe(["t/#"], qos: 1)
        _ = try client.nextLink()
        try broker.publish(0..<400)
        #expect(try client.collect(400, flushing: true).count == 400)
        try client.publish(MQTTPublication(topic: "u", payload: [1]))
        let before = cpuSeconds()
        // With something queued and held back, too: the poll must not spin on "writable".
        #expect(try client.collectFor(ms: 1_000, flushing: false).isEmpty)
        #expect(cpuSeconds() - before < 0.2)
    }

    @Test("a session taken over is not fought for")
    func takenOver() throws {
        let fake = try FakeBroker { packet, _ in
            switch packet[0] >> 4 {
            case FakeBroker.Kind.connect: FakeBroker.connack()
            case FakeBroker.Kind.subscribe: FakeBroker.suback(packet, reason: 1) + [0xE0, 2, 0x8E, 0]
            default: []
            }
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.connect(timeoutMs: 5_000)
        _ = try client.nextLink()
        let error = #expect(throws: MQTTError.self) {
            try client.subscribe(["t"], qos: 1)
            _ = try client.nextLink()
        }
        #expect(error?.code == 0x8E)
        let sentence = "another client connected as 'twin' to 127.0.0.1:\(fake.port) and took the session over"
        #expect(error?.detail == sentence + "; stop one of the two")
        #expect(throws: MQTTError.self) { try client.flush() }
        #expect(throws: MQTTError.self) { try client.receive(timeoutMs: 100, limit: 1) }
        try client.connect(timeoutMs: 5_000)
        #expect(client.isUp)
    }

    @Test("short links end nobody: the third one says what may be the reason, and pauses grow")
    func shortLinks() throws {
        let broker = try Broker()
        let clients = [try broker.client("twin"), try broker.client("twin")]
        let deadline = ContinuousClock.now.advanced(by: .seconds(20))
        var reasons: [String] = []
        while !reasons.contains(where: { $0.contains("3 short links") }), ContinuousClock.now < deadline {
            for client in clients {
                for case .down(let reason) in try client.receive(timeoutMs: 20, limit: 10).links {
                    reasons.append(reason)
                }
            }
        }
        let last = try #require(reasons.last)
        #expect(last.contains("3 short links in a row: does another client connect as 'twin', too?"))
        #expect(reasons.count <= 8)
    }

    @Test("what is for the moment only is not sent again over the next link")
    func notSentAgain() throws {
        let broker = try Broker()
        var options = broker.options("sender")
        options.sendsAgain = false
        let sender = try MQTTClient(options)
        try sender.connect(timeoutMs: 5_000)
        _ = try sender.nextLink()
        broker.signal(SIGSTOP)
        for number in 0..<10 {
            try sender.publish(MQTTPublication(topic: "keep/\(number)", payload: [1], retain: true))
        }
        try sender.flush()
        #expect(sender.publicationsInFlight == 10 && sender.publicationsWaiting > .zero)
        broker.kill()
        try broker.start()
        while !sender.isUp || sender.publicationsInFlight > 0 { _ = try sender.nextLink() }
        #expect(sender.publicationsWaiting == .zero)
        try sender.publish(MQTTPublication(topic: "keep/new", payload: [2], retain: true))
        try sender.settle()
        let receiver = try broker.client("receiver")
        try receiver.subscribe(["keep/#"], qos: 1)
        #expect(try receiver.collect(1, flushing: true).map(\.topic) == ["keep/new"])
        #expect(try receiver.collectFor(ms: 200, flushing: true).isEmpty)
    }

    @Test("a subscription that is refused after a reconnect is told and ends nothing; it is tried with each link")
    func refusedLater() throws {
        let fake = try FakeBroker { packet, connection in
            switch packet[0] >> 4 {
            case FakeBroker.Kind.connect: FakeBroker.connack(sessionPresent: connection > 1)
            case FakeBroker.Kind.subscribe:
                FakeBroker.suback(packet, reason: connection == 2 ? 0x87 : 1)
                    + (connection == 1 ? [0xE0, 2, 0x8B, 0] : [])
            default: []
            }
        }
        defer { fake.stop() }
        let client = try MQTTClient(MQTTOptions(host: "127.0.0.1", port: fake.port, clientID: "twin"))
        try client.begin(["v1/secret/#"], qos: 1)
        var refusals: [MQTTRefusal] = []
        let deadline = ContinuousClock.now.advanced(by: .seconds(15))
        while refusals.isEmpty, ContinuousClock.now < deadline {
            refusals += try client.receive(timeoutMs: 50, limit: 10).refusals
        }
        #expect(
            refusals == [
                MQTTRefusal(topic: "v1/secret/#", code: 0x87, reason: "Not authorized", isSubscription: true)
            ])
        #expect(client.isUp)
    }

    @Test("a client that waits for its broker says why, and is there when the broker comes")
    func waits() throws {
        let broker = try Broker()
        broker.kill()
        let client = try MQTTClient(broker.options("twin"))
        try client.begin(["t/#"], qos: 1)
        #expect(try client.receive(timeoutMs: 200, limit: 10) == MQTTBatch(messages: [], links: []))
        #expect(client.lastFailure?.detail.contains("cannot be reached: Connection refused") == true)
        try broker.start()
        #expect(try client.nextLink() == .up(sessionPresent: false))
        // The SUBSCRIBE leaves with the next turns.
        _ = try client.collectFor(ms: 300, flushing: true)
        try broker.publish(0..<3)
        #expect(try client.collect(3, flushing: true).count == 3)
    }

    /// CPU time of this thread, s.
    private func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
