import TwinConfiguration
import TwinCore

extension SourceImport {
    /// With what can only be said once all rows are read: which of several rows with one stamp counts, how long values
    /// hold, registers that count on, and the bays' power. The table and the payloads come of the same values.
    func finished() -> SourceImport {
        var finished = self
        if case .sessions = source.layout {
            finished.layOutSessions()
        } else {
            finished.settle()
        }
        return finished
    }

    private mutating func settle() {
        mergeRepeats()
        checkPeriod()
        cutOverlaps()
        settleCounters()
        for (index, group) in groups.enumerated() { write(group, index) }
        // As the rows stand; groups of one row one after the other.
        readings = readings.indices.sorted { (readings[$0].ts, $0) < (readings[$1].ts, $1) }.map { readings[$0] }
    }

    /// One row a stamp, in order of time.
    private mutating func mergeRepeats() {
        let order = rows.indices.sorted { (rows[$0].stamp, $0) < (rows[$1].stamp, $1) }
        var merged: [ImportRow] = []
        merged.reserveCapacity(rows.count)
        var place = 0
        while place < order.count {
            var end = place + 1
            while end < order.count, rows[order[end]].stamp == rows[order[place]].stamp { end += 1 }
            merged.append(end == place + 1 ? rows[order[place]] : merge(order[place..<end].map { rows[$0] }))
            place = end
        }
        rows = merged
    }

    /// A value counts before one of a time that the clock passes over, an actual one before an estimate, one for several
    /// that are the same. Where they differ, the mapping says which counts; else none does.
    private mutating func merge(_ same: [ImportRow]) -> ImportRow {
        var merged = same[0]
        merged.isEstimated = false
        for signal in source.signals.indices {
            let known = same.filter { $0.values[signal] != nil }
            let real = known.filter { !$0.isSkipped }
            let actual = (real.isEmpty ? known : real).filter { !$0.isEstimated }
            let candidates = actual.isEmpty ? (real.isEmpty ? known : real) : actual
            counts[signal].superseded += known.count - candidates.count
            merged.values[signal] = candidates.first?.values[signal]
            guard let first = candidates.first, let last = candidates.last else { continue }
            for other in candidates.dropFirst() { counts[signal].duplicates.add(other.place) }
            if let other = candidates.first(where: { $0.values[signal] != first.values[signal] }) {
                counts[signal].addConflict(first, other, signal)
                switch source.repeats {
                case .first: break
                case .last: merged.values[signal] = last.values[signal]
                case nil: merged.values[signal] = nil
                }
            }
            if actual.isEmpty, merged.values[signal] != nil { merged.isEstimated = true }
        }
        return merged
    }

    private func hasInterval(_ row: ImportRow) -> Bool {
        source.signals.indices.contains { row.values[$0] != nil && source.signals[$0].kind.isInterval }
    }

    /// Whether rows follow each other as the mapping's period says; if mostly not, the figures would be others than
    /// the file's.
    private mutating func checkPeriod() {
        let intervals = rows.filter(hasInterval)
        var follows = 0
        var overlaps: [Int64: Int] = [:]
        var gaps: [Int64: Int] = [:]
        for (row, next) in zip(intervals, intervals.dropFirst()) {
            let apart = (next.start - row.start).ms
            if isRunIntoBy(row, next) {
                overlaps[apart, default: 0] += 1
            } else if (next.start - row.end).ms * 2 < source.period.ms {
                follows += 1
            } else {
                gaps[apart, default: 0] += 1
            }
        }
        let usual = { (found: [Int64: Int]) in found.max { ($0.value, -$0.key) < ($1.value, -$1.key) } }
        if let (apart, _) = usual(overlaps), overlaps.values.reduce(0, +) > follows {
            report.usualSpacing = Span(ms: apart)
        } else if let (apart, count) = usual(gaps), count >= 4, count > follows,
            source.signals.contains(where: { $0.kind == .energy })
        {
            report.usualSpacing = Span(ms: apart)
        }
    }

    /// Stamps that wander a little are no overlap.
    private func isRunIntoBy(_ row: ImportRow, _ next: ImportRow) -> Bool {
        (row.end - next.start).ms * 2 >= source.period.ms
    }

    /// Of two intervals that overlap the later row is left out; where stamps only wander, the first ends where the
    /// next begins. So nothing is counted twice.
    private mutating func cutOverlaps() {
        var last: Int?
        for index in rows.indices where hasInterval(rows[index]) {
            if let last, rows[index].start < rows[last].end {
                if isRunIntoBy(rows[last], rows[index]) {
                    for signal in source.signals.indices where source.signals[signal].kind.isInterval {
                        guard rows[index].values[signal] != nil else { continue }
                        rows[index].values[signal] = nil
                        counts[signal].overlapping.add(rows[index].place)
                    }
                    continue
                }
                rows[last].end = rows[index].start
            }
            last = index
        }
    }

    private mutating func write(_ group: Group, _ index: Int) {
        let places = rows.indices.filter { row in group.signals.contains { rows[row].values[$0] != nil } }
        for (number, place) in places.enumerated() {
            let row = rows[place]
            var start = row.start
            var end = row.end
            if group.form != .interval {
                start = row.stamp
                let next = number + 1 < places.count ? rows[places[number + 1]].stamp : nil
                end = group.form == .held ? heldUntil(row.stamp, next: next) : row.stamp
                // A sample from before the first day says nothing of its own time here.
                start = max(start, from)
                end = min(end, to)
            }
            guard end > start || group.form == .instant else { continue }
            var values: [(key: String, value: Double)] = []
            for signal in group.signals {
                guard let number = row.values[signal] else { continue }
                // A register's reading was brought to the key's unit when it was made to count on.
                let value =
                    group.form == .instant
                    ? number : source.signals[signal].written(number, period: row.end - row.start)
                counts[signal].written += 1
                if row.isEstimated { counts[signal].estimated += 1 }
                tracks[signal].add(start, group.form == .instant ? start + source.period : end, value)
                values.append((source.signals[signal].key, value))
            }
            append(values, from: start, to: end, group: index, isEstimated: row.isEstimated)
        }
    }

    /// A sample holds until the next one; where that is late by more than half a period, until it was due.
    private func heldUntil(_ stamp: PlantTime, next: PlantTime?) -> PlantTime {
        let due = stamp + source.period
        guard let next, next <= due + Span(ms: source.period.ms / 2) else { return due }
        return next
    }

    /// A payload holds for a day at most; the day of 25 hours becomes two.
    private mutating func append(
        _ values: [(key: String, value: Double)], from start: PlantTime, to end: PlantTime, group: Int,
        isEstimated: Bool
    ) {
        let length = end - start
        if length > .days(1) {
            let middle = start + Span(ms: length.ms / 2)
            append(values, from: start, to: middle, group: group, isEstimated: isEstimated)
            append(values, from: middle, to: end, group: group, isEstimated: isEstimated)
            return
        }
        readings.append(
            ImportReading(
                t: end, ts: start, period: length.ms > 0 ? length : nil, group: group, isEstimated: isEstimated,
                values: values))
    }
}
