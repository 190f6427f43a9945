import Glibc
public import TwinRuntime

/// A broker as a transport, on our own loop: what is received is acknowledged by the next `flush` and not before.
public final class BrokerTransport: Transport {
    /// Waiting times between attempts to reconnect, ms.
    static let retryFirst: Int64 = 1000
    static let retryMax: Int64 = 30_000
    /// A broker that takes nothing for this long is dealt with as lost, ms.
    static let flushMax: Int64 = 5000

    private let options: BrokerOptions
    private var client: Mosquitto
    private var filters: [String] = []
    /// Subscriptions that the broker has yet to confirm, by message id.
    private var open: [Int32: String] = [:]
    private var isUp = false
    private var retryAt: Int64 = 0
    private var retryWait = BrokerTransport.retryFirst
    private var connackUntil: Int64?

    public init(_ options: BrokerOptions) throws {
        self.options = options
        client = try Mosquitto(options)
    }

    /// QoS 1 publications that the broker has not acknowledged yet.
    public var publicationsInFlight: Int { client.mailbox.inFlight.count }

    // MARK: - Connecting

    public func connect(timeoutMs: Int) throws {
        let deadline = Self.now() + Int64(timeoutMs)
        try reach(deadline)
        try client.connect(options)
        _ = client.write()
        while client.mailbox.connack == nil {
            guard Self.now() < deadline, client.socket >= 0 else {
                throw TransportProblem("broker \(options.address): no answer within \(timeoutMs) ms")
            }
            if client.wait(milliseconds: 20), !client.read() { break }
        }
        try settleConnack()
    }

    /// A plain TCP connect with a time limit first: the library's own has none.
    private func reach(_ deadline: Int64) throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(options.host, String(options.port), &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard code == 0 else {
            throw TransportProblem("broker \(options.address): \(String(cString: gai_strerror(code)))")
        }
        var reason = "no address"
        var next = found
        while let info = next?.pointee {
            next = info.ai_next
            let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_NONBLOCK.rawValue), info.ai_protocol)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            if Glibc.connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 { return }
            guard errno == EINPROGRESS else {
                reason = String(cString: strerror(errno))
                continue
            }
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&entry, 1, Int32(clamping: max(1, deadline - Self.now()))) > 0 else {
                reason = "no answer in time"
                continue
            }
            var failure: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length)
            if failure == 0 { return }
            reason = String(cString: strerror(failure))
        }
        throw TransportProblem("broker \(options.address): cannot connect (\(reason)); is it running?")
    }

    private func settleConnack() throws {
        guard let connack = client.mailbox.connack else {
            throw TransportProblem("broker \(options.address): closed the connection without an answer")
        }
        guard connack.code == 0 else {
            throw TransportProblem("broker \(options.address): refused us (\(Mosquitto.reason(connack.code)))")
        }
        isUp = true
        retryWait = Self.retryFirst
        connackUntil = nil
        client.mailbox.links.append(.up(sessionPresent: connack.sessionPresent))
    }

    /// Asks for the topics. Only what was queued before leaves here: it is called right after `connect`, before
    /// anything was received, so no acknowledgement can slip out.
    public func subscribe(_ filters: [String]) throws {
        self.filters.append(contentsOf: filters)
        try requestSubscriptions(filters)
        let deadline = Self.now() + 10_000
        _ = client.write()
        while !open.isEmpty {
            guard Self.now() < deadline else {
                throw TransportProblem("broker \(options.address): no answer to a subscription")
            }
            if client.wait(milliseconds: 20), !client.read() {
                throw TransportProblem("broker \(options.address): lost while subscribing")
            }
            try settleSubscriptions()
        }
    }

    private func requestSubscriptions(_ filters: [String]) throws {
        for filter in filters { open[try client.subscribe(filter, qos: 1)] = filter }
    }

    private func settleSubscriptions() throws {
        for (id, codes) in client.mailbox.subacks {
            client.mailbox.subacks[id] = nil
            guard let filter = open.removeValue(forKey: id) else { continue }
            if let refused = codes.first(where: { $0 >= 0x80 }) {
                throw TransportProblem(
                    "broker \(options.address): may not subscribe to \(filter) (\(Mosquitto.reason(refused)))")
            }
        }
    }

    // MARK: - Receiving

    public func receive(timeoutMs: Int, limit: Int) throws -> InboundBatch {
        if isUp {
            pump(timeoutMs, limit)
        } else {
            try reconnect(timeoutMs)
        }
        if isUp, client.socket < 0 { try lose() }
        try settleSubscriptions()
        var batch = InboundBatch()
        swap(&batch.messages, &client.mailbox.messages)
        swap(&batch.links, &client.mailbox.links)
        return batch
    }

    /// Reads packet by packet while there are some, so that a batch stays near its limit.
    private func pump(_ timeoutMs: Int, _ limit: Int) {
        guard client.tick() else { return }
        guard client.wait(milliseconds: Int32(clamping: timeoutMs)) else { return }
        repeat {
            guard client.read() else { return }
        } while client.mailbox.messages.count < limit && client.wait(milliseconds: 0)
    }

    private func lose() throws {
        isUp = false
        let code = client.mailbox.lost ?? 0
        if code == 0x8E {
            throw TransportProblem(
                "broker \(options.address): another client took over our session (client id \(options.clientID)); stop one")
        }
        client.mailbox.links.append(.down(reason: code == 0 ? "connection closed" : Mosquitto.text(code)))
        open.removeAll()
        retryAt = Self.now() + retryWait
    }

    /// One bounded attempt after the other, further and further apart. Without end: a plant outlives its broker.
    private func reconnect(_ timeoutMs: Int) throws {
        if let until = connackUntil {
            if client.wait(milliseconds: Int32(clamping: timeoutMs)), client.read(), client.mailbox.connack != nil {
                do { try settleConnack() } catch { return backOff() }
                // The acknowledgements of the lost connection are gone with it; subscriptions leave with the next flush.
                try requestSubscriptions(filters)
            } else if Self.now() > until || client.socket < 0 {
                backOff()
            }
            return
        }
        let left = retryAt - Self.now()
        guard left <= 0 else {
            usleep(UInt32(clamping: min(left, Int64(timeoutMs)) * 1000))
            return
        }
        do {
            try reach(Self.now() + Int64(timeoutMs))
            try client.connect(options)
            _ = client.write()
            connackUntil = Self.now() + 5000
        } catch {
            backOff()
        }
    }

    private func backOff() {
        connackUntil = nil
        retryWait = min(retryWait * 2, Self.retryMax)
        // Jitter by process id, so that many twins do not come back in step.
        retryAt = Self.now() + retryWait + Int64(getpid() % 250)
    }

    // MARK: - Sending

    public func flush() throws {
        guard isUp else { return }
        let deadline = Self.now() + Self.flushMax
        while client.wantsWrite {
            guard client.write() else { return }
            if client.wantsWrite, !client.wait(milliseconds: 50, writing: true), Self.now() > deadline { return }
        }
    }

    public func publish(_ message: OutboundMessage) throws {
        do { try client.publish(message) } catch {
            // While the connection is down the library refuses; commands of that time would be stale anyway.
            if isUp { throw error }
        }
    }

    public func disconnect() {
        guard isUp else { return }
        client.disconnect()
        _ = client.write()
        isUp = false
    }

    /// Monotonic milliseconds.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
