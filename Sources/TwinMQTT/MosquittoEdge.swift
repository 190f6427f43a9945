import CMosquitto
import Glibc

/// libmosquitto driven by our own loop. The only file that sees the C library.
///
/// `mosquitto_threaded_set(true)` without a library thread makes every packet, PUBACKs included, wait in the library's
/// queue until `write` is called; nothing leaves while reading. Facts about 2.0.11 this file leans on:
/// - `mosquitto_loop_read` ignores its packet limit: it reads one packet, or as many as publications are in flight,
///   and over TLS all that one record holds.
/// - Each queued packet puts a byte into an internal socket pair which only the library's own loop empties; once full
///   it leaves EAGAIN in `errno`, and `mosquitto_loop_read` then stops early although data is left. So it is called
///   until no packet comes out.
/// - `mosquitto_reconnect` forgets the CONNECT properties, so every connection is opened anew.
@safe
final class MosquittoEdge {
    let inbox: Inbox
    private var handle: OpaquePointer
    private let options: MQTTOptions
    private let buffer = SocketBuffer()
    private var isLogHeard = true

    /// `mosquitto_lib_init`, once per process. Never undone: another client may be in use.
    private static let library: Int32 = mosquitto_lib_init()

    init(_ options: MQTTOptions) throws(MQTTError) {
        self.options = options
        inbox = Inbox(clientID: options.clientID)
        inbox.hearsItself = options.hearsItself
        inbox.alwaysRetained = options.alwaysRetained
        try Self.check(Self.library, "init")
        unsafe handle = try Self.make(options, inbox)
        try configure()
    }

    deinit { unsafe mosquitto_destroy(handle) }

    private static func make(_ options: MQTTOptions, _ inbox: Inbox) throws(MQTTError) -> OpaquePointer {
        // The library keeps an unretained pointer to the inbox; `deinit` destroys the handle before the inbox goes.
        let owner = unsafe Unmanaged.passUnretained(inbox).toOpaque()
        guard let created = unsafe mosquitto_new(options.clientID, false, owner) else {
            let code = errno
            let words = unsafe String(cString: strerror(code))
            throw MQTTError(operation: "configure", code: Int(code), detail: "no client could be made: \(words)")
        }
        unsafe Callbacks.install(on: created)
        return unsafe created
    }

    /// Ends the connection at once and forgets what waits to be sent: in the library, which would send it again over the
    /// next link, and in the kernel, which would deliver it when the other side wakes up.
    func forget() throws(MQTTError) {
        let made = try unsafe Self.make(options, inbox)
        discardConnection(socket: socket)
        unsafe mosquitto_destroy(handle)
        unsafe handle = made
        isLogHeard = true
        inbox.inFlight = [:]
        inbox.oldestInFlight = nil
        try configure()
    }

    private func configure() throws(MQTTError) {
        try Self.check(unsafe mosquitto_threaded_set(handle, true), "configure")
        try set(MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5)
        try set(MOSQ_OPT_RECEIVE_MAXIMUM, Int32(options.receiveMaximum))
        // MQTT 5's default until the broker's CONNACK says less.
        try set(MOSQ_OPT_SEND_MAXIMUM, Int32(UInt16.max))
        try set(MOSQ_OPT_TCP_NODELAY, 1)
        if let username = options.username {
            try Self.check(unsafe mosquitto_username_pw_set(handle, username, options.password), "configure")
        }
        if let will = options.will {
            let result = unsafe will.payload.withUnsafeBytes { bytes in
                unsafe mosquitto_will_set_v5(
                    handle, will.topic, Int32(clamping: bytes.count), bytes.baseAddress, Int32(clamping: will.qos),
                    will.retain, nil)
            }
            try Self.check(result, "configure", "the will on '\(will.topic)'")
        }
        guard let tls = options.tls else { return }
        if let caFile = tls.caFile {
            let result = unsafe mosquitto_tls_set(handle, caFile, nil, tls.certFile, tls.keyFile, nil)
            let files = [caFile, tls.certFile, tls.keyFile].compactMap(\.self).joined(separator: ", ")
            try Self.check(result, "configure", "TLS files \(files): are they there and readable?")
        } else {
            guard tls.certFile == nil, tls.keyFile == nil else {
                throw MQTTError(
                    operation: "configure", code: Code.invalid, detail: "a client certificate needs a CA file, too")
            }
            try set(MOSQ_OPT_TLS_USE_OS_CERTS, 1)
        }
    }

    private func set(_ option: mosq_opt_t, _ value: Int32) throws(MQTTError) {
        try Self.check(unsafe mosquitto_int_option(handle, option, value), "configure")
    }

    // MARK: The link

    /// The connection's file descriptor; -1 when there is none.
    var socket: Int32 { unsafe mosquitto_socket(handle) }

    /// True when packets wait to be written.
    var wantsWrite: Bool { unsafe mosquitto_want_write(handle) }

    /// Opens the TCP connection (blocking; probe the port first) and queues CONNECT: clean start 0, session expiry,
    /// maximum packet size; the receive maximum is an option of the handle.
    func open(host: String) throws(MQTTError) {
        inbox.startConnection()
        buffer.drop(for: nil, packetMax: 0)
        var properties: OpaquePointer?
        defer { unsafe mosquitto_property_free_all(&properties) }
        let expiry = Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue)
        try Self.check(unsafe mosquitto_property_add_int32(&properties, expiry, options.sessionExpiryS), "connect")
        let size = Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue)
        try Self.check(unsafe mosquitto_property_add_int32(&properties, size, options.maximumPacketSize), "connect")
        let result = unsafe mosquitto_connect_bind_v5(
            handle, host, Int32(clamping: options.port), Int32(clamping: options.keepAliveS), nil, properties)
        guard result != MOSQ_ERR_SUCCESS.rawValue else {
            // The first byte and four of the length come before.
            buffer.drop(
                for: options.tls == nil ? .plain(socket: socket) : .tls, packetMax: options.maximumPacketSize - 5)
            return
        }
        let words = [Self.text(result), inbox.complaint].filter { !$0.isEmpty }.joined(separator: " ")
        throw MQTTError(operation: "connect", code: Int(result), detail: "\(options.address): \(words)")
    }

    /// Packets that are no messages, read at a time.
    private static let othersMax = 1000

    /// Reads until nothing is left or `limit` messages wait in the inbox; never blocks. A loss stands in the inbox.
    func read(limit: Int) {
        // A repeated message comes among the first of a link; later the log would tell nothing for its price.
        hearLog(inbox.pingSince != nil || inbox.messagesOfLink < Int(options.receiveMaximum))
        defer { hearLog(true) }
        // A broker may send anything else without end.
        for _ in 0..<(limit + Self.othersMax) where inbox.messages.count < limit {
            let before = inbox.activity
            readOnce()
            guard inbox.activity != before, inbox.loss == nil else { return }
        }
    }

    /// One call of the library's reader: a packet, or none.
    func readOnce() {
        let result = buffer.using { unsafe mosquitto_loop_read(handle, 1) }
        if let fault = buffer.fault {
            // The library's own words depend on what it did behind the read.
            inbox.loss = Inbox.Loss(code: Int(MOSQ_ERR_ERRNO.rawValue), text: unsafe String(cString: strerror(fault)))
        }
        note(result)
    }

    /// Whether packets may wait that `poll` knows nothing of.
    var holdsInput: Bool { buffer.isFilled }

    /// Writes until the queue is empty or the socket is full; never blocks. A loss stands in the inbox.
    func write() { note(unsafe mosquitto_loop_write(handle, 1)) }

    /// Keep-alive: queues a PINGREQ when one is due.
    func tend() { note(unsafe mosquitto_loop_misc(handle)) }

    /// Queues DISCONNECT; the broker keeps the session and forgets the will.
    func disconnect() throws(MQTTError) {
        try Self.check(unsafe mosquitto_disconnect_v5(handle, 0, nil), "disconnect")
    }

    /// The library makes a text of each packet for who hears its log: a tenth of what a message costs.
    private func hearLog(_ isHeard: Bool) {
        guard isHeard != isLogHeard else { return }
        isLogHeard = isHeard
        inbox.duplicate = false
        unsafe Callbacks.hearLog(of: handle, isHeard)
    }

    private func note(_ result: Int32) {
        // The callback has often said it before, and better.
        guard inbox.loss == nil else { return }
        if result != MOSQ_ERR_SUCCESS.rawValue {
            let words = [Self.text(result), inbox.complaint].filter { !$0.isEmpty }.joined(separator: " ")
            inbox.loss = Inbox.Loss(code: Int(result), text: words)
        } else if socket < 0 {
            inbox.loss = Inbox.Loss(code: Code.connectionLost, text: Self.text(Int32(Code.connectionLost)))
        }
    }

    // MARK: Packets

    /// Queues a SUBSCRIBE. Retained messages come with it.
    func subscribe(filter: String, qos: Int) throws(MQTTError) {
        var packet: Int32 = 0
        let result = unsafe mosquitto_subscribe_v5(
            handle, &packet, filter, Int32(clamping: qos), Callbacks.noLocal(inbox), nil)
        try Self.check(result, "subscribe", "topic '\(filter)'")
        inbox.pendingGrants[packet] = filter
    }

    /// Queues a publication.
    func publish(_ publication: MQTTPublication) throws(MQTTError) {
        var properties: OpaquePointer?
        defer { unsafe mosquitto_property_free_all(&properties) }
        if let topic = publication.responseTopic {
            let id = Int32(MQTT_PROP_RESPONSE_TOPIC.rawValue)
            try Self.check(unsafe mosquitto_property_add_string(&properties, id, topic), "publish")
        }
        if let correlation = publication.correlation {
            let id = Int32(MQTT_PROP_CORRELATION_DATA.rawValue)
            let result = unsafe correlation.withUnsafeBytes { bytes in
                unsafe mosquitto_property_add_binary(&properties, id, bytes.baseAddress, UInt16(clamping: bytes.count))
            }
            try Self.check(result, "publish")
        }
        if let expiry = publication.expiryS {
            let id = Int32(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.rawValue)
            try Self.check(unsafe mosquitto_property_add_int32(&properties, id, expiry), "publish")
        }
        var packet: Int32 = 0
        let result = unsafe publication.payload.withUnsafeBytes { bytes in
            unsafe mosquitto_publish_v5(
                handle, &packet, publication.topic, Int32(clamping: bytes.count), bytes.baseAddress,
                Int32(clamping: publication.qos), publication.retain, properties)
        }
        try Self.check(result, "publish", "topic '\(publication.topic)'")
        guard publication.qos > 0 else { return }
        inbox.inFlight[packet] = publication.topic
        inbox.oldestInFlight = inbox.oldestInFlight ?? .now
    }

    // MARK: Words

    private static func check(_ result: Int32, _ operation: String, _ subject: String = "") throws(MQTTError) {
        guard result != MOSQ_ERR_SUCCESS.rawValue else { return }
        let detail = subject.isEmpty ? text(result) : "\(subject): \(text(result))"
        throw MQTTError(operation: operation, code: Int(result), detail: detail)
    }

    /// The library's words for one of its results.
    fileprivate static func text(_ result: Int32) -> String { unsafe String(cString: mosquitto_strerror(result)) }

    /// The library's words for an MQTT 5 reason code.
    fileprivate static func reason(_ code: Int) -> String {
        unsafe String(cString: mosquitto_reason_string(Int32(clamping: code)))
    }
}

/// The library's callbacks: copy bytes, leave them in the inbox, return.
private enum Callbacks {
    static func install(on handle: OpaquePointer) {
        unsafe mosquitto_connect_v5_callback_set(handle) { handle, owner, code, flags, _ in
            guard let handle = unsafe handle, let inbox = unsafe Callbacks.inbox(owner) else { return }
            unsafe Callbacks.greeted(handle, inbox, code: Int(code), flags: flags)
        }
        unsafe mosquitto_disconnect_v5_callback_set(handle) { _, owner, code, _ in
            guard let inbox = unsafe Callbacks.inbox(owner) else { return }
            let failure = Int(code) >= Code.firstFailureReason
            let text = failure ? MosquittoEdge.reason(Int(code)) : MosquittoEdge.text(code)
            inbox.loss = Inbox.Loss(code: Int(code), text: text)
        }
        unsafe mosquitto_message_v5_callback_set(handle) { _, owner, message, properties in
            guard let inbox = unsafe Callbacks.inbox(owner), let message = unsafe message else { return }
            unsafe Callbacks.received(inbox, message.pointee, properties)
        }
        unsafe mosquitto_subscribe_v5_callback_set(handle) { _, owner, packet, count, codes, _ in
            guard let inbox = unsafe Callbacks.inbox(owner) else { return }
            let granted = unsafe UnsafeBufferPointer(start: codes, count: Int(count)).map(Int.init)
            inbox.activity &+= 1
            inbox.granted(packet: packet, codes: granted, text: MosquittoEdge.reason)
        }
        unsafe mosquitto_publish_v5_callback_set(handle) { _, owner, packet, code, _ in
            guard let inbox = unsafe Callbacks.inbox(owner) else { return }
            inbox.activity &+= 1
            inbox.published(packet: packet, code: Int(code), text: MosquittoEdge.reason)
        }
        unsafe hearLog(of: handle, true)
    }

    static func hearLog(of handle: OpaquePointer, _ isHeard: Bool) {
        guard isHeard else { return unsafe mosquitto_log_callback_set(handle, nil) }
        unsafe mosquitto_log_callback_set(handle) { _, owner, level, line in
            guard let inbox = unsafe Callbacks.inbox(owner), let line = unsafe line else { return }
            unsafe Callbacks.logged(inbox, level: level, line)
        }
    }

    private static func inbox(_ owner: UnsafeMutableRawPointer?) -> Inbox? {
        guard let owner = unsafe owner else { return nil }
        return unsafe Unmanaged<Inbox>.fromOpaque(owner).takeUnretainedValue()
    }

    static func noLocal(_ inbox: Inbox) -> Int32 {
        inbox.hearsItself ? 0 : Int32(MQTT_SUB_OPT_NO_LOCAL.rawValue)
    }

    /// CONNACK. The subscriptions are queued here, before anything else is read, so that no PUBACK stands before them;
    /// retained messages come again only when the broker has lost the subscription.
    private static func greeted(_ handle: OpaquePointer, _ inbox: Inbox, code: Int, flags: Int32) {
        guard inbox.greeting == nil else {
            inbox.loss = Inbox.Loss(code: Code.protocolError, text: "a second CONNACK on one connection")
            return
        }
        inbox.greeting = Inbox.Greeting(
            code: code, sessionPresent: flags & 1 != 0, text: code == 0 ? "" : MosquittoEdge.reason(code))
        guard code == 0 else { return }
        for subscription in inbox.subscriptions {
            let isAlways = inbox.alwaysRetained.contains(subscription.filter)
            let retain = isAlways ? MQTT_SUB_OPT_SEND_RETAIN_ALWAYS : MQTT_SUB_OPT_SEND_RETAIN_NEW
            let options = Int32(retain.rawValue) | noLocal(inbox)
            var packet: Int32 = 0
            let qos = Int32(clamping: subscription.qos)
            let result = unsafe mosquitto_subscribe_v5(handle, &packet, subscription.filter, qos, options, nil)
            if result == MOSQ_ERR_SUCCESS.rawValue {
                inbox.pendingGrants[packet] = subscription.filter
            } else {
                let text = MosquittoEdge.text(result)
                inbox.refusals.append(.init(filter: subscription.filter, code: Int(result), text: text))
            }
        }
    }

    /// PUBLISH.
    private static func received(_ inbox: Inbox, _ message: mosquitto_message, _ properties: OpaquePointer?) {
        guard let name = unsafe message.topic, let topic = unsafe String(validatingCString: name) else {
            inbox.invalidTopics += 1
            return
        }
        let length = unsafe Int(message.payloadlen)
        let payload = unsafe [UInt8](UnsafeRawBufferPointer(start: message.payload, count: length))
        var correlation: [UInt8]?
        var responseTopic: String?
        if let properties = unsafe properties {
            unsafe correlation = read(properties, correlation: Int32(MQTT_PROP_CORRELATION_DATA.rawValue))
            unsafe responseTopic = read(properties, string: Int32(MQTT_PROP_RESPONSE_TOPIC.rawValue))
        }
        inbox.messagesOfLink &+= 1
        inbox.activity &+= 1
        inbox.messages.append(
            MQTTMessage(
                topic: topic, payload: payload, qos: unsafe Int(message.qos), retain: unsafe message.retain,
                duplicate: inbox.duplicate, correlation: correlation, responseTopic: responseTopic))
    }

    private static func read(_ properties: OpaquePointer, correlation id: Int32) -> [UInt8]? {
        var bytes: UnsafeMutableRawPointer?
        var length: UInt16 = 0
        guard unsafe mosquitto_property_read_binary(properties, id, &bytes, &length, false) != nil else { return nil }
        defer { unsafe free(bytes) }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(length)))
    }

    private static func read(_ properties: OpaquePointer, string id: Int32) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe mosquitto_property_read_string(properties, id, &text, false) != nil else { return nil }
        defer { unsafe free(text) }
        return unsafe text.flatMap { unsafe String(validatingCString: $0) }
    }

    /// The log tells what no callback does: that a packet was read at all, its DUP flag, and when a ping was queued.
    /// A line reads `Client <id> received PUBLISH (d0, q1, …`.
    private static func logged(_ inbox: Inbox, level: Int32, _ line: UnsafePointer<CChar>) {
        if level == MOSQ_LOG_ERR || level == MOSQ_LOG_WARNING {
            inbox.complaint = unsafe String(cString: line)
            return
        }
        // The id has no NUL and its length is known, so the words behind it are found without searching: an id or a
        // topic that holds such words cannot mislead.
        let prefix = "Client ".utf8.count + inbox.clientIDLength + 1
        guard unsafe strlen(line) > prefix, unsafe strncmp(line, "Client ", 7) == 0 else { return }
        let words = unsafe line + prefix
        if unsafe strncmp(words, "received ", 9) == 0 {
            inbox.activity &+= 1
            inbox.pingSince = nil
            if unsafe strncmp(words + 9, "PUBLISH (d", 10) == 0 {
                inbox.duplicate = unsafe words[19] == CChar(bitPattern: UInt8(ascii: "1"))
            }
        } else if unsafe strncmp(words, "sending PINGREQ", 15) == 0 {
            inbox.pingSince = .now
        }
    }
}
