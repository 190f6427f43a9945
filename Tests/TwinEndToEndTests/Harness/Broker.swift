import Foundation
import Glibc

/// A real mosquitto of the test's own, on a free port of 127.0.0.1.
final class Broker {
    let port: Int
    private let process: Process

    var url: String { "mqtt://127.0.0.1:\(port)" }

    /// Starts it and waits until it takes connections.
    static func start(in folder: URL) async throws -> Broker {
        for attempt in 1... {
            // Somebody else may take the port between the search and the start: then with another one.
            let broker = try Broker(folder.appendingPathComponent("broker-\(attempt)"))
            do {
                try await poll("broker on port \(broker.port)", within: .seconds(10)) {
                    guard broker.process.isRunning else { throw Trouble("mosquitto ended at once") }
                    return Loopback.answers(broker.port)
                }
                return broker
            } catch  where attempt < 5 {
                broker.stop()
            }
        }
        throw Trouble("no broker")
    }

    private init(_ folder: URL) throws {
        port = try Loopback.freePort()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let config = folder.appendingPathComponent("mosquitto.conf")
        try """
        listener \(port) 127.0.0.1
        allow_anonymous true
        max_queued_messages 100000
        max_inflight_messages 1000
        persistence true
        persistence_location \(folder.path)/
        user \(NSUserName())

        """.write(to: config, atomically: true, encoding: .utf8)
        process = Process()
        process.executableURL = try Places.tool("mosquitto")
        process.arguments = ["-c", config.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try Run.start(process)
    }

    func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    func stop() {
        signal(SIGCONT)
        signal(SIGKILL)
        process.waitUntilExit()
    }
}

/// Ports of 127.0.0.1.
enum Loopback {
    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        let silent = try SilentListener()
        return silent.port
    }

    static func answers(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withAddress(port) { connect(descriptor, $0, $1) } == 0
    }

    fileprivate static func withAddress(
        _ port: Int, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}

/// A port that takes connections and never says a word.
final class SilentListener {
    let port: Int
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.descriptor = descriptor
        guard descriptor >= 0, Loopback.withAddress(0, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 8) == 0
        else { throw Trouble("no free port: \(String(cString: strerror(errno)))") }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
