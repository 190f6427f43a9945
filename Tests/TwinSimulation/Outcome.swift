/// What a simulated hour came to.
package struct Outcome: Sendable, Hashable {
    /// What happened in it: equal seeds give equal counts.
    package struct Count: Sendable, Hashable {
        package var ticks = 0
        package var acknowledged = 0
        package var published = 0
        package var commands = 0
        /// Processes that were started, those that were killed, and cuts of the machine's power.
        package var starts = 0
        package var kills = 0
        package var powerCuts = 0
        /// Processes that ended with an error.
        package var failures = 0
        package var linkLosses = 0

        package init() {}

        package mutating func add(_ other: Count) {
            ticks += other.ticks
            acknowledged += other.acknowledged
            published += other.published
            commands += other.commands
            starts += other.starts
            kills += other.kills
            powerCuts += other.powerCuts
            failures += other.failures
            linkLosses += other.linkLosses
        }
    }

    package struct Violation: Sendable, Hashable {
        /// True time, RFC 3339.
        package var at: String
        package var rule: Rule
        package var text: String
    }

    package var seed: UInt64
    package var count: Count
    /// What must never be; empty for a good run.
    package var violations: [Violation]
    /// The last mark's chain.
    package var digest: String
    /// What became of each process, with its time.
    package var history: [String]
}

extension Outcome.Count: CustomStringConvertible {
    package var description: String {
        "\(ticks) ticks, \(acknowledged) messages acknowledged, \(published) published, \(commands) commands,"
            + " \(starts) starts, \(kills) kills, \(powerCuts) power cuts, \(failures) failures, \(linkLosses) links lost"
    }
}

extension Outcome.Violation: CustomStringConvertible {
    package var description: String { "\(at) \(rule.rawValue): \(text)" }
}

extension Outcome: CustomStringConvertible {
    package var description: String {
        (["seed \(seed): \(count)", "digest \(digest)"] + history + violations.map { "\($0)" }).joined(separator: "\n")
    }
}

/// What must hold at every step.
package enum Rule: String, Sendable, CaseIterable {
    /// What the broker was told of is on the disk, and stays in the journal.
    case acknowledgedIsDurable = "acknowledged-is-durable"
    /// A message of QoS 1 that the broker kept for the twin comes into the journal.
    case nothingOwedIsLost = "nothing-owed-is-lost"
    /// Messages = accepted + rejected + duplicates + shed, and the books count what the journal has.
    case allIsCounted = "all-is-counted"
    case energyCloses = "energy-closes"
    /// Values are finite, 0 <= SOC <= 1, and no command is beyond what its asset takes.
    case limits
    /// No command leaves at its `expires` or later.
    case inTime = "in-time"
    /// Of commands for an asset that wait together, the last one alone leaves.
    case overtaken
    case neverRetained = "never-retained"
    /// A command's mark is on the disk before it leaves.
    case markBeforeCommand = "mark-before-command"
    case oneIDOneCommand = "one-id-one-command"
    case ticksInOrder = "ticks-in-order"
    /// The journal steps again to the same chain and the same books.
    case replays
    case bounded
    /// Whatever fails, the twin comes up again, and gives up for nothing else.
    case comesUp = "comes-up"
}
