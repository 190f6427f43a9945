import TwinCore

/// Notices a source that should speak and does not, or of which nothing can be used: what stands in its place then is the
/// model's, and no gap tells of it.
struct SilenceWatch: Sendable, Codable {
    /// A source that nothing is known of may report by the hour.
    static let periodMost = Span.hours(1)
    /// One that speaks reports by the half hour at the least, unless it says otherwise.
    static let periodUsual = settlementPeriod

    /// From when on it is listened for; nil before its first tick.
    private var since: PlantTime?
    /// When the first message came of which nothing was used, after the last one that was.
    private var unusedSince: PlantTime?
    /// The same of single signals, by place.
    private var lostSince: [Int: PlantTime]?
    /// Why the last of these messages was not used; nil while all is, and in the state of an older build.
    private(set) var why: String?
    /// A reason that a message gave is kept no longer than people read.
    private static let whyMax = 250

    /// Whether anything is missed; nearly always nothing is.
    var isTroubled: Bool { unusedSince != nil || lostSince != nil }

    mutating func begin(at time: PlantTime) { if since == nil { since = time } }

    /// A message came of which nothing measures.
    mutating func unused(at time: PlantTime, _ why: String) {
        unusedSince = unusedSince ?? time
        self.why = String(why.prefix(SilenceWatch.whyMax))
    }

    /// A message came in which a signal is no number.
    mutating func lost(_ signal: Int, at time: PlantTime, _ why: String) {
        self.why = why
        if lostSince?[signal] == nil { lostSince = (lostSince ?? [:]).merging([signal: time]) { first, _ in first } }
    }

    /// A message was used.
    /// - Parameter lost: its signals that were not, as bits.
    mutating func heard(lost: UInt64) {
        unusedSince = nil
        defer { if lostSince == nil { why = nil } }
        guard lostSince != nil else { return }
        lostSince = lostSince?.filter { $0.key < UInt64.bitWidth && lost & 1 << UInt64($0.key) != 0 }
        if lostSince?.isEmpty == true { lostSince = nil }
    }

    /// Whether a source that never reported should have done so by now.
    func isLong(maxAge: Span, _ context: TickContext) -> Bool {
        guard let since else { return false }
        return context.to - since > SilenceWatch.periodMost + maxAge
    }

    /// Whether for longer than `patience` nothing could be used of the first signal, or of another that is no number, and
    /// `isOver` says that no reading holds in its place.
    func lasts(_ patience: Span, at time: PlantTime, _ isOver: (Int) -> Bool) -> Bool {
        if let unusedSince, time - unusedSince > patience, isOver(0) { return true }
        return lostSince?.contains { time - $0.value > patience && isOver($0.key) } ?? false
    }
}
