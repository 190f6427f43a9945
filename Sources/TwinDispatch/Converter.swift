public import TwinCore

/// What turns one energy into another as it is told: electricity into heat or hydrogen, a fuel into heat.
public struct Converter: Sendable, Hashable {
    /// What it takes.
    public enum Input: Sendable, Hashable {
        /// Electricity, so much of the set-point for each kW: a COP. Below a grid intensity it emits less than what it
        /// replaces, which costs so much for each kWh of electricity, where that is known.
        case electricity(perKW: Double, breakEvenGPerKWh: Double, replacedPricePerKWh: Double? = nil)
        /// A fuel that emits so much for each kWh of the set-point, against what it replaces, and costs so much more.
        case fuel(gramsPerKWh: Double, replacedGramsPerKWh: Double, morePerKWh: Double? = nil)
    }

    public var path: AssetPath
    public var action: Action
    public var input: Input
    /// In set-point units, kW.
    public var ratedKW: Double
    /// Least that it runs at; below it rests.
    public var minimumKW: Double
    /// What the set-point says is done now.
    public var measuredKW: UsedValue
    /// Its output meets the demand on the hot-water network; of any other as much is taken as comes.
    public var isOnHotWater: Bool

    public init(
        path: AssetPath, action: Action = .setHeat, input: Input, ratedKW: Double, minimumKW: Double = 0,
        measuredKW: UsedValue, isOnHotWater: Bool = true
    ) {
        self.path = path
        self.action = action
        self.input = input
        self.ratedKW = ratedKW
        self.minimumKW = minimumKW
        self.measuredKW = measuredKW
        self.isOnHotWater = isOnHotWater
    }

    /// What it draws from the bus for a set-point, kW.
    public func drawnKW(_ setPointKW: Double) -> Double {
        if case .electricity(let perKW, _, _) = input { setPointKW / perKW } else { 0 }
    }

    /// Of each kWh of the set-point at a grid intensity, g; nothing on a surplus.
    func gramsPerKWh(_ intensityGPerKWh: Double, isSurplus: Bool) -> Double {
        switch input {
        case .electricity(let perKW, _, _): isSurplus ? 0 : intensityGPerKWh / perKW
        case .fuel(let grams, _, _): grams
        }
    }
}
