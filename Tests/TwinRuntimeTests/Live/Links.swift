import Synchronization
import TwinCore
import TwinPlant
import TwinRuntime
import TwinTesting

/// A clock that a test sets, and a switch that it throws.
final class TestClock: Sendable {
    private let time: Mutex<(now: PlantTime, uptime: Span)>
    private let stopped = Mutex(false)

    init(_ start: PlantTime) { time = Mutex((start, .days(1))) }

    var now: PlantTime { time.withLock { $0.now } }
    /// The monotonic clock.
    var uptime: Span { time.withLock { $0.uptime } }
    var isStopped: Bool { stopped.withLock { $0 } }

    /// Both clocks go on.
    func set(_ new: PlantTime) {
        time.withLock { time in
            time.uptime = max(time.uptime, time.uptime + (new - time.now))
            time.now = new
        }
    }

    /// The wall clock alone is set.
    func step(by span: Span) { time.withLock { $0.now = $0.now + span } }
    func stop() { stopped.withLock { $0 = true } }
    /// Another process may run.
    func goOn() { stopped.withLock { $0 = false } }
}

/// What the twin did to its transport, in order.
enum LinkEvent: Hashable {
    case connected
    case subscribed([String])
    case received(Int)
    case published(OutboundMessage)
    case flushed
    case disconnected
}

/// The twin's end of a bus that has the simulated plant at its other end: each `receive` brings one step, and the
/// plant answers the commands that came before it.
final class PlantLink: Transport {
    private let bus = MessageBus()
    private let twin: BusClient
    private let plant: BusClient
    private var simulator: PlantSimulator
    /// Set to each step's end and 3 s, for runs under the wall clock.
    private let clock: TestClock?
    private(set) var log: [LinkEvent] = []
    /// Messages of one `receive`; the plant's next step comes when all of the last one are handed out.
    var batchMax = 500
    private var isMoreWaiting = false
    /// Looks at what the twin does while it does it.
    var onEvent: ((LinkEvent) throws -> Void)?

    init(_ simulator: PlantSimulator, clock: TestClock? = nil) throws {
        self.simulator = simulator
        self.clock = clock
        twin = bus.client()
        plant = bus.client()
        try plant.subscribe(["v1/+/+/+/cmd"])
    }

    let publicationsInFlight = 0
    var published: [OutboundMessage] {
        log.compactMap { if case .published(let message) = $0 { message } else { nil } }
    }
    /// The commands that were decided at the mark of a tick.
    func commands(ofTick tick: Int) -> [OutboundMessage] {
        commands.filter { String(decoding: $0.correlation ?? [], as: UTF8.self).contains("-\(tick)-") }
    }

    var commands: [OutboundMessage] { published.filter { $0.topic.hasSuffix("/cmd") } }

    private func note(_ event: LinkEvent) throws {
        log.append(event)
        try onEvent?(event)
    }

    func connect(timeoutMs: Int) throws {
        twin.connect(timeoutMs: timeoutMs)
        try note(.connected)
    }

    func subscribe(_ filters: [String]) throws {
        try twin.subscribe(filters)
        try note(.subscribed(filters))
    }

    func receive(timeoutMs: Int, limit: Int) throws -> InboundBatch {
        if !isMoreWaiting {
            if simulator.number == 0 { send(simulator.openingClock) }
            for message in plant.receive(timeoutMs: 0, limit: 1000).messages { simulator.receive(message) }
            simulator.advance().forEach(send)
            clock?.set(simulator.now + .seconds(3))
        }
        let batch = twin.receive(timeoutMs: timeoutMs, limit: min(limit, batchMax))
        isMoreWaiting = batch.messages.count == batchMax
        try note(.received(batch.messages.count))
        return batch
    }

    private func send(_ message: PlantMessage) {
        var outbound = OutboundMessage(topic: message.topic, payload: message.payload)
        outbound.correlation = message.correlation.map { Array($0.utf8) }
        plant.publish(outbound)
    }

    func flush() throws { try note(.flushed) }

    func publish(_ message: OutboundMessage) throws {
        twin.publish(message)
        try note(.published(message))
    }

    func disconnect() { log.append(.disconnected) }
}

/// A transport that hands out given messages, some at a time, and then asks the run to stop.
final class ScriptLink: Transport {
    private var script: ArraySlice<InboundMessage>
    private let batch: Int
    private let clock: TestClock
    private(set) var log: [LinkEvent] = []

    init(_ script: [InboundMessage], batch: Int = 7, clock: TestClock) {
        self.script = script[...]
        self.batch = batch
        self.clock = clock
    }

    let publicationsInFlight = 0
    var published: [OutboundMessage] {
        log.compactMap { if case .published(let message) = $0 { message } else { nil } }
    }

    func connect(timeoutMs: Int) { log.append(.connected) }
    func subscribe(_ filters: [String]) { log.append(.subscribed(filters)) }

    func receive(timeoutMs: Int, limit: Int) -> InboundBatch {
        var inbound = InboundBatch()
        if !log.contains(where: { if case .received = $0 { true } else { false } }) {
            inbound.links = [.up(sessionPresent: true)]
        }
        inbound.messages = Array(script.prefix(batch))
        script = script.dropFirst(batch)
        if script.isEmpty { clock.stop() }
        log.append(.received(inbound.messages.count))
        return inbound
    }

    func flush() { log.append(.flushed) }
    func publish(_ message: OutboundMessage) { log.append(.published(message)) }
    func disconnect() { log.append(.disconnected) }
}

/// A broker that sends at most `window` messages of QoS 1 before it hears of them. It gives up when nothing could
/// move for a second, which a run that waits for ever does not.
final class WindowLink: Transport {
    private var script: ArraySlice<InboundMessage>
    private let window: Int
    private let clock: TestClock
    private var inFlight: [InboundMessage] = []
    private var idle = 0
    /// Everything that was acknowledged, in order.
    private(set) var acknowledged: [InboundMessage] = []
    /// Looks at what is acknowledged when it is.
    var onFlush: (([InboundMessage]) throws -> Void)?
    let publicationsInFlight = 0

    init(_ script: [InboundMessage], window: Int, clock: TestClock) {
        self.script = script[...]
        self.window = window
        self.clock = clock
    }

    func connect(timeoutMs: Int) {}
    func subscribe(_ filters: [String]) {}
    func publish(_ message: OutboundMessage) {}
    func disconnect() {}

    func receive(timeoutMs: Int, limit: Int) -> InboundBatch {
        var batch = InboundBatch()
        batch.messages = Array(script.prefix(window - inFlight.count))
        script = script.dropFirst(batch.messages.count)
        inFlight += batch.messages
        idle = batch.messages.isEmpty ? idle + 1 : 0
        if script.isEmpty || idle == 20 { clock.stop() }
        return batch
    }

    func flush() throws {
        try onFlush?(inFlight)
        acknowledged += inFlight
        inFlight = []
    }
}
