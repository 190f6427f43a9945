public import TwinCore

/// How much a line of the log matters.
public enum LogLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    case debug, info, warn, error

    private var rank: Int { LogLevel.allCases.firstIndex(of: self) ?? 0 }

    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }
}

/// What a line of the log tells of. The words are stable: scripts look for them.
public enum LogEvent: String, Sendable, Hashable, CaseIterable {
    /// A run began, or goes on.
    case runBegun = "run.begun"
    case runEnded = "run.ended"
    /// Something else about the run that an operator should know.
    case runNote = "run.note"
    /// The program ends by an error.
    case runFailed = "run.failed"
    /// A message of which nothing can be used; `reason` is the contract's.
    case messageRefused = "message.refused"
    /// A message on a topic that nothing asked for.
    case topicUnknown = "message.unknown_topic"
    /// Readings of an asset that are doubted from now on.
    case readingDoubted = "reading.doubted"
    case alarmRaised = "alarm.raised"
    case alarmCleared = "alarm.cleared"
    case linkUp = "link.up"
    case linkDown = "link.down"
    /// The link is back and the broker has forgotten what it held for us.
    case sessionLost = "link.session_lost"
    /// The broker took a publication of ours and refused it, for example for want of rights.
    case publicationRefused = "publication.refused"
    /// A topic that we shall not hear.
    case subscriptionRefused = "subscription.refused"
    /// Something is wrong with the twin itself: its clock, its store, its rights, another controller.
    case twinTrouble = "twin.trouble"
    /// ... and is over.
    case twinWell = "twin.well"
    case configurationChanged = "config.changed"
    case modeChanged = "mode.changed"
    /// An operator gave an asset a set-point, left it alone, or gave it back; an order's time is over.
    case handSet = "hand.set"
    case handPaused = "hand.paused"
    case handReleased = "hand.released"
    case handEnded = "hand.ended"
    case commandIssued = "command.issued"
    case commandFailed = "command.failed"
    case tickClosed = "tick.closed"

    /// Storms of one group do not silence another.
    var group: Substring { rawValue.prefix { $0 != "." } }

    public var level: LogLevel {
        switch self {
        case .tickClosed, .commandIssued: .debug
        case .runBegun, .runEnded, .runNote, .twinWell, .alarmCleared, .linkUp, .configurationChanged, .modeChanged,
            .handSet,
            .handPaused, .handReleased, .handEnded:
            .info
        case .messageRefused, .topicUnknown, .readingDoubted, .alarmRaised, .linkDown, .sessionLost, .commandFailed:
            .warn
        case .runFailed, .publicationRefused, .subscriptionRefused, .twinTrouble: .error
        }
    }
}

/// A line of the log: what happened, and where.
public struct LogEntry: Sendable, Hashable {
    public var event: LogEvent
    public var message: String
    public var topic: String?
    public var asset: String?
    /// Why, in a stable word: a reason of refusal or an alarm's code.
    public var reason: String?
    /// Plant time of what happened, where that is another than the log's.
    public var plantTime: PlantTime?
    /// So many more of the kind were not written.
    public var suppressed = 0

    public init(
        _ event: LogEvent, _ message: String, topic: String? = nil, asset: String? = nil, reason: String? = nil,
        plantTime: PlantTime? = nil
    ) {
        self.event = event
        self.message = message
        self.topic = topic
        self.asset = asset
        self.reason = reason
        self.plantTime = plantTime
    }

    public var level: LogLevel { event.level }

    /// A line for people. What came from outside cannot make a terminal do anything.
    public func text(at time: PlantTime) -> String {
        let level = level.rawValue + String(repeating: " ", count: max(0, 5 - level.rawValue.count))
        let place = (topic ?? asset).map { "\($0.prefix(LogEntry.placeMax)): " } ?? ""
        return "\(time.rfc3339) \(level) \(event.rawValue) \((place + message).printable)"
    }

    /// Topics may have 65,535 bytes.
    static let placeMax = 256

    /// One JSON object, for programs. Keys that say nothing are left out.
    public func json(at time: PlantTime) -> JSON {
        var members: [JSON.Member] = [
            .init("ts", .string(time.rfc3339)), .init("level", .string(level.rawValue)),
            .init("event", .string(event.rawValue)), .init("message", .string(message)),
        ]
        if let topic { members.append(.init("topic", .string(String(topic.prefix(LogEntry.placeMax))))) }
        if let asset { members.append(.init("asset", .string(asset))) }
        if let reason { members.append(.init("reason", .string(reason))) }
        if let plantTime { members.append(.init("t", .string(plantTime.rfc3339))) }
        if suppressed > 0 { members.append(.init("suppressed", .integer(suppressed))) }
        return .object(members)
    }
}
