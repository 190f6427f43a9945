import TwinCore

/// Notices a signal that repeats one value, reading after reading, while the model of it moves.
struct StuckWatch: Sendable, Hashable, Codable {
    /// A slow source says its value once a period: only repeats of it count.
    static let repeatsMin = 3

    private(set) var value: Double?
    private(set) var since: PlantTime?
    private var lastStart: Int64 = 0
    private var repeats = 0
    private var modelLow = 0.0
    private var modelHigh = 0.0
    private(set) var isStuck = false

    /// Looks at the latest reading once a tick.
    /// - Parameters:
    ///   - reading: the latest measured value and the start of its piece; nil without one.
    ///   - model: what the model says now, in the signal's unit.
    mutating func look(reading: Timeline.Piece?, model: Double, now: PlantTime, rule: StuckRule) {
        guard let reading else { return }
        if reading.value != value {
            self = StuckWatch()
            value = reading.value
            since = now
            lastStart = reading.start
            modelLow = model
            modelHigh = model
            return
        }
        if reading.start != lastStart {
            lastStart = reading.start
            repeats += 1
        }
        modelLow = min(modelLow, model)
        modelHigh = max(modelHigh, model)
        if let since, repeats >= StuckWatch.repeatsMin, now - since >= rule.after, modelHigh - modelLow > rule.moved {
            isStuck = true
        }
    }
}
