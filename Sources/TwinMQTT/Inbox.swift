/// What the library's callbacks left behind since the last look.
///
/// Owned by the C edge, filled only while one of its calls runs, and so on the caller's thread.
final class Inbox {
    /// The broker's answer to CONNECT.
    struct Greeting {
        /// 0: admitted; otherwise the MQTT 5 reason.
        var code: Int
        var sessionPresent: Bool
        var text: String
    }

    /// Why the connection ended.
    struct Loss {
        var code: Int
        var text: String
    }

    /// A subscription the broker refused.
    struct Refusal {
        var filter: String
        var code: Int
        var text: String
    }

    /// Bytes of the client id, to find one's way in the library's log lines.
    let clientIDLength: Int
    /// Read, not yet handed out, not acknowledged.
    var messages: [MQTTMessage] = []
    var greeting: Greeting?
    var loss: Loss?
    var refusals: [Refusal] = []
    /// SUBSCRIBE packets without an answer: packet id to topic filter.
    var pendingGrants: [Int32: String] = [:]
    /// QoS 1 publications without PUBACK: topics by packet id.
    var inFlight: [Int32: String] = [:]
    /// Since when publications have waited without any PUBACK; nil while none waits.
    var oldestInFlight: Moment?
    /// Counts every packet read, so that a reader knows when nothing is left.
    var activity: UInt64 = 0
    /// Messages that this link brought.
    var messagesOfLink = 0
    /// When the PINGREQ without an answer was queued.
    var pingSince: Moment?
    /// The DUP flag of the packet that is being handled.
    var duplicate = false
    /// The library's last words about an error: TLS details stand only there.
    var complaint = ""
    /// Messages dropped because their topic is not valid UTF-8.
    var invalidTopics: UInt64 = 0
    /// QoS 1 publications which the broker answered with a failure.
    var refusedPublications: UInt64 = 0
    /// The first of them, and refused subscriptions, that nobody was told of yet.
    var unreported: [MQTTRefusal] = []
    /// So many are told of in a batch; all are counted.
    static let unreportedMax = 100
    /// See `MQTTOptions.hearsItself`.
    var hearsItself = true
    /// See `MQTTOptions.alwaysRetained`.
    var alwaysRetained: Set<String> = []
    /// What to subscribe to as soon as the broker admits us: filter and QoS in the order of the requests.
    private(set) var subscriptions: [(filter: String, qos: Int)] = []

    init(clientID: String) { clientIDLength = clientID.utf8.count }

    func remember(filter: String, qos: Int) {
        subscriptions.removeAll { $0.filter == filter }
        subscriptions.append((filter, qos))
    }

    func forget(filter: String) { subscriptions.removeAll { $0.filter == filter } }

    /// Forgets what belongs to a connection. Publications in flight stay where the library sends them again.
    func startConnection() {
        messages.removeAll()
        greeting = nil
        loss = nil
        refusals.removeAll()
        pendingGrants.removeAll()
        pingSince = nil
        messagesOfLink = 0
        duplicate = false
        complaint = ""
    }

    /// A SUBACK: the packet id leaves the waiting list, a reason of 0x80 or more is a refusal.
    func granted(packet: Int32, codes: [Int], text: (Int) -> String) {
        guard let filter = pendingGrants.removeValue(forKey: packet) else { return }
        // No code at all is as bad as a refusal: the broker has promised nothing.
        let code = codes.first ?? Code.firstFailureReason
        if code >= Code.firstFailureReason {
            refusals.append(Refusal(filter: filter, code: code, text: text(code)))
        }
    }

    /// A PUBACK, or for QoS 0 the end of writing.
    func published(packet: Int32, code: Int, text: (Int) -> String) {
        guard let topic = inFlight.removeValue(forKey: packet) else { return }
        oldestInFlight = inFlight.isEmpty ? nil : .now
        guard code >= Code.firstFailureReason else { return }
        refusedPublications += 1
        report(MQTTRefusal(topic: topic, code: code, reason: text(code)))
    }

    func report(_ refusal: MQTTRefusal) {
        if unreported.count < Inbox.unreportedMax { unreported.append(refusal) }
    }
}
