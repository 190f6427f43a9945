import TwinBooks
import TwinConfiguration
import TwinCore

/// Brings a replay's ticks into its store while the next ones are stepped: nobody waits for a store but the end.
struct ReplayStore {
    /// Ticks that are gathered at a time.
    private static let ticksPerLot = 60

    private let store: any StoreWriting
    private var feed = StoreFeed()
    private var lot: [TickOutcome] = []
    private var marks = 0
    /// Gathers the last lot, and writes what is due.
    private var work: Task<StoreFeed, any Error>?

    init(_ store: any StoreWriting, first: ConfigurationInForce) {
        self.store = store
        feed.begin(first)
    }

    /// Begins a run that holds nothing yet. Without a checkpoint the store may hold the first part of a replay that was
    /// killed, which is emptied.
    mutating func begin(_ identity: RunIdentity) throws {
        if try store.begin(identity) != nil {
            throw ReplayProblem("the store holds a run already; name a new one with --store", exitCode: 73)
        }
        feed.replaceAll()
    }

    mutating func add(_ outcome: TickOutcome, _ facts: RunFacts) async throws {
        lot.append(outcome)
        marks += 1
        let isDue = marks % ReplayLoop.marksPerTransaction == 0
        guard isDue || lot.count == ReplayStore.ticksPerLot else { return }
        try await settle()
        let gathered = lot
        let before = feed
        lot.removeAll(keepingCapacity: true)
        feed = StoreFeed()
        work = Task.detached { [store] in
            var feed = before
            for outcome in gathered { feed.add(outcome) }
            if isDue, var batch = feed.due() {
                batch.facts = facts
                try store.write(batch)
            }
            return feed
        }
    }

    /// Waits until all that was handed on is gathered and written.
    mutating func settle() async throws {
        guard let work else { return }
        self.work = nil
        feed = try await work.value
    }

    /// Writes all that is left.
    mutating func flush(_ facts: RunFacts, checkpoint: [UInt8]? = nil, cursor: JournalCursor? = nil) async throws {
        try await settle()
        for outcome in lot { feed.add(outcome) }
        lot.removeAll()
        var batch = feed.flush()
        batch.facts = facts
        batch.checkpoint = checkpoint
        batch.cursor = cursor
        try store.write(batch)
    }

    /// Lets nothing run on that a run which failed had begun.
    func abandon() async { _ = await work?.result }
}
