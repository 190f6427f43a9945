public import TwinCore

/// A solar park that can be curtailed.
public struct CurtailableSource: Sendable, Hashable {
    public var path: AssetPath
    public var ratedKW: Double
    public var powerKW: UsedValue
    /// What it would give without a limit, kW.
    public var availableKW: Double

    public init(path: AssetPath, ratedKW: Double, powerKW: UsedValue, availableKW: Double) {
        self.path = path
        self.ratedKW = ratedKW
        self.powerKW = powerKW
        self.availableKW = availableKW
    }
}
