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
    /// Its charge point; nil where nothing names it.
    var point: String?
    var place: RowPlace
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
    /// A session that was resumed may be exported again, with a later end and the energy of all its parts. Of sessions
    /// that begin at one instant at one charge point the longest counts; if that is none with the most energy, the
    /// mapping says which counts, else none does. A start without length, as of a plug that was put in twice, is a
    /// session of its own.
    private mutating func mergeResumed() {
        struct Plug: Hashable {
            var start: PlantTime
            var point: String
        }
        var known: [Plug: [Int]] = [:]
        for (index, session) in sessions.enumerated() {
            guard let point = session.point, session.end - session.start > Span(ms: 1) else { continue }
            known[Plug(start: session.start, point: point), default: []].append(index)
        }
        var dropped: Set<Int> = []
        var contradicting: Set<Int> = []
        for same in known.values where same.count > 1 {
            let latest = same.map { sessions[$0].end }.max()
            let most = same.map { sessions[$0].energyKWh }.max()
            var kept = same.first { sessions[$0].end == latest && sessions[$0].energyKWh == most }
            if kept == nil || same.contains(where: { sessions[$0].end == latest && sessions[$0].energyKWh != most }) {
                kept = source.repeats.flatMap { $0 == .first ? same.first : same.last }
            }
            dropped.formUnion(same.filter { $0 != kept })
            if kept == nil { contradicting.formUnion(same) }
        }
        for index in dropped.sorted() {
            let session = sessions[index]
            report.sessionsKWh -= session.energyKWh
            if contradicting.contains(index) {
                report.contradicting.add(session.place, "\(plain(session.energyKWh)) kWh")
            } else {
                report.resumed.add(session.place)
            }
        }
        sessions = sessions.indices.filter { !dropped.contains($0) }.map { sessions[$0] }
    }

    /// Before the first and after the last session of the files nothing is known, and so nothing is written.
    mutating func layOutSessions() {
        mergeResumed()
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
            tracks[0].add(start, start + period, powerKW)
            readings.append(
                ImportReading(
                    t: start + period, ts: start, period: period, group: 0,
                    values: [("power_kw", powerKW), ("connected_vehicles", Double(bays.connected[index]))]))
        }
    }
}
