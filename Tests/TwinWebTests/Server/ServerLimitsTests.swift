import Foundation
import Glibc
import NIOCore
import Synchronization
import Testing
import TwinCore
import TwinTesting

@testable import TwinWeb

/// A line to the server as a bad client holds it: bytes, and no more.
final class RawLine {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, result == 0 else { throw POSIXError(.ECONNREFUSED) }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// - Returns: whether the other side took it.
    @discardableResult
    func send(_ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
            == text.utf8.count
    }

    /// What comes until it has a word.
    func until(_ word: String) -> String {
        var all: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while !String(decoding: all, as: UTF8.self).contains(word) {
            let count = recv(descriptor, &block, block.count, 0)
            guard count > 0 else { break }
            all += block[..<count]
        }
        return String(decoding: all, as: UTF8.self)
    }

    /// What comes until the other side closes, or nothing more does for ten seconds.
    func rest() -> (text: String, isClosed: Bool) {
        var all: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &block, block.count, 0)
            if count > 0 {
                all += block[..<count]
            } else {
                let isClosed = count == 0 || errno == ECONNRESET
                return (String(decoding: all, as: UTF8.self), isClosed)
            }
        }
    }
}

@Suite("Limits of the server", .serialized)
struct ServerLimitsTests {
    /// Serves while `body` runs.
    private func serve(
        _ change: (inout ServerLimits) -> Void, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        var server = try PageServer(Scenes.source())
        change(&server.limits)
        let (ports, opened) = AsyncStream.makeStream(of: Int.self)
        let address = try #require(ListenAddress("127.0.0.1:0"))
        let running = Task { [server] in try await server.run(at: address) { opened.yield($0) } }
        defer { running.cancel() }
        let port = try #require(await ports.first { _ in true })
        try await Task.detached { try await body(port) }.value
        running.cancel()
        _ = await running.result
    }

    private static let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"

    private static func healthz(_ port: Int) throws -> Bool {
        let line = try RawLine(port: port)
        line.send("\(request)Connection: close\r\n\r\n")
        return line.rest().text.contains("\"status\":\"ok\"")
    }

    @Test("a head that drips is cut off, at once after its time, also as the second of a line")
    func slowHead() async throws {
        try await serve({ $0.head = .milliseconds(150) }) { port in
            let begin = ContinuousClock.now
            let slow = try RawLine(port: port)
            slow.send("GET /healthz HTTP/1.1\r\nHost: loc")
            #expect(slow.rest() == ("", true))
            #expect(ContinuousClock.now - begin < .seconds(5))
            let second = try RawLine(port: port)
            second.send("\(Self.request)\r\n")
            #expect(second.until("}").contains("\"status\":\"ok\""))
            second.send("GET /heal")
            #expect(second.rest() == ("", true))
            #expect(try Self.healthz(port))
        }
    }

    @Test("a body that does not come is cut off")
    func slowBody() async throws {
        try await serve({ $0.body = .milliseconds(150) }) { port in
            let line = try RawLine(port: port)
            line.send("POST /replay/control HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
            #expect(line.rest().isClosed)
            #expect(try Self.healthz(port))
        }
    }

    @Test("a line without a request is closed")
    func idle() async throws {
        try await serve({ $0.idle = .milliseconds(150) }) { port in
            let line = try RawLine(port: port)
            #expect(line.rest() == ("", true))
        }
    }

    @Test("a head that is too large, and what is no HTTP, get 400 and no more")
    func large() async throws {
        try await serve({ _ in }) { port in
            for head in [
                "X-Large: \(String(repeating: "a", count: 20 << 10))\r\n",
                String(repeating: "X-Many: 1\r\n", count: 200), "no header\r\n",
            ] {
                let line = try RawLine(port: port)
                line.send("\(Self.request)\(head)\r\n")
                let (text, isClosed) = line.rest()
                #expect(text.hasPrefix("HTTP/1.1 4") && isClosed, "\(text.prefix(80))")
            }
            let odd = try RawLine(port: port)
            odd.send("\u{0}\u{1}\u{2} nonsense\r\n\r\n")
            #expect(odd.rest().isClosed)
            let nobody = try RawLine(port: port)
            nobody.send("GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            #expect(nobody.rest().text.hasPrefix("HTTP/1.1 421"))
            for second in ["localhost", "evil.example"] {
                let both = try RawLine(port: port)
                both.send("\(Self.request)Host: \(second)\r\nConnection: close\r\n\r\n")
                #expect(both.rest().text.hasPrefix("HTTP/1.1 400"), "\(second)")
            }
        }
    }

    @Test("five hundred idle lines do not keep the server from answering, and the next address' share is bounded")
    func many() async throws {
        try await serve({ _ in }) { port in
            let lines = try (0..<500).map { _ in try RawLine(port: port) }
            let begin = ContinuousClock.now
            #expect(try Self.healthz(port))
            #expect(ContinuousClock.now - begin < .seconds(1))
            withExtendedLifetime(lines) {}
        }
        try await serve({ $0.connectionsLoopback = 3 }) { port in
            let lines = try (0..<3).map { _ in try RawLine(port: port) }
            // They are counted once they are answered.
            for line in lines {
                line.send("\(Self.request)\r\n")
                #expect(line.until("}").contains("200 OK"))
            }
            #expect(try RawLine(port: port).rest().isClosed)
            withExtendedLifetime(lines) {}
        }
    }

    @Test("an address that asks too fast is told to wait")
    func fast() async throws {
        try await serve({
            $0.requestsAtOnce = 5
            $0.requestsPerSecond = 0.001
        }) { port in
            for _ in 0..<5 { #expect(try Self.healthz(port)) }
            let line = try RawLine(port: port)
            line.send("\(Self.request)Connection: close\r\n\r\n")
            let text = line.rest().text
            #expect(text.hasPrefix("HTTP/1.1 429"))
            #expect(text.lowercased().contains("retry-after: 1"))
        }
    }

    /// 200 at once; after 2 s at 50 a second 100 more, and never more than 200 however long nobody asks.
    @Test("a bucket gives what it holds, and fills again")
    func bucket() {
        var bucket = TokenBucket(full: 200, at: 0)
        func taken(at time: Double) -> Int {
            (0..<1000).prefix { _ in bucket.take(at: time, perSecond: 50, most: 200) }.count
        }
        #expect(taken(at: 0) == 200)
        #expect(taken(at: 2) == 100)
        #expect(taken(at: 1000) == 200)
        // A clock that goes back gives nothing.
        #expect(taken(at: 900) == 0)
    }
}
