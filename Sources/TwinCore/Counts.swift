/// What happened to messages; every summary prints it, and received = accepted + rejected + duplicates.
public struct Counts: Sendable, Hashable, Codable {
    public var messages = 0
    /// Values that were accepted.
    public var readings = 0
    public var duplicates = 0
    public var late = 0
    public var rejected: [RejectReason: Int] = [:]

    public init() {}

    public var rejectedTotal: Int { rejected.values.reduce(0, +) }

    public mutating func reject(_ reason: RejectReason) { rejected[reason, default: 0] += 1 }

    public mutating func add(_ other: Counts) {
        messages += other.messages
        readings += other.readings
        duplicates += other.duplicates
        late += other.late
        for (reason, count) in other.rejected { rejected[reason, default: 0] += count }
    }
}
