public import TwinCore

/// What an operator wants of one asset, until a time: a set-point of his own, or that the twin leaves it alone.
public struct HandOrder: Sendable, Hashable, Codable {
    public var path: AssetPath
    /// In the unit of its action; nil where the twin commands nothing.
    public var value: Double?
    public var until: PlantTime
}

/// A word of an operator about one asset, as it stands in an `op` line.
public enum HandWord: Sendable, Hashable {
    case order(HandOrder)
    /// The rules have it again.
    case release(AssetPath)

    /// Why a word does nothing: what was found, what was expected.
    public struct Refusal: Error, Hashable {
        public var text: String

        public init(text: String) { self.text = text }
    }

    /// The asset that it is about.
    public var path: AssetPath {
        switch self {
        case .order(let order): order.path
        case .release(let path): path
        }
    }

    /// The longest that an order lasts.
    public static let longest = Span.days(7)

    /// - Parameters:
    ///   - control: what an asset obeys; nil for one that obeys nothing, or is not there.
    ///   - now: an order must end after it.
    /// - Returns: nil for a word about something else.
    public init?(
        _ json: JSON, at now: PlantTime, control: (AssetPath) -> (action: Action, range: ClosedRange<Double>)?
    ) throws(Refusal) {
        guard let word = ["manual", "pause", "release"].first(where: { json[$0] != nil }) else { return nil }
        let name = json[word]?.text ?? ""
        guard let path = AssetPath(text: name), let (action, range) = control(path) else {
            // As JSON, so that a terminal obeys none of it.
            let found = JSON.string(String(name.prefix(80))).line
            throw Refusal(text: "\(found) is no asset that takes commands; write area and id like storage/string-1")
        }
        if word == "release" {
            self = .release(path)
            return
        }
        guard let until = json["until"]?.text.flatMap({ PlantTime(rfc3339: $0) }), until > now,
            until <= now + HandWord.longest
        else { throw Refusal(text: "\(path.text): \(word) needs an end within 7 days, such as --for 1h") }
        guard word == "manual" else {
            self = .order(HandOrder(path: path, value: nil, until: until))
            return
        }
        guard let value = action.value(json), value.isFinite else {
            let form = action.unit.map { "a number with the unit \($0)" } ?? action.words.joined(separator: " or ")
            throw Refusal(text: "\(path.text) takes \(action.rawValue): \(form)")
        }
        guard range.contains(value) else {
            throw Refusal(
                text: "\(path.text): \(action.text(value)) is outside \(action.text(range.lowerBound)) to"
                    + " \(action.text(range.upperBound))")
        }
        self = .order(HandOrder(path: path, value: value, until: until))
    }
}

extension JSON {
    /// An order that was given for a length of time, `for_s`, as one that ends at a time; it counts from its `from`, if
    /// it has one.
    public func ending(after now: PlantTime) -> JSON {
        guard let seconds = self["for_s"]?.integer, case .object(let members) = self else { return self }
        let most = HandWord.longest.ms / 1000
        guard (1...most).contains(seconds) else { return self }
        let from = self["from"]?.text.flatMap { PlantTime(rfc3339: $0) } ?? now
        return .object(
            members.filter { $0.key != "for_s" } + [Member("until", .string((from + .seconds(seconds)).rfc3339))])
    }
}

/// The orders of operators that are in force.
public struct HandOrders: Sendable, Codable {
    private var orders: [AssetPath: HandOrder] = [:]

    public init() {}

    public var isEmpty: Bool { orders.isEmpty }

    public subscript(_ path: AssetPath) -> HandOrder? { orders[path] }

    /// By asset.
    public var all: [HandOrder] { orders.values.sorted { $0.path < $1.path } }

    public mutating func take(_ word: HandWord) {
        switch word {
        case .order(let order): orders[order.path] = order
        case .release(let path): orders[path] = nil
        }
    }

    /// Forgets what ends by then.
    /// - Returns: what that is, by asset.
    @discardableResult
    public mutating func expire(by time: PlantTime) -> [HandOrder] {
        let ended = orders.values.filter { $0.until <= time }.sorted { $0.path < $1.path }
        for order in ended { orders[order.path] = nil }
        return ended
    }

    /// Forgets what is of assets that are gone.
    public mutating func keep(where isThere: (AssetPath) -> Bool) { orders = orders.filter { isThere($0.key) } }
}

/// An operator's word that is in force now, or an order whose time is over: for people.
public struct HandChange: Sendable, Hashable {
    public enum Kind: Sendable, Hashable { case set, paused, released, ended }

    public var kind: Kind
    public var path: AssetPath
    /// What it says beside its asset.
    public var text: String

    /// - Parameter action: what the asset obeys.
    public init(_ word: HandWord, _ action: Action?) {
        switch word {
        case .release(let path): (kind, self.path, text) = (.released, path, "decided by the rules again")
        case .order(let order):
            kind = order.value == nil ? .paused : .set
            path = order.path
            text = "\(order.text(action)) until \(order.until.rfc3339)"
        }
    }

    /// - Parameter meter: of the connection.
    public init(_ change: GridRequestChange, _ meter: AssetPath) {
        (kind, path) = (change.kind, meter)
        text = "request \(change.id) \(change.text)"
    }

    /// An order that has come to its end.
    public init(ended order: HandOrder, _ action: Action?) {
        kind = .ended
        path = order.path
        text = "\(order.text(action)) is over; decided by the rules again"
    }
}

extension HandOrder {
    fileprivate func text(_ action: Action?) -> String {
        guard let value else { return "left alone" }
        return "\(action.map { "\($0.rawValue) \($0.text(value))" } ?? JSON.numberText(value)) by hand"
    }
}
