public import TwinCore
public import TwinDispatch
import TwinUnits

/// What a command asks of an asset: read from its message, or as the twin has it.
public struct PlantOrder: Sendable, Hashable {
    public var id: String
    /// Nil for a word that is no action.
    public var action: Action?
    /// In the unit of its action; nil in another unit, and for a word that it has not.
    public var value: Double?
    public var expires: PlantTime?
    public var leaseS: Double

    /// Nil where there is no id to answer to.
    public init?(_ json: JSON) {
        guard let id = json["id"]?.text else { return nil }
        self.id = id
        action = json["action"]?.text.flatMap(Action.init(rawValue:))
        value = action?.value(json)
        expires = json["expires"]?.text.flatMap { PlantTime(rfc3339: $0) }
        leaseS = json["lease_s"]?.double ?? 0
    }

    /// As its message would say it.
    public init(_ command: Command, run: String) {
        id = command.id(run: run)
        action = command.point.action
        value = command.point.action.told(command.point.value)
        expires = command.expires
        leaseS = Double(command.leaseS)
    }
}

extension Action {
    /// What a message tells of a value: a finite quantity, or one of the words.
    fileprivate func told(_ value: Double) -> Double? {
        let isTold = unit != nil ? value.isFinite : Int(exactly: value).map(words.indices.contains) ?? false
        guard isTold else { return nil }
        return value == 0 ? 0 : value  // a text has no negative zero
    }
}

/// What the assets of the simulated plant were told, with the leases of it, and their answers.
struct Orders: Sendable {
    private struct Order: Sendable {
        /// In the unit of its action.
        var value: Double
        var leaseEnds: PlantTime
    }

    private struct Rule: Sendable {
        let control: Control
        let ackTopic: String
    }

    private let site: String
    private var topics: TopicReader
    private var rules: [AssetPath: Rule] = [:]
    private var places: [AssetPath: Int] = [:]
    private var orders: [Order?] = []
    /// Acknowledgements by command id, for repeats: the newest, and those before them.
    private var answered: [String: PlantMessage] = [:]
    private var answeredBefore: [String: PlantMessage] = [:]
    private(set) var answers: [PlantMessage] = []
    /// Of the answer that is being written.
    private var text = JSONText()
    /// Assets that neither answer nor act.
    var ignoring: Set<AssetPath> = []

    private static let (idText, stateText, codeText) =
        (JSONText.Key("id"), JSONText.Key("state"), JSONText.Key("code"))

    /// Of either; the older ones are forgotten together.
    static let answeredMax = 500

    init(site: String, rules: [AssetPath: Control]) {
        self.site = site
        topics = TopicReader(site: site)
        for (path, control) in rules {
            self.rules[path] = Rule(control: control, ackTopic: Topic.text(site: site, path.area, path.asset, .ack))
        }
    }

    /// Where the orders of an asset stand, for who asks in every step.
    mutating func place(_ path: AssetPath) -> Int {
        if let place = places[path] { return place }
        places[path] = orders.count
        orders.append(nil)
        return orders.count - 1
    }

    /// The order in force; nil once its lease is over or before the first one.
    func value(at place: Int, _ now: PlantTime) -> Double? {
        guard let order = orders[place], now < order.leaseEnds else { return nil }
        return order.value
    }

    /// Puts an order in force without a message, for runs that have none.
    mutating func set(_ path: AssetPath, _ value: Double, until end: PlantTime) {
        orders[place(path)] = Order(value: value, leaseEnds: end)
    }

    /// A command arrives at `now`; its acknowledgement leaves with the next step.
    mutating func receive(topic: String, payload: [UInt8], correlation: String?, now: PlantTime, retained: Bool) {
        guard case .asset(let area, let asset, .cmd)? = topics.read(topic) else { return }
        // What cannot be read has no id to answer to.
        guard let json = try? JSONReader.read(payload), let order = PlantOrder(json) else { return }
        receive(AssetPath(area, asset), order, correlation: correlation, now: now, retained: retained)
    }

    mutating func receive(
        _ path: AssetPath, _ order: PlantOrder, correlation: String?, now: PlantTime, retained: Bool = false
    ) {
        guard ignoring.isEmpty || !ignoring.contains(path) else { return }
        if let known = answered[order.id] ?? answeredBefore[order.id] {
            answers.append(known)
            return
        }
        let rule = rules[path]
        let refusal = act(path, order, rule?.control, now, retained)
        text.shorten(to: 0)
        text.add(Orders.idText, order.id)
        text.add(Orders.stateText, refusal == nil ? "accepted" : "rejected")
        if let refusal { text.add(Orders.codeText, refusal.rawValue) }
        let message = PlantMessage(
            topic: rule?.ackTopic ?? Topic.text(site: site, path.area, path.asset, .ack), payload: text.object,
            correlation: correlation)
        if answered.count == Orders.answeredMax {
            answeredBefore = answered
            answered = Dictionary(minimumCapacity: Orders.answeredMax)
        }
        answered[order.id] = message
        answers.append(message)
    }

    /// Obeys, or says why not.
    private mutating func act(
        _ path: AssetPath, _ order: PlantOrder, _ rule: Control?, _ now: PlantTime, _ retained: Bool
    ) -> RejectReason? {
        if retained { return .retainedCommand }
        guard let rule else { return .commandUnknownAsset }
        guard order.action == rule.action, let value = order.value else { return .wrongType }
        guard let expires = order.expires, expires > now else { return .commandExpired }
        let slack = 0.001 * max(abs(rule.range.lowerBound), abs(rule.range.upperBound))
        guard value >= rule.range.lowerBound - slack, value <= rule.range.upperBound + slack else {
            return .commandLimit
        }
        let lease = min(max(order.leaseS, 0), 86_400)
        set(path, value, until: now + Span(ms: Int64(saturatingRound: lease * 1000)))
        return nil
    }

    mutating func takeAnswers() -> [PlantMessage] {
        defer { answers = [] }
        return answers
    }
}
