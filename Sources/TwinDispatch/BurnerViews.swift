public import TwinCore

/// A dual-fuel oven: gas, or electric elements for a part of its heat.
public struct OvenView: Sendable, Hashable {
    public var path: AssetPath
    /// Of the elements, kW.
    public var ratedKW: Double
    /// What the elements draw, and what they would draw if they were on, kW.
    public var loadKW: UsedValue
    public var canLoadKW: UsedValue
    /// Grid intensity below which the elements emit less than the gas that they replace, g/kWh.
    public var breakEvenGPerKWh: Double
    /// Its elements were switched off too short a while ago.
    public var mustRest: Bool

    public init(
        path: AssetPath, ratedKW: Double, loadKW: UsedValue, canLoadKW: UsedValue, breakEvenGPerKWh: Double,
        mustRest: Bool
    ) {
        self.path = path
        self.ratedKW = ratedKW
        self.loadKW = loadKW
        self.canLoadKW = canLoadKW
        self.breakEvenGPerKWh = breakEvenGPerKWh
        self.mustRest = mustRest
    }

    /// What it would draw on electricity; all it can where its controller does not tell.
    var electricKW: Double { canLoadKW.quality.isBad ? ratedKW : min(max(canLoadKW.value, 0), ratedKW) }
}

/// Supply air of a paint booth, whose temperature may float within the window that the paint takes.
public struct SupplyAirView: Sendable, Hashable {
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
public struct OxidiserView: Sendable, Hashable {
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

extension Controllable {
    /// A source counts 0 for gas and 1 for electric: its step on the bus is all that the elements draw.
    public init(_ oven: OvenView) {
        let isElectric = oven.loadKW.value > 0.05 * oven.ratedKW
        self.init(
            oven.path, .setSource, ratingKW: 1, limits: [Limit("sources", 0, 1)], rampKWPerStep: 1,
            busKWPerKW: -oven.electricKW, measured: UsedValue(isElectric ? 1 : 0, oven.loadKW.quality),
            isCeiling: oven.electricKW <= 0.05 * oven.ratedKW)
    }

    /// Paint quality is a hard limit; a tenth of 20 K is the size of what may differ.
    public init(_ air: SupplyAirView) {
        self.init(
            air.path, .setSetpoint, ratingKW: 20, limits: [], hardLimit: Limit("paint window", air.low, air.high),
            rampKWPerStep: .greatestFiniteMagnitude, busKWPerKW: 0, measured: air.temperatureC)
    }

    public init(_ oxidiser: OxidiserView) {
        let least = oxidiser.mustRun ? OxidiserView.run : OxidiserView.idle
        self.init(
            oxidiser.path, .setMode, ratingKW: 1, limits: [],
            hardLimit: Limit(oxidiser.mustRun ? "bodies in the ovens" : "never off", least, OxidiserView.run),
            rampKWPerStep: OxidiserView.run, busKWPerKW: 0, measured: oxidiser.mode)
    }
}
