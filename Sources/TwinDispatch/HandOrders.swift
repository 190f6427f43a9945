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
    /// An order that was given for a length of time, `for_s`, as one that ends at a time.
    public func ending(after now: PlantTime) -> JSON {
        guard let seconds = self["for_s"]?.integer, case .object(let members) = self else { return self }
        let most = HandWord.longest.ms / 1000
        guard (1...most).contains(seconds) else { return self }
        return .object(
            members.filter { $0.key != "for_s" } + [Member("until", .string((now + .seconds(seconds)).rfc3339))])
    }
}

/// The orders of operators that are in force.
public struct HandOrders: Sendable, Codable {
    private var orders: [AssetPath: HandOrder] = [:]

    public init() {}

    public var isEmpty: Bool { orders.isEmpty }

    public subscript(_ path: AssetPath) -> HandOrder? { orders[path] }

    public mutating func take(_ word: HandWord) {
        switch word {
        case .order(let order): orders[order.path] = order
        case .release(let path): orders[path] = nil
        }
    }

    /// Forgets what ends by then, and what is of assets that are gone.
    public mutating func expire(by time: PlantTime) { orders = orders.filter { $0.value.until > time } }
    public mutating func keep(where isThere: (AssetPath) -> Bool) { orders = orders.filter { isThere($0.key) } }
}
