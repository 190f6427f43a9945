import TwinBooks
public import TwinCore
import TwinDispatch

/// What a run says while it happens: entries of a level or above, with storms held back.
public struct RunLog: Sendable {
    public var least = LogLevel.info
    private var limiter = LogLimiter()
    private let now: @Sendable () -> PlantTime
    private let write: @Sendable (LogEntry) -> Void

    /// - Parameter now: the wall clock, by which storms are held back.
    public init(
        least: LogLevel, now: @escaping @Sendable () -> PlantTime, write: @escaping @Sendable (LogEntry) -> Void
    ) {
        self.least = least
        self.now = now
        self.write = write
    }

    /// Writes an entry, or counts it.
    public mutating func say(_ entry: LogEntry) {
        look()
        guard entry.level >= least else { return }
        // What was asked for with -v is wanted whole.
        if entry.level == .debug || limiter.admits(entry, at: now()) { write(entry) }
    }

    /// Writes what happens once and so makes no storm.
    public func note(_ event: LogEvent, _ message: String) {
        if event.level >= least { write(LogEntry(event, message)) }
    }

    /// Writes how much was held back, once a minute is over.
    public mutating func look() {
        for entry in limiter.sums(at: now()) { write(entry) }
    }

    /// Writes how much is held back; nothing follows.
    public mutating func end() {
        for entry in limiter.rest() { write(entry) }
    }

    /// Says which alarms came and went.
    public mutating func sayAlarms(_ outcome: TickOutcome) {
        for edge in outcome.alarmEdges { say(LogEntry(edge)) }
    }

    /// Says what went wrong in a tick.
    /// - Parameter mode: in which it was closed.
    public mutating func sayTrouble(_ outcome: TickOutcome, mode: ControlMode) {
        for refusal in outcome.refusals { say(LogEntry(refusal, at: outcome.end)) }
        for remark in outcome.remarks { say(LogEntry(.readingDoubted, remark, plantTime: outcome.end)) }
        sayAlarms(outcome)
        // What a shadow wished, nobody was asked for.
        if mode == .control {
            for outcome in outcome.outcomes where outcome.fate != .accepted { say(LogEntry(outcome)) }
        }
    }

    /// Says what operators set, paused and gave back, and what of it is over.
    public mutating func sayHand(_ outcome: TickOutcome) {
        for change in outcome.handChanges { say(LogEntry(change, at: outcome.end)) }
    }

    /// Says that a tick was closed, and what it commands.
    public mutating func sayTick(_ outcome: TickOutcome) {
        guard least == .debug else { return }
        let unmetered = outcome.balance.unmeteredKW.rounded()
        say(
            LogEntry(.tickClosed, "tick \(outcome.tick) unmetered \(unmetered) kW", plantTime: outcome.end))
        for command in outcome.commands {
            say(
                LogEntry(
                    .commandIssued, command.point.order, asset: command.path.text, plantTime: outcome.end))
        }
    }
}

extension LogEntry {
    /// A message that was refused.
    public init(_ refusal: Refusal, at time: PlantTime) {
        let reason = refusal.failure.reason
        self.init(
            reason == .unknownTopic ? .topicUnknown : .messageRefused,
            "rejected (\(reason.rawValue)): \(refusal.failure.text)",
            topic: refusal.topic.isEmpty ? nil : refusal.topic,
            reason: reason.rawValue, plantTime: time)
    }

    public init(_ edge: AlarmBoard.Edge) {
        self.init(
            edge.isRaised ? .alarmRaised : .alarmCleared,
            edge.isRaised ? edge.cause : edge.cause.isEmpty ? "is over" : "is over; \(edge.cause)",
            asset: edge.key.path,
            reason: edge.key.code.rawValue, plantTime: edge.at)
    }

    init(_ change: HandChange, at time: PlantTime) {
        let event: LogEvent =
            switch change.kind {
            case .set: .handSet
            case .paused: .handPaused
            case .released: .handReleased
            case .ended: .handEnded
            }
        self.init(event, change.text, asset: change.path.text, plantTime: time)
    }

    init(_ outcome: CommandDesk.Outcome) {
        self.init(
            .commandFailed, "\(outcome.fate.rawValue): \(outcome.command.point.order)",
            asset: outcome.command.path.text,
            reason: outcome.fate.rawValue)
    }
}

extension SetPoint {
    /// What it says beside its asset.
    var order: String { "\(action.rawValue) \(action.text(value)): \(reason)" }
}
