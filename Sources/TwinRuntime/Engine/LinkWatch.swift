import TwinCore

/// Whether the link to the broker is down, and which alarms say nothing but that: a lost link is one alarm, not one for
/// each asset that can no longer be heard.
struct LinkWatch: Sendable, Codable {
    static let alarm = (path: AssetPath(.twin, "broker"), key: AlarmKey(.twin, "broker", .link))
    /// After the link is back, sources have so long to speak again before their silence is their own.
    static let grace = Span.minutes(15)
    /// A hole in the readings is found when the next one comes: a source may report by the hour.
    static let graceOfHoles = Span.hours(1)
    /// Alarms that a lost link explains: what comes before the clock's next line is ahead of a plant time that stood still.
    private static let explained: Set<AlarmCode> = [.stale, .gap, .clock, .notAcked, .notFollowed]
    /// So many are named; the others are counted.
    private static let namedMax = 5

    private(set) var downSince: PlantTime?
    private var upSince: PlantTime?
    /// Whether plant time, which stood still with the link, has still to catch up.
    private var isCatchingUp = false
    /// Alarms that hold and are not raised, by path.
    private var held: [String: AlarmKey] = [:]
    /// Assets that were silent since the link fell, sorted.
    private var silent: [String] = []

    /// Takes a `link` line at the end of its tick, before the tick's alarms.
    mutating func take(_ word: String, at time: PlantTime) {
        if word == "down" {
            if downSince == nil { silent = [] }
            downSince = downSince ?? time
            upSince = nil
        } else if downSince != nil {
            downSince = nil
            upSince = time
            isCatchingUp = true
        }
    }

    /// Hears of a step under the event clock: those without a word are made up for, and nobody could speak in them.
    mutating func step(to time: PlantTime, isSilent: Bool) {
        guard isCatchingUp, let upSince, upSince < time else { return }
        if isSilent { self.upSince = time } else { isCatchingUp = false }
    }

    /// Nothing is left to explain.
    var isDone: Bool { downSince == nil && upSince == nil }

    /// The conditions to raise alarms for.
    mutating func sift(_ conditions: [AlarmKey], isStanding: (String) -> Bool, at time: PlantTime) -> [AlarmKey] {
        let isFresh = isWithin(LinkWatch.grace, time)
        var own: [AlarmKey] = []
        var still: [String: AlarmKey] = [:]
        for key in conditions {
            // A hole is told of long after its end.
            let isHole = key.code == .gap && (isWithin(LinkWatch.graceOfHoles, time) || held[key.path] != nil)
            let isExplained = LinkWatch.explained.contains(key.code) && (isFresh || isHole)
            if isExplained, !isStanding(key.path) { still[key.path] = key } else { own.append(key) }
        }
        held = still
        let stale = held.values.filter { $0.code == .stale }.map { "\($0.area.rawValue)/\($0.asset)" }
        silent = Set(silent).union(stale).sorted()
        if downSince != nil || (isFresh && !stale.isEmpty) { own.append(LinkWatch.alarm.key) }
        if !isWithin(LinkWatch.graceOfHoles, time), held.isEmpty { upSince = nil }
        return own
    }

    /// Whether the link is down, or has been up for less than `grace`.
    private func isWithin(_ grace: Span, _ time: PlantTime) -> Bool {
        downSince != nil || upSince.map { time - $0 < grace } ?? false
    }

    /// What the alarm says when it is raised: who is silent for it shows later.
    var cause: String {
        downSince.map { "the link to the broker is down since \($0.rfc3339)" } ?? "the link to the broker was down"
    }

    /// What it says at its end.
    var silence: String {
        guard !silent.isEmpty else { return "" }
        let more = silent.count > LinkWatch.namedMax ? " and \(silent.count - LinkWatch.namedMax) more" : ""
        return "silent meanwhile: " + silent.prefix(LinkWatch.namedMax).joined(separator: ", ") + more
    }
}
