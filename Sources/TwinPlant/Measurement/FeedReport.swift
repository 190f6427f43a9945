import TwinCore

/// What one tick's messages did to a fleet, beside what its component says.
struct FeedReport: Sendable {
    var alarms: Set<AlarmKey> = []
    /// Spans before the present tick whose integrals changed.
    private(set) var past: [(from: PlantTime, to: PlantTime)] = []
    /// Starts of the ticks whose integrals may have changed, ascending; the present tick is always one.
    var touchedTicks: [PlantTime] = []
    var lastForecast: (ts: PlantTime, values: [Double?])?
    /// Where the present tick begins, on the grid of steps.
    private let present: PlantTime

    init(_ context: TickContext) {
        present = (context.from + context.step - Span(ms: 1)).floored(to: context.step)
    }

    mutating func touch(from: PlantTime, to: PlantTime) {
        if from < present { past.append((from, to)) }
    }

    /// Says which ticks were touched.
    mutating func close(_ context: TickContext) {
        // Nearly every reading is of the present tick.
        if past.isEmpty {
            touchedTicks = [context.from]
            return
        }
        let step = context.step
        var starts: Set<Int64> = [context.from.ms]
        let earliest = context.from - periodOpenFor
        for span in past {
            var start = max(span.from, earliest).floored(to: step)
            while start < min(span.to, context.from) {
                starts.insert(start.ms)
                start = start + step
            }
        }
        touchedTicks = starts.sorted().map { PlantTime(ms: $0) }
    }
}
