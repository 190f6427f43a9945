import TwinCore
import TwinDispatch
import TwinUnits

/// What the assets of the simulated plant were told, with the leases of it, and their answers.
struct Orders: Sendable {
    private struct Order: Sendable {
        /// In the unit of its action.
        var value: Double
        var leaseEnds: PlantTime
    }

    private let site: String
    private var topics: TopicReader
    private let rules: [AssetPath: Control]
    /// Of the acknowledgements of what may be commanded.
    private let ackTopics: [AssetPath: String]
    private var orders: [AssetPath: Order] = [:]
    /// Acknowledgements by command id, for repeats, and the ids, oldest first.
    private var answered: [String: PlantMessage] = [:]
    private var answeredIDs: [String] = []
    private(set) var answers: [PlantMessage] = []
    /// Assets that neither answer nor act.
    var ignoring: Set<AssetPath> = []

    static let answeredMax = 1000

    init(site: String, rules: [AssetPath: Control]) {
        self.site = site
        topics = TopicReader(site: site)
        self.rules = rules
        ackTopics = Dictionary(
            uniqueKeysWithValues: rules.keys.map { ($0, Topic.text(site: site, $0.area, $0.asset, .ack)) })
    }

    /// The order in force; nil once its lease is over or before the first one.
    func value(_ path: AssetPath, at now: PlantTime) -> Double? {
        guard let order = orders[path], now < order.leaseEnds else { return nil }
        return order.value
    }

    /// Puts an order in force without a message, for runs that have none.
    mutating func set(_ path: AssetPath, _ value: Double, until end: PlantTime) {
        orders[path] = Order(value: value, leaseEnds: end)
    }

    /// A command arrives at `now`; its acknowledgement leaves with the next step.
    mutating func receive(topic: String, payload: [UInt8], correlation: String?, now: PlantTime, retained: Bool) {
        guard case .asset(let area, let asset, .cmd)? = topics.read(topic) else { return }
        let path = AssetPath(area, asset)
        guard !ignoring.contains(path),
            let json = try? JSONReader.read(payload),  // what cannot be read has no id to answer to
            let id = json["id"]?.text
        else { return }
        if let known = answered[id] {
            answers.append(known)
            return
        }
        let refusal = act(path, json, now, retained)
        var payload = JSONText()
        payload.add("id", .string(id))
        payload.add("state", .string(refusal == nil ? "accepted" : "rejected"))
        if let refusal { payload.add("code", .string(refusal.rawValue)) }
        let message = PlantMessage(
            topic: ackTopics[path] ?? Topic.text(site: site, area, asset, .ack), payload: payload.object,
            correlation: correlation)
        remember(message, for: id)
        answers.append(message)
    }

    private mutating func remember(_ answer: PlantMessage, for id: String) {
        answered[id] = answer
        answeredIDs.append(id)
        guard answeredIDs.count > Orders.answeredMax else { return }
        for old in answeredIDs.prefix(Orders.answeredMax / 2) { answered[old] = nil }
        answeredIDs.removeFirst(Orders.answeredMax / 2)
    }

    /// Obeys, or says why not.
    private mutating func act(_ path: AssetPath, _ json: JSON, _ now: PlantTime, _ retained: Bool) -> RejectReason? {
        if retained { return .retainedCommand }
        guard let rule = rules[path] else { return .commandUnknownAsset }
        guard json["action"]?.text == rule.action.rawValue, let value = rule.action.value(json) else {
            return .wrongType
        }
        guard let expires = json["expires"]?.text.flatMap({ PlantTime(rfc3339: $0) }), expires > now else {
            return .commandExpired
        }
        let slack = 0.001 * max(abs(rule.range.lowerBound), abs(rule.range.upperBound))
        guard value >= rule.range.lowerBound - slack, value <= rule.range.upperBound + slack else {
            return .commandLimit
        }
        let lease = min(max(json["lease_s"]?.double ?? 0, 0), 86_400)
        set(path, value, until: now + Span(ms: Int64(saturatingRound: lease * 1000)))
        return nil
    }

    mutating func takeAnswers() -> [PlantMessage] {
        defer { answers = [] }
        return answers
    }
}
