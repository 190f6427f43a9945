import TwinCore
import TwinDispatch

/// What waits to be published: the last mark's commands and the last words on each retained topic, so it is bounded by the
/// site and not by time. What is overtaken or expired while the broker cannot take it never leaves.
struct Outbox {
    private var commands: [Command] = []
    private var retained: [OutboundMessage] = []
    /// Commands that expired or were overtaken here since they were last counted.
    private var lost = 0

    /// Alarms come and go by other names without end; so many topics are kept.
    static let topicsMax = 10_000

    var isEmpty: Bool { commands.isEmpty && retained.isEmpty }
    /// How many messages wait.
    var count: Int { commands.count + retained.count }

    /// A mark was closed: what an earlier one decided and did not get away is overtaken.
    mutating func replaceCommands(with decided: [Command]) {
        lost += commands.count
        commands = decided
    }

    /// The last mark's commands go again, or still wait.
    mutating func restoreCommands(_ waiting: [Command]) { commands = waiting }

    mutating func add(_ message: OutboundMessage) {
        if let place = retained.firstIndex(where: { $0.topic == message.topic }) {
            retained[place] = message
        } else if retained.count < Outbox.topicsMax {
            retained.append(message)
        }
    }

    /// All that is still worth saying at `now`: alarms and state first, so that a command's reason is there before it.
    mutating func take(at now: PlantTime) -> (retained: [OutboundMessage], commands: [Command]) {
        expire(at: now)
        defer { (commands, retained) = ([], []) }
        return (retained, commands)
    }

    /// Forgets commands that nobody will be able to obey.
    mutating func expire(at now: PlantTime) {
        let before = commands.count
        commands.removeAll { $0.expires <= now }
        lost += before - commands.count
    }

    mutating func takeLost() -> Int {
        defer { lost = 0 }
        return lost
    }
}
