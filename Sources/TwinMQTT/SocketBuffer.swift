import CSocketBuffer

/// Lets the library read a socket in large pieces. What it holds is read before `poll` is asked again.
@safe
final class SocketBuffer {
    private let memory: UnsafeMutablePointer<socket_buffer>

    init() {
        unsafe memory = .allocate(capacity: 1)
        unsafe memory.initialize(to: socket_buffer())
        drop(for: -1, packetMax: 0)
    }

    deinit { unsafe memory.deallocate() }

    /// Forgets what it holds; from now on it is for this socket, or for none.
    /// - Parameter packetMax: of a packet, bytes; a longer one ends the connection.
    func drop(for socket: Int32, packetMax: UInt32) {
        unsafe memory.pointee.socket = socket
        unsafe memory.pointee.packet_max = Int(packetMax)
        unsafe memory.pointee.left = 0
        unsafe memory.pointee.length_byte = -1
        unsafe memory.pointee.begin = 0
        unsafe memory.pointee.end = 0
    }

    /// Whether something is there to be read without asking the kernel.
    var isFilled: Bool { unsafe memory.pointee.begin < memory.pointee.end }

    /// Reads of the socket inside `body` go through the buffer. The library may close the socket there, but nobody else
    /// can get its number meanwhile.
    func using<T>(_ body: () -> T) -> T {
        unsafe socket_buffer_use(memory)
        defer { socket_buffer_use(nil) }
        return body()
    }
}
