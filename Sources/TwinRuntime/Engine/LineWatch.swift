import TwinCore

/// Holds what the lines told against the plan of production, at the end of each settlement period: a line sends nothing while
/// it stands, so only the plan tells a standstill from a source that is dead.
struct LineWatch: Sendable, Hashable, Codable {
    /// So many half hours in a row, whole in a shift.
    static let periodsMin = 3
    /// More vehicles than the plan has, by this factor, were counted twice rather than built.
    static let excess = 1.6
    /// ... or by this one, when so large a share of them came in twos.
    static let pairedExcess = 1.2
    static let pairedMin = 0.75
    /// A line makes one vehicle a minute, so two of them are never so close.
    private static let pairMax = Span.seconds(2)
    /// A period that was silent for so large a share of it has lost vehicles too.
    static let deafMin = 0.15

    /// What was heard in a settlement period.
    private struct Heard: Sendable, Hashable, Codable {
        var steps = 0
        /// Steps in which nothing spoke.
        var deafSteps = 0
        /// Stamps of the line's vehicles, ms.
        var stamps: [Int64] = []
        /// Vehicles that were built in the periods before.
        var late = 0

        /// Vehicles that came in twos. More at once are what a total makes up for, and stamps that are cut to the minute
        /// tell of no twos.
        var paired: Int {
            if let first = stamps.first, stamps.allSatisfy({ ($0 - first) % 60_000 == 0 }) { return 0 }
            let sorted = stamps.sorted()
            var (paired, close) = (0, 1)
            for (place, stamp) in sorted.enumerated() {
                if place + 1 < sorted.count, sorted[place + 1] - stamp <= LineWatch.pairMax.ms {
                    close += 1
                } else {
                    paired += close == 2 ? 2 : 0
                    close = 1
                }
            }
            return paired
        }
    }

    /// The line that was heard last; nil before the first vehicle.
    private var line: String?
    private var silent = 0
    private var busy = 0
    private(set) var isPaired = false
    /// Vehicles of the plan less those that were made, over the half hours in a row, as far as they were not told yet.
    private var missing = 0.0
    private var heard = Heard()
    /// Steps in a row in which nothing was heard, and whether sources have become stale by it.
    private var quiet = 0
    private var isDeaf = false
    /// Vehicles of deaf times that were told as missing; some may still come.
    private var owed = 0.0

    init() {}

    /// Notes what a tick told.
    /// - Parameters:
    ///   - isQuiet: whether no message was used.
    ///   - isDeaf: whether nearly all sources of the plant that ever spoke are stale.
    mutating func hear(_ lineOffs: [LineOff], isQuiet: Bool, isDeaf: Bool, _ context: TickContext) {
        if let last = lineOffs.last, !last.isModelled { line = last.line }
        let begin = context.from.floored(to: settlementPeriod)
        for lineOff in lineOffs where lineOff.line == line {
            if lineOff.ts < begin { heard.late += 1 }
            heard.stamps.append(lineOff.ts.ms)
        }
        heard.steps += 1
        if isQuiet {
            quiet += 1
            self.isDeaf = self.isDeaf || isDeaf
        } else {
            endQuiet()
            self.isDeaf = false
        }
    }

    private mutating func endQuiet() {
        if isDeaf { heard.deafSteps += quiet }
        quiet = 0
    }

    /// Looks at a settlement period when it ends.
    /// - Parameters:
    ///   - planned: least and most vehicles that the plan has in it.
    ///   - made: vehicles that were counted in it.
    /// - Returns: vehicles of the plan beside those that were counted, as far as they were not told yet; below 0 where too
    ///   many were counted.
    mutating func look(planned: ClosedRange<Double>, made: Int) -> Int {
        if isDeaf { endQuiet() }
        let heard = heard
        self.heard = Heard()
        let isShift = planned.lowerBound > 1
        let made = Double(made)
        silent = isShift && made == 0 ? silent + 1 : 0
        busy = isShift && made > LineWatch.excess * planned.upperBound ? busy + 1 : 0
        isPaired =
            isShift && made > LineWatch.pairedExcess * planned.upperBound
            && Double(heard.paired) >= LineWatch.pairedMin * made
        if isPaired {
            missing = 0
            return Int(exactly: -(made / 2).rounded()) ?? 0
        }
        let lost = lostInDeafTime(heard, planned: planned, made: made)
        missing = silent + busy > 0 ? missing + planned.upperBound - made - max(0, lost) : 0
        let isTold = alarm != nil
        defer { if isTold { missing = 0 } }
        return Int(exactly: (lost + (isTold ? missing : 0)).rounded()) ?? 0
    }

    /// Vehicles of a time in which nobody spoke were lost with everything else, unless they come later.
    private mutating func lostInDeafTime(_ heard: Heard, planned: ClosedRange<Double>, made: Double) -> Double {
        let share = min(1, Double(heard.deafSteps) / Double(max(heard.steps, 1)))
        let lost = share < LineWatch.deafMin ? 0 : min(max(0, planned.upperBound - made), share * planned.upperBound)
        let came = min(owed + lost, Double(heard.late))
        owed += lost - came
        return lost - came
    }

    /// What holds now.
    var alarm: AlarmKey? {
        guard let line else { return nil }
        if silent >= LineWatch.periodsMin { return AlarmKey(.line, line, .stale) }
        return busy >= LineWatch.periodsMin || isPaired ? AlarmKey(.line, line, .conflict) : nil
    }
}
