import Glibc
import Testing

@testable import TwinMQTT

@Suite("Socket buffer")
struct SocketBufferTests {
    /// Two ends of a connection; nothing blocks.
    private func pair() throws -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    private func read(_ file: Int32, _ count: Int) -> (bytes: [UInt8], errno: Int32) {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = Glibc.read(file, &bytes, count)
        return got < 0 ? ([], errno) : (Array(bytes.prefix(got)), 0)
    }

    private func write(_ file: Int32, _ bytes: [UInt8]) {
        #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
    }

    @Test("gives the bytes in their order, in any pieces, and says when there are none, and the end")
    func order() throws {
        let (near, far) = try pair()
        defer { close(near) }
        let buffer = SocketBuffer()
        buffer.drop(for: .plain(socket: near), packetMax: 1000)
        write(far, [1, 2, 3, 4, 5])
        buffer.using {
            #expect(read(near, 1).bytes == [1])
            #expect(buffer.isFilled)
            #expect(read(near, 2).bytes == [2, 3])
            // What the kernel has since then comes behind what is held.
            write(far, [6])
            #expect(read(near, 9).bytes == [4, 5])
            #expect(!buffer.isFilled)
            #expect(read(near, 9).bytes == [6])
            #expect(read(near, 9).errno == EAGAIN)
            write(far, [7])
            close(far)
            #expect(read(near, 9).bytes == [7])
            let end = read(near, 9)
            #expect(end.bytes == [] && end.errno == 0)
        }
    }

    @Test("leaves other files alone, and its own outside of its use")
    func others() throws {
        let (near, far) = try pair()
        let (other, otherFar) = try pair()
        defer { for file in [near, far, other, otherFar] { close(file) } }
        let buffer = SocketBuffer()
        buffer.drop(for: .plain(socket: near), packetMax: 1000)
        write(far, [1, 2])
        write(otherFar, [8, 9])
        buffer.using {
            #expect(read(near, 1).bytes == [1])
            #expect(read(other, 1).bytes == [8])
        }
        #expect(read(other, 1).bytes == [9])
        // Byte 2 is in the buffer, and who asks the kernel does not get it.
        #expect(read(near, 1).errno == EAGAIN)
        buffer.using { #expect(read(near, 1).bytes == [2]) }
    }

    @Test("forgets what it holds when it is dropped")
    func drops() throws {
        let (near, far) = try pair()
        defer { for file in [near, far] { close(file) } }
        let buffer = SocketBuffer()
        buffer.drop(for: .plain(socket: near), packetMax: 1000)
        write(far, [1, 2])
        buffer.using { #expect(read(near, 1).bytes == [1]) }
        buffer.drop(for: .plain(socket: near), packetMax: 1000)
        #expect(!buffer.isFilled)
        write(far, [3])
        buffer.using { #expect(read(near, 1).bytes == [3]) }
        buffer.drop(for: nil, packetMax: 0)
        write(far, [4, 5])
        buffer.using { #expect(read(near, 1).bytes == [4]) }
        #expect(!buffer.isFilled)
    }

    @Test("follows packets in any pieces, and ends at one that is too long", arguments: [1, 2, 3, 7, 1000])
    func tooLong(piece: Int) throws {
        let (near, far) = try pair()
        defer { for file in [near, far] { close(file) } }
        let buffer = SocketBuffer()
        buffer.drop(for: .plain(socket: near), packetMax: 300)
        // A ping's answer, a packet of 300 bytes, one of 301.
        let good: [UInt8] = [0xD0, 0, 0x30, 0xAC, 0x02] + [UInt8](repeating: 0xFF, count: 300)
        write(far, good + [0x30, 0xAD, 0x02] + [UInt8](repeating: 0, count: 301))
        var seen: [UInt8] = []
        buffer.using {
            while true {
                let (bytes, error) = read(near, piece)
                guard error == 0 else {
                    #expect(error == EMSGSIZE)
                    return
                }
                seen += bytes
            }
        }
        #expect(seen.starts(with: good.prefix(seen.count)) && seen.count <= good.count + 2)
        #expect(seen.count + piece > good.count)
    }

    /// Every property of MQTT 5, 2.2.2.2, once.
    private static let properties: [UInt8] = {
        let sizes: [(ids: [UInt8], value: [UInt8])] = [
            ([1, 23, 25, 36, 37, 40, 41, 42], [126]), ([19, 33, 34, 35], [126, 126]),
            ([2, 17, 24, 39], [126, 126, 126, 126]), ([11], [0x80, 0x01]),
            ([3, 8, 9, 18, 21, 22, 26, 28, 31], [0, 2, 126, 126]), ([38], [0, 1, 126, 0, 0]),
        ]
        return sizes.flatMap { size in size.ids.flatMap { [$0] + size.value } }
    }()

    /// What stands before the properties, by the packet's first byte, and what stands behind them.
    private static let packets: [(first: UInt8, before: [UInt8], after: [UInt8])] = [
        (0x20, [0, 0], []), (0x30, [0, 1, 97], [126, 126]), (0x32, [0, 1, 97, 0, 9], [126]), (0x40, [0, 9, 0], []),
        (0x50, [0, 9, 0], []), (0x62, [0, 9, 0], []), (0x70, [0, 9, 0], []), (0x90, [0, 9], [0, 126]),
        (0xB0, [0, 9], [126]), (0xE0, [0x8B], []), (0xF0, [0x18], []),
    ]

    @Test("passes every property there is, in any pieces, and ends at one that is none", arguments: [1, 2, 3, 7, 1000])
    func unknownProperty(piece: Int) throws {
        for (first, before, after) in Self.packets {
            for unknown in [0, 126, 0xFF] as [UInt8] {
                let (near, far) = try pair()
                defer { for file in [near, far] { close(file) } }
                let buffer = SocketBuffer()
                buffer.drop(for: .plain(socket: near), packetMax: 300)
                func packet(_ properties: [UInt8]) -> [UInt8] {
                    let body = before + [UInt8(properties.count)] + properties + after
                    return [first, UInt8(body.count & 0x7F | 0x80), UInt8(body.count >> 7)] + body
                }
                let good = packet(Self.properties) + packet([])
                write(far, good + packet(Self.properties + [unknown, 0, 0]))
                var seen: [UInt8] = []
                var error: Int32 = 0
                buffer.using {
                    while error == 0 {
                        let got = read(near, piece)
                        (seen, error) = (seen + got.bytes, got.errno)
                    }
                }
                #expect(error == EPROTO, "\(first) \(unknown)")
                #expect(piece > 7 || seen.starts(with: good), "\(first) \(unknown)")
            }
        }
    }
}
