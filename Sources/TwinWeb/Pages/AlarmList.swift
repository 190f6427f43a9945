import TwinCore
import TwinRuntime

/// The alarms that somebody should look at: those that stand, and those that are over and that nobody acknowledged.
struct AlarmList: Sendable {
    struct Entry: Sendable, Hashable {
        var path: String
        var since: PlantTime
        /// Nil while it stands.
        var until: PlantTime?
        var cause: String

        var asset: AssetPath? { path.lastIndex(of: "/").flatMap { AssetPath(text: path[..<$0]) } }
        var code: String { path.split(separator: "/").last.map(String.init) ?? "" }
        var priority: AlarmPriority { AlarmPriority(code: code) }
    }

    /// What was over before that is in the journal alone.
    static let lookback = Span.hours(24)

    private let source: PageSource
    private let now: PlantTime
    private let deeds: AlarmDeeds

    init(_ source: PageSource, at now: PlantTime, _ deeds: AlarmDeeds) {
        (self.source, self.now, self.deeds) = (source, now, deeds)
    }

    /// Those of the store and those that the run itself knows, which may be ahead of it, from a time on, by their beginning.
    func raised(from: PlantTime) throws -> [Entry] {
        let kept = try source.readable?.alarms(StoreWindow(from: from, to: .latest), marks: nil) ?? []
        var entries = kept.map { Entry(path: $0.path, since: $0.from, until: $0.until, cause: $0.cause) }
        for known in source.feed?.alarms.entries ?? [] where known.until.map({ $0 >= from }) ?? true {
            if let place = entries.lastIndex(where: { $0.path == known.path && $0.since == known.since }) {
                entries[place].until = entries[place].until ?? known.until
            } else {
                entries.append(known)
            }
        }
        return entries.sorted { ($0.since, $0.path) < ($1.since, $1.path) }
    }

    /// Reads the store. Those that stand first; each kind with what nobody acknowledged first, then by
    /// priority, then the newest first.
    func shown() throws -> [Entry] {
        let spans = try raised(from: now - AlarmList.lookback)
        var entries: [Entry] = []
        if let moment = source.feed?.moment {
            // The step knows more than the store, which follows it.
            entries = moment.alarms.map { Entry(path: $0.path, since: $0.since, until: nil, cause: $0.cause) }
        } else {
            entries = spans.filter { $0.until == nil }
        }
        let standing = Set(entries.map { "\($0.path) \($0.since.ms)" })
        for span in spans {
            guard let until = span.until, until <= now, !standing.contains("\(span.path) \(span.since.ms)"),
                !isAcknowledged(span.path, span.since)
            else { continue }
            entries.append(span)
        }
        return entries.sorted { one, other in rank(one) < rank(other) }
    }

    private func rank(_ entry: Entry) -> (Int, Int, Int, Int64, String) {
        (
            entry.until == nil ? 0 : 1, isAcknowledged(entry.path, entry.since) ? 1 : 0, entry.priority.rank,
            -entry.since.ms, entry.path
        )
    }

    private func isAcknowledged(_ path: String, _ since: PlantTime) -> Bool {
        deeds.acknowledgement(path, since: since) != nil
    }
}
