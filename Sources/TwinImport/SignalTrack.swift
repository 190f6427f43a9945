import TwinConfiguration
import TwinCore

/// The written values of one signal in order of time, for its gaps and its integral.
struct SignalTrack {
    private var values: [(start: PlantTime, end: PlantTime, value: Double)] = []

    /// - Parameter end: up to when it holds; for a register, when the next reading is due.
    mutating func add(_ start: PlantTime, _ end: PlantTime, _ value: Double) { values.append((start, end, value)) }

    func finish(_ signal: inout ImportReport.Signal, period: Span, from: PlantTime, to: PlantTime) {
        // A register may be read a little late; what is missing is a gap from when it was due.
        let tolerance = signal.kind == .counter ? Span(ms: period.ms / 2) : Span(ms: 0)
        var covered = from
        for entry in values {
            signal.addGap(covered, entry.start, tolerance)
            covered = max(covered, entry.end)
        }
        signal.addGap(covered, to, tolerance)
        guard !values.isEmpty else { return }
        let quantity = ImportUnit.ofKey(signal.key)?.quantity
        if signal.kind == .counter {
            signal.mean = values.reduce(0) { $0 + $1.value } / Double(values.count)
            guard quantity == .energy else { return }
            signal.energyKWh = zip(values, values.dropFirst()).reduce(0) { $0 + max(0, $1.1.value - $1.0.value) }
            return
        }
        let integral = values.reduce(0) { $0 + $1.value * ($1.end - $1.start).hours }
        let hours = values.reduce(0) { $0 + ($1.end - $1.start).hours }
        signal.mean = hours > 0 ? integral / hours : nil
        if quantity == .power { signal.energyKWh = integral }
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
