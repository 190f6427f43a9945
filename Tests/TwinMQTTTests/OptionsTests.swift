import Testing

@testable import TwinMQTT

@Suite("Options")
struct OptionsTests {
    @Test(
        "a URL gives host, port, TLS and user",
        arguments: [
            ("mqtt://broker", "broker", 1883, false, nil, nil),
            ("mqtts://broker/", "broker", 8883, true, nil, nil),
            ("MQTT://10.0.0.1:99", "10.0.0.1", 99, false, nil, nil),
            ("mqtt://[::1]", "::1", 1883, false, nil, nil),
            ("mqtts://[fe80::1]:65535", "fe80::1", 65_535, true, nil, nil),
            ("mqtt://tom@broker:1", "broker", 1, false, "tom", nil),
            ("mqtt://tom:a%40b%3a:c@broker", "broker", 1883, false, "tom", "a@b::c"),
            ("mqtt://tom:@broker", "broker", 1883, false, "tom", ""),
        ] as [(String, String, Int, Bool, String?, String?)])
    func url(text: String, host: String, port: Int, secure: Bool, user: String?, password: String?) throws {
        let options = try MQTTOptions(url: text, clientID: "twin")
        #expect(options.host == host && options.port == port && (options.tls != nil) == secure)
        #expect(options.username == user && options.password == password)
    }

    @Test(
        "a bad URL is refused with a sentence that hides the password",
        arguments: [
            ("http://broker", "the scheme is neither mqtt nor mqtts"),
            ("broker:1883", "the scheme is neither mqtt nor mqtts"),
            ("", "the scheme is neither mqtt nor mqtts"),
            ("mqtt://", "the host is missing"),
            ("mqtt://:1883", "the host is missing"),
            ("mqtt://broker:", "the port '' is not a number in 1...65535"),
            ("mqtt://broker:0", "the port '0' is not a number in 1...65535"),
            ("mqtt://broker:+80", "the port '+80' is not a number in 1...65535"),
            ("mqtt://broker:65536", "the port '65536' is not a number in 1...65535"),
            ("mqtt://broker:99999999999999999999", "the port '99999999999999999999' is not a number in 1...65535"),
            ("mqtt://::1", "an IPv6 address needs brackets, like [::1]"),
            ("mqtt://[::1", "the bracket of the IPv6 address is not closed"),
            ("mqtt://[::1]1883", "after the IPv6 address a colon and the port are expected"),
            ("mqtt://broker/topic", "a path, query or fragment has no meaning here"),
            ("mqtt://bro ker", "the host holds a space or a control character"),
            ("mqtt://:secret@broker", "the user name is empty or badly encoded"),
            ("mqtt://tom:secret%4@broker", "the password is badly encoded"),
            ("mqtt://tom:sec/ret@bro/ker", "a path, query or fragment has no meaning here"),
        ])
    func badURL(text: String, detail: String) throws {
        let error = #expect(throws: MQTTError.self) { _ = try MQTTOptions(url: text, clientID: "twin") }
        #expect(error?.detail.contains(": \(detail); expected mqtt://HOST:PORT or mqtts://HOST:PORT") == true)
        #expect(error?.description.contains("secret") == false && error?.description.contains("ret@") == false)
    }

    @Test("no print-out holds the password")
    func redaction() throws {
        let options = try MQTTOptions(url: "mqtts://tom:hunter2@[::1]:1", clientID: "twin")
        #expect(options.redactedURL == "mqtts://tom:***@[::1]:1")
        var dumped = ""
        dump(options, to: &dumped)
        for text in ["\(options)", String(reflecting: options), String(describing: Optional(options)), dumped] {
            #expect(!text.contains("hunter2"))
        }
        #expect(MQTTOptions.redact("mqtt://tom:a/b@c@host:1") == "mqtt://tom:***@host:1")
        #expect(MQTTOptions.redact("tom:a@host") == "tom:***@host")
        #expect(MQTTOptions.redact("mqtt://tom@host:1") == "mqtt://tom@host:1")
        #expect(MQTTOptions.redact("mqtt://host:1") == "mqtt://host:1")
        #expect(MQTTOptions.redact("@") == "@")
    }

    @Test("settings that cannot work are refused before anything is sent")
    func validation() throws {
        let good = MQTTOptions(host: "localhost", port: 1883, clientID: "twin")
        let changes: [(inout MQTTOptions) -> Void] = [
            { $0.host = "" }, { $0.port = 0 }, { $0.port = 65_536 }, { $0.clientID = "" }, { $0.clientID = "a\0b" },
            { $0.keepAliveS = 4 }, { $0.keepAliveS = 65_536 }, { $0.receiveMaximum = 0 }, { $0.maximumPacketSize = 0 },
            { $0.password = "secret" }, { $0.will = MQTTWill(topic: "a/#", payload: []) },
            { $0.tls = MQTTTLS(certFile: "/a", keyFile: "/b") }, { $0.clientID = String(repeating: "a", count: 257) },
        ]
        _ = try MQTTClient(good)
        for change in changes {
            var options = good
            change(&options)
            let error = #expect(throws: MQTTError.self) { _ = try MQTTClient(options) }
            #expect(error?.operation == "configure" && error?.code == 3)
        }
    }

    @Test("pauses double from 1 s to 30 s, jitter within their upper half, and repeat with the same id")
    func backoff() {
        var backoff = Backoff(name: "twin")
        var same = Backoff(name: "twin")
        let ranges = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]
        for range in ranges {
            let delay = backoff.nextMs()
            #expect((range / 2...range).contains(delay))
            #expect(delay == same.nextMs())
        }
        backoff.reset()
        #expect((500...1_000).contains(backoff.nextMs()))
        var first = Backoff(name: "a")
        var second = Backoff(name: "b")
        #expect((0..<4).map { _ in first.nextMs() } != (0..<4).map { _ in second.nextMs() })
    }
}
