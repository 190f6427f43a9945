import TwinRuntime

/// Where the broker is and who we are there.
public struct BrokerOptions: Sendable, Hashable {
    public struct Will: Sendable, Hashable {
        public var topic: String
        public var payload: [UInt8]

        public init(topic: String, payload: [UInt8]) {
            self.topic = topic
            self.payload = payload
        }
    }

    public var host: String
    /// 1 to 65535.
    public var port: Int
    public var isTLS: Bool
    public var clientID: String
    public var userName: String?
    public var password: String?
    /// Folder of trusted certificates for TLS.
    public var trustedCertificates = "/etc/ssl/certs"
    /// Sent by the broker, retained, when we vanish.
    public var will: Will?
    /// A connection that is silent for 1.5 times this is dead.
    public var keepAliveS: Int32 = 30
    /// How long the broker keeps our session, and what it queues for us, while we are away.
    public var sessionExpiryS: UInt32 = 86_400
    /// Unacknowledged messages the broker may send us.
    public var receiveMaximum: UInt16 = 1000
    /// Larger packets are not sent to us: 64 KiB of payload and room for topic and properties.
    public var maximumPacketSize: UInt32 = 66_560

    /// Reads `mqtt://[USER[:PASSWORD]@]HOST[:PORT]` or `mqtts://…`; the default ports are 1883 and 8883.
    public init(url: String, clientID: String) throws {
        let problem = TransportProblem("\(BrokerOptions.redacted(url)): is no broker address; write mqtt://HOST:1883 or mqtts://HOST:8883")
        guard let split = url.firstRange(of: "://") else { throw problem }
        switch url[..<split.lowerBound] {
        case "mqtt": isTLS = false
        case "mqtts": isTLS = true
        default: throw problem
        }
        var rest = url[split.upperBound...]
        if rest.last == "/" { rest = rest.dropLast() }
        if let at = rest.lastIndex(of: "@") {
            let who = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            userName = who.first
            password = who.count > 1 ? who[1] : nil
            rest = rest[rest.index(after: at)...]
        }
        var portText: Substring?
        if rest.first == "[", let close = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            let tail = rest[rest.index(after: close)...]
            guard tail.isEmpty || tail.first == ":" else { throw problem }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count) else { throw problem }
            host = String(parts[0])
            portText = parts.count == 2 ? parts[1] : nil
        }
        port = isTLS ? 8883 : 1883
        if let portText {
            guard let number = Int(portText), (1...65_535).contains(number) else { throw problem }
            port = number
        }
        guard !host.isEmpty, !host.contains("/") else { throw problem }
        self.clientID = clientID
    }

    /// `host:port`, for messages.
    public var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// An address without its user name and password.
    public static func redacted(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@"), let split = url.firstRange(of: "://"), split.upperBound <= at else { return url }
        return url[..<split.upperBound] + "…" + url[at...]
    }
}
