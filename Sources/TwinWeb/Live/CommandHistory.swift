import TwinCore
import TwinDispatch
import TwinRuntime

/// The last changes of set-points of a run, the newest command of each asset, and what became of them.
struct CommandHistory: Sendable {
    /// Changes are kept, and not renewals: leases are renewed so often that they would push all changes out in an hour.
    static let keptMax = 500

    struct Entry: Sendable {
        var command: Command
        var fate: CommandDesk.Fate?
    }

    /// Changes, the oldest first.
    private(set) var changes: [Entry] = []
    /// By asset, be it the renewal of a lease.
    private(set) var newest: [AssetPath: Entry] = [:]

    /// The newest decisions, the last one first: set-points that one step changed for one reason are one of them.
    func decisions(_ count: Int) -> [[Entry]] {
        var decisions: [[Entry]] = []
        for entry in changes.reversed() {
            let same = decisions.firstIndex { others in
                others[0].command.tick == entry.command.tick
                    && others[0].command.point.reason == entry.command.point.reason
            }
            if let same {
                decisions[same].append(entry)
            } else if decisions.count < count {
                decisions.append([entry])
            } else if decisions.last?.first?.command.tick != entry.command.tick {
                break
            }
        }
        return decisions.map { $0.sorted { $0.command.path < $1.command.path } }
    }

    /// Of one asset: the newest command, be it a renewal, and the changes before it, the last one first.
    func entries(of path: AssetPath) -> [Entry] {
        let own = changes.reversed().filter { $0.command.path == path }
        guard let last = newest[path], last.command.isRenewal else { return own }
        return [last] + own
    }

    mutating func hear(_ outcome: TickOutcome) {
        for settled in outcome.outcomes { settle(settled) }
        for command in outcome.commands {
            let entry = Entry(command: command, fate: nil)
            newest[command.path] = entry
            if !command.isRenewal { changes.append(entry) }
        }
        if changes.count > 2 * CommandHistory.keptMax { changes.removeFirst(changes.count - CommandHistory.keptMax) }
    }

    private mutating func settle(_ settled: CommandDesk.Outcome) {
        func isSame(_ entry: Entry) -> Bool {
            entry.command.tick == settled.command.tick && entry.command.n == settled.command.n
        }
        if let place = changes.lastIndex(where: isSame) { changes[place].fate = settled.fate }
        if let last = newest[settled.command.path], isSame(last) { newest[settled.command.path]?.fate = settled.fate }
    }
}
