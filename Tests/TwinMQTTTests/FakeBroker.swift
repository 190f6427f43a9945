import Foundation
import Synchronization
import Testing
import TwinTesting

#if canImport(Glibc)
    import Glibc
#endif

/// A broker that says what the test tells it to say, for what a real one never does.
final class FakeBroker: Sendable {
    /// MQTT packet types as they stand in the upper half of the first byte.
    enum Kind {
        static let connect: UInt8 = 1
        static let puback: UInt8 = 4
        static let subscribe: UInt8 = 8
    }

    let port: Int
    private let listener: Int32
    private let packets = Mutex<[[UInt8]]>([])

    /// - Parameter answer: Called with each packet; returns the bytes to send.
    init(answer: @escaping @Sendable (_ packet: [UInt8], _ connection: Int) -> [UInt8]) throws {
        listener = try Loopback.boundSocket()
        port = try Loopback.port(of: listener)
        try #require(listen(listener, 8) == 0)
        let thread = Thread { [listener, self] in
            var connection = 0
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { break }
                connection += 1
                self.serve(peer, connection, answer)
                close(peer)
            }
            // Only here: a descriptor closed elsewhere could be another broker's before this thread looks again.
            close(listener)
        }
        thread.start()
    }

    /// Ends the thread; without it the object would live for ever.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// How many packets of a type have come so far.
    func count(_ kind: UInt8) -> Int { packets.withLock { $0.count { $0[0] >> 4 == kind } } }

    /// The types in the order of arrival.
    var kinds: [UInt8] { packets.withLock { $0.map { $0[0] >> 4 } } }

    private func serve(_ peer: Int32, _ connection: Int, _ answer: ([UInt8], Int) -> [UInt8]) {
        var buffer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(peer, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            buffer += chunk[..<count]
            while let packet = FakeBroker.cut(&buffer) {
                packets.withLock { $0.append(packet) }
                let reply = answer(packet, connection)
                guard reply.isEmpty || send(peer, reply, reply.count, Int32(MSG_NOSIGNAL)) == reply.count else {
                    return
                }
            }
        }
    }

    private static func cut(_ buffer: inout [UInt8]) -> [UInt8]? {
        var (length, shift, header) = (0, 0, 1)
        while true {
            guard header < buffer.count else { return nil }
            let byte = buffer[header]
            header += 1
            length |= Int(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 == 0 { break }
        }
        guard buffer.count >= header + length else { return nil }
        defer { buffer.removeFirst(header + length) }
        return Array(buffer[..<(header + length)])
    }

    /// CONNACK.
    static func connack(reason: UInt8 = 0, sessionPresent: Bool = false) -> [UInt8] {
        [0x20, 3, sessionPresent ? 1 : 0, reason, 0]
    }

    /// SUBACK for a SUBSCRIBE packet.
    static func suback(_ subscribe: [UInt8], reason: UInt8) -> [UInt8] {
        [0x90, 4, subscribe[2], subscribe[3], 0, reason]
    }

    /// PUBLISH with QoS 1.
    static func publish(id: UInt8, topic: [UInt8], payload: [UInt8]) -> [UInt8] {
        let body = [0, UInt8(topic.count)] + topic + [0, id, 0] + payload
        return [0x32, UInt8(body.count)] + body
    }
}
