public import TwinCore
import TwinPlant

/// What is on a broker or in a recording, topic by topic, and what the mapping makes of it.
public struct TopicSurvey: Sendable {
    /// Topics that are told apart; messages of further ones are only counted.
    public static let topicsMax = 10_000

    /// What a topic's messages become.
    public enum Meaning: Sendable, Hashable {
        /// Our own dialect needs no mapping.
        case own
        /// Signals of the plant.
        case mapped([String])
        case notMapped
    }

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

    private let site: String
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
        site = config.site
        listened =
            config.assets.map(\.path) + [
                AssetPath(.weather, config.weather.asset), AssetPath(.grid, config.grid.meter),
                AssetPath(.grid, config.grid.intensity),
            ]
        door = config.signals.map { SignalDoor($0) }
    }

    public mutating func take(_ arrival: Arrival) {
        messages += 1
        let sources = door?.mapping.sources(of: arrival.topic) ?? []
        var topic: Topic
        if let known = found[arrival.topic] {
            topic = known
        } else {
            guard found.count < TopicSurvey.topicsMax, arrival.topic.utf8.count <= TwinCore.Topic.lengthMax else {
                beyond += 1
                return
            }
            heard.formUnion(assets(arrival.topic, sources))
            topic = Topic(
                name: arrival.topic, meaning: meaning(arrival.topic, sources), first: arrival.t, last: arrival.t,
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

    /// What a topic tells of.
    private func assets(_ topic: String, _ sources: [Int]) -> [AssetPath] {
        if case .asset(let area, let asset, .tele)? = TwinCore.Topic(topic, site: site) {
            return [AssetPath(area, asset)]
        }
        return sources.flatMap { door?.mapping.sources[$0].signals.flatMap(\.assets) ?? [] }
    }

    private func meaning(_ topic: String, _ sources: [Int]) -> Meaning {
        if TwinCore.Topic(topic, site: site) != nil { return .own }
        guard let mapping = door?.mapping, !sources.isEmpty else { return .notMapped }
        return .mapped(sources.flatMap { mapping.sources[$0].targets })
    }
}

extension TopicSurvey.Topic {
    /// Numbers of one payload that are offered as rows.
    private static let offersMax = 4

    /// Rows for `signals.yaml`, with `…` where only a person knows what is meant.
    public var stub: String {
        var lines = ["  - topic: \(JSON.string(name).line)", "    signals:"]
        let document = try? JSON(payload: example)  // what cannot be read is offered as a whole
        var places = document.map { TopicSurvey.Topic.numbers(in: $0, at: "") } ?? []
        if places.isEmpty { places = [("", nil)] }
        for (place, unit) in places.prefix(Self.offersMax) {
            let value = place.isEmpty ? "" : "value: \(JSON.string(place).line), "
            lines.append("      - {\(value)asset: …, key: …, unit: \(unit ?? "…"), kind: sample}")
        }
        return lines.joined(separator: "\n")
    }

    /// Places of numbers, and `written` where their unit follows them.
    private static func numbers(in value: JSON, at path: String) -> [(place: String, unit: String?)] {
        switch value {
        case .number: return [(path, nil)]
        case .string(let text):
            guard let number = NumberText(text) else { return [] }
            if number.unit.isEmpty { return [(path, nil)] }
            return ImportUnit.written(number.unit) == nil ? [] : [(path, "written")]
        case .array(let items):
            return items.prefix(offersMax).enumerated().flatMap { numbers(in: $1, at: "\(path)/\($0)") }
        case .object(let members):
            return members.prefix(64).flatMap { member in
                let step = member.key.replacing("~", with: "~0").replacing("/", with: "~1")
                return numbers(in: member.value, at: "\(path)/\(step)")
            }
        case .null, .bool: return []
        }
    }
}
