import TwinCore
import TwinDispatch

/// What waits to be published: the last command of each asset and the last words on each retained topic, so it is bounded
/// by the site and not by time. What is overtaken or expired while the broker cannot take it never leaves.
struct Outbox {
    private var commands: [Command] = []
    private var retained: [OutboundMessage] = []
    /// Commands that expired here since they were last counted.
    private(set) var expired = 0

    /// Alarms come and go by other names without end; so many topics are kept.
    static let topicsMax = 10_000

    var isEmpty: Bool { commands.isEmpty && retained.isEmpty }
    /// How many messages wait.
    var count: Int { commands.count + retained.count }

    mutating func add(_ command: Command) {
        commands.removeAll { $0.path == command.path }
        commands.append(command)
    }

    mutating func add(_ message: OutboundMessage) {
        if let place = retained.firstIndex(where: { $0.topic == message.topic }) {
            retained[place] = message
        } else if retained.count < Outbox.topicsMax {
            retained.append(message)
        }
    }

    /// A later mark was closed: what an earlier one decided is overtaken.
    mutating func dropCommands() { commands = [] }

    /// All that is still worth saying at `now`: alarms and state first, so that a command's reason is there before it.
    mutating func take(at now: PlantTime) -> (retained: [OutboundMessage], commands: [Command]) {
        expired += commands.count { $0.expires <= now }
        let alive = commands.filter { $0.expires > now }
        defer { (commands, retained) = ([], []) }
        return (retained, alive)
    }

    /// Forgets commands that nobody will be able to obey.
    mutating func expire(at now: PlantTime) {
        expired += commands.count { $0.expires <= now }
        commands.removeAll { $0.expires <= now }
    }

    mutating func takeExpired() -> Int {
        defer { expired = 0 }
        return expired
    }
}
