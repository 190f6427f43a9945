public import TwinCore

/// What a command asks of an asset.
public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
    /// Power onto the plant bus, kW; negative draws.
    case setPower = "set_power"
    /// Most load, or most output, kW.
    case setLimit = "set_limit"
    /// Heat given, kW thermal.
    case setHeat = "set_heat"
    /// What a dual-fuel device burns: 0 gas, 1 electric.
    case setSource = "set_source"
    /// Temperature to hold, degC.
    case setSetpoint = "set_setpoint"
    /// What a device does: 0 off, 1 idle, 2 run.
    case setMode = "set_mode"
}

extension Action {
    /// UCUM unit of its value; nil where the value is a word.
    public var unit: String? {
        switch self {
        case .setPower, .setLimit, .setHeat: "kW"
        case .setSetpoint: "Cel"
        case .setSource, .setMode: nil
        }
    }

    /// Whether its values stand for words.
    var isWord: Bool { self == .setSource || self == .setMode }

    /// What its whole values mean, from 0 on; empty for a quantity.
    public var words: [String] {
        switch self {
        case .setSource: ["gas", "electric"]
        case .setMode: ["off", "idle", "run"]
        case .setPower, .setLimit, .setHeat, .setSetpoint: []
        }
    }

    func word(_ value: Double) -> String? {
        guard let index = Int(exactly: value), words.indices.contains(index) else { return nil }
        return words[index]
    }

    /// The value as a command carries it.
    func json(_ value: Double) -> JSON { word(value).map(JSON.string) ?? .number(value) }

    /// The value of a command; nil in another unit, or for a word that it has not.
    public func value(_ command: JSON) -> Double? {
        guard let unit else {
            return command["value"]?.text.flatMap { words.firstIndex(of: $0) }.map(Double.init)
        }
        return command["unit"]?.text == unit ? command["value"]?.double : nil
    }

    /// The value for people.
    public func text(_ value: Double) -> String { word(value) ?? "\(value) \(unit == "Cel" ? "degC" : unit ?? "")" }
}

/// What one asset is told, with its reason for people.
public struct SetPoint: Sendable, Hashable, Codable {
    public var path: AssetPath
    public var action: Action
    /// In the unit of its action.
    public var value: Double
    private var why: Why
    /// What the device does by itself when the lease ends.
    public var fallback: String

    private enum CodingKeys: String, CodingKey {
        case path, action, value, fallback
        case why = "reason"
    }

    public init(
        _ path: AssetPath, _ action: Action, _ value: Double, reason: String, fallback: String = "local"
    ) {
        self.path = path
        self.action = action
        self.value = value
        why = .text(reason)
        self.fallback = fallback
    }

    /// What passed the gate.
    init(_ passage: SafetyGate.Passage, _ asset: Offer) {
        path = asset.path
        action = asset.action
        value = passage.value
        why = .passage(passage)
        fallback = asset.fallback
    }

    public var reason: String { why.text }

    /// One line for people: `gas/oven-1 set_source electric: clean hours`.
    public var text: String { "\(path.text) \(action.rawValue) \(action.text(value)): \(reason)" }
}

/// A reason in words, or all that its words are made of.
private enum Why: Sendable, Hashable, Codable {
    case text(String)
    case passage(SafetyGate.Passage)

    var text: String {
        switch self {
        case .text(let text): text
        case .passage(let passage): passage.text(passage.reason.text)
        }
    }

    init(from decoder: any Decoder) throws {
        self = .text(try decoder.singleValueContainer().decode(String.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    static func == (a: Why, b: Why) -> Bool { a.text == b.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
