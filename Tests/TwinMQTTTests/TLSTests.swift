import Foundation
import Testing
import TwinMQTT
import TwinTesting

extension Broker {
    /// A certificate for localhost that is its own authority; its files go with it.
    final class Certificates {
        private let folder: TemporaryFolder
        var certificate: String { folder.path("cert.pem") }
        var key: String { folder.path("key.pem") }

        init() throws {
            folder = try TemporaryFolder()
            let openssl = Process()
            openssl.executableURL = try Tool.find("openssl")
            openssl.arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout",
                key,
            ]
            openssl.standardError = FileHandle.nullDevice
            try openssl.run()
            openssl.waitUntilExit()
            try #require(openssl.terminationStatus == 0)
        }
    }
}

/// A server that says the same bytes to the first client over TLS, for what a real broker never does.
private final class TLSServer {
    let port: Int
    private let openssl = Process()
    /// It ends with its input.
    private let input = Pipe()

    init(_ certificates: Broker.Certificates, says bytes: [UInt8]) throws {
        let socket = try Loopback.boundSocket()
        port = try Loopback.port(of: socket)
        close(socket)
        let output = Pipe()
        openssl.executableURL = try Tool.find("openssl")
        openssl.arguments = [
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificates.certificate, "-key", certificates.key,
        ]
        openssl.standardInput = input
        openssl.standardOutput = output
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        try TLSServer.wait(for: "ACCEPT", output.fileHandleForReading)
        // The first connection only asks whether somebody listens.
        let input = input.fileHandleForWriting
        Thread {
            do {
                try TLSServer.wait(for: "END SSL SESSION", output.fileHandleForReading)
                try input.write(contentsOf: Data(bytes))
            } catch {
                Issue.record(error)
            }
        }.start()
    }

    private static func wait(for words: String, _ output: FileHandle) throws {
        var said = ""
        while !said.contains(words) {
            let more = output.availableData
            try #require(!more.isEmpty, "\(said)")
            said += String(decoding: more, as: UTF8.self)
        }
    }

    deinit { openssl.terminate() }
}

@Suite("TLS")
struct TLSTests {
    private func options(_ broker: Broker, _ id: String, _ tls: MQTTTLS?, host: String = "localhost") -> MQTTOptions {
        var options = MQTTOptions(host: host, port: broker.port, clientID: id)
        options.tls = tls
        return options
    }

    @Test("a backlog of many sizes comes through TLS without a stall")
    func backlog() throws {
        let certificates = try Broker.Certificates()
        let broker = try Broker(tls: certificates)
        let tls = MQTTTLS(caFile: certificates.certificate)
        let receiver = try MQTTClient(options(broker, "twin", tls))
        try receiver.connect(timeoutMs: 5_000)
        try receiver.subscribe(["t/#"], qos: 1)
        receiver.disconnect()
        let sender = try MQTTClient(options(broker, "sender", tls))
        try sender.connect(timeoutMs: 5_000)
        for number in 0..<3_000 {
            let size = number % 50 == 0 ? 40_000 : number % 200
            try sender.publish(MQTTPublication(topic: "t/a", payload: Payload.make(number, size: size)))
        }
        try sender.settle()
        try receiver.connect(timeoutMs: 5_000)
        let messages = try receiver.collect(3_000, limit: 100, flushing: true)
        #expect(messages.map(Payload.number) == Array(0..<3_000))
    }

    @Test("an unknown authority is refused", arguments: [nil, "/etc/ssl/certs/ca-certificates.crt"])
    func unknownAuthority(caFile: String?) throws {
        let broker = try Broker(tls: try Broker.Certificates())
        let client = try MQTTClient(options(broker, "twin", MQTTTLS(caFile: caFile)))
        let error = #expect(throws: MQTTError.self) { try client.connect(timeoutMs: 3_000) }
        #expect(error?.detail.contains("localhost:\(broker.port)") == true)
        #expect(error?.detail.contains("certificate verify failed") == true, "\(String(describing: error))")
    }

    @Test("a certificate for another host is refused")
    func wrongHost() throws {
        let certificates = try Broker.Certificates()
        let broker = try Broker(tls: certificates)
        let tls = MQTTTLS(caFile: certificates.certificate)
        let client = try MQTTClient(options(broker, "twin", tls, host: "127.0.0.1"))
        #expect(throws: MQTTError.self) { try client.connect(timeoutMs: 3_000) }
    }

    @Test("a property that MQTT does not know, and a packet beyond the greatest, end the link there too")
    func brokenPackets() throws {
        let certificates = try Broker.Certificates()
        for packet in [[0x30, 7, 0, 1, 97, 3, 0x7E, 0, 0], [0x30, 0xFF, 0xFF, 0xFF, 0x7F]] as [[UInt8]] {
            let server = try TLSServer(certificates, says: FakeBroker.connack() + packet)
            var options = MQTTOptions(host: "localhost", port: server.port, clientID: "twin")
            options.tls = MQTTTLS(caFile: certificates.certificate)
            let client = try MQTTClient(options)
            try client.connect(timeoutMs: 5_000)
            #expect(try client.nextLink() == .up(sessionPresent: false))
            guard case .down(let reason)? = try client.nextLink() else {
                Issue.record("the link did not end")
                continue
            }
            #expect(reason.contains(packet.count == 5 ? "Message too long" : "Protocol error"), "\(reason)")
        }
    }

    @Test("plain text to a TLS port ends in time")
    func plainToTLS() throws {
        let broker = try Broker(tls: try Broker.Certificates())
        let client = try MQTTClient(options(broker, "twin", nil))
        let start = ContinuousClock.now
        #expect(throws: MQTTError.self) { try client.connect(timeoutMs: 2_000) }
        #expect(start.duration(to: .now) < .seconds(3))
    }

    @Test("a missing certificate file is named")
    func missingFile() throws {
        var options = MQTTOptions(host: "localhost", port: 1, clientID: "twin")
        options.tls = MQTTTLS(caFile: "/no/such/ca.pem")
        let error = #expect(throws: MQTTError.self) { _ = try MQTTClient(options) }
        #expect(error?.detail.contains("/no/such/ca.pem") == true)
    }
}
