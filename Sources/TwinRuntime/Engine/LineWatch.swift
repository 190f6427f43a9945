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
    static let pairedMin = 0.9
    /// A line makes one vehicle a minute, so two of them are never so close.
    private static let pairMax = Span.seconds(2)
    /// A period that was silent for so large a share of it has lost vehicles too.
    static let deafMin = 0.15

    /// What was heard in a settlement period.
    private struct Heard: Sendable, Hashable, Codable {
        var steps = 0
        /// Steps in which nothing spoke.
        var deafSteps = 0
        /// Vehicles that came in twos, the last one, and how many stand close to it.
        var paired = 0
        var last: LineOff?
        var close = 0

        mutating func hear(_ lineOff: LineOff) {
            let isClose = last.map { $0.line == lineOff.line && abs((lineOff.ts - $0.ts).ms) <= LineWatch.pairMax.ms }
            if !(isClose ?? false) { endGroup() }
            last = lineOff
            close += 1
        }

        /// More than two at once are what a total makes up for, or a source that sends by the minute.
        mutating func endGroup() {
            if close == 2 { paired += 2 }
            close = 0
        }
    }

    /// The line that was heard last; nil before the first vehicle.
    private var line: String?
    private var silent = 0
    private var busy = 0
    private var isPaired = false
    /// Vehicles of the plan less those that were made, over the half hours in a row, as far as they were not told yet.
    private var missing = 0.0
    private var heard = Heard()

    init() {}

    /// Notes what a tick told.
    /// - Parameter isDeaf: whether all sources of the plant that ever spoke are silent.
    mutating func hear(_ lineOffs: [LineOff], isDeaf: Bool) {
        if let last = lineOffs.last, !last.isModelled { line = last.line }
        for lineOff in lineOffs { heard.hear(lineOff) }
        heard.steps += 1
        if isDeaf { heard.deafSteps += 1 }
    }

    /// Looks at a settlement period when it ends.
    /// - Parameters:
    ///   - planned: least and most vehicles that the plan has in it.
    ///   - made: vehicles that were counted in it.
    /// - Returns: vehicles of the plan beside those that were counted, as far as they were not told yet; below 0 where too
    ///   many were counted.
    mutating func look(planned: ClosedRange<Double>, made: Int) -> Int {
        var heard = heard
        self.heard = Heard()
        heard.endGroup()
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
        // Vehicles of a time in which nobody spoke were lost with everything else.
        let deafShare = Double(heard.deafSteps) / Double(max(heard.steps, 1))
        let lost =
            deafShare < LineWatch.deafMin ? 0 : min(max(0, planned.upperBound - made), deafShare * planned.upperBound)
        missing = silent + busy > 0 ? missing + planned.upperBound - made - lost : 0
        let isTold = alarm != nil
        defer { if isTold { missing = 0 } }
        return Int(exactly: (lost + (isTold ? missing : 0)).rounded()) ?? 0
    }

    /// What holds now.
    var alarm: AlarmKey? {
        guard let line else { return nil }
        if silent >= LineWatch.periodsMin { return AlarmKey(.line, line, .stale) }
        return busy >= LineWatch.periodsMin || isPaired ? AlarmKey(.line, line, .conflict) : nil
    }
}
