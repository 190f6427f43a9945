import TwinCore

/// Gives live messages their plant time on arrival.
struct LiveClock {
    private let kind: ClockKind
    private let clockTopic: String
    private let site: String
    /// While no clock line has been seen: the asset with the latest stamp, and the latest stamp of all the others.
    private var leader: (asset: AssetPath, stamp: PlantTime)?
    private var second: PlantTime?
    /// The last clock line before the run began.
    private(set) var candidate: PlantTime?

    init(kind: ClockKind, site: String) {
        self.kind = kind
        self.site = site
        clockTopic = Topic.clockText(site: site)
    }

    func isClock(_ message: InboundMessage) -> Bool { kind == .event && message.topic == clockTopic }

    /// The plant time that a message brings with it; nil when it brings none.
    ///
    /// Under the event clock that is the clock's own stamp. As long as no clock was seen it is the second-highest
    /// latest stamp among the assets, so that one asset with a wrong clock cannot move time alone.
    mutating func time(
        of message: InboundMessage, hasClock: Bool, now: PlantTime?, wallNow: PlantTime
    ) -> PlantTime? {
        guard kind == .event else { return wallNow }
        // A retained message tells of the past.
        guard !message.retain else { return nil }
        if message.topic == clockTopic { return Self.stamp(of: message) }
        // Once there is a clock, nobody reads a payload here: most messages come then.
        guard !hasClock, case .asset(let area, let asset, _)? = Topic(message.topic, site: site),
            let ts = Self.stamp(of: message)
        else { return nil }
        // A stamp that would be refused as a jump must not stand in the way of time for ever.
        if let now, ts > now + TickClock.jumpMax { return nil }
        note(ts, of: AssetPath(area, asset))
        return second
    }

    /// The first plant time of a run, once it is certain; nil while it is not.
    ///
    /// One clock line may be wrong by years, and a run never goes back: the next one must follow it, or the stamps of two
    /// assets must agree. Without a clock two assets are enough.
    mutating func first(_ stamp: PlantTime, of message: InboundMessage, step: Span) -> PlantTime? {
        let leap = TickClock.leapMin(step: step)
        guard isClock(message) else {
            guard let candidate else { return stamp }
            return stamp >= candidate - leap && stamp <= candidate + leap ? candidate : nil
        }
        let before = candidate
        candidate = stamp
        guard let before, stamp > before, stamp <= before + leap else { return nil }
        return before
    }

    /// Which asset a message is of, and its stamp; nil for other messages.
    func told(_ message: InboundMessage) -> (asset: AssetPath, stamp: PlantTime)? {
        guard !message.retain, case .asset(let area, let asset, .tele)? = Topic(message.topic, site: site),
            let stamp = Self.stamp(of: message)
        else { return nil }
        return (AssetPath(area, asset), stamp)
    }

    /// Nil for a message without a readable stamp, which tells nothing.
    private static func stamp(of message: InboundMessage) -> PlantTime? {
        // Whatever is wrong with the payload is said when the tick reads it.
        (try? JSONReader.read(message.payload))?["ts"]?.text.flatMap { PlantTime(rfc3339: $0) }  // see above
    }

    /// Latest stamps never fall, so two of them tell which is the second-highest, however many assets there are.
    private mutating func note(_ ts: PlantTime, of asset: AssetPath) {
        guard let first = leader, first.asset != asset else {
            leader = (asset, max(leader?.stamp ?? ts, ts))
            return
        }
        if ts > first.stamp { leader = (asset, ts) }
        second = max(second ?? .earliest, min(ts, first.stamp))
    }
}
