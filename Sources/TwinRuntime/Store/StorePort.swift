public import TwinBooks
public import TwinCore

/// The store as the loops see it. SQLite stands behind it; another database may.
public protocol StoreWriting: AnyObject, Sendable {
    /// Opens the store for a run. Throws when it holds a run of another site, or one that overlaps.
    /// - Returns: the run's last checkpoint; nil for a new run.
    func begin(_ identity: RunIdentity) throws -> StoredCheckpoint?
    /// One transaction: all of the batch or nothing. Written twice it leaves what it left the first time.
    func write(_ batch: StoreBatch) throws
}

/// The store as reports, exports and pages see it. Times are bounds of what is read; a window reaches over all runs.
///
/// What is read is proven against checksums that were written with it; damage is a problem with its place, and nothing is
/// returned of it.
public protocol StoreReading: AnyObject, Sendable {
    /// Reads all of it, and throws the first thing that is not as it was written.
    func prove() throws

    /// By their start.
    func runs() throws -> [StoredRun]
    /// The run's last checkpoint; nil without one.
    func checkpoint(ofRun run: String) throws -> StoredCheckpoint?
    /// Which configuration was in force from when on, by time.
    func configurations() throws -> [StoredConfiguration]
    /// The files of a configuration by name; empty when the store does not hold it.
    func files(ofConfiguration hash: String) throws -> [(name: String, bytes: [UInt8])]

    /// All meters that have a line in the window, in the order in which they came up.
    func chart(_ window: StoreWindow) throws -> Chart
    /// The rows of periods that begin in the window, ascending, their meters laid on `chart`: what it lacks is in the
    /// accounts alone. One row is in memory at a time.
    func forEachRow(_ window: StoreWindow, on chart: Chart, _ body: (PeriodRow) throws -> Void) throws
    /// Late changes of closed periods that begin in the window.
    func restatements(_ window: StoreWindow) throws -> [StoredRestatement]

    func alarms(_ window: StoreWindow) throws -> [StoredAlarm]
    /// Changes of set-points; renewals are counted in them.
    func commands(_ window: StoreWindow, asset: AssetPath?) throws -> [StoredCommand]
    /// A command or the renewal of one, by the parts of its id.
    func command(run: String, tick: Int, n: Int) throws -> FoundCommand?
    /// Vehicles that were lined off, each once.
    func vehicles(_ window: StoreWindow) throws -> [LineOff]
    /// What was asked of the exchange with the grid and reaches into the window, each as a whole, in the order in which it was
    /// heard.
    func requests(_ window: StoreWindow) throws -> [GridRequestRecord]
    /// What else was told of vehicles, by time.
    func vehicleEvents(_ window: StoreWindow) throws -> [VehicleEvent]

    /// Every signal that has values, by path and key.
    func signals() throws -> [SignalPath]
    /// From the first to after the last hour that has values; nil without any.
    func extent(of signal: SignalPath) throws -> StoreWindow?
    /// The values that begin in the window, ascending.
    func forEachPoint(
        _ signal: SignalPath, _ kind: SeriesPoint.Kind, _ window: StoreWindow, _ body: (SeriesPoint) throws -> Void
    ) throws
    /// The newest reading of every signal that sent one in the last day of the store.
    func latest() throws -> [(signal: SignalPath, point: SeriesPoint)]
}

public typealias TwinStorePort = StoreWriting & StoreReading

extension StoreReading {
    /// At most `points` values, with the lowest and the highest of each stretch among them.
    public func series(
        _ signal: SignalPath, _ kind: SeriesPoint.Kind, _ window: StoreWindow, points: Int
    ) throws -> [SeriesPoint] {
        guard let extent = try extent(of: signal)?.clamped(to: window) else { return [] }
        var thinned = ThinnedSeries(extent, points: points)
        try forEachPoint(signal, kind, extent) { thinned.add($0) }
        return thinned.points
    }

    /// The configuration that was taken last; nil in an empty store.
    public func newestConfiguration() throws -> StoredConfiguration? { try configurations().last }
}
