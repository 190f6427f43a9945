import TwinCore

/// Notices a signal that repeats one value while the model of it moves.
struct StuckWatch: Sendable, Hashable, Codable {
    private(set) var value: Double?
    private(set) var since: PlantTime?
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
            modelLow = model
            modelHigh = model
            return
        }
        modelLow = min(modelLow, model)
        modelHigh = max(modelHigh, model)
        if let since, now - since >= rule.after, modelHigh - modelLow > rule.moved { isStuck = true }
    }
}
