import TwinCore
import TwinDispatch
import TwinRuntime

/// The last commands of a run and what became of them.
struct CommandHistory: Sendable {
    static let keptMax = 500

    struct Entry: Sendable {
        var command: Command
        var fate: CommandDesk.Fate?
    }

    private(set) var entries: [Entry] = []

    mutating func hear(_ outcome: TickOutcome) {
        for outcome in outcome.outcomes {
            let place = entries.lastIndex {
                $0.command.tick == outcome.command.tick && $0.command.n == outcome.command.n
            }
            if let place { entries[place].fate = outcome.fate }
        }
        entries += outcome.commands.map { Entry(command: $0, fate: nil) }
        if entries.count > 2 * CommandHistory.keptMax { entries.removeFirst(entries.count - CommandHistory.keptMax) }
    }
}
