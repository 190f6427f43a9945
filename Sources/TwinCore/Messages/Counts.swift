/// What happened to messages; every summary prints it, and messages = accepted + rejected + duplicates + shed.
public struct Counts: Sendable, Hashable, Codable {
    /// All that was received: topic lines and unreadable lines.
    public var messages = 0
    /// Messages that were taken: telemetry with at least one usable value, status, line events, acknowledgements, the
    /// clock, and what a twin published.
    public var accepted = 0
    /// Values that were laid on a timeline, and line events; one message may bring several or, retained, none.
    public var readings = 0
    public var duplicates = 0
    public var late = 0
    /// Messages that were let go unread because there was no room for them.
    public var shed = 0
    public var rejected: [RejectReason: Int] = [:]

    public init() {}

    public var rejectedTotal: Int { rejected.values.reduce(0, +) }

    public mutating func reject(_ reason: RejectReason) { rejected[reason, default: 0] += 1 }

    public mutating func add(_ other: Counts) {
        messages += other.messages
        accepted += other.accepted
        readings += other.readings
        duplicates += other.duplicates
        late += other.late
        shed += other.shed
        if other.rejected.isEmpty { return }
        for (reason, count) in other.rejected { rejected[reason, default: 0] += count }
    }
}
