import TwinCore

/// Readings of a recording that hold for more than a step. They arrive at the end of what they tell about: the plant
/// lives it at its time, so it must be known before the twin hears of it.
struct CoarseReadings {
    /// How far ahead a recording is read for them: meters of an hour are the coarsest.
    static let aheadMax = Span.hours(1)

    private let step: Span
    /// By signal.
    private var timelines: [Timeline]
    private var isEmpty = true

    init(step: Span, signals: Int) {
        self.step = step
        timelines = [Timeline](repeating: Timeline(), count: signals)
    }

    /// What a payload of one step holds; it spares most of them a decode.
    static func stepText(_ step: Span) -> [UInt8] { Array("\"period_s\":\(JSON.numberText(step.seconds)),".utf8) }

    /// Takes what a message that will arrive later tells of the signals from `first` on.
    mutating func take(_ telemetry: Telemetry, _ numbers: [Double?], first: Int) {
        guard let period = telemetry.period, period > step else { return }
        for (place, number) in numbers.enumerated() {
            guard let number else { continue }
            // Of two readings of one time the first counts, as in the twin.
            _ = timelines[first + place].insert(start: telemetry.ts, end: telemetry.ts + period, value: number)
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
