import TwinCore

/// Holds what the lines told against the plan of production, at the end of each settlement period: a line sends nothing while
/// it stands, so only the plan tells a standstill from a source that is dead.
struct LineWatch: Sendable, Hashable, Codable {
    /// So many half hours in a row, whole in a shift.
    static let periodsMin = 3
    /// More vehicles than the plan has, by this factor, were counted twice rather than built.
    static let excess = 1.6

    /// The line that was heard last; nil before the first vehicle.
    private var line: String?
    private var silent = 0
    private var busy = 0
    /// Vehicles of the plan less those that were made, over the half hours in a row.
    private var missing = 0.0

    init() {}

    /// Notes what a tick told.
    mutating func hear(_ lineOffs: [LineOff]) {
        if let last = lineOffs.last, !last.isModelled { line = last.line }
    }

    /// Looks at a settlement period when it ends.
    /// - Parameters:
    ///   - planned: least and most vehicles that the plan has in it.
    ///   - made: vehicles that were counted in it.
    /// - Returns: vehicles of the plan beside those that were counted, as far as they were not told yet.
    mutating func look(planned: ClosedRange<Double>, made: Int) -> Int {
        silent = planned.lowerBound > 1 && made == 0 ? silent + 1 : 0
        busy = planned.lowerBound > 1 && Double(made) > LineWatch.excess * planned.upperBound ? busy + 1 : 0
        missing = silent + busy > 0 ? missing + planned.upperBound - Double(made) : 0
        guard alarm != nil, let told = Int(exactly: missing.rounded()) else { return 0 }
        missing = 0
        return told
    }

    /// What holds now.
    var alarm: AlarmKey? {
        guard let line else { return nil }
        if silent >= LineWatch.periodsMin { return AlarmKey(.line, line, .stale) }
        return busy >= LineWatch.periodsMin ? AlarmKey(.line, line, .conflict) : nil
    }
}
