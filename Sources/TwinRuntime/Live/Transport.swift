public import TwinCore

/// A message from a transport, not yet acknowledged.
public struct InboundMessage: Sendable, Hashable {
    public var topic: String
    public var payload: [UInt8]
    public var qos: Int
    public var retain: Bool
    public var duplicate: Bool
    public var correlation: [UInt8]?

    public init(
        topic: String, payload: [UInt8], qos: Int = 1, retain: Bool = false, duplicate: Bool = false,
        correlation: [UInt8]? = nil
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.duplicate = duplicate
        self.correlation = correlation
    }
}

extension Arrival {
    /// A message as it goes into a journal or a recording.
    public init(_ message: InboundMessage, at t: PlantTime) {
        self.init(
            t: t, topic: message.topic, payload: message.payload, qos: message.qos, retain: message.retain,
            duplicate: message.duplicate,
            correlation: message.correlation.flatMap { String(validating: $0, as: UTF8.self) })
    }
}

/// A message to publish.
public struct OutboundMessage: Sendable, Hashable {
    public var topic: String
    public var payload: [UInt8]
    public var qos = 1
    public var retain = false
    public var responseTopic: String?
    public var correlation: [UInt8]?
    /// Seconds after which the broker forgets it; only under the wall clock.
    public var expiryS: UInt32?

    public init(topic: String, payload: [UInt8]) {
        self.topic = topic
        self.payload = payload
    }
}

/// What became of the connection.
public enum LinkChange: Sendable, Hashable, CustomStringConvertible {
    case up(sessionPresent: Bool)
    case down(reason: String)

    public var description: String {
        switch self {
        case .up(let sessionPresent): sessionPresent ? "connected, session kept" : "connected, new session"
        case .down(let reason): "connection lost (\(reason)); trying again"
        }
    }
}

extension LinkChange {
    /// The change as a `link` line has it.
    /// - Parameter wasUp: whether the link was up before: only then was there a session to lose.
    func word(wasUp: Bool) -> String {
        switch self {
        case .up(let sessionPresent): wasUp && !sessionPresent ? "session_lost" : "up"
        case .down: "down"
        }
    }
}

extension LinkChange {
    /// What the log says of it.
    /// - Parameter word: as its `link` line has it.
    func entry(word: String) -> LogEntry {
        let event: LogEvent =
            switch word {
            case "down": .linkDown
            case "session_lost": .sessionLost
            default: .linkUp
            }
        return LogEntry(event, "broker: \(self)")
    }
}

/// A publication or a subscription of ours that the broker refused.
public struct BrokerRefusal: Sendable, Hashable {
    /// Or the filter.
    public var topic: String
    /// The broker's word, such as `Not authorized`.
    public var reason: String
    public var isSubscription: Bool

    public init(topic: String, reason: String, isSubscription: Bool = false) {
        self.topic = topic
        self.reason = reason
        self.isSubscription = isSubscription
    }

    var sentence: String {
        let hint = reason.contains("uthorized") ? "; see its access list" : ""
        return isSubscription
            ? "the broker does not let us hear \(topic): \(reason)\(hint)"
            : "the broker refused what we published: \(reason)\(hint)"
    }

    var entry: LogEntry {
        LogEntry(
            isSubscription ? .subscriptionRefused : .publicationRefused, sentence, topic: topic, reason: reason)
    }
}

public struct InboundBatch: Sendable {
    public var messages: [InboundMessage] = []
    public var links: [LinkChange] = []
    public var refusals: [BrokerRefusal] = []

    public init() {}
}

/// A broker that could not be reached or refused us.
public struct TransportProblem: Error, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}

/// Topics in and out, with MQTT semantics: a broker, or the bus inside this process.
///
/// Confined to one caller at a time. Messages of a batch are acknowledged by the next `flush`, so that the caller
/// can have them on disk first.
public protocol Transport: AnyObject {
    func connect(timeoutMs: Int) throws
    func subscribe(_ filters: [String]) throws
    /// Goes on trying to connect while `receive` is called, and subscribes as soon as it is admitted.
    func begin(_ filters: [String]) throws
    /// Why there is no link, while there is none and it was tried.
    var linkTrouble: String? { get }
    /// Waits at most `timeoutMs` for messages; returns about `limit` at the most.
    func receive(timeoutMs: Int, limit: Int) throws -> InboundBatch
    /// Acknowledges what was received and lets what was published leave.
    func flush() throws
    func publish(_ message: OutboundMessage) throws
    /// QoS 1 publications that the other side has not acknowledged yet.
    var publicationsInFlight: Int { get }
    /// Whether what is published now leaves soon; false while the link is down or hangs.
    var takesPublications: Bool { get }
    func disconnect()
}

extension Transport {
    public var takesPublications: Bool { true }
    public var linkTrouble: String? { nil }

    public func begin(_ filters: [String]) throws {
        try connect(timeoutMs: 10_000)
        try subscribe(filters)
    }
}
