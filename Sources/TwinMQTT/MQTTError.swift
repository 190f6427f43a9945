/// Why the broker link could not do what was asked.
///
/// The text keeps the operation and the code, so that a line in a log can be looked up:
/// `mosquitto publish failed: The client is not currently connected. (code 4)`.
public struct MQTTError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was attempted: `connect`, `subscribe`, `receive`, `flush`, `publish`, `configure`.
    public let operation: String
    /// libmosquitto's result (1...31), an MQTT 5 reason code (128 and more), an `errno` or a `getaddrinfo` result.
    public let code: Int
    /// What was found and, where it helps, what to do. Never holds a password.
    public let detail: String

    /// Makes an error from its parts.
    public init(operation: String, code: Int, detail: String) {
        self.operation = operation
        self.code = code
        self.detail = detail
    }

    /// The sentence for people.
    public var description: String { "mosquitto \(operation) failed: \(detail) (code \(code))" }
}

/// The codes this module itself decides on; the numbers are those of MQTT 5 and of libmosquitto.
enum Code {
    /// libmosquitto: the other side broke the protocol.
    static let protocolError = 2
    /// libmosquitto: an argument is not usable.
    static let invalid = 3
    /// libmosquitto: not connected.
    static let notConnected = 4
    /// libmosquitto: the connection was lost.
    static let connectionLost = 7
    /// libmosquitto: the broker said that it takes no such QoS, and no packet of this size.
    static let qosNotSupported = 24
    static let oversize = 25
    /// libmosquitto: no answer in time.
    static let timeout = 27
    /// MQTT 5: from here on a reason code means failure.
    static let firstFailureReason = 0x80
    /// MQTT 5: another client connected with our client id.
    static let sessionTakenOver = 0x8E
    /// MQTT 5: a packet is larger than the other side takes.
    static let packetTooLarge = 0x95
    /// MQTT 5: the other side takes no such QoS.
    static let qosNotSupportedByBroker = 0x9B
    /// MQTT 5: too many messages are waiting.
    static let quotaExceeded = 0x97
}
