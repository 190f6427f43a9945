import TwinConfiguration
import TwinCore
import TwinRuntime

/// What came in by topic: how often, how long ago, what was refused and why, and the last messages of what nobody mapped.
struct MessageWatch: Sendable {
    /// More topics are counted together.
    static let topicsMax = 10_000
    /// Of a topic that is not mapped: a mapping is tried on them before it is saved.
    static let keptMax = 20
    /// Of all of them, payloads and topics.
    static let keptBytesMax = 4 << 20
    /// What is shown of a payload.
    static let shownBytesMax = 4096
    /// How much plant time a rate looks back on.
    static let rateSpan = Span.minutes(10)

    /// What a topic is to the configuration in force.
    enum Source: String, Sendable, CaseIterable { case own, mapped, unknown }

    struct Seen: Sendable {
        var count = 0
        var first: PlantTime
        /// Its payload is cut at `shownBytesMax`.
        var last: Arrival
        /// Nil until the configuration is known.
        var meaning: TopicGuide.Meaning?
        /// Messages of which nothing could be used, by reason, and what was said of the last one.
        var refused: [RejectReason: Int] = [:]
        var refusal = ""
        /// The newest ones, the oldest first; none of a topic that is mapped.
        var kept: [Arrival] = []
        /// Messages in the present stretch of `rateSpan` and in the one before.
        private var present = 0
        private var before: Int?
        private var stretch: PlantTime

        init(_ arrival: Arrival, _ meaning: TopicGuide.Meaning?) {
            (first, last, self.meaning) = (arrival.t, arrival, meaning)
            stretch = arrival.t.floored(to: MessageWatch.rateSpan)
            note(arrival)
        }

        mutating func note(_ arrival: Arrival) {
            count += 1
            last = arrival
            if last.payload.count > MessageWatch.shownBytesMax {
                last.payload.removeLast(last.payload.count - MessageWatch.shownBytesMax)
            }
            let now = arrival.t.floored(to: MessageWatch.rateSpan)
            if now > stretch {
                before = now == stretch + MessageWatch.rateSpan ? present : 0
                (present, stretch) = (0, now)
            }
            present += 1
        }

        /// Messages a minute of the last 10 to 20 minutes of plant time; nil in its first minute.
        func perMinute(at now: PlantTime) -> Double? {
            // Messages of the step that is open are ahead of the one that is shown.
            let now = max(now, last.t)
            let stretchNow = now.floored(to: MessageWatch.rateSpan)
            let (own, older) =
                stretchNow == stretch
                ? (present, before) : stretchNow == stretch + MessageWatch.rateSpan ? (0, present) : (0, 0)
            let from = older == nil ? first : stretchNow - MessageWatch.rateSpan
            let minutes = (now - max(from, first)).seconds / 60
            return minutes >= 1 ? Double(own + (older ?? 0)) / minutes : nil
        }

        var source: Source {
            switch meaning {
            case .own?: .own
            case .mapped?: .mapped
            case .notMapped?, nil: .unknown
            }
        }
    }

    private(set) var topics: [String: Seen] = [:]
    /// Messages of topics beyond.
    private(set) var beyond = 0
    private(set) var received: [Source: Int] = [:]
    private(set) var keptBytes = 0
    private var guide: TopicGuide?
    private var configuration: String?

    mutating func hear(_ arrivals: [Arrival], _ outcome: TickOutcome) {
        for arrival in arrivals { hear(arrival) }
        for refusal in outcome.refusals {
            topics[refusal.topic]?.refused[refusal.failure.reason, default: 0] += 1
            topics[refusal.topic]?.refusal = String(refusal.failure.text.prefix(300))
        }
    }

    /// One message, before its step is closed.
    mutating func hear(_ arrival: Arrival) {
        var source = Source.unknown
        if topics[arrival.topic]?.note(arrival) != nil {
            source = topics[arrival.topic]?.source ?? .unknown
        } else if topics.count < MessageWatch.topicsMax, arrival.topic.utf8.count <= Topic.lengthMax {
            let seen = Seen(arrival, guide?.meaning(of: arrival.topic))
            source = seen.source
            topics[arrival.topic] = seen
        } else {
            beyond += 1
        }
        received[source, default: 0] += 1
        if source == .unknown { keep(arrival) }
    }

    /// One that the run does not hear, where nobody mapped its topic. Before a configuration is known nobody can tell.
    mutating func overhear(_ arrival: Arrival) {
        guard let guide, (topics[arrival.topic]?.meaning ?? guide.meaning(of: arrival.topic)) == .notMapped else {
            return
        }
        hear(arrival)
    }

    // MARK: - What is kept to try a mapping on

    private mutating func keep(_ arrival: Arrival) {
        guard topics[arrival.topic]?.meaning == .notMapped, arrival.payload.count <= Telemetry.payloadMax else {
            return
        }
        topics[arrival.topic]?.kept.append(arrival)
        keptBytes += MessageWatch.bytes(arrival)
        if let kept = topics[arrival.topic]?.kept, kept.count > MessageWatch.keptMax {
            topics[arrival.topic]?.kept.removeFirst()
            keptBytes -= MessageWatch.bytes(kept[0])
        }
        while keptBytes > MessageWatch.keptBytesMax { forgetHalf() }
    }

    private static func bytes(_ arrival: Arrival) -> Int { arrival.payload.count + arrival.topic.utf8.count + 64 }

    /// The older half of each topic's messages goes.
    private mutating func forgetHalf() {
        for (topic, seen) in topics where !seen.kept.isEmpty {
            let gone = (seen.kept.count + 1) / 2
            keptBytes -= seen.kept.prefix(gone).reduce(0) { $0 + MessageWatch.bytes($1) }
            topics[topic]?.kept.removeFirst(gone)
        }
    }

    /// What topics mean, once a configuration is known and where another one comes in force.
    mutating func learn(_ config: SiteConfig) {
        guard config.hash != configuration else { return }
        configuration = config.hash
        let guide = TopicGuide(config)
        self.guide = guide
        for topic in Array(topics.keys) {
            let meaning = guide.meaning(of: topic)
            topics[topic]?.meaning = meaning
            guard meaning != .notMapped, let kept = topics[topic]?.kept, !kept.isEmpty else { continue }
            keptBytes -= kept.reduce(0) { $0 + MessageWatch.bytes($1) }
            topics[topic]?.kept = []
        }
    }
}
