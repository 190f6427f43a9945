import TwinCore
import TwinPlant

/// What one expectation saw of the values that it is about.
struct ValueWatch: Sendable {
    /// Where they stand among a tick's values, found once for each count of them.
    private var places: [Int] = []
    private var count = -1
    private var sum = 0.0
    private var steps = 0
    /// Values that were outside of the range, and the one that was farthest.
    private(set) var outside = 0
    private(set) var worst: (path: String, value: Double, at: PlantTime, by: Double)?

    /// Of the sum of all that match, over the steps in which there was one; nil where there was none.
    var mean: Double? { steps > 0 ? sum / Double(steps) : nil }

    mutating func look(_ outcome: TickOutcome, _ wanted: Expectation.ValuePattern, _ low: Double?, _ high: Double?) {
        if outcome.values.count != count {
            count = outcome.values.count
            places = outcome.values.indices.filter {
                Expectation.matches(wanted.pattern, path: outcome.values[$0].path)
            }
        }
        var total: Double?
        for place in places {
            let value = outcome.values[place].used.value
            guard value.isFinite else { continue }
            total = (total ?? 0) + value
            let by = max((low ?? -.infinity) - value, value - (high ?? .infinity))
            guard by > 0 else { continue }
            outside += 1
            if by > worst?.by ?? 0 { worst = (outcome.values[place].path, value, outcome.from, by) }
        }
        guard let total else { return }
        sum += total
        steps += 1
    }
}

extension NamedValue {
    /// `storage/string-1/power_kw`
    var path: String { "\(area.rawValue)/\(asset)/\(key)" }
}
