/// What a message must say whose `forecast` has one value a half hour: a series in another step, or one without the value
/// that it follows upon, would be read as something that it does not say.
public struct SeriesRule: Sendable {
    /// The value without which the others mean nothing; nil where each stands for itself.
    private let needed: (slot: Int, key: String)?
    /// Shortest period for which a value holds.
    private static let periodMin = Span.minutes(1)

    /// - Parameter needed: slot and key of the value that each message must have.
    public init(needed: (slot: Int, key: String)? = nil) { self.needed = needed }

    /// - Parameters:
    ///   - slots: its values, and none behind them.
    ///   - isPart: it is what a mapping made of a message that may tell one key.
    func check(_ telemetry: Telemetry, _ slots: ArraySlice<TelemetryValue?>, isPart: Bool) throws(LineFailure) {
        if let failure = telemetry.forecastFailure { throw failure }
        if let needed, !isPart, slots.isEmpty || slots[slots.startIndex + needed.slot] == nil {
            throw LineFailure(reason: .unknownKey, text: "\"\(needed.key)\" is missing; the others go with it")
        }
        guard let period = telemetry.period else { return }
        guard period >= SeriesRule.periodMin else {
            throw LineFailure(
                reason: .outOfRange,
                text: "\"period_s\" is \(JSON.numberText(period.seconds)); such a value holds for 60...86400 s")
        }
        guard telemetry.forecast.isEmpty || period == settlementPeriod else {
            throw LineFailure(
                reason: .outOfRange,
                text: "\"period_s\" is \(JSON.numberText(period.seconds)); \"forecast\" has one value a half hour, so"
                    + " write 1800 or leave it out")
        }
    }
}
