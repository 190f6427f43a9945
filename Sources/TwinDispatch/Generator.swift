public import TwinCore

/// A source that gives power as it is told, at its own fuel's cost: a fuel cell, an engine.
public struct Generator: Sendable, Hashable {
    public var path: AssetPath
    public var ratedKW: Double
    public var minimumKW: Double
    public var rampKWPerStep: Double
    public var powerKW: UsedValue
    /// Of its fuel less that of the heat that it replaces, for each kWh that it gives; nil where it is not known.
    public var pricePerKWh: Double?
    /// The same in direct emissions, g/kWh.
    public var gramsPerKWh: Double

    public init(
        path: AssetPath, ratedKW: Double, minimumKW: Double, rampKWPerStep: Double, powerKW: UsedValue,
        pricePerKWh: Double? = nil, gramsPerKWh: Double = 0
    ) {
        self.path = path
        self.ratedKW = ratedKW
        self.minimumKW = minimumKW
        self.rampKWPerStep = rampKWPerStep
        self.powerKW = powerKW
        self.pricePerKWh = pricePerKWh
        self.gramsPerKWh = gramsPerKWh
    }

    /// Whether it gives nothing now. A hot one steps to its minimum when it is told to, a cold one takes hours; which
    /// it is, no signal tells.
    public var isAtRest: Bool { powerKW.value <= 0 }

    /// What it can give in the coming step, as far as its ramp takes it; it may step to rest besides.
    public var reachKW: ClosedRange<Double> {
        let begin = min(max(powerKW.value, minimumKW), ratedKW)
        let high = min(begin + rampKWPerStep, ratedKW)
        return isAtRest ? 0...high : min(max(begin - rampKWPerStep, minimumKW), high)...high
    }

    /// What is to be counted on in the coming step under a set-point above 0; at rest nothing.
    func comingKW(setPointKW: Double) -> Double {
        isAtRest ? 0 : min(max(setPointKW, reachKW.lowerBound), reachKW.upperBound)
    }
}
