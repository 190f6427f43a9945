import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Ports of 127.0.0.1.
package enum Loopback {
    /// A port that was free a moment ago.
    package static func freePort() throws -> Int {
        let descriptor = try boundSocket()
        defer { close(descriptor) }
        return try port(of: descriptor)
    }

    /// A TCP socket bound to a free port.
    package static func boundSocket() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, withAddress(0, { bind(descriptor, $0, $1) }) == 0 else {
            throw Trouble("no free port: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    package static func port(of descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw Trouble("the socket has no port: \(String(cString: strerror(errno)))") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    package static func answers(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        // A reset, as the end of a stream within a handshake confuses mosquitto's TLS listener.
        var abort = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
        defer { close(descriptor) }
        return withAddress(port) { connect(descriptor, $0, $1) } == 0
    }

    private static func withAddress(
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
package final class SilentListener {
    package let port: Int
    private let descriptor: Int32

    package init() throws {
        descriptor = try Loopback.boundSocket()
        port = try Loopback.port(of: descriptor)
        guard listen(descriptor, 8) == 0 else { throw Trouble("cannot listen: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }
}
