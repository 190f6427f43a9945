public import TwinBooks
import TwinCore
import TwinDispatch

/// Gathers what ticks leave behind until it is due in the store.
///
/// Commands, alarms and restatements are due at their mark; a row when its period ends or changes afterwards, and requests
/// with it; values,
/// vehicles and renewals when their hour ends. What was not yet written when the twin was killed is stepped again
/// from the last checkpoint, which is written together with everything before it (`flush`).
public struct StoreFeed: Sendable {
    private var batch = StoreBatch(Chart([]))
    /// Rows that changed since they were written, by their start; the open one is in the books.
    private var rows: [PlantTime: PeriodRow] = [:]
    /// Whether ticks came since the open row was written.
    private var hasStepped = false
    private var series = OpenSeries()
    private var renewals: [RenewalKey: RenewalHour] = [:]
    private var pendingRenewals: [PendingRenewal] = []
    private var vehicles: [LineOff] = []
    private var vehicleEvents: [VehicleEvent] = []
    private var requests = GridRequestChanges()
    private var now = PlantTime.earliest
    private var hour = PlantTime.earliest

    private struct RenewalKey: Hashable {
        var asset: AssetPath
        var since: PlantTime
        var hour: PlantTime

        init(_ command: Command) {
            asset = command.path
            since = command.since
            hour = command.ts.floored(to: SeriesHour.length)
        }
    }

    private struct PendingRenewal {
        var tick: Int
        var n: Int
        var key: RenewalKey
    }

    public init() {}

    /// Names the configuration that the ticks to come are stepped under; later ones are lines that ticks bring.
    public mutating func begin(_ first: ConfigurationInForce) { batch.configurations.append(first) }

    /// The next batch empties the run first: the journal is stepped from its beginning.
    public mutating func replaceAll() { batch.replacesAll = true }

    public mutating func add(_ outcome: TickOutcome) {
        now = outcome.end
        hasStepped = true
        lay(over: outcome.chart)
        for row in outcome.changedRows { rows[row.start] = row }
        for case .configuration(_, let next) in outcome.instructions {
            batch.configurations.append(ConfigurationInForce(next, from: outcome.end, tick: outcome.tick + 1))
        }
        batch.restatements.append(contentsOf: outcome.restatements)
        batch.alarmEdges.append(contentsOf: outcome.alarmEdges)
        for command in outcome.commands {
            if command.isRenewal {
                pendingRenewals.append(PendingRenewal(tick: command.tick, n: command.n, key: RenewalKey(command)))
            } else {
                batch.commands.append(command)
            }
        }
        for settled in outcome.outcomes {
            guard settled.command.isRenewal else {
                batch.outcomes.append(settled)
                continue
            }
            let (tick, n) = (settled.command.tick, settled.command.n)
            if let place = pendingRenewals.firstIndex(where: { $0.tick == tick && $0.n == n }) {
                pendingRenewals.remove(at: place)
            }
            StoreFeed.add(
                .init(tick: tick, n: n, fate: settled.fate), RenewalKey(settled.command), to: &renewals)
        }
        vehicles.append(contentsOf: outcome.lineOffs)
        vehicleEvents.append(contentsOf: outcome.vehicleEvents)
        requests.add(outcome.requests)
        series.add(outcome.readings)
        series.add(outcome.values, from: outcome.from, to: outcome.end)
    }

    /// What is due at this mark; nil when nothing is.
    public mutating func due() -> StoreBatch? {
        for row in rows.values.filter({ $0.end <= now }).sorted(by: { $0.start < $1.start }) {
            batch.rows.append(row)
            rows[row.start] = nil
        }
        if !batch.rows.isEmpty { takeRequests() }
        let begun = now.floored(to: SeriesHour.length)
        if begun > hour {
            hour = begun
            takeHours { $0 < begun }
        }
        return batch.isEmpty ? nil : taken()
    }

    /// All of it, the open period and hour too: with a checkpoint, at the end, or for somebody who wants to read it.
    /// - Parameter books: as the last tick left them; nil where no period is open.
    public mutating func flush(_ books: Books?) -> StoreBatch {
        if hasStepped, let books {
            lay(over: books.chart)
            if let open = books.open { rows[open.start] = open }
        }
        hasStepped = false
        batch.rows.append(contentsOf: rows.values.sorted { $0.start < $1.start })
        rows.removeAll()
        takeRequests()
        // What is still open of an hour is written again, with the rest of it, when the hour ends.
        takeHours { _ in true }
        var open: [RenewalKey: RenewalHour] = [:]
        for renewal in pendingRenewals {
            StoreFeed.add(.init(tick: renewal.tick, n: renewal.n, fate: nil), renewal.key, to: &open)
        }
        batch.renewals.append(contentsOf: StoreFeed.sorted(open))
        return taken()
    }

    private mutating func lay(over chart: Chart) {
        guard chart != batch.chart else { return }
        for start in rows.keys { rows[start]?.lay(from: batch.chart, over: chart) }
        for index in batch.rows.indices { batch.rows[index].lay(from: batch.chart, over: chart) }
        batch.chart = chart
    }

    private mutating func taken() -> StoreBatch {
        defer { batch = StoreBatch(batch.chart) }
        return batch
    }

    /// A request in force changes with every tick: it is written with the half hour.
    private mutating func takeRequests() {
        batch.requests.add(requests)
        requests = GridRequestChanges()
    }

    private mutating func takeHours(_ isDue: (PlantTime) -> Bool) {
        batch.series.append(contentsOf: series.take(isDue))
        let settled = renewals.filter { isDue($0.key.hour) }
        batch.renewals.append(contentsOf: StoreFeed.sorted(settled))
        for key in settled.keys { renewals[key] = nil }
        batch.vehicles.append(contentsOf: vehicles)
        vehicles.removeAll()
        batch.vehicleEvents.append(contentsOf: vehicleEvents)
        vehicleEvents.removeAll()
    }

    private static func add(
        _ renewal: RenewalHour.Renewal, _ key: RenewalKey, to hours: inout [RenewalKey: RenewalHour]
    ) {
        hours[key, default: RenewalHour(key.asset, since: key.since, hour: key.hour)].add(renewal)
    }

    private static func sorted(_ hours: [RenewalKey: RenewalHour]) -> [RenewalHour] {
        hours.values.sorted { ($0.hour, $0.asset, $0.since) < ($1.hour, $1.asset, $1.since) }
    }
}

extension StoreBatch {
    /// Nothing that happened: facts, checkpoint and cursor alone are no reason to write.
    var isEmpty: Bool {
        rows.isEmpty && restatements.isEmpty && alarmEdges.isEmpty && commands.isEmpty && outcomes.isEmpty
            && renewals.isEmpty && vehicles.isEmpty && series.isEmpty && requests.isEmpty && !replacesAll
    }
}
