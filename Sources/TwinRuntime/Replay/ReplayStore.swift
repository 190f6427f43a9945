import TwinBooks
import TwinConfiguration
import TwinCore

/// Brings a replay's ticks into its store while the next ones are stepped: nobody waits for a store but the end.
struct ReplayStore {
    /// Ticks that are gathered at a time.
    private static let ticksPerLot = 60

    private let store: any StoreWriting
    private let keeper: Keeper
    private var lot: [TickOutcome] = []
    private var marks = 0
    /// Gathers the last lot, and writes what is due.
    private var work: Task<Void, any Error>?

    /// Has what is gathered to itself: a second owner would make each change a copy.
    private actor Keeper {
        private let store: any StoreWriting
        private var feed: StoreFeed

        init(_ store: any StoreWriting, _ feed: StoreFeed) {
            self.store = store
            self.feed = feed
        }

        /// - Parameter facts: of the run, when what is due shall be written.
        func take(_ lot: [TickOutcome], writing facts: RunFacts?) throws {
            for outcome in lot { feed.add(outcome) }
            guard let facts, var batch = feed.due() else { return }
            batch.facts = facts
            try store.write(batch)
        }

        /// Writes all that is left.
        func flush(
            _ lot: [TickOutcome], _ facts: RunFacts, _ books: Books?, _ checkpoint: [UInt8]?, _ cursor: JournalCursor?
        ) throws {
            for outcome in lot { feed.add(outcome) }
            var batch = feed.flush(books)
            batch.facts = facts
            batch.checkpoint = checkpoint
            batch.cursor = cursor
            try store.write(batch)
        }
    }

    init(_ store: any StoreWriting, first: ConfigurationInForce) {
        self.store = store
        var feed = StoreFeed()
        feed.begin(first)
        feed.replaceAll()
        keeper = Keeper(store, feed)
    }

    /// Begins a run that holds nothing yet. Without a checkpoint the store may hold the first part of a replay that was
    /// killed; the first batch empties it.
    func begin(_ identity: RunIdentity) throws {
        if try store.begin(identity) != nil {
            throw ReplayProblem("the store holds a run already; name a new one with --store", exitCode: 73)
        }
    }

    mutating func add(_ outcome: TickOutcome, _ facts: RunFacts) async throws {
        lot.append(outcome)
        marks += 1
        let isDue = marks % ReplayLoop.marksPerTransaction == 0
        guard isDue || lot.count == ReplayStore.ticksPerLot else { return }
        try await settle()
        work = Task.detached { [keeper, lot] in try await keeper.take(lot, writing: isDue ? facts : nil) }
        lot = []
    }

    /// Waits until all that was handed on is gathered and written.
    private mutating func settle() async throws {
        let begun = work
        work = nil
        try await begun?.value
    }

    /// Writes all that is left.
    /// - Parameter books: as the last tick left them; nil when they are written.
    mutating func flush(
        _ facts: RunFacts, _ books: Books? = nil, checkpoint: [UInt8]? = nil, cursor: JournalCursor? = nil
    ) async throws {
        try await settle()
        try await keeper.flush(lot, facts, books, checkpoint, cursor)
        lot = []
    }

    /// Lets nothing run on that a run which failed had begun.
    func abandon() async { _ = await work?.result }
}
