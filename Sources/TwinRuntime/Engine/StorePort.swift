public import TwinBooks
public import TwinCore
public import TwinDispatch

/// Where in the journal a checkpoint stands: everything before it is in the store.
public struct JournalCursor: Sendable, Hashable, Codable {
    /// File name of the segment.
    public var segment: String
    /// Byte offset after the last mark that was taken.
    public var offset: Int64
    public var tick: Int
    public var chain: String

    public init(segment: String, offset: Int64, tick: Int, chain: String) {
        self.segment = segment
        self.offset = offset
        self.tick = tick
        self.chain = chain
    }
}

/// What one or more marks leave behind: it is written in one transaction or not at all.
public struct StoreBatch: Sendable {
    public var rows: [PeriodRow] = []
    public var restatements: [Restatement] = []
    public var alarmEdges: [AlarmBoard.Edge] = []
    public var commands: [Command] = []
    public var outcomes: [CommandDesk.Outcome] = []
    public var facts: RunFacts?
    public var checkpoint: [UInt8]?
    public var cursor: JournalCursor?
    /// The store is emptied first: the journal is stepped from its beginning.
    public var replacesAll = false

    public init() {}

    public mutating func add(_ outcome: TickOutcome) {
        for row in outcome.changedRows {
            if let index = rows.lastIndex(where: { $0.start == row.start }) {
                rows[index] = row
            } else {
                rows.append(row)
            }
        }
        restatements.append(contentsOf: outcome.restatements)
        alarmEdges.append(contentsOf: outcome.alarmEdges)
        commands.append(contentsOf: outcome.commands)
        outcomes.append(contentsOf: outcome.outcomes)
    }
}

/// Which run a store belongs to.
public struct RunIdentity: Sendable, Hashable, Codable {
    public var site: String
    public var run: String
    public var start: PlantTime
    public var config: String
    public var build: String

    public init(_ header: Header) {
        site = header.site
        run = header.run
        start = header.start
        config = header.config
        build = header.build
    }
}

/// A checkpoint as it was found.
public struct StoredCheckpoint: Sendable {
    public var build: String
    public var data: [UInt8]
    public var cursor: JournalCursor

    public init(build: String, data: [UInt8], cursor: JournalCursor) {
        self.build = build
        self.data = data
        self.cursor = cursor
    }
}

/// The store as the loops see it. SQLite stands behind it; another database may.
public protocol TwinStorePort: AnyObject {
    /// Opens the store for a run. Throws when it belongs to another one.
    /// - Returns: the last checkpoint; nil in a new store.
    func begin(_ identity: RunIdentity) throws -> StoredCheckpoint?
    /// One transaction: rows, checkpoint and cursor.
    func write(_ batch: StoreBatch) throws
}
