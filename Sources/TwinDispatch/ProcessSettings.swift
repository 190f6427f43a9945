public import TwinCore

/// Supply air of a paint booth, whose temperature may float within the window that the paint takes.
public struct SetPointWindow: Sendable, Hashable {
    public var path: AssetPath
    /// degC, all.
    public var low: Double
    public var design: Double
    public var high: Double
    public var temperatureC: UsedValue
    public var outdoorC: UsedValue

    public init(
        path: AssetPath, low: Double, design: Double, high: Double, temperatureC: UsedValue, outdoorC: UsedValue
    ) {
        self.path = path
        self.low = low
        self.design = design
        self.high = high
        self.temperatureC = temperatureC
        self.outdoorC = outdoorC
    }
}

/// A thermal oxidiser behind booths and ovens.
public struct Duty: Sendable, Hashable {
    public var path: AssetPath
    /// Bodies are in the ovens, or will be before it is hot again.
    public var mustRun: Bool
    /// What it does now: 0 off, 1 idle, 2 run.
    public var mode: UsedValue

    public init(path: AssetPath, mustRun: Bool, mode: UsedValue) {
        self.path = path
        self.mustRun = mustRun
        self.mode = mode
    }

    static let idle = 1.0
    static let run = 2.0
}

extension Quality {
    /// Nothing tells what the value is.
    var isBad: Bool { rank >= Quality.stale.rank }
}
