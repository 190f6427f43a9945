public import TwinCore

/// What a command asks of an asset.
public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
    /// Power onto the plant bus, kW; negative draws.
    case setPower = "set_power"
    /// Most load, or most output, kW.
    case setLimit = "set_limit"
    /// Heat given, kW thermal.
    case setHeat = "set_heat"
}

/// A wish for one asset, with its reason for people.
public struct SetPoint: Sendable, Hashable, Codable {
    public var path: AssetPath
    public var action: Action
    /// kW.
    public var value: Double
    public var reason: String

    public init(_ path: AssetPath, _ action: Action, _ value: Double, reason: String) {
        self.path = path
        self.action = action
        self.value = value
        self.reason = reason
    }
}

/// Text of a number without its fraction.
func whole(_ value: Double) -> String { "\(Int64(exactly: value.rounded(.toNearestOrEven)) ?? 0)" }
