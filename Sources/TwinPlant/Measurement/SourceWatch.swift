import TwinCore

/// What the messages of one asset say about their source: its clock, its holes, and values it cannot mean.
struct SourceWatch: Sendable, Codable {
    /// How long a hole stays worth an alarm after its end, if nothing fills it.
    static let holeMemory = settlementPeriod
    static let holesMax = 64

    private struct Hole: Sendable, Codable {
        var start: PlantTime
        var end: PlantTime
    }

    /// Its latest reading held a value out of range.
    var isOutOfRange = false
    var clock = ClockWatch()
    /// End of the latest reading.
    private var reportedTo: PlantTime?
    private var holes: [Hole] = []
    /// Begin of the latest reading, and how long after the one before it began.
    private var lastStart: PlantTime?
    private var interval: Span?

    /// Whether a reading ever came, whatever its values were worth.
    var hasReported: Bool { reportedTo != nil }

    /// Takes the span of a reading, whatever its values are worth.
    /// - Parameter leavesHole: false for registers alone: the next reading tells of the time between.
    mutating func report(from start: PlantTime, to end: PlantTime, leavesHole: Bool) {
        defer { lastStart = max(lastStart ?? start, start) }
        guard let latest = reportedTo else {
            reportedTo = end
            return
        }
        if let lastStart, start > lastStart { interval = start - lastStart }
        guard leavesHole else {
            reportedTo = max(latest, end)
            return
        }
        // Stamps that wander by less than half a reading leave no hole.
        let tolerance = max(1000, (end - start).ms / 2)
        if (start - latest).ms > tolerance {
            if holes.count == SourceWatch.holesMax { holes.removeFirst() }
            holes.append(Hole(start: latest, end: start))
        } else if start < latest {
            fill(start, end, tolerance)
        }
        reportedTo = max(latest, end)
    }

    /// Whether a source of which only registers are known has been silent for longer than between its last two readings,
    /// and than any reports.
    func isSilent(maxAge: Span, at time: PlantTime) -> Bool {
        guard let reportedTo else { return false }
        return time - reportedTo > max(SilenceWatch.periodMost + maxAge, 2 * (interval ?? Span(ms: 0)))
    }

    private mutating func fill(_ start: PlantTime, _ end: PlantTime, _ tolerance: Int64) {
        holes = holes.flatMap { hole in
            guard start < hole.end, end > hole.start else { return [hole] }
            return [Hole(start: hole.start, end: start), Hole(start: end, end: hole.end)].filter {
                ($0.end - $0.start).ms > tolerance
            }
        }
    }

    /// Whether a hole ended a short while ago that late readings did not fill.
    mutating func hasGap(_ context: TickContext) -> Bool {
        if holes.isEmpty { return false }
        holes.removeAll { $0.end < context.to - SourceWatch.holeMemory }
        return holes.contains { $0.end <= context.to - context.lateness }
    }
}

/// Notices a source whose clock is ahead of plant time or steadily behind.
///
/// A stamp ahead is beyond doubt. A stamp behind may be a message that was held up: only stamps that lag by the same
/// time, message after message and with none right between them, tell of a clock.
struct ClockWatch: Sendable, Codable {
    static let repeatsMin = 3
    static let lastingMin = Span.minutes(1)

    private(set) var isOff = false
    private var lag = Span(ms: 0)
    private var since: PlantTime?
    private var repeats = 0

    mutating func ahead() {
        isOff = true
        since = nil
    }

    /// Looks at a message that is not ahead.
    /// - Parameters:
    ///   - lag: from the end of what it holds to its arrival.
    ///   - limit: the lag that no transport explains.
    mutating func look(lag: Span, arrival: PlantTime, limit: Span, tolerance: Span) {
        guard lag > limit else {
            self = ClockWatch()
            return
        }
        guard let since, abs((lag - self.lag).ms) <= tolerance.ms else {
            self.since = arrival
            self.lag = lag
            repeats = 1
            return
        }
        repeats += 1
        if repeats >= ClockWatch.repeatsMin, arrival - since >= ClockWatch.lastingMin { isOff = true }
    }
}

extension Span {
    fileprivate static func - (a: Span, b: Span) -> Span {
        Span(ms: a.ms.subtractingReportingOverflow(b.ms).partialValue)
    }
}
