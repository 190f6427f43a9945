public import TwinCore

/// Keeps a storm out of the log: of one kind and place a few lines a minute, of one group and in all a few tens, and then
/// how many more there were. A value without a clock: whoever asks brings the time.
public struct LogLimiter: Sendable {
    public static let window = Span.minutes(1)
    /// Lines of one event, reason and place in a window.
    static let sameMax = 3
    /// Lines of a group in a window.
    static let linesMax = 18
    /// Lines in a window; of each group two more, so that no storm hides that a link came back. Any minute holds at most two
    /// windows' lines and the sums between them: with a dozen groups, two of which it takes to reach this,
    /// 2 * (20 + 2 * 10) + 20 = 100.
    static let allMax = 20
    static let keptFree = 2
    static let sumsMax = 20
    /// Kinds whose counts are kept apart; there are as many topics as a sender likes.
    static let kindsMax = 256

    private struct Kind: Hashable {
        var event: LogEvent
        var reason: String?
        var place: String?
    }

    private struct Group {
        var lines = 0
        var said: [Kind: Int] = [:]
        var unsaid: [Kind: Int] = [:]
        /// Of kinds beyond those that are kept apart.
        var others: [LogEvent: Int] = [:]
    }

    private var groups: [Substring: Group] = [:]
    private var lines = 0
    private var since: PlantTime?

    public init() {}

    /// Whether an entry may be written. One that may not is counted.
    public mutating func admits(_ entry: LogEntry, at now: PlantTime) -> Bool {
        since = since ?? now
        let kind = Kind(event: entry.event, reason: entry.reason, place: entry.topic ?? entry.asset)
        var group = groups[entry.event.group] ?? Group()
        defer { groups[entry.event.group] = group }
        let said = group.said[kind] ?? 0
        let isKept = said > 0 || group.said.count < LogLimiter.kindsMax
        let hasRoom =
            group.lines < LogLimiter.keptFree || lines < LogLimiter.allMax && group.lines < LogLimiter.linesMax
        if hasRoom, said < LogLimiter.sameMax, isKept {
            group.lines += 1
            lines += 1
            group.said[kind] = said + 1
            return true
        }
        if let count = group.unsaid[kind] {
            group.unsaid[kind] = count + 1
        } else if group.unsaid.count < LogLimiter.kindsMax {
            group.unsaid[kind] = 1
        } else {
            group.others[entry.event, default: 0] += 1
        }
        return false
    }

    /// Once a window is over: how much of it was not written, the most frequent first. A clock that was set back ends it too.
    public mutating func sums(at now: PlantTime) -> [LogEntry] {
        guard let since, now < since || now >= since + LogLimiter.window else { return [] }
        return rest()
    }

    /// How much was not written since the last sums.
    public mutating func rest() -> [LogEntry] {
        defer { (since, groups, lines) = (nil, [:], 0) }
        return LogLimiter.sums(groups.values)
    }

    private static func sums(_ groups: some Collection<Group>) -> [LogEntry] {
        let ordered = groups.flatMap(\.unsaid).sorted { a, b in
            (b.value, a.key.event.rawValue, a.key.place ?? "", a.key.reason ?? "")
                < (a.value, b.key.event.rawValue, b.key.place ?? "", b.key.reason ?? "")
        }
        var others: [LogEvent: Int] = [:]
        for group in groups { others.merge(group.others, uniquingKeysWith: +) }
        // One line for each event of the rest.
        let kept = max(0, sumsMax - Set(ordered.map(\.key.event)).union(others.keys).count)
        let isAllKept = ordered.count + others.count <= sumsMax
        let count = isAllKept ? ordered.count : kept
        for (kind, more) in ordered.dropFirst(count) { others[kind.event, default: 0] += more }
        let named = ordered.prefix(count).map { kind, count in
            let entry = LogEntry(
                kind.event, "\(count) more in the last minute\(kind.reason.map { " (\($0))" } ?? "")",
                topic: kind.place,
                reason: kind.reason)
            return entry.suppressing(count)
        }
        let rest = others.sorted { $0.key.rawValue < $1.key.rawValue }.map { event, count in
            LogEntry(event, "\(count) more in the last minute, of other topics or reasons").suppressing(count)
        }
        return named + rest
    }
}

extension LogEntry {
    fileprivate func suppressing(_ count: Int) -> LogEntry {
        var entry = self
        entry.suppressed = count
        return entry
    }
}
