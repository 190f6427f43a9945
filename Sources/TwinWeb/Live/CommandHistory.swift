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

    /// The newest changes of set-points, the last one first.
    func changes(_ count: Int, run: String, _ zone: LocalZone) -> [JSON] {
        entries.reversed().lazy.filter { !$0.command.isRenewal }.prefix(count).map { entry in
            let (command, point) = (entry.command, entry.command.point)
            return .fields([
                "id": .string(command.id(run: run)), "ts": .string(zone.text(command.ts)),
                "asset": .string(command.path.text), "text": .string(point.action.text(point.value)),
                "reason": .string(point.reason), "fate": entry.fate.map { .string($0.rawValue) } ?? .null,
            ])
        }
    }

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
