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

    /// The value for people.
    public func text(_ value: Double) -> String { word(value) ?? "\(value) \(unit == "Cel" ? "degC" : unit ?? "")" }
}

/// A wish for one asset, with its reason for people.
public struct SetPoint: Sendable, Hashable, Codable {
    public var path: AssetPath
    public var action: Action
    /// In the unit of its action.
    public var value: Double
    public var reason: String

    public init(_ path: AssetPath, _ action: Action, _ value: Double, reason: String) {
        self.path = path
        self.action = action
        self.value = value
        self.reason = reason
    }

    /// One line for people: `gas/oven-1 set_source electric: clean hours`.
    public var text: String { "\(path.text) \(action.rawValue) \(action.text(value)): \(reason)" }

    /// What the device does by itself when the lease ends.
    var fallback: String {
        switch (action, path.area) {
        case (.setPower, .storage), (.setHeat, _): "hold_0"
        case (.setPower, .fuelcell): "hold_rated"
        case (.setSource, _): "gas"
        case (.setSetpoint, _): "design"
        case (.setMode, _): "run"
        case (.setPower, _), (.setLimit, _): "local"
        }
    }
}

/// Text of a number without its fraction.
func whole(_ value: Double) -> String { "\(Int64(exactly: value.rounded(.toNearestOrEven)) ?? 0)" }
