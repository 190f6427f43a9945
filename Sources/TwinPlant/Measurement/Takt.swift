import TwinCore

/// How many vehicles a line can have made: what its greatest rate gives in a quarter of an hour, or since it was last
/// heard.
struct Takt: Sendable, Codable {
    /// What a line kept while it was not heard may take so long to come.
    private static let backlog = Span.hours(1)

    private var left = 0.0
    private var at: PlantTime?
    private var backlogTo: PlantTime?

    /// Takes one vehicle; false when the line cannot have made it.
    mutating func take(at time: PlantTime, vehiclesPerHourMax rate: Double) -> Bool {
        let silence = at.map { min(time - $0, periodFinalAfter) } ?? RunningTotal.lot
        at = time
        if silence >= RunningTotal.lot {
            left = rate * silence.hours
            backlogTo = time + Takt.backlog
        } else {
            left += rate * silence.hours
            if backlogTo.map({ time > $0 }) ?? true { left = min(left, rate * RunningTotal.lot.hours) }
        }
        guard left >= 1 else { return false }
        left -= 1
        return true
    }
}
