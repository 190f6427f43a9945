import CMosquitto
import Glibc
import TwinRuntime

/// libmosquitto's client behind Swift types: the only file that knows the C library.
///
/// The loop is ours (`mosquitto_threaded_set`): libmosquitto queues PUBACKs and publications, and nothing leaves
/// before `write`. Confined to one caller at a time.
final class Mosquitto {
    private let handle: OpaquePointer
    let mailbox: Mailbox

    private static let isReady: Bool = mosquitto_lib_init() == MOSQ_ERR_SUCCESS.rawValue32

    init(_ options: BrokerOptions) throws {
        let mailbox = Mailbox()
        self.mailbox = mailbox
        guard Mosquitto.isReady,
            // The mailbox outlives the handle: `self` owns both and destroys the handle first.
            let handle = mosquitto_new(options.clientID, false, Unmanaged.passUnretained(mailbox).toOpaque())
        else { throw TransportProblem("mosquitto new failed: \(String(cString: strerror(errno)))") }
        self.handle = handle
        mosquitto_threaded_set(handle, true)
        try check("set protocol 5", mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, Int32(MQTT_PROTOCOL_V5)))
        try check("set send window", mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, 1000))
        if let user = options.userName {
            try check("set user name", mosquitto_username_pw_set(handle, user, options.password))
        }
        if options.isTLS {
            try check("set TLS", mosquitto_tls_set(handle, nil, options.trustedCertificates, nil, nil, nil))
        }
        if let will = options.will {
            try check(
                "set will",
                mosquitto_will_set_v5(handle, will.topic, Int32(will.payload.count), will.payload, 1, true, nil))
        }
        setCallbacks()
    }

    deinit { mosquitto_destroy(handle) }

    private func check(_ operation: String, _ code: Int32) throws {
        guard code != MOSQ_ERR_SUCCESS.rawValue32 else { return }
        throw TransportProblem("mosquitto \(operation) failed: \(Mosquitto.text(code)) (code \(code))")
    }

    static func text(_ code: Int32) -> String {
        code == MOSQ_ERR_ERRNO.rawValue32 ? String(cString: strerror(errno)) : String(cString: mosquitto_strerror(code))
    }

    /// Plain words for a reason code of MQTT 5.
    static func reason(_ code: Int32) -> String { String(cString: mosquitto_reason_string(code)) }

    // MARK: - Callbacks: copy and return

    private func setCallbacks() {
        mosquitto_connect_v5_callback_set(handle) { _, user, code, flags, _ in
            Mosquitto.mailbox(user)?.connack = (code, flags & 1 == 1)
        }
        mosquitto_disconnect_v5_callback_set(handle) { _, user, code, _ in Mosquitto.mailbox(user)?.lost = code }
        mosquitto_subscribe_v5_callback_set(handle) { _, user, id, count, granted, _ in
            guard let granted else { return }
            Mosquitto.mailbox(user)?.subacks[id] = (0..<Int(count)).map { granted[$0] }
        }
        mosquitto_publish_v5_callback_set(handle) { _, user, id, _, _ in
            guard let mailbox = Mosquitto.mailbox(user) else { return }
            if mailbox.inFlight.remove(id) == nil { mailbox.published.insert(id) }
        }
        mosquitto_message_v5_callback_set(handle) { _, user, message, properties in
            guard let mailbox = Mosquitto.mailbox(user), let message else { return }
            guard let raw = message.pointee.topic, let topic = String(validatingCString: raw) else {
                mailbox.unreadableTopics += 1
                return
            }
            let count = Int(max(message.pointee.payloadlen, 0))
            let payload = message.pointee.payload.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: count)) } ?? []
            mailbox.messages.append(
                InboundMessage(
                    topic: topic, payload: payload, qos: Int(message.pointee.qos), retain: message.pointee.retain,
                    correlation: Mosquitto.correlation(properties)))
        }
    }

    private static func mailbox(_ user: UnsafeMutableRawPointer?) -> Mailbox? {
        user.map { Unmanaged<Mailbox>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func correlation(_ properties: OpaquePointer?) -> [UInt8]? {
        var value: UnsafeMutableRawPointer?
        var length: UInt16 = 0
        guard let properties,
            mosquitto_property_read_binary(properties, Int32(MQTT_PROP_CORRELATION_DATA.rawValue), &value, &length, false)
                != nil
        else { return nil }
        defer { free(value) }
        return value.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: Int(length))) } ?? []
    }

    // MARK: - Connection

    /// Opens the socket and queues CONNECT: clean start 0, with a session expiry from the first connect on.
    func connect(_ options: BrokerOptions) throws {
        mailbox.connack = nil
        mailbox.lost = nil
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL.number, options.sessionExpiryS)
        mosquitto_property_add_int16(&properties, MQTT_PROP_RECEIVE_MAXIMUM.number, options.receiveMaximum)
        mosquitto_property_add_int32(&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE.number, options.maximumPacketSize)
        let code = mosquitto_connect_bind_v5(
            handle, options.host, Int32(options.port), options.keepAliveS, nil, properties)
        guard code == MOSQ_ERR_SUCCESS.rawValue32 else {
            throw TransportProblem("broker \(options.address): cannot connect (\(Mosquitto.text(code)))")
        }
    }

    /// Queues DISCONNECT; the broker keeps the session.
    func disconnect() { mosquitto_disconnect_v5(handle, 0, nil) }

    /// -1 without a connection.
    var socket: Int32 { mosquitto_socket(handle) }
    var wantsWrite: Bool { mosquitto_want_write(handle) }

    /// Waits until the socket can be read, or written if `writing`.
    func wait(milliseconds: Int32, writing: Bool = false) -> Bool {
        let descriptor = socket
        guard descriptor >= 0 else { return false }
        var entry = pollfd(fd: descriptor, events: Int16(writing ? POLLOUT : POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Reads about one packet; callbacks run, acknowledgements are only queued. False when the connection is gone.
    func read() -> Bool { mosquitto_loop_read(handle, 1) == MOSQ_ERR_SUCCESS.rawValue32 }

    /// Lets what is queued leave. False when the connection is gone.
    func write() -> Bool { mosquitto_loop_write(handle, 1) == MOSQ_ERR_SUCCESS.rawValue32 }

    /// Keeps the connection alive.
    func tick() -> Bool { mosquitto_loop_misc(handle) == MOSQ_ERR_SUCCESS.rawValue32 }

    // MARK: - Subscribe and publish

    /// Queues a subscription and returns its message id.
    func subscribe(_ filter: String, qos: Int32) throws -> Int32 {
        var id: Int32 = 0
        try check("subscribe to \(filter)", mosquitto_subscribe_v5(handle, &id, filter, qos, 0, nil))
        return id
    }

    func publish(_ message: OutboundMessage) throws {
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        if let topic = message.responseTopic {
            mosquitto_property_add_string(&properties, MQTT_PROP_RESPONSE_TOPIC.number, topic)
        }
        if let correlation = message.correlation {
            mosquitto_property_add_binary(
                &properties, MQTT_PROP_CORRELATION_DATA.number, correlation, UInt16(clamping: correlation.count))
        }
        if let expiry = message.expiryS {
            mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.number, expiry)
        }
        var id: Int32 = 0
        try check(
            "publish to \(message.topic)",
            mosquitto_publish_v5(
                handle, &id, message.topic, Int32(clamping: message.payload.count), message.payload,
                Int32(message.qos), message.retain, properties))
        if message.qos > 0, mailbox.published.remove(id) == nil { mailbox.inFlight.insert(id) }
    }
}

extension mosq_err_t {
    fileprivate var rawValue32: Int32 { Int32(rawValue) }
}

extension mqtt5_property {
    fileprivate var number: Int32 { Int32(rawValue) }
}
