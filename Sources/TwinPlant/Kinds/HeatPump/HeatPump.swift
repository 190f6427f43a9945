import TwinCore

/// A heat pump on the hot-water network.
public struct HeatPump: ElectricHeatKind {
    public static let word: String? = "heat_pump"
    public static let sentence = "heat pump; it gives heat as it is told"
    static let account = Account.heatPump

    public var ratedKW = 0.0
    public var performance = 1.0

    public init() {}

    public static let parameters = commonParameters
}
