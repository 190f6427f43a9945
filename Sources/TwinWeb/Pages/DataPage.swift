import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinRuntime

/// Where the data comes from: every topic, what it becomes, what is refused, who is silent, and what nobody mapped yet.
struct DataPage: Page {
    let name = "data"
    let title = "Data"

    /// More are not drawn.
    static let topicsMax = 2000
    static let unknownMax = 200

    func json(_ ask: PageAsk) throws -> JSON {
        guard let feed = ask.source.feed else {
            throw WebError.unavailable(
                "no run is watched here: topics are told by twin run --listen and twin replay --listen")
        }
        guard let moment = feed.moment else { throw ask.source.noStepYet }
        return DataFacts(feed: feed, moment: moment, source: ask.source).json
    }
}

/// The data page's figures.
struct DataFacts {
    let config: SiteConfig
    let now: PlantTime
    private let watch: MessageWatch
    private let meter: RunMeter
    private let moment: PlantMoment
    private let source: PageSource

    init(feed: LiveFeed, moment: PlantMoment, source: PageSource) {
        (watch, meter, self.moment, self.source) = (feed.messages, feed.meter, moment, source)
        (config, now) = (moment.config, moment.outcome.end)
    }

    private var zone: LocalZone { config.zone }

    var json: JSON {
        let sorted = watch.topics.sorted { $0.key < $1.key }
        let shown = sorted.prefix(DataPage.topicsMax)
        return .fields([
            "schema": .string("data/1"), "now": .string(zone.text(now)),
            "simulated": .bool(moment.sums.day?.facts.isSimulated ?? (moment.loop == .closed)),
            "received": .object(
                MessageWatch.Source.allCases.map { .init($0.rawValue, .integer(watch.received[$0] ?? 0)) }),
            "refused": reasons(meter.refused), "topic_count": .integer(sorted.count),
            "topics_left_out": .integer(sorted.count - shown.count), "messages_beyond": .integer(watch.beyond),
            "topics": .array(shown.map { topic($0.key, $0.value) }), "silent": silent,
            "unknown": unknown(sorted.filter { $0.value.meaning == .notMapped }.map(\.key)),
            "kept_max": .integer(MessageWatch.keptMax),
            "listens_to_all": .bool(source.inbox == nil),
            "looked_at": .array(source.lookedAt.map { .string($0) }),
            "can_save": .bool(source.configFolder != nil),
        ])
    }

    private func reasons(_ counts: [RejectReason: Int]) -> JSON {
        .array(
            RejectReason.allCases.compactMap { reason in
                counts[reason].map { .fields(["reason": .string(reason.rawValue), "count": .integer($0)]) }
            })
    }

    private func topic(_ name: String, _ seen: MessageWatch.Seen) -> JSON {
        var mapped: [String] = []
        if case .mapped(let targets)? = seen.meaning { mapped = targets }
        return .fields([
            "topic": .string(name), "source": .string(seen.source.rawValue),
            "mapped": .array(mapped.map { .string($0) }), "count": .integer(seen.count),
            "per_minute": .optional(seen.perMinute(at: now).map { ($0 * 10).rounded() / 10 }),
            "last": .string(zone.text(seen.last.t)), "age_s": .number(max(0, (now - seen.last.t).seconds)),
            "retained": .bool(seen.last.retain),
            "quality": quality(name, mapped, seen.last.payload).map { .string($0.rawValue) } ?? .null,
            "refused": reasons(seen.refused), "refusal": seen.refusal.isEmpty ? .null : .string(seen.refusal.printable),
            "example": .string(MessageWords.payload(seen.last.payload)),
        ])
    }

    /// The worst of the used values that a topic gives; nil where it gives none. In the own dialect a payload names its
    /// signals: what a model adds to the same asset says nothing of the topic.
    private func quality(_ topic: String, _ mapped: [String], _ payload: [UInt8]) -> Quality? {
        let assets = Set(TopicGuide(config).assets(of: topic))
        guard !assets.isEmpty else { return nil }
        // What is no JSON names no signal.
        let own = mapped.isEmpty ? Set((try? JSONReader.read(payload))?.members?.map(\.key) ?? []) : []
        return moment.outcome.values.lazy.filter { value in
            guard assets.contains(AssetPath(value.area, value.asset)) else { return false }
            return mapped.isEmpty ? own.contains(value.key) : mapped.contains { $0.hasSuffix(" \(value.key)") }
        }.map(\.used.quality).max { $0.rank < $1.rank }
    }

    /// Assets that should have spoken: those of an alarm, and those that never did.
    private var silent: JSON {
        let listened = config.assets.map(\.path) + config.weather.paths + config.grid.paths
        let stale = moment.alarms.filter { $0.path.hasSuffix("/\(AlarmCode.stale.rawValue)") }
        let alarmed = Dictionary(
            stale.map { ($0.path.split(separator: "/").prefix(2).joined(separator: "/"), $0) }
        ) { first, _ in first }
        let heard = meter.lastReading
        let rows = listened.sorted().compactMap { path -> JSON? in
            let (alarm, last) = (alarmed[path.text], heard[path])
            guard alarm != nil || last == nil else { return nil }
            return .fields([
                "asset": .string(path.text), "last": last.map { .string(zone.text($0)) } ?? .null,
                "alarm_since": alarm.map { .string(zone.text($0.since)) } ?? .null,
                "cause": alarm.map { .string($0.cause) } ?? .string("never heard since these pages began"),
            ])
        }
        return .array(rows)
    }

    /// Each with rows to paste, as `twin topics` prints them.
    private func unknown(_ names: [String]) -> JSON {
        .array(
            names.prefix(DataPage.unknownMax).map { name in
                let kept = watch.topics[name]?.kept ?? []
                var survey = TopicSurvey(config)
                for arrival in kept { survey.take(arrival) }
                return .fields([
                    "topic": .string(name), "kept": .integer(kept.count),
                    "row": survey.topics.first.map { .string($0.stub) } ?? .null,
                ])
            })
    }
}
