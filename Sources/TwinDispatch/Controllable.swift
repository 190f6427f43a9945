public import TwinCore

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
    /// What not even a site limit may cut, such as the charge that departures need; the asset does it anyway.
    public var hardLimit: Limit?
    /// Largest change of the set-point in one step, kW; coming to rest is always allowed.
    public var rampKWPerStep: Double
    /// What the bus gains for one more kW of set-point: 1 for a generator, -1 for a load, -1/COP for a heat pump.
    public var busKWPerKW: Double
    /// In set-point units.
    public var measured: UsedValue
    /// The set-point is a ceiling in magnitude: staying below it is following.
    public var isCeiling: Bool

    public init(
        _ path: AssetPath, _ action: Action, ratingKW: Double, limits: [Limit], hardLimit: Limit? = nil,
        rampKWPerStep: Double, busKWPerKW: Double, measured: UsedValue, isCeiling: Bool = false
    ) {
        self.path = path
        self.action = action
        self.ratingKW = ratingKW
        self.limits = limits
        self.hardLimit = hardLimit
        self.rampKWPerStep = rampKWPerStep
        self.busKWPerKW = busKWPerKW
        self.measured = measured
        self.isCeiling = isCeiling
    }

    /// The set-point that is taken to be in force before the first command: a ceiling is open, the rest is at rest.
    public var resting: Double {
        action == .setLimit ? ratingKW : action == .setPower && isCeiling ? measured.value : 0
    }
}

extension Controllable {
    /// - Parameter ramp: largest change in one step, as a share of the rating.
    public init(_ unit: StorageView, ramp: Double, step: Span) {
        self.init(
            unit.path, .setPower, ratingKW: unit.powerMaxKW,
            limits: [
                Limit("rating", -unit.powerMaxKW, unit.powerMaxKW),
                Limit("reserve", -.greatestFiniteMagnitude, unit.dischargeMaxKW(step)),
                Limit("full", -unit.chargeMaxKW(step), .greatestFiniteMagnitude),
            ], rampKWPerStep: ramp * unit.powerMaxKW, busKWPerKW: 1, measured: unit.powerKW)
    }

    public init(_ cell: FuelCellView) {
        self.init(
            cell.path, .setPower, ratingKW: cell.ratedKW, limits: [Limit("rating", 0, cell.ratedKW)],
            // The cell itself keeps its slow ramp; a set-point is where it shall go.
            rampKWPerStep: cell.ratedKW, busKWPerKW: 1, measured: cell.powerKW, isCeiling: true)
    }

    public init(_ group: FlexibleView, ramp: Double) {
        let isPower = group.action == .setPower
        let floor = group.isMeasured ? group.mustKW.value : 0
        let give = isPower ? group.canDischargeKW.value : 0
        self.init(
            group.path, group.action, ratingKW: group.ratingKW,
            limits: [
                isPower ? Limit("rating", -group.ratingKW, group.ratingKW) : Limit("rating", 0, group.ratingKW),
                // What floors and caps of the cars forbid is never asked.
                Limit("cars", -.greatestFiniteMagnitude, isPower ? give : .greatestFiniteMagnitude),
            ],
            hardLimit: floor > 0
                ? isPower
                    ? Limit("departures", -.greatestFiniteMagnitude, -floor)
                    : Limit("departures", floor, .greatestFiniteMagnitude)
                : nil, rampKWPerStep: ramp * group.ratingKW, busKWPerKW: isPower ? 1 : -1,
            measured: isPower ? group.powerKW : UsedValue(-group.powerKW.value, group.powerKW.quality), isCeiling: true)
    }

    public init(_ source: HeatSourceView, ramp: Double) {
        self.init(
            source.path, .setHeat, ratingKW: source.ratedKW, limits: [Limit("rating", 0, source.ratedKW)],
            rampKWPerStep: ramp * source.ratedKW, busKWPerKW: -1 / source.performance, measured: source.heatKW)
    }

    public init(_ park: SolarView) {
        self.init(
            park.path, .setLimit, ratingKW: park.ratedKW, limits: [Limit("rating", 0, park.ratedKW)],
            rampKWPerStep: park.ratedKW, busKWPerKW: 1, measured: park.powerKW, isCeiling: true)
    }
}
