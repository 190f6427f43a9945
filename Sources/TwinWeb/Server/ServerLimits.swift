import NIOCore

/// How much of the server anybody may take.
struct ServerLimits: Sendable {
    /// From the first byte of a request's head to its last.
    var head = TimeAmount.seconds(5)
    /// From the end of the head to the end of the body.
    var body = TimeAmount.seconds(10)
    /// Without a request.
    var idle = TimeAmount.seconds(30)
    var headerBytes = 16 << 10
    var connections = 700
    var connectionsPerAddress = 64
    /// Of this machine itself: proxies and tests.
    var connectionsLoopback = 600
    /// Requests of one address, but for live data, which are one for long.
    var requestsPerSecond = 50.0
    var requestsAtOnce = 200.0
}
