import Foundation
import Testing
import TwinMQTT

#if canImport(Glibc)
    import Glibc
#endif

/// A mosquitto of the test's own on a free loopback port; killed when the test lets go of it.
final class Broker {
    private(set) var port = 0
    private let folder: URL
    private let tls: Certificates?
    private var process = Process()

    init(config: String = "", anonymous: Bool = true, inflight: Int = 1000, tls: Certificates? = nil) throws {
        self.tls = tls
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("twin-mqtt-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let rest = """
            user root
            allow_anonymous \(anonymous)
            max_queued_messages 100000
            max_inflight_messages \(inflight)
            persistence false
            log_type none
            \(config)
            \(tls.map { "certfile \($0.certificate)\nkeyfile \($0.key)" } ?? "")

            """
        // Somebody else may take the free port before the broker does: then another one is tried.
        var attempts = 5
        while true {
            port = try Broker.freePort()
            let text = "listener \(port) 127.0.0.1\n" + rest
            try text.write(to: folder.appendingPathComponent("mosquitto.conf"), atomically: true, encoding: .utf8)
            do {
                try start()
                return
            } catch {
                attempts -= 1
                guard attempts > 0 else { throw error }
            }
        }
    }

    deinit {
        signal(SIGCONT)
        kill()
        // A temporary folder that stays behind harms nobody.
        try? FileManager.default.removeItem(at: folder)
    }

    func start() throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/mosquitto")
        process.arguments = ["-c", folder.appendingPathComponent("mosquitto.conf").path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        // The broker inherits the signal mask of this thread, and a test's thread blocks SIGTERM.
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        try process.run()
        pthread_sigmask(SIG_SETMASK, &before, nil)
        let deadline = ContinuousClock.now.advanced(by: .seconds(10))
        while !Broker.answers(port: port) {
            guard process.isRunning, ContinuousClock.now < deadline else { throw NotStarted() }
            usleep(5_000)
        }
    }

    func kill() {
        guard process.isRunning else { return }
        signal(SIGKILL)
        process.waitUntilExit()
    }

    /// SIGSTOP freezes the broker, SIGCONT lets it go on, SIGTERM stops it politely.
    func signal(_ number: Int32) {
        if process.isRunning { _ = Glibc.kill(process.processIdentifier, number) }
    }

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

    static func freePort() throws -> Int {
        let descriptor = try loopbackSocket()
        defer { close(descriptor) }
        return try boundPort(descriptor)
    }

    /// A TCP socket bound to a free port of 127.0.0.1.
    static func loopbackSocket() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = loopback(port: 0)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(result == 0)
        return descriptor
    }

    static func boundPort(_ descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        try #require(result == 0)
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func answers(port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        // A reset, as the end of a stream within a handshake confuses mosquitto's TLS listener.
        var abort = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
        defer { close(descriptor) }
        var address = loopback(port: port)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        } == 0
    }
}

/// The broker ended at once or took too long.
struct NotStarted: Error {}

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
