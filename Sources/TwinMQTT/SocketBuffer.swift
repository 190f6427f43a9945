import CSocketBuffer

/// Lets the library read a socket in large pieces. What it holds is read before `poll` is asked again.
@safe
final class SocketBuffer {
    private let memory: UnsafeMutablePointer<socket_buffer>

    init() {
        unsafe memory = .allocate(capacity: 1)
        unsafe memory.initialize(to: socket_buffer())
        drop(for: nil, packetMax: 0)
    }

    deinit { unsafe memory.deallocate() }

    /// What is read through it.
    enum Link {
        case plain(socket: Int32)
        case tls
    }

    /// Forgets what it holds; from now on it is for this link, or for none.
    /// - Parameter packetMax: of a packet, bytes; a longer one ends the connection.
    func drop(for link: Link?, packetMax: UInt32) {
        unsafe memory.pointee.socket = -1
        unsafe memory.pointee.is_tls = 0
        switch link {
        case .plain(let socket): unsafe memory.pointee.socket = socket
        case .tls: unsafe memory.pointee.is_tls = 1
        case nil: break
        }
        unsafe memory.pointee.packet_max = Int(packetMax)
        unsafe memory.pointee.left = 0
        unsafe memory.pointee.length_byte = -1
        unsafe memory.pointee.begin = 0
        unsafe memory.pointee.end = 0
        unsafe memory.pointee.wrong = 0
    }

    /// Why it ended the connection, an error number; nil where it did not.
    var fault: Int32? { unsafe memory.pointee.wrong == 0 ? nil : memory.pointee.wrong }

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
