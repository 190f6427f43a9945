/// How to reach the broker and what to agree with it.
public struct MQTTOptions: Sendable {
    /// Largest packet announced to the broker by default, bytes: a payload of 64 KiB and 4 KiB for all the rest.
    public static let defaultMaximumPacketSize: UInt32 = 65_536 + 4_096

    /// Host name or IP address without brackets.
    public var host: String
    /// TCP port, 1...65,535.
    public var port: Int
    /// The client id. The broker ties the session to it: keep it over restarts.
    public var clientID: String
    /// User name; nil: anonymous.
    public var username: String?
    /// Password; never printed.
    public var password: String?
    /// Keep-alive, seconds, 5...65,535. A silent broker is noticed after one and a half of it.
    public var keepAliveS: Int = 30
    /// How long the broker keeps the session after the link went, seconds.
    public var sessionExpiryS: UInt32 = 86_400
    /// Unacknowledged QoS 1 messages the broker may send at most, 1...65,535; bounds what one `flush` acknowledges.
    public var receiveMaximum: UInt16 = 1000
    /// Packets above this are not sent to us, bytes. mosquitto drops such a message silently.
    public var maximumPacketSize: UInt32 = MQTTOptions.defaultMaximumPacketSize
    /// Whether what this client publishes comes back to it where it subscribed to the topic.
    public var hearsItself = true
    /// Filters whose retained messages come again with each new link, not only with a new subscription.
    public var alwaysRetained: Set<String> = []
    /// Whether publications that the broker has not acknowledged when a link dies are sent again over the next one. What is
    /// worth something for a moment only must not be.
    public var sendsAgain = true
    /// What the broker publishes when the link breaks without a DISCONNECT.
    public var will: MQTTWill?
    /// Non-nil: TLS.
    public var tls: MQTTTLS?

    /// Options for a broker address; everything else has its default.
    public init(host: String, port: Int, clientID: String) {
        self.host = host
        self.port = port
        self.clientID = clientID
    }

    /// Options from a URL like `mqtt://host`, `mqtts://user:password@host:8884` or `mqtt://[::1]:1883`.
    ///
    /// Ports default to 1883 and, with TLS, 8883. User name and password may be percent-encoded.
    /// - Throws: `MQTTError` with what is wrong in the URL; the password is masked.
    public init(url: String, clientID: String) throws(MQTTError) {
        let parts = try BrokerURL(url)
        self.init(host: parts.host, port: parts.port, clientID: clientID)
        username = parts.username
        password = parts.password
        tls = parts.secure ? MQTTTLS() : nil
    }

    /// The broker as `mqtt://user:***@host:port`: fit for logs.
    public var redactedURL: String {
        var text = tls == nil ? "mqtt://" : "mqtts://"
        if let username {
            text += username + (password == nil ? "" : ":***") + "@"
        }
        return text + address
    }

    /// `host:port`, an IPv6 address in brackets.
    var address: String { (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host) + ":\(port)" }

    /// The same text with any password between `user:` and `@` replaced by `***`; safe for malformed URLs, too.
    public static func redact(_ url: String) -> String { BrokerURL.redact(url) }

    /// Refuses what libmosquitto would refuse later and with less help.
    func validate() throws(MQTTError) {
        func check(_ holds: Bool, _ detail: String) throws(MQTTError) {
            guard holds else { throw MQTTError(operation: "configure", code: Code.invalid, detail: detail) }
        }
        try check(!host.isEmpty && !host.utf8.contains(0), "the broker's host is empty or holds a NUL")
        try check((1...65_535).contains(port), "port \(port) is outside 1...65535")
        let idLength = clientID.utf8.count
        try check((1...256).contains(idLength), "the client id has \(idLength) bytes, expected 1...256")
        try check(!clientID.utf8.contains(0), "the client id holds a NUL")
        try check((5...65_535).contains(keepAliveS), "keep-alive \(keepAliveS) s is outside 5...65535 s")
        try check(receiveMaximum > 0, "receive maximum is 0, expected 1...65535")
        try check(maximumPacketSize >= 256, "maximum packet size \(maximumPacketSize) is below 256 bytes")
        try check(password == nil || username != nil, "a password needs a user name")
    }
}

extension MQTTOptions: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The redacted URL and the client id.
    public var description: String { "\(redactedURL) as '\(clientID)'" }
    /// The same as `description`, so that no print-out holds the password.
    public var debugDescription: String { description }
    /// Only the harmless parts, because `dump` would print the password.
    public var customMirror: Mirror { Mirror(self, children: ["url": redactedURL, "clientID": clientID]) }
}

/// The message which the broker publishes when the link breaks without a DISCONNECT.
public struct MQTTWill: Sendable, Equatable {
    /// The topic, without wildcards.
    public var topic: String
    /// The payload.
    public var payload: [UInt8]
    /// Quality of service, 0 or 1.
    public var qos: Int
    /// True: kept by the broker.
    public var retain: Bool

    /// Makes a will; by default QoS 1 and retained, as a status topic needs it.
    public init(topic: String, payload: [UInt8], qos: Int = 1, retain: Bool = true) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
    }
}

/// TLS: whom to trust and how to show who we are. The broker's host name is always checked.
public struct MQTTTLS: Sendable, Equatable {
    /// PEM file with the trusted CA certificates; nil: those of the system.
    public var caFile: String?
    /// PEM file with our certificate, for mutual TLS; needs `keyFile`.
    public var certFile: String?
    /// PEM file with our private key, without a pass phrase; needs `certFile`.
    public var keyFile: String?

    /// Makes TLS settings; without arguments the system's CA certificates are trusted.
    public init(caFile: String? = nil, certFile: String? = nil, keyFile: String? = nil) {
        self.caFile = caFile
        self.certFile = certFile
        self.keyFile = keyFile
    }
}
