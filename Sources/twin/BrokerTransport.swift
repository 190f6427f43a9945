import TwinRuntime
struct MQTTWill { var topic: String; var payload: [UInt8]; var qos: Int; var retain: Bool }
struct StubOptions { var will: MQTTWill? }
final class BrokerTransport: Transport {
    static func options(_ url: String, clientID: String) throws -> StubOptions { StubOptions() }
    init(_ o: StubOptions) throws {}
    func connect(timeoutMs: Int) throws { throw TransportProblem("no broker") }
    func subscribe(_ filters: [String]) throws {}
    func receive(timeoutMs: Int, limit: Int) throws -> InboundBatch { InboundBatch() }
    func flush() throws {}
    func publish(_ message: OutboundMessage) throws {}
    func disconnect() {}
}
