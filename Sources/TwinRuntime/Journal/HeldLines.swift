import TwinCore

/// Messages of a file whose time leaps ahead wait here until those behind them tell whether time went on.
///
/// A file's lines stand in the order in which they came. After a pause of the recording all of them go on later. Behind one
/// wrong stamp the next line falls back: the stamp is refused, and plant time has not moved.
struct HeldLines {
    /// What became certain with a line.
    struct Verdict {
        var refused: [Arrival] = []
        /// In their order; the line itself is among them, or waits.
        var taken: [Arrival] = []
    }

    /// More are never held: a file may have thousands of lines a second.
    static let countMax = 50_000

    /// Further ahead than this is a leap.
    let leap: Span
    private var waiting: [Arrival] = []

    init(step: Span) { leap = TickClock.leapMin(step: step) }

    var isEmpty: Bool { waiting.isEmpty }

    /// - Parameter time: of the last line that is certain.
    mutating func take(_ arrival: Arrival, after time: PlantTime) -> Verdict {
        var verdict = Verdict()
        // A line that falls behind what is certain has a wrong stamp itself, and says nothing of those that wait.
        if arrival.t < time - leap {
            verdict.taken = [arrival]
            return verdict
        }
        while let last = waiting.last, last.t > arrival.t + leap {
            verdict.refused.append(last)
            waiting.removeLast()
        }
        verdict.refused.reverse()
        waiting.append(arrival)
        var time = time
        var count = 0
        while count < waiting.count {
            let first = waiting[count]
            let isConfirmed =
                first.t <= time + leap || arrival.t >= first.t + leap || waiting.count > HeldLines.countMax
            guard isConfirmed else { break }
            time = max(time, first.t)
            count += 1
        }
        verdict.taken = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        return verdict
    }

    /// What waits is certain up to `time`, by the word of who wrote the file.
    mutating func confirm(to time: PlantTime) -> [Arrival] {
        let count = waiting.prefix { $0.t <= time + leap }.count
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    /// At the end of the file two topics confirm each other; one alone is believed where there was never another.
    mutating func end(hadOtherTopics: Bool) -> Verdict {
        defer { waiting = [] }
        guard let first = waiting.first else { return Verdict() }
        let agree = !hadOtherTopics || waiting.contains { $0.topic != first.topic }
        return agree ? Verdict(taken: waiting) : Verdict(refused: waiting)
    }
}
