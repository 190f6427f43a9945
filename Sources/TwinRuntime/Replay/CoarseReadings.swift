import TwinCore

/// Readings of a recording that hold for more than a step. They arrive at the end of what they tell about: the plant
/// lives it at its time, so it must be known before the twin hears of it.
struct CoarseReadings {
    /// What a message tells of a signal, in the order of the signals.
    struct Reading: Sendable {
        var signal: Int
        var from: PlantTime
        var to: PlantTime
        var value: Double
    }

    /// How far ahead a recording is read for them: meters of an hour are the coarsest.
    static let aheadMax = Span.hours(1)

    /// By signal.
    private var timelines: [Timeline]
    private var isEmpty = true

    init(signals: Int) {
        timelines = [Timeline](repeating: Timeline(), count: signals)
    }

    /// Takes what messages tell that will arrive later.
    mutating func take(_ readings: [Reading]) {
        for reading in readings {
            // Of two readings of one time the first counts, as in the twin.
            _ = timelines[reading.signal].insert(start: reading.from, end: reading.to, value: reading.value)
            isEmpty = false
        }
    }

    /// The mean over `from..<to`; nil where no reading covers it all.
    func mean(_ signal: Int, from: PlantTime, to: PlantTime) -> Double? {
        guard !isEmpty, !timelines[signal].isEmpty else { return nil }
        let (sum, covered) = timelines[signal].integral(from: from, to: to)
        return covered == (to - from).ms ? sum / Double(covered) : nil
    }

    mutating func forget(before time: PlantTime) {
        guard !isEmpty else { return }
        for signal in timelines.indices { timelines[signal].forget(before: time) }
    }
}
