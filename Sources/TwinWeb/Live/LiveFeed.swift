import Synchronization
import TwinConfiguration
public import TwinCore
public import TwinRuntime

/// What a run tells, kept for who asks and handed to who listens. The newest step is all that is kept of pictures: a
/// listener that is too slow for them is let go, and comes back by itself.
public final class LiveFeed: PlantWatcher {
    /// Pictures that wait for one listener; with one more it is let go.
    static let waitingMax = 8
    static let listenersMax = 500

    private struct State {
        var moment: PlantMoment?
        var deeds = AlarmDeeds()
        var snapshot: [UInt8]?
        var listeners: [Int: AsyncStream<[UInt8]>.Continuation] = [:]
        var nextListener = 0
        var seen: ContinuousClock.Instant?
        var messages = MessageWatch()
        var meter = RunMeter()
        var history = CommandHistory()
        var recent = RecentValues()
        var traffic = AssetTraffic()
        var alarms = AlarmMemory()

        mutating func send(_ snapshot: [UInt8]) {
            self.snapshot = snapshot
            for (number, listener) in listeners {
                switch listener.yield(snapshot) {
                case .enqueued: break
                default:
                    listener.finish()
                    listeners[number] = nil
                }
            }
        }
    }

    private let state = Mutex(State())
    /// Between two pictures of a replay that runs as fast as possible.
    private let every: Duration

    /// Called when somebody begins to listen.
    private let onListen: (@Sendable () -> Void)?

    public init(every: Duration = .milliseconds(100), onListen: (@Sendable () -> Void)? = nil) {
        (self.every, self.onListen) = (every, onListen)
    }

    public var followsMessages: Bool { true }

    /// The newest step; nil before the first.
    public var moment: PlantMoment? { state.withLock { $0.moment } }
    /// The same as JSON.
    var snapshot: [UInt8]? { state.withLock { $0.snapshot } }
    var messages: MessageWatch { state.withLock { $0.messages } }
    var meter: RunMeter { state.withLock { $0.meter } }
    var commands: CommandHistory { state.withLock { $0.history } }
    /// What the last hours used.
    var recent: RecentValues { state.withLock { $0.recent } }
    var alarms: AlarmMemory { state.withLock { $0.alarms } }
    /// The last messages of an asset, the newest first.
    func messages(of path: AssetPath) -> [AssetTraffic.Message] { state.withLock { $0.traffic.messages(of: path) } }
    var listenerCount: Int { state.withLock { $0.listeners.count } }

    /// What topics mean from the first message on.
    func learn(_ config: SiteConfig) { state.withLock { $0.messages.learn(config) } }

    public func hear(_ arrivals: [Arrival], _ outcome: TickOutcome) {
        state.withLock { state in
            state.messages.hear(arrivals, outcome)
            state.meter.hear(arrivals, outcome)
            state.history.hear(outcome)
            state.recent.hear(outcome)
            state.traffic.hear(arrivals, outcome)
            state.alarms.hear(outcome)
        }
    }

    /// What came on topics that the run itself does not ask for; those of its mapping are told by its steps.
    /// - Parameter wall: where no step tells the plant's time yet.
    public func overhear(_ messages: [InboundMessage], at wall: PlantTime) {
        guard !messages.isEmpty else { return }
        state.withLock { state in
            let now = state.moment?.outcome.end ?? wall
            for message in messages { state.messages.overhear(Arrival(message, at: now)) }
        }
    }

    public func wants(_ end: PlantTime) -> Bool {
        state.withLock { state in state.seen.map { ContinuousClock.now - $0 >= every } ?? true }
    }

    public func see(_ moment: PlantMoment) {
        let (deeds, flood) = state.withLock { ($0.deeds, $0.alarms.flood) }
        let snapshot = PlantSnapshot(moment, deeds, flood).bytes
        state.withLock { state in
            state.messages.learn(moment.config)
            state.meter.see(moment)
            state.moment = moment
            state.seen = ContinuousClock.now
            state.send(snapshot)
        }
    }

    /// Shows what people did about alarms, at once.
    func take(_ deeds: AlarmDeeds) {
        let (known, flood) = state.withLock { state in
            state.deeds = deeds
            return (state.moment, state.alarms.flood)
        }
        guard let moment = known else { return }
        let snapshot = PlantSnapshot(moment, deeds, flood).bytes
        state.withLock { state in
            // A step that was closed meanwhile shows them already, or the next one does.
            if state.moment?.outcome.tick == moment.outcome.tick { state.send(snapshot) }
        }
    }

    public func feel(_ pulse: RunPulse) { state.withLock { $0.meter.feel(pulse) } }

    /// Snapshots from now on, the newest at once. Nil where too many listen already.
    func listen() -> (number: Int, snapshots: AsyncStream<[UInt8]>)? {
        onListen?()
        let (stream, continuation) = AsyncStream.makeStream(
            of: [UInt8].self, bufferingPolicy: .bufferingOldest(LiveFeed.waitingMax))
        return state.withLock { state in
            guard state.listeners.count < LiveFeed.listenersMax else { return nil }
            let number = state.nextListener
            state.nextListener += 1
            state.listeners[number] = continuation
            if let snapshot = state.snapshot { continuation.yield(snapshot) }
            return (number, stream)
        }
    }

    /// A sign of life for one listener: an empty picture. One that does not keep up is let go as by any other.
    func beat(_ number: Int) {
        state.withLock { state in
            guard let listener = state.listeners[number] else { return }
            if case .enqueued = listener.yield([]) { return }
            listener.finish()
            state.listeners[number] = nil
        }
    }

    func leave(_ number: Int) { state.withLock { $0.listeners.removeValue(forKey: number)?.finish() } }
}
