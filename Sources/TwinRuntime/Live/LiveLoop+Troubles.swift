import TwinConfiguration
import TwinCore

/// What comes of the site's clock, by the monotonic one.
struct ClockSilence {
    /// A twin that hears no time says so after this, and again by and by.
    static let patience = Span.minutes(1)
    static let repeatAfter = Span.minutes(10)

    /// Since when nothing moved plant time, or when it was last said.
    var since: Span
    private var saidAt: Span?
    /// A first plant time that the next clock line did not confirm.
    var refused: PlantTime?
    /// The clock's last stamp, where it is behind plant time and goes on there.
    private var behind: PlantTime?
    private(set) var isBehind = false

    init(since: Span) { self.since = since }

    /// A message moved, or would have moved, plant time.
    mutating func hear(_ stamp: PlantTime, plantTime: PlantTime, leap: Span, at uptime: Span) {
        guard stamp < plantTime - leap else {
            self = ClockSilence(since: uptime)
            return
        }
        isBehind = isBehind || behind.map { stamp > $0 } ?? false
        behind = stamp
    }

    /// Whether it is time to say it.
    mutating func isDue(at uptime: Span) -> Bool {
        let wait = saidAt == nil ? (isBehind ? Span(ms: 0) : ClockSilence.patience) : ClockSilence.repeatAfter
        guard uptime - (saidAt ?? since) >= wait else { return false }
        saidAt = uptime
        return true
    }

    var isSaid: Bool { saidAt != nil }

    /// - Parameter plantTime: nil before the run has begun.
    func sentence(_ site: String, plantTime: PlantTime?, heard: Int) -> String {
        let topic = Topic.clockText(site: site)
        if let behind, isBehind, let plantTime {
            return
                "\(topic) says \(behind.rfc3339), and plant time is \(plantTime.rfc3339) already: no step closes before it is"
                + " reached. If the clock is wrong, set it right; if the run went ahead under a wrong one, begin anew with"
                + " another --journal and --store"
        }
        if let refused, plantTime == nil {
            return "\(topic) said \(refused.rfc3339), and no next clock line follows it: the run has not begun"
        }
        return plantTime.map { "nothing moves plant time since \($0.rfc3339): no word on \(topic)" }
            ?? "no plant time yet: no word on \(topic), \(heard) other messages; is the clock's topic allowed to this user?"
    }
}

extension LiveLoop {
    /// Begins, changes or, with nil, ends a trouble of the twin itself: it is said, and its line raises the alarm.
    func trouble(_ key: AlarmKey, _ cause: String?) {
        let cause = cause.map { String($0.printable.prefix(300)) }
        guard troubles[key] != cause else { return }
        troubles[key] = cause
        if let cause {
            say(LogEntry(.twinTrouble, cause, asset: "twin/\(key.asset)", reason: key.code.rawValue))
        } else {
            say(LogEntry(.twinWell, "is over", asset: "twin/\(key.asset)", reason: key.code.rawValue))
        }
        if let now = session?.clock.now { instruct(.operation(SiteTroubles.word(key, cause)), at: now) }
    }

    /// The store is behind.
    func storeTrouble(_ why: Any) {
        trouble(.ownStore, "\(why); the journal has everything, the store is made up from it when it can be written")
    }

    /// A journal that begins, or is gone on with, learns what is wrong now; what was wrong before is over.
    func sayTroubles(standing: [AlarmKey], at t: PlantTime) {
        for key in standing where troubles[key] == nil { instruct(.operation(SiteTroubles.word(key, nil)), at: t) }
        for key in troubles.keys.sorted() { instruct(.operation(SiteTroubles.word(key, troubles[key])), at: t) }
    }

    /// Under the event clock no tick closes while nothing moves time, so no alarm can come of one: it is said directly.
    func lookForTime() {
        let path = AlarmKey.ownClock.path
        guard silence.isDue(at: options.uptime()) else {
            if !silence.isSaid, saidAlarms.remove(path) != nil {
                outbox.add(.alarm(path, site: config.site, standing: nil))
            }
            return
        }
        let now = session?.clock.now
        let sentence = silence.sentence(config.site, plantTime: now, heard: early.count)
        say(LogEntry(.twinTrouble, sentence, asset: "twin/clock", reason: AlarmCode.clock.rawValue))
        guard publishes else { return }
        outbox.add(.alarm(path, site: config.site, standing: (since: now ?? options.wallNow(), cause: sentence)))
        saidAlarms.insert(path)
    }

    /// Says why there is no link, each reason once.
    func lookForBroker() {
        let why = transport.linkTrouble
        guard why != saidLinkTrouble else { return }
        saidLinkTrouble = why
        if let why { say(LogEntry(.linkDown, "broker: \(why); trying again")) }
    }
}
