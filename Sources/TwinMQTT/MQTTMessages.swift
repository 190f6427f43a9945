/// One message from the broker, copied out of the library's memory.
public struct MQTTMessage: Sendable, Equatable {
    /// The topic, valid UTF-8, 1...65,535 bytes.
    public let topic: String
    /// The payload as received; may be empty.
    public let payload: [UInt8]
    /// The quality of service it came with: 0 or 1.
    public let qos: Int
    /// True when the broker kept it and sends it because of a new subscription.
    public let retain: Bool
    /// True when the broker says it has sent it before. False does not prove that it is new.
    public let duplicate: Bool
    /// MQTT 5 correlation data; nil when the sender gave none.
    public let correlation: [UInt8]?
    /// MQTT 5 response topic; nil when the sender gave none.
    public let responseTopic: String?

    /// Makes a message from its parts.
    public init(
        topic: String, payload: [UInt8], qos: Int = 1, retain: Bool = false, duplicate: Bool = false,
        correlation: [UInt8]? = nil, responseTopic: String? = nil
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.duplicate = duplicate
        self.correlation = correlation
        self.responseTopic = responseTopic
    }
}

/// One message for the broker.
public struct MQTTPublication: Sendable, Equatable {
    /// The topic: not empty, no wildcard, no NUL, at most 65,535 bytes.
    public var topic: String
    /// The payload; an empty one with `retain` clears the retained message.
    public var payload: [UInt8]
    /// Quality of service: 0 (may be lost) or 1 (arrives at least once).
    public var qos: Int
    /// True: the broker keeps it for later subscribers.
    public var retain: Bool
    /// MQTT 5: where the receiver shall answer.
    public var responseTopic: String?
    /// MQTT 5: bytes which the receiver repeats in its answer, at most 65,535.
    public var correlation: [UInt8]?
    /// MQTT 5: seconds after which the broker no longer delivers it; nil: never expires.
    public var expiryS: UInt32?

    /// Makes a publication from its parts.
    public init(
        topic: String, payload: [UInt8], qos: Int = 1, retain: Bool = false, responseTopic: String? = nil,
        correlation: [UInt8]? = nil, expiryS: UInt32? = nil
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.responseTopic = responseTopic
        self.correlation = correlation
        self.expiryS = expiryS
    }
}

/// A change of the link to the broker.
public enum MQTTLinkEvent: Sendable, Equatable {
    /// The broker answered. `sessionPresent: false` after a loss means that the broker has forgotten the session and
    /// with it every message it held for us.
    case up(sessionPresent: Bool)
    /// The link is gone; `receive` tries again by itself.
    case down(reason: String)
}

/// A QoS 1 publication or a subscription of ours that the broker answered with a failure.
public struct MQTTRefusal: Sendable, Equatable {
    /// Where it was to go, or the filter.
    public let topic: String
    /// The MQTT 5 reason code, 128 and more: 135 is `Not authorized`.
    public let code: Int
    /// The code in words.
    public let reason: String
    /// Whether it was a subscription.
    public let isSubscription: Bool

    /// Makes a refusal from its parts.
    public init(topic: String, code: Int, reason: String, isSubscription: Bool = false) {
        self.topic = topic
        self.code = code
        self.reason = reason
        self.isSubscription = isSubscription
    }
}

/// What one call of `receive` brought.
///
/// Order: the messages came before the link event. A batch has at most one link event.
public struct MQTTBatch: Sendable, Equatable {
    /// Messages in the order of arrival. None of them is acknowledged before the next `flush`.
    public let messages: [MQTTMessage]
    /// Link events in the order in which they happened.
    public let links: [MQTTLinkEvent]
    /// Publications and subscriptions that were refused since the batch before, the first hundred.
    public let refusals: [MQTTRefusal]

    /// Makes a batch from its parts.
    public init(messages: [MQTTMessage], links: [MQTTLinkEvent], refusals: [MQTTRefusal] = []) {
        self.messages = messages
        self.links = links
        self.refusals = refusals
    }
}
