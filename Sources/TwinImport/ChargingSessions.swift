import TwinConfiguration
import TwinCore

/// A session laid on plant time. Its end is after its start by at least a millisecond, so that the energy of a session
/// without length falls into the period of its start.
struct ChargingSession: Sendable {
    var start: PlantTime
    /// Up to when its energy is spread.
    var charged: PlantTime
    /// When the vehicle left.
    var end: PlantTime
    var energyKWh: Double
}

/// The sessions of a group of bays, period by period.
struct BayPeriods {
    /// Energy taken in each period, kWh.
    private(set) var energyKWh: [Double]
    /// Most vehicles that were plugged in at one time of each period.
    private(set) var connected: [Int]

    /// - Parameters:
    ///   - count: number of periods from `from` on.
    init(_ sessions: [ChargingSession], from: PlantTime, period: Span, count: Int) {
        energyKWh = [Double](repeating: 0, count: count)
        connected = [Int](repeating: 0, count: count)
        guard count > 0 else { return }
        let to = from + Int64(count) * period
        for session in sessions {
            let whole = Double((session.charged - session.start).ms)
            var start = max(session.start, from)
            let end = min(session.charged, to)
            while start < end {
                let index = Int((start - from).ms / period.ms)
                let stop = min(from + Int64(index + 1) * period, end)
                energyKWh[index] += session.energyKWh * Double((stop - start).ms) / whole
                start = stop
            }
        }
        plugIn(sessions, from: from, period: period)
    }

    private mutating func plugIn(_ sessions: [ChargingSession], from: PlantTime, period: Span) {
        var changes = sessions.map { ($0.start, 1) } + sessions.map { ($0.end, -1) }
        // Who leaves makes room for who comes at the same time.
        changes.sort { $0 < $1 }
        var next = 0
        var now = 0
        for index in connected.indices {
            let start = from + Int64(index) * period
            while next < changes.count, changes[next].0 <= start {
                now += changes[next].1
                next += 1
            }
            var most = now
            while next < changes.count, changes[next].0 < start + period {
                now += changes[next].1
                most = max(most, now)
                next += 1
            }
            connected[index] = most
        }
    }
}

extension SourceImport {
    /// With what can only be said once all rows are read: the bays' power, and registers that count on.
    func finished() -> SourceImport {
        var finished = self
        if case .sessions = source.layout { finished.layOutSessions() }
        finished.continueCounters()
        return finished
    }

    /// Before the first and after the last session of the files nothing is known, and so nothing is written.
    private mutating func layOutSessions() {
        guard let first = sessions.map(\.start).min(), let last = sessions.map(\.end).max() else { return }
        let period = source.period
        let bays = BayPeriods(sessions, from: from, period: period, count: Int((to - from).ms / period.ms))
        let inside = sessions.filter { $0.start < to && $0.end > from }
        report.rowsInside = inside.count
        for index in bays.connected.indices {
            let start = from + Int64(index) * period
            guard start + period > first, start < last else { continue }
            // Positive power flows into the plant's bus; a vehicle that charges takes it out.
            let powerKW = bays.energyKWh[index] == 0 ? 0 : -bays.energyKWh[index] / period.hours
            counts[0].written += 1
            tracks[0].add(start, powerKW)
            readings.append(
                ImportReading(
                    t: start + period, ts: start, period: period, group: 0, line: 0,
                    values: [("power_kw", powerKW), ("connected_vehicles", Double(bays.connected[index]))]))
        }
    }
}
