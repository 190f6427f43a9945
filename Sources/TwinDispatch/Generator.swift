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
    /// Heat that comes with each kWh onto the hot-water network.
    public var heatPerKWh: Double
    /// How long it takes to give power again after it was at rest.
    public var restartHours: Double
    /// What it costs to go to rest and come back, for each kW of its rating, in the currency of the prices.
    public var startCostPerKW: Double
    /// What it burns an hour while it rests, so that it stays hot.
    public var standby = Standby()
    /// What it takes of a tank for each kWh that it gives; 0 for one that has none.
    public var litresPerKWh = 0.0

    /// Of an hour at rest: money, direct emissions and what it takes of a tank.
    public struct Standby: Sendable, Hashable {
        public var price = 0.0
        public var grams = 0.0
        public var litres = 0.0

        public init(price: Double = 0, grams: Double = 0, litres: Double = 0) {
            (self.price, self.grams, self.litres) = (price, grams, litres)
        }
    }

    public init(
        path: AssetPath, ratedKW: Double, minimumKW: Double, rampKWPerStep: Double, powerKW: UsedValue,
        pricePerKWh: Double? = nil, gramsPerKWh: Double = 0, heatPerKWh: Double = 0,
        restartHours: Double = 0, startCostPerKW: Double = 0
    ) {
        self.path = path
        self.ratedKW = ratedKW
        self.minimumKW = minimumKW
        self.rampKWPerStep = rampKWPerStep
        self.powerKW = powerKW
        self.pricePerKWh = pricePerKWh
        self.gramsPerKWh = gramsPerKWh
        self.heatPerKWh = heatPerKWh
        self.restartHours = restartHours
        self.startCostPerKW = startCostPerKW
    }

    /// Whether it gives nothing now. A hot one steps to its minimum when it is told to, a cold one takes hours; which
    /// it is, no signal tells.
    public var isAtRest: Bool { powerKW.value <= 0 }

    /// What it can give in the coming step, as far as its ramp takes it; it may step to rest besides.
    public var reachKW: ClosedRange<Double> {
        let begin = min(max(powerKW.value, minimumKW), ratedKW)
        let high = min(begin + rampKWPerStep, ratedKW)
        return ClosedRange(between: isAtRest ? 0 : min(max(begin - rampKWPerStep, minimumKW), high), high)
    }

    /// What is to be counted on in the coming step under a set-point above 0; at rest nothing.
    func comingKW(setPointKW: Double) -> Double {
        isAtRest ? 0 : min(max(setPointKW, reachKW.lowerBound), reachKW.upperBound)
    }
}
