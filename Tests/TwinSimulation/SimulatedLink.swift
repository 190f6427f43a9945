import TwinCore
import TwinRuntime

/// One process's client of the broker.
final class SimulatedLink: Transport {
    /// After so long without an answer both sides take the link for dead.
    private static let keepAlive = Span.seconds(90)

    private enum Phase {
        case idle
        case up
        case down(until: PlantTime)
    }

    private let world: SimulatedWorld
    private var phase = Phase.idle
    private var events: [LinkChange] = []
    /// Handed out and not acknowledged.
    private var handedOut: [InboundMessage] = []
    /// Published and not sent.
    private var queued: [OutboundMessage] = []
    /// Sent, without the broker's answer.
    private var inFlight: [(message: OutboundMessage, since: PlantTime)] = []
    /// Asked for when the link comes up.
    private var filters: [String] = []
    /// What a client that sends again has kept.
    private var kept: [OutboundMessage] = []
    /// On its way while nothing moves.
    private var held: (acknowledged: Int, sent: [OutboundMessage]) = (0, [])

    init(_ world: SimulatedWorld) { self.world = world }

    private var isUp: Bool { if case .up = phase { true } else { false } }
    private var isHanging: Bool { world.hangsUntil > world.now }

    func connect(timeoutMs: Int) throws {
        try world.fuse.burn()
        if !world.isQuiet, world.chance.happens(world.plan.refusedLinks) {
            throw TransportProblem("the broker refused the connection (simulated)")
        }
        comeUp()
    }

    private func comeUp() {
        let isLost = !world.isQuiet && world.chance.happens(world.plan.lostSessions)
        events.append(.up(sessionPresent: world.broker.connect(losesSession: isLost)))
        phase = .up
        if !filters.isEmpty { world.broker.subscribe(filters) }
        filters = []
        queued += kept
    }

    func begin(_ filters: [String]) throws {
        try world.fuse.burn()
        self.filters = filters
        phase = .down(until: world.now)
    }

    func subscribe(_ filters: [String]) throws {
        try world.fuse.burn()
        guard isUp else { throw TransportProblem("the link is down (simulated)") }
        world.broker.subscribe(filters)
    }

    func receive(timeoutMs: Int, limit: Int) throws -> InboundBatch {
        try world.fuse.burn()
        world.wait()
        // The plan of faults may have ended the process while it waited.
        try world.fuse.burn()
        move()
        var batch = InboundBatch()
        batch.links = events
        events = []
        guard isUp, !isHanging else { return batch }
        batch.refusals = takeAnswers()
        batch.messages = world.broker.deliver(limit: limit, at: world.now)
        handedOut += batch.messages.filter { $0.qos > 0 }
        return batch
    }

    /// What became of the link while the twin waited.
    private func move() {
        let loss = world.losesLink
        world.losesLink = nil
        switch phase {
        case .idle: break
        case .down(let until):
            guard world.now >= until else { return }
            let isRefused = !world.isQuiet && world.chance.happens(world.plan.refusedLinks)
            if isRefused { phase = .down(until: world.now + .seconds(30)) } else { comeUp() }
        case .up:
            if let loss {
                lose(for: loss)
            } else if isHanging, world.hangsUntil > world.now + SimulatedLink.keepAlive {
                world.hangsUntil = .earliest
                lose(for: .seconds(5))
            } else if !isHanging {
                arrive()
            }
        }
    }

    /// The broker's answers to what was sent.
    private func takeAnswers() -> [BrokerRefusal] {
        var refusals: [BrokerRefusal] = []
        while let message = inFlight.first?.message, world.isQuiet || world.chance.happens(0.95) {
            inFlight.removeFirst()
            if !world.isQuiet, world.chance.happens(world.plan.refusedPublications) {
                refusals.append(BrokerRefusal(topic: message.topic, reason: "Not authorized"))
            }
        }
        return refusals
    }

    func flush() throws {
        try world.fuse.burn()
        let messages = handedOut
        handedOut = []
        guard isUp else { return }
        world.ledger.acknowledges(messages)
        world.ledger.leave(queued)
        held.acknowledged += messages.count
        held.sent += queued
        inFlight += queued.map { ($0, world.now) }
        if world.planted == .resend { kept = (kept + queued).suffix(50) }
        queued = []
        if !isHanging { arrive() }
    }

    /// What left reaches the broker.
    private func arrive() {
        world.broker.acknowledge(held.acknowledged)
        for message in held.sent { world.broker.publish(message) }
        held = (0, [])
    }

    func publish(_ message: OutboundMessage) throws {
        try world.fuse.burn()
        guard isUp || world.planted == .unboundedQueue else { return }
        queued.append(message)
        let sameTopic =
            queued.count { $0.topic == message.topic } + inFlight.count { $0.message.topic == message.topic }
        world.ledger.waits(publicationsInFlight, onOneTopic: sameTopic)
    }

    var publicationsInFlight: Int { queued.count + inFlight.count }

    /// As `BrokerTransport` has it.
    var takesPublications: Bool {
        if world.planted == .unboundedQueue { return true }
        let waited = inFlight.first.map { world.now - $0.since } ?? Span(ms: 0)
        return isUp && inFlight.count < 1000 && waited < .seconds(2)
    }

    func disconnect() { lose(for: Span(ms: 0), isClean: true) }

    /// The link is gone, with the process or before it. What is on its way arrives in part or not at all.
    func lose(for span: Span, isClean: Bool = false) {
        guard isUp else { return }
        if !held.sent.isEmpty || held.acknowledged > 0 {
            if world.chance.happens(0.5) { arrive() }
            held = (0, [])
        }
        world.broker.lose(will: isClean || world.plan.mode == .shadow ? nil : world.will)
        world.ledger.count { $0.linkLosses += 1 }
        events.append(.down(reason: "connection reset (simulated)"))
        handedOut = []
        queued = []
        inFlight = []
        phase = .down(until: world.now + max(span, .seconds(1)))
    }
}
