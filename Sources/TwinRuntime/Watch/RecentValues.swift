public import TwinCore

/// What the last steps of a run used, until the store has it: four hours at most, and never more than so many values.
///
/// It keeps the lists that steps hand out anyway, and copies none.
public struct RecentValues: Sendable {
    static let kept = Span.hours(4)
    static let valuesMax = 300_000

    private struct Step: Sendable {
        var from: PlantTime
        var to: PlantTime
        var values: [NamedValue]
    }

    private var steps: [Step] = []
    private var count = 0

    public init() {}

    /// The time that it knows; nil before the first step.
    public var extent: StoreWindow? {
        guard let first = steps.first, let last = steps.last else { return nil }
        return StoreWindow(from: first.from, to: last.to)
    }

    public mutating func hear(_ outcome: TickOutcome) {
        steps.append(Step(from: outcome.from, to: outcome.end, values: outcome.values))
        count += outcome.values.count
        // In one go now and then: the front of a long list is dear to remove.
        guard let first = steps.first else { return }
        let slack = Span.minutes(10)
        guard first.to + RecentValues.kept + slack <= outcome.end || count > RecentValues.valuesMax else { return }
        var gone = 0
        while gone < steps.count - 1,
            steps[gone].to + RecentValues.kept <= outcome.end || count > RecentValues.valuesMax
        {
            count -= steps[gone].values.count
            gone += 1
        }
        steps.removeFirst(gone)
    }

    /// The used values of a signal from a time on, ascending.
    public func points(_ signal: SignalPath, from start: PlantTime) -> [SeriesPoint] {
        var place = 0
        return steps.compactMap { step in
            guard step.from >= start else { return nil }
            func isIt(_ value: NamedValue) -> Bool {
                value.key == signal.key && value.asset == signal.path.asset && value.area == signal.path.area
            }
            // It mostly stands where it stood a step before.
            if !(step.values.indices.contains(place) && isIt(step.values[place])) {
                guard let found = step.values.firstIndex(where: isIt) else { return nil }
                place = found
            }
            let used = step.values[place].used
            return SeriesPoint(from: step.from, to: step.to, value: used.value, quality: used.quality)
        }
    }
}
