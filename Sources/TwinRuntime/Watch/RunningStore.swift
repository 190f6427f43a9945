public import TwinBooks
import TwinConfiguration
public import TwinCore

/// A store together with the run that is writing it: half hours and values that the store does not have yet come from
/// the run's newest step, so that a page and a report that comes later tell the same.
public final class RunningStore: StoreReading {
    /// Nil before the run has one.
    private let base: (any StoreReading)?
    private let moment: PlantMoment
    private let recent: RecentValues

    public init(_ base: (any StoreReading)?, _ moment: PlantMoment, _ recent: RecentValues) {
        (self.base, self.moment, self.recent) = (base, moment, recent)
    }

    /// Half hours that begin after the last one that the store has.
    private func lacking(_ window: StoreWindow) throws -> [PeriodRow] {
        let known = try base?.runs().compactMap(\.end).max() ?? .earliest
        return moment.rows.filter { $0.start >= known && $0.start >= window.from && $0.start < window.to }
    }

    public func prove() throws { try base?.prove() }

    public func runs() throws -> [StoredRun] {
        var runs = try base?.runs() ?? []
        guard let first = moment.rows.first, let last = moment.rows.last else { return runs }
        let end = last.steppedTo ?? last.end
        let facts =
            moment.sums.day?.facts
            ?? RunFacts(stepS: moment.config.stepS, mode: moment.mode, loop: moment.loop, run: moment.run)
        if let place = runs.lastIndex(where: { $0.run == moment.run }) {
            runs[place].end = max(runs[place].end ?? end, end)
            runs[place].facts = runs[place].facts ?? facts
        } else {
            runs.append(
                StoredRun(
                    run: moment.run, site: moment.config.site, start: first.steppedFrom ?? first.start, end: end,
                    build: "", facts: facts))
        }
        return runs
    }

    public func chart(_ window: StoreWindow) throws -> Chart {
        let own = try lacking(window).isEmpty ? Chart([]) : moment.outcome.chart
        return try (base?.chart(window) ?? Chart([])).joined([own])
    }

    public func forEachRow(_ window: StoreWindow, on chart: Chart, _ body: (PeriodRow) throws -> Void) throws {
        let lacking = try lacking(window)
        try base?.forEachRow(window, on: chart, body)
        for var row in lacking {
            row.lay(from: moment.outcome.chart, over: chart)
            try body(row)
        }
    }

    public func checkpoint(ofRun run: String) throws -> StoredCheckpoint? { try base?.checkpoint(ofRun: run) }
    public func configurations() throws -> [StoredConfiguration] { try base?.configurations() ?? [] }
    public func files(ofConfiguration hash: String) throws -> [(name: String, bytes: [UInt8])] {
        try base?.files(ofConfiguration: hash) ?? []
    }
    public func restatements(_ window: StoreWindow) throws -> [StoredRestatement] {
        try base?.restatements(window) ?? []
    }
    public func alarms(_ window: StoreWindow) throws -> [StoredAlarm] { try base?.alarms(window) ?? [] }
    public func commands(_ window: StoreWindow, asset: AssetPath?) throws -> [StoredCommand] {
        try base?.commands(window, asset: asset) ?? []
    }
    public func command(run: String, tick: Int, n: Int) throws -> FoundCommand? {
        try base?.command(run: run, tick: tick, n: n)
    }
    public func vehicles(_ window: StoreWindow) throws -> [LineOff] { try base?.vehicles(window) ?? [] }
    public func requests(_ window: StoreWindow) throws -> [GridRequestRecord] { try base?.requests(window) ?? [] }
    public func vehicleEvents(_ window: StoreWindow) throws -> [VehicleEvent] {
        try base?.vehicleEvents(window) ?? []
    }

    public func signals() throws -> [SignalPath] {
        let own = moment.outcome.values.map { SignalPath(AssetPath($0.area, $0.asset), $0.key) }
        return try Set((base?.signals() ?? []) + own).sorted()
    }

    public func extent(of signal: SignalPath) throws -> StoreWindow? {
        let stored = try base?.extent(of: signal)
        guard let recent = recent.extent, !self.recent.points(signal, from: recent.from).isEmpty else { return stored }
        guard let stored else { return recent }
        return StoreWindow(from: min(stored.from, recent.from), to: max(stored.to, recent.to))
    }

    public func forEachPoint(
        _ signal: SignalPath, _ kind: SeriesPoint.Kind, _ window: StoreWindow, _ body: (SeriesPoint) throws -> Void
    ) throws {
        var end = PlantTime.earliest
        try base?.forEachPoint(signal, kind, window) { point in
            end = max(end, point.to)
            try body(point)
        }
        // What is received is in the store within the hour; what was used is known at once.
        guard kind == .used else { return }
        for point in recent.points(signal, from: max(end, window.from)) where point.from < window.to { try body(point) }
    }

    public func latest() throws -> [(signal: SignalPath, point: SeriesPoint)] { try base?.latest() ?? [] }
}
