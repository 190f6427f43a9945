public import TwinBooks
public import TwinConfiguration
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

/// Which run a store is written for.
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

    public init(site: String, run: String, start: PlantTime, config: String, build: String) {
        self.site = site
        self.run = run
        self.start = start
        self.config = config
        self.build = build
    }
}

/// A configuration, and from when on it is in force in a run.
public struct ConfigurationInForce: Sendable {
    public var hash: String
    public var from: PlantTime
    /// The first tick under it.
    public var tick: Int
    public var files: [(name: String, bytes: [UInt8])]
    public var chart: Chart

    public init(
        hash: String, from: PlantTime, tick: Int, files: [(name: String, bytes: [UInt8])], chart: Chart
    ) {
        self.hash = hash
        self.from = from
        self.tick = tick
        self.files = files
        self.chart = chart
    }

    public init(_ config: SiteConfig, from: PlantTime, tick: Int = 1) {
        self.init(hash: config.hash, from: from, tick: tick, files: config.files, chart: config.method.chart)
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

/// What one or more marks leave behind: it is written in one transaction or not at all.
public struct StoreBatch: Sendable {
    /// Configurations that came into force.
    public var configurations: [ConfigurationInForce] = []
    /// Names the lines of the rows.
    public var chart: Chart
    public var rows: [PeriodRow] = []
    public var restatements: [Restatement] = []
    public var alarmEdges: [AlarmBoard.Edge] = []
    /// Changes of set-points; leases that were only renewed are in `renewals`.
    public var commands: [Command] = []
    /// What became of changes.
    public var outcomes: [CommandDesk.Outcome] = []
    public var renewals: [RenewalHour] = []
    public var vehicles: [LineOff] = []
    public var vehicleEvents: [VehicleEvent] = []
    public var requests = GridRequestChanges()
    /// Each hour of a signal once.
    public var series: [SeriesHour] = []
    public var facts: RunFacts?
    public var checkpoint: [UInt8]?
    public var cursor: JournalCursor?
    /// The run is emptied first: the journal is stepped from its beginning.
    public var replacesAll = false

    public init(_ chart: Chart) { self.chart = chart }
}
