import Glibc

/// Finds out whether the broker's port can be reached, without blocking.
///
/// libmosquitto 2.0 can only connect with MQTT 5 properties through a call that blocks for as long as the kernel
/// tries (about two minutes when packets are swallowed). So the port is reached first with a socket of our own; then
/// the blocking call returns at once. Resolving a name blocks as long as the system's resolver does.
@safe
final class TCPProbe {
    enum Outcome {
        case pending
        /// The numeric address that answered.
        case reached(String)
        case failed(MQTTError)
    }

    private struct Candidate {
        var family: Int32
        var address: [UInt8]
        var text: String
    }

    private let target: String
    private var candidates: ArraySlice<Candidate>
    private var socketFD: Int32 = -1
    private var lastCode: Int32 = ECONNREFUSED

    /// Resolves the name.
    init(host: String, port: Int, target: String) throws(MQTTError) {
        self.target = target
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard result == 0 else {
            let text = unsafe String(cString: gai_strerror(result))
            throw MQTTError(
                operation: "connect", code: Int(result),
                detail: "\(target) cannot be resolved: \(text); check the host name")
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [Candidate] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let candidate = unsafe Self.candidate(entry.pointee) { found.append(candidate) }
            unsafe next = entry.pointee.ai_next
        }
        candidates = found[...]
    }

    deinit { closeSocket() }

    private static func candidate(_ entry: addrinfo) -> Candidate? {
        guard let address = unsafe entry.ai_addr else { return nil }
        let length = unsafe entry.ai_addrlen
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let capacity = socklen_t(name.count)
        guard unsafe getnameinfo(address, length, &name, capacity, nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: address, count: Int(length)))
        let text = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return Candidate(family: unsafe entry.ai_family, address: bytes, text: String(decoding: text, as: UTF8.self))
    }

    /// Goes on trying until the deadline; call again while `pending`.
    func advance(until deadline: Moment) -> Outcome {
        while let candidate = candidates.first {
            if socketFD < 0 {
                guard start(candidate) else {
                    drop()
                    continue
                }
            }
            guard waitWritable(socket: socketFD, until: deadline) else { return .pending }
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            let result = unsafe getsockopt(socketFD, SOL_SOCKET, SO_ERROR, &code, &size)
            if result == 0, code == 0 { return .reached(candidate.text) }
            lastCode = result == 0 ? code : errno
            drop()
        }
        let text = unsafe String(cString: strerror(lastCode))
        return .failed(
            MQTTError(
                operation: "connect", code: Int(lastCode),
                detail: "\(target) cannot be reached: \(text); is the broker running there?"))
    }

    private func start(_ candidate: Candidate) -> Bool {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        socketFD = socket(candidate.family, kind, 0)
        guard socketFD >= 0 else {
            lastCode = errno
            return false
        }
        let descriptor = socketFD
        let result = unsafe candidate.address.withUnsafeBytes { bytes -> Int32 in
            guard let address = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            return unsafe Glibc.connect(descriptor, address, socklen_t(bytes.count))
        }
        guard result == 0 || errno == EINPROGRESS else {
            lastCode = errno
            return false
        }
        return true
    }

    /// Ends with a reset, not with an end of stream: a TLS listener of mosquitto 2.0 that meets the end of a stream
    /// within a handshake keeps OpenSSL's error and breaks the next connection because of it.
    private func closeSocket() {
        guard socketFD >= 0 else { return }
        discardConnection(socket: socketFD)
        close(socketFD)
        socketFD = -1
    }

    private func drop() {
        closeSocket()
        candidates = candidates.dropFirst()
    }
}
