import TwinConfiguration
import TwinCore

/// The written values of one signal, for its gaps and its integral.
struct SignalTrack {
    private var values: [(ts: PlantTime, value: Double)] = []

    mutating func add(_ ts: PlantTime, _ value: Double) { values.append((ts, value)) }

    func finish(_ signal: inout ImportReport.Signal, period: Span, from: PlantTime, to: PlantTime) {
        let sorted = values.sorted { $0.ts < $1.ts }
        // A sample may come a little late; what is missing is a gap from when it was due.
        let tolerance = signal.kind.isInterval ? Span(ms: 0) : Span(ms: period.ms / 2)
        var covered = from
        for entry in sorted {
            if signal.kind.isInterval, entry.ts < covered { signal.overlapping += 1 }
            signal.addGap(covered, entry.ts, tolerance)
            covered = max(covered, entry.ts + period)
        }
        signal.addGap(covered, to, tolerance)
        guard !sorted.isEmpty else { return }
        let sum = sorted.reduce(0) { $0 + $1.value }
        signal.mean = sum / Double(sorted.count)
        let quantity = ImportUnit.ofKey(signal.key)?.quantity
        if signal.kind == .counter, quantity == .energy {
            signal.energyKWh = zip(sorted, sorted.dropFirst()).reduce(0) { $0 + max(0, $1.1.value - $1.0.value) }
        } else if signal.kind.isInterval, quantity == .power {
            signal.energyKWh = sum * period.hours
        }
    }
}

extension ImportReport.Signal {
    fileprivate mutating func addGap(_ start: PlantTime, _ end: PlantTime, _ tolerance: Span) {
        guard end > start + tolerance else { return }
        gaps += 1
        if firstGaps.count < ImportReport.Signal.gapsMax { firstGaps.append(ImportReport.Gap(from: start, to: end)) }
        gapTotal = gapTotal + (end - start)
    }
}
