import TwinCore

/// Gives live messages their plant time on arrival.
struct LiveClock {
    private let kind: ClockKind
    private let clockTopic: String
    private let site: String
    /// Latest stamp by asset, while no clock line has been seen.
    private var latest: [String: PlantTime] = [:]
    static let latestMax = 10_000

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
        // A retained message tells of the past; one without a readable stamp tells nothing.
        guard !message.retain, let json = try? JSONReader.read(message.payload),
            let ts = json["ts"]?.text.flatMap({ PlantTime(rfc3339: $0) })
        else { return nil }
        if message.topic == clockTopic { return ts }
        guard !hasClock, case .asset(let area, let asset, _)? = Topic(message.topic, site: site) else { return nil }
        // A stamp that would be refused as a jump must not stand in the way of time for ever.
        if let now, ts > now + TickClock.jumpMax { return nil }
        let name = "\(area.rawValue)/\(asset)"
        if latest[name] != nil || latest.count < LiveClock.latestMax {
            latest[name] = max(latest[name] ?? ts, ts)
        }
        let sorted = latest.values.sorted(by: >)
        return sorted.count >= 2 ? sorted[1] : nil
    }
}
