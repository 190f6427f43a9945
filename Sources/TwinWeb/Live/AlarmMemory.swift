import TwinCore
import TwinRuntime

/// The last alarms that a run raised and ended, so that one that is over is still seen where there is no store, or where
/// the store does not have it yet.
struct AlarmMemory: Sendable {
    static let keptMax = 1000

    /// By their beginning.
    private(set) var entries: [AlarmList.Entry] = []
    private(set) var flood = AlarmFlood()

    mutating func hear(_ outcome: TickOutcome) {
        for edge in outcome.alarmEdges {
            let path = edge.key.path
            if edge.isRaised {
                entries.append(AlarmList.Entry(path: path, since: edge.at, until: nil, cause: edge.cause))
            } else if let place = entries.lastIndex(where: { $0.path == path && $0.until == nil }) {
                entries[place].until = edge.at
            }
        }
        let raised = outcome.alarmEdges.filter { $0.isRaised && AlarmPriority.of($0.key.code).isAlarm }
        flood.hear(raised: raised.map(\.at), by: outcome.end)
        if entries.count > 2 * AlarmMemory.keptMax { entries.removeFirst(entries.count - AlarmMemory.keptMax) }
    }
}
