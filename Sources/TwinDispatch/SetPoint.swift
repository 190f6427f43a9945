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

/// A bound on a set-point and what it stands for: rating, reserve, departures.
public struct Limit: Sendable, Hashable {
    public var name: String
    public var range: ClosedRange<Double>

    public init(_ name: String, _ low: Double, _ high: Double) {
        self.name = name
        range = min(low, high)...max(low, high)
    }
}

/// An asset that takes commands, as the gate and the desk see it at a mark.
public struct Controllable: Sendable, Hashable {
    public var path: AssetPath
    public var action: Action
    /// Size of the asset in set-point units, kW; tolerances are shares of it.
    public var ratingKW: Double
    /// In the order in which they are applied; a later one wins.
    public var limits: [Limit]
    /// Largest change of the set-point in one step, kW; coming to rest is always allowed.
    public var rampKWPerStep: Double
    /// What the bus gains for one more kW of set-point: 1 for a generator, -1 for a load, -1/COP for a heat pump.
    public var busKWPerKW: Double
    /// In set-point units.
    public var measured: UsedValue
    /// The set-point is a ceiling in magnitude: staying below it is following.
    public var isCeiling: Bool

    public init(
        _ path: AssetPath, _ action: Action, ratingKW: Double, limits: [Limit], rampKWPerStep: Double,
        busKWPerKW: Double, measured: UsedValue, isCeiling: Bool = false
    ) {
        self.path = path
        self.action = action
        self.ratingKW = ratingKW
        self.limits = limits
        self.rampKWPerStep = rampKWPerStep
        self.busKWPerKW = busKWPerKW
        self.measured = measured
        self.isCeiling = isCeiling
    }

    /// The set-point that is taken to be in force before the first command: a ceiling is open, the rest is at rest.
    public var resting: Double { action == .setLimit ? ratingKW : action == .setPower && isCeiling ? measured.value : 0 }
}

/// Text of a number without its fraction.
func whole(_ value: Double) -> String { "\(Int64(exactly: value.rounded(.toNearestOrEven)) ?? 0)" }
