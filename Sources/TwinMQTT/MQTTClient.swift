/// An MQTT 5 client whose acknowledgements wait for the caller.
///
/// The loop of the caller is: `receive` - write the messages to stable storage - `flush`. PUBACK leaves only in
/// `flush`: when the process dies before it, the broker sends every message again to the same client id.
///
/// ```swift
/// let client = try MQTTClient(MQTTOptions(url: "mqtt://localhost", clientID: "twin-sunderland-1"))
/// try client.connect(timeoutMs: 5_000)
/// try client.subscribe(["v1/+/+/+/tele"], qos: 1)
/// while running {
///     let batch = try client.receive(timeoutMs: 50, limit: 500)
///     try journal.append(batch)
///     try client.flush()
/// }
/// client.disconnect()
/// ```
///
/// Confined to one thread at a time: no call may overlap another. Nothing runs between calls, so `receive` has to be
/// called more often than the keep-alive.
public final class MQTTClient {
    /// Longest time for which `flush` and `disconnect` wait for a broker that takes no bytes, milliseconds.
    public static let writeLimitMs = 1_000
    /// Longest time for which `subscribe` waits for the broker's answer, milliseconds.
    public static let subscribeLimitMs = 10_000
    /// After a batch of `gatherMin` messages or more the next one is left to gather for so long, milliseconds: a wake-up for
    /// a handful of messages costs more than they.
    static let gatherMs = 5
    static let gatherMin = 16
    /// Publications that may wait for a PUBACK at the same time.
    public static let publicationLimit = 10_000

    /// What the client was made with.
    public let options: MQTTOptions
    /// Why the last attempt to connect failed; nil while the link is up.
    public internal(set) var lastFailure: MQTTError?

    let edge: MosquittoEdge
    var phase = Phase.idle
    var backoff: Backoff
    var events: [MQTTLinkEvent] = []
    /// QoS 1 messages handed out since the last `flush`: their PUBACKs are queued and must not leave.
    var handedOut = 0
    /// True when a publication was queued since the last `flush`.
    var publicationQueued = false
    /// Whether the broker had our session at the last CONNACK.
    var sessionPresent = false
    /// When the next batch may be looked for.
    var gatheredAt = Moment.now
    /// Links in a row which the broker closed soon and without a word.
    var shortLinks = 0

    var inbox: Inbox { edge.inbox }

    /// Where the link stands.
    enum Phase {
        /// Never connected, or the first attempt failed.
        case idle
        /// TCP is being tried, until the given moment.
        case reaching(TCPProbe, until: Moment)
        /// CONNECT is queued or sent; the answer is awaited until the given moment.
        case greeting(until: Moment)
        /// Up since the given moment.
        case up(since: Moment)
        /// Lost; the next attempt starts at the given moment.
        case waiting(until: Moment)
        /// Another client took the session.
        case takenOver
        /// `disconnect` was called.
        case closed
    }

    /// Checks the options and makes the client; sends nothing.
    ///
    /// - Throws: `MQTTError` with the operation `configure` for options that cannot work.
    public init(_ options: MQTTOptions) throws(MQTTError) {
        try options.validate()
        self.options = options
        edge = try MosquittoEdge(options)
        backoff = Backoff(name: options.clientID)
    }

    /// True while the broker has admitted us and the connection stands.
    public var isUp: Bool { if case .up = phase { true } else { false } }

    /// QoS 1 publications without PUBACK yet, sent or still queued. They outlive a lost link where `sendsAgain`.
    public var publicationsInFlight: Int { inbox.inFlight.count }

    /// How long publications have waited for a PUBACK, any; zero while none waits.
    public var publicationsWaiting: Duration { inbox.oldestInFlight.map { $0.duration(to: .now) } ?? .zero }

    /// Messages dropped since the client was made because their topic was not valid UTF-8.
    public var invalidTopics: UInt64 { inbox.invalidTopics }

    /// QoS 1 publications which the broker answered with a failure, for example for want of rights.
    public var refusedPublications: UInt64 { inbox.refusedPublications }

    /// Subscribes and waits for the broker's answer; repeated by itself after each reconnect.
    ///
    /// Give all filters in one call, before the first `receive`. Messages may arrive before the answer; they are
    /// handed out by the next `receive`. Retained messages come once per call, and again only when the broker lost the
    /// session.
    /// - Parameters:
    ///   - filters: Topic filters, wildcards allowed.
    ///   - qos: Highest quality of service, 0 or 1.
    /// - Throws: `MQTTError` naming the refused topic; or when handed-out messages are not flushed, because a
    ///   SUBSCRIBE would push their PUBACKs out.
    public func subscribe(_ filters: [String], qos: Int) throws(MQTTError) {
        try checkUp("subscribe")
        guard (0...1).contains(qos) else { throw invalid("subscribe", "QoS \(qos), expected 0 or 1") }
        for filter in filters where filter.isEmpty || filter.utf8.count > 65_535 || filter.utf8.contains(0) {
            throw invalid("subscribe", "topic '\(filter)' is empty, too long or holds a NUL")
        }
        guard handedOut == 0 else {
            throw invalid("subscribe", "\(handedOut) received messages are not acknowledged; call flush() first")
        }
        for filter in filters { inbox.remember(filter: filter, qos: qos) }
        if inbox.messages.isEmpty {
            for filter in filters {
                do { try edge.subscribe(filter: filter, qos: qos) } catch {
                    inbox.forget(filter: filter)
                    throw error
                }
            }
        } else {
            // Messages of an old session are here already and their PUBACKs would leave ahead of the SUBSCRIBE. A new
            // connection sends them again, and subscribes before it reads them.
            if events.isEmpty {
                events.append(.down(reason: "opened again so that the subscription goes first"))
            } else {
                events.removeAll()
            }
            try connect(timeoutMs: Self.subscribeLimitMs)
        }
        try awaitGrants()
    }

    /// Begins without waiting for the broker: `receive` goes on trying, with growing pauses, and subscribes as soon as the
    /// broker admits us. A filter that is refused is in the batch.
    public func begin(_ filters: [String], qos: Int) throws(MQTTError) {
        for filter in filters { inbox.remember(filter: filter, qos: qos) }
        phase = .waiting(until: .now)
    }

    /// Waits for messages and link events, and keeps the link: pings, reconnects, subscribes again.
    ///
    /// Returns as soon as something has come. The messages are not acknowledged before the next `flush`; while they are
    /// not, nothing is sent at all. After a loss it tries again with growing pauses (1 s doubling to 30 s).
    /// - Parameters:
    ///   - timeoutMs: Longest wait, milliseconds, 0 or more. Only a name look-up can take longer.
    ///   - limit: Most messages of a batch, 1 or more; the rest waits for the next call.
    /// - Returns: Messages in order of arrival, then at most one link event. Both may be empty.
    /// - Throws: `MQTTError` when the broker says that another client took the session over (code 142), or before
    ///   `connect` has succeeded. A subscription that is refused after a reconnect is in the batch.
    public func receive(timeoutMs: Int, limit: Int) throws(MQTTError) -> MQTTBatch {
        try checkStarted("receive")
        let deadline = Moment.after(milliseconds: timeoutMs)
        let limit = max(1, limit)
        if inbox.messages.isEmpty, events.isEmpty, isUp { pause(until: min(gatheredAt, deadline)) }
        while true {
            if !inbox.messages.isEmpty || !events.isEmpty { return takeBatch(limit) }
            try turn(until: deadline, limit: limit)
            if inbox.messages.isEmpty, events.isEmpty, deadline.remainingMs == 0 { return takeBatch(limit) }
        }
    }

    /// Lets everything queued leave: the PUBACKs of all messages handed out so far, and the publications.
    ///
    /// It never reads, because a message read here would be acknowledged unseen. So publications beyond the broker's
    /// receive maximum stay queued until `receive` has read PUBACKs, and leave with a later `flush`. Nothing leaves
    /// while messages are read but not handed out (after `subscribe`, or beyond `limit`): call `receive` again. When
    /// the link is down nothing leaves either, and the broker sends the messages again.
    ///
    /// Waits at most `writeLimitMs` for a broker that takes no bytes; the rest leaves with the next calls.
    /// - Throws: `MQTTError` when the session was taken over or before `connect` has succeeded.
    public func flush() throws(MQTTError) {
        try checkStarted("flush")
        guard inbox.messages.isEmpty else { return }
        handedOut = 0
        publicationQueued = false
        guard isUp else { return }
        drain(until: .after(milliseconds: Self.writeLimitMs))
        try settleLoss("flush")
    }

    /// Queues a publication; it leaves with the next `flush`.
    ///
    /// - Throws: `MQTTError` when the link is down (code 4; nothing is queued, so nothing stale is sent later),
    ///   when the topic or a size is not usable, or when `publicationLimit` publications wait already (code 151).
    public func publish(_ publication: MQTTPublication) throws(MQTTError) {
        try checkStarted("publish")
        try checkUp("publish")
        guard (0...1).contains(publication.qos) else {
            throw invalid("publish", "QoS \(publication.qos), expected 0 or 1")
        }
        let texts = [publication.topic, publication.responseTopic ?? "-"]
        guard texts.allSatisfy({ (1...65_535).contains($0.utf8.count) && !$0.utf8.contains(0) }) else {
            throw invalid("publish", "a topic is empty, longer than 65535 bytes or holds a NUL")
        }
        guard (publication.correlation?.count ?? 0) <= 65_535 else {
            throw invalid("publish", "correlation data has more than 65535 bytes")
        }
        guard publicationsInFlight < Self.publicationLimit else {
            throw MQTTError(
                operation: "publish", code: Code.quotaExceeded,
                detail: "\(publicationsInFlight) publications wait for the broker's acknowledgement")
        }
        do { try edge.publish(publication) } catch {
            guard let (code, reason) = Self.beyondTheBroker(publication, error) else { throw error }
            inbox.report(MQTTRefusal(topic: publication.topic, code: code, reason: reason))
            return
        }
        publicationQueued = true
    }

    /// The broker said at the beginning what it takes: a publication beyond that is refused, and others get through.
    private static func beyondTheBroker(_ publication: MQTTPublication, _ error: MQTTError) -> (Int, String)? {
        switch error.code {
        case Code.oversize:
            (Code.packetTooLarge, "\(publication.payload.count) bytes are more than the broker takes in a packet")
        case Code.qosNotSupported:
            (Code.qosNotSupportedByBroker, "the broker takes no QoS \(publication.qos); raise its max_qos")
        default: nil
        }
    }

    /// Says goodbye: what was flushed or published leaves, then DISCONNECT. The broker keeps the session, not the will.
    ///
    /// When messages are handed out or read but not flushed, the connection is broken instead, so that they are not
    /// acknowledged; the broker then publishes the will. To be sure of publications, first call `receive` and `flush`
    /// until `publicationsInFlight` is 0. Waits at most `writeLimitMs`.
    public func disconnect() {
        if isUp, handedOut == 0, inbox.messages.isEmpty, (try? edge.disconnect()) != nil {
            // A DISCONNECT that cannot even be queued means that there is no connection: nothing is left to do then.
            drain(until: .after(milliseconds: Self.writeLimitMs))
        }
        breakConnection(socket: edge.socket)
        phase = .closed
        handedOut = 0
        publicationQueued = false
    }
}
