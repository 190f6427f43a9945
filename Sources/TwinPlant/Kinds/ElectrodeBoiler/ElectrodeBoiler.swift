import TwinCore

/// An electric boiler on the hot-water network.
public struct ElectrodeBoiler: ElectricHeatKind {
    public static let word: String? = "electric_boiler"
    public static let sentence = "electric boiler; it gives heat as it is told"
    static let account = Account.heatElectric

    public var ratedKW = 0.0
    public var performance = 1.0

    public init() {}

    public static let parameters = commonParameters
    public var problems: [ParameterProblem] { performanceProblem }
}
