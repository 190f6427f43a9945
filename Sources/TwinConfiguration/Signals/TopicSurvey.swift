public import TwinCore
import TwinPlant

/// What is on a broker or in a recording, topic by topic, and what the mapping makes of it.
public struct TopicSurvey: Sendable {
    /// Topics that are told apart; messages of further ones are only counted.
    public static let topicsMax = 10_000

    public typealias Meaning = TopicGuide.Meaning

    public struct Topic: Sendable {
        public let name: String
        public let meaning: Meaning
        public internal(set) var messages = 0
        public internal(set) var first: PlantTime
        public internal(set) var last: PlantTime
        /// The first payload.
        public let example: [UInt8]
        /// Messages of which nothing could be used, and why the first of them could not.
        public internal(set) var refused = 0
        /// Copies that a broker kept: no measurements.
        public internal(set) var retained = 0
        public internal(set) var failure: LineFailure?

        mutating func note(_ failure: LineFailure?, isRefused: Bool) {
            if isRefused { refused += 1 }
            if self.failure == nil { self.failure = failure }
        }

        /// Messages a minute; nil before there are two times.
        public var perMinute: Double? {
            last > first ? Double(messages - 1) / ((last - first).seconds / 60) : nil
        }
    }

    private let guide: TopicGuide
    /// What the configuration listens to.
    private let listened: [AssetPath]
    private var heard: Set<AssetPath> = []
    private var door: SignalDoor?
    private var memory = SignalMemory()
    private var found: [String: Topic] = [:]
    public private(set) var messages = 0
    /// Messages of topics beyond `topicsMax`.
    public private(set) var beyond = 0

    public init(_ config: SiteConfig) {
        guide = TopicGuide(config)
        listened =
            config.assets.map(\.path) + config.weather.paths + config.grid.paths
        door = config.signals.map { SignalDoor($0) }
    }

    public mutating func take(_ arrival: Arrival) {
        messages += 1
        let sources = guide.sources(of: arrival.topic)
        var topic: Topic
        if let known = found[arrival.topic] {
            topic = known
        } else {
            guard found.count < TopicSurvey.topicsMax, arrival.topic.utf8.count <= TwinCore.Topic.lengthMax else {
                beyond += 1
                return
            }
            heard.formUnion(guide.assets(of: arrival.topic, sources))
            topic = Topic(
                name: arrival.topic, meaning: guide.meaning(of: arrival.topic, sources), first: arrival.t,
                last: arrival.t,
                example: Array(arrival.payload.prefix(Telemetry.payloadMax)))
        }
        topic.messages += 1
        topic.last = max(topic.last, arrival.t)
        if arrival.retain { topic.retained += 1 }
        switch topic.meaning {
        case .mapped:
            if let message = door?.translate(arrival, sources: sources, memory: &memory) {
                topic.note(message.failure ?? message.notes.first, isRefused: message.failure != nil)
            }
        case .own where topic.name.hasSuffix("/\(TopicKind.tele.rawValue)"):
            do {
                let lost = try Telemetry(arrival).values.first { $0.value == .wrongType }
                topic.note(
                    lost.map { LineFailure(reason: .wrongType, text: "\"\($0.key)\" is not a number") },
                    isRefused: false)
            } catch { topic.note(error, isRefused: true) }
        case .own, .notMapped: break
        }
        found[arrival.topic] = topic
    }

    /// By name.
    public var topics: [Topic] { found.values.sorted { $0.name < $1.name } }

    /// Rows of the mapping that no message came for.
    public var silentRows: [String] { door?.silentRows(memory) ?? [] }

    /// Assets of the configuration that no topic tells of, in its order.
    public var unheard: [AssetPath] { listened.filter { !heard.contains($0) } }
}
