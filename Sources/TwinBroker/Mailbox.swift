import TwinRuntime

/// What libmosquitto's callbacks leave for us: they copy and return. Only the thread that drives the loop calls
/// them, so it needs no lock.
final class Mailbox {
    var messages: [InboundMessage] = []
    var links: [LinkChange] = []
    /// Result of the last CONNACK, and whether the broker kept our session; nil until one comes.
    var connack: (code: Int32, sessionPresent: Bool)?
    /// Granted QoS or reason codes of a SUBACK by message id.
    var subacks: [Int32: [Int32]] = [:]
    /// QoS 1 publications that the broker has not acknowledged.
    var inFlight: Set<Int32> = []
    /// Acknowledgements that came before the publication's id was noted.
    var published: Set<Int32> = []
    /// Topics that are not UTF-8; dropped.
    var unreadableTopics = 0
    /// Reason of the last loss of connection.
    var lost: Int32?
}
