import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime

/// All around the twin's process: the plant, the broker, the disk, the store and the clocks. Time moves only where the
/// twin waits for messages, and between processes.
final class SimulatedWorld {
    let plan: FaultPlan
    let planted: PlantedFault?
    let config: SiteConfig
    let clocks: SimulatedClocks
    let fuse = Fuse()
    let ledger: Ledger
    let disk: SimulatedDisk
    let store: MemoryStore
    let inbox = LiveInbox()
    var broker = SimulatedBroker()
    var chance: SeedStream
    private var plant: PlantSimulator
    private var events: ArraySlice<FaultPlan.Due>

    /// What happened, for people.
    private(set) var history: [String] = []

    /// Faults are over.
    private(set) var isQuiet = false
    /// What a blown fuse means.
    private(set) var isPowerCut = false
    /// The running link shall die, for so long.
    var losesLink: Span?
    var hangsUntil = PlantTime.earliest
    private var stall = Span(ms: 0)

    init(seed: UInt64, config: SiteConfig, planted: PlantedFault?) {
        plan = FaultPlan(seed: seed)
        self.planted = planted
        self.config = config
        clocks = SimulatedClocks(plan.start)
        ledger = Ledger(config, clock: plan.clock, clocks: clocks)
        disk = SimulatedDisk(
            seed: seed, fuse: fuse, ledger: ledger, config: config, skipsSync: planted == .missingSync)
        store = MemoryStore(seed: seed, fuse: fuse)
        chance = SeedStream(seed: seed, name: "world")
        plant = PlantSimulator(config: config, start: plan.start, seed: seed)
        events = plan.events[...]
    }

    var now: PlantTime { clocks.now }
    var end: PlantTime { plan.start + FaultPlan.hour }

    /// From here on nothing fails.
    func quieten() {
        isQuiet = true
        events = []
        stall = Span(ms: 0)
        losesLink = nil
        hangsUntil = .earliest
        disk.set(SimulatedDisk.Faults())
        store.set(failing: 0)
        fuse.put(nil)
        clocks.setWall(off: Span(ms: 0))
    }

    /// The twin waits: as a rule for a moment, now and then for long.
    func wait() {
        let span = stall + chance.seconds(chance.happens(0.7) ? 0.05...3 : 3...20)
        stall = Span(ms: 0)
        advance(by: span)
    }

    func advance(by span: Span) {
        let until = now + span
        while true {
            let step = plant.now + config.step
            let due = events.first.map(\.at) ?? .latest
            guard min(step, due) <= until else { break }
            clocks.advance(to: min(step, due))
            if due <= step, let event = events.popFirst()?.event { happen(event) } else { stepPlant() }
        }
        clocks.advance(to: until)
        if !isQuiet, now >= end { quieten() }
        // A while in which all is well, and longer where something is still on its way.
        if isQuiet, now >= end + SimulatedWorld.quiet, broker.isDrained { clocks.ask(toStop: true) }
    }

    private static let quiet = Span.minutes(5)

    func note(_ what: String) { history.append("\(now.rfc3339) \(what)") }

    private func happen(_ event: FaultPlan.Event) {
        note("\(event)")
        switch event {
        case .kill(let calls, let isPowerCut):
            self.isPowerCut = isPowerCut
            fuse.put(calls)
        case .stop: clocks.ask(toStop: true)
        case .loseLink(let span): losesLink = span
        case .hang(let span): hangsUntil = now + span
        case .stall(let span): stall = span
        case .disk(let faults): disk.set(faults)
        case .store(let failing): store.set(failing: failing)
        case .setWall(let offset): clocks.setWall(off: offset)
        case .mode(let mode): inbox.put(.mode(mode))
        }
    }

    /// What the broker says where the twin is gone without a word.
    var will: InboundMessage {
        InboundMessage(topic: "v1/\(config.site)/twin/status", payload: Array("offline".utf8), retain: true)
    }

    // MARK: - The plant

    private func stepPlant() {
        for command in broker.takeForPlant() { plant.receive(command) }
        if plant.number == 0 { send(plant.openingClock) }
        for message in plant.advance() { send(message) }
    }

    private func send(_ message: PlantMessage) {
        var inbound = InboundMessage(
            topic: message.topic, payload: message.payload, correlation: message.correlation.map { Array($0.utf8) })
        inbound.qos = isUnassured(message.topic) ? 0 : 1
        if isQuiet { return broker.take(inbound, at: now, delay: Span(ms: 0)) }
        if inbound.qos == 0, chance.happens(plan.lost) { return }
        let delay = chance.happens(plan.delayed) ? chance.seconds(0...plan.delayMax.seconds) : Span(ms: 0)
        broker.take(inbound, at: now, delay: delay)
        if chance.happens(plan.doubled) { broker.take(inbound, at: now, delay: delay) }
    }

    /// A share of the topics, always the same ones.
    private func isUnassured(_ topic: String) -> Bool {
        var own = SeedStream(seed: 1, name: topic)
        return own.happens(plan.unassured)
    }
}
