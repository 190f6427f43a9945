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
    /// Size of the asset in set-point units, kW for powers; tolerances are shares of it.
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
    /// Between 0 and this it does not run: a set-point in between does what this does.
    public var minimumKW = 0.0
    /// The asset's own ramp, kW a step: a set-point is where it shall go. It comes to rest at once.
    public var ownRampKWPerStep = Double.infinity
    /// What it can do in the coming step, whatever the set-point says, in set-point units.
    public var reach = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    /// A new set-point this near to the last one keeps the last one, in set-point units; rest is always a new one.
    public var deadband = 0.0
    /// Under its set-point it does as it pleases: it may go on as it is, and it may do all that it is allowed.
    public var isUncertain = false

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

    /// What is commanded where this is wished: the last set-point when the two differ by less than the dead-band.
    public func settled(_ wish: Double, last: Double?) -> Double {
        guard let last, wish != 0, abs(wish - last) < deadband else { return wish }
        return last
    }

    /// What it will do in the coming step under a set-point, in set-point units.
    public func coming(_ setPoint: Double) -> ClosedRange<Double> {
        var most = min(max(setPoint, reach.lowerBound), reach.upperBound)
        if setPoint <= 0, ownRampKWPerStep.isFinite { most = 0 }
        guard isUncertain else { return most...most }
        let kept = min(max(measured.value, min(most, 0)), max(most, 0))
        return min(most, kept)...max(most, kept)
    }

    /// The same as power onto the bus, kW.
    func comingOnBus(_ setPoint: Double) -> ClosedRange<Double> {
        let coming = coming(setPoint)
        let (a, b) = (coming.lowerBound * busKWPerKW, coming.upperBound * busKWPerKW)
        return min(a, b)...max(a, b)
    }
}

extension Controllable {
    /// Dead-band of what follows a power or a heat and is no storage, kW: ASM, 1 % of the fuel cell's 1,000 kW.
    static let deadbandKW = 10.0

    /// - Parameters:
    ///   - ramp: largest change in one step, as a share of the rating.
    ///   - deadbandKW: of the storage rule.
    public init(_ unit: StorageView, ramp: Double, deadbandKW: Double = 0) {
        self.init(
            unit.path, .setPower, ratingKW: unit.powerMaxKW,
            limits: [
                Limit("rating", -unit.powerMaxKW, unit.powerMaxKW),
                Limit("reserve", -.greatestFiniteMagnitude, unit.dischargeMaxKW),
                Limit("full", -unit.chargeMaxKW, .greatestFiniteMagnitude),
            ], rampKWPerStep: ramp * unit.powerMaxKW, busKWPerKW: 1, measured: unit.powerKW)
        deadband = deadbandKW
    }

    public init(_ cell: FuelCellView) {
        self.init(
            cell.path, .setPower, ratingKW: cell.ratedKW, limits: [Limit("rating", 0, cell.ratedKW)],
            rampKWPerStep: cell.ratedKW, busKWPerKW: 1, measured: cell.powerKW, isCeiling: true)
        minimumKW = cell.minimumKW
        ownRampKWPerStep = cell.rampKWPerStep
        reach = cell.reachKW
        isUncertain = cell.isAtRest
        deadband = Controllable.deadbandKW
    }

    public init(_ group: FlexibleView, ramp: Double) {
        let isPower = group.action == .setPower
        self.init(
            group.path, group.action, ratingKW: group.ratingKW,
            limits: [
                isPower ? Limit("rating", -group.ratingKW, group.ratingKW) : Limit("rating", 0, group.ratingKW),
                // What floors and caps of the cars forbid is never asked.
                Limit("cars", -.greatestFiniteMagnitude, isPower ? group.giveMaxKW : .greatestFiniteMagnitude),
            ], hardLimit: Controllable.need(group), rampKWPerStep: ramp * group.ratingKW,
            busKWPerKW: isPower ? 1 : -1,
            measured: isPower ? group.powerKW : UsedValue(-group.powerKW.value, group.powerKW.quality), isCeiling: true)
        let least = group.needKW ?? 0
        reach = isPower ? -group.drawMaxKW...(least > 0 ? -least : group.giveMaxKW) : least...group.drawMaxKW
        isUncertain = !group.isFree
        // A ceiling may follow its group closely.
        if isPower { deadband = Controllable.deadbandKW }
    }

    /// A need that is not known is held open up to the rating: the group's own controller decides.
    private static func need(_ group: FlexibleView) -> Limit? {
        let (name, floor) = group.needKW.map { ("departures", $0) } ?? ("unknown need", group.ratingKW)
        guard floor > 0 else { return nil }
        return group.action == .setPower
            ? Limit(name, -.greatestFiniteMagnitude, -floor) : Limit(name, floor, .greatestFiniteMagnitude)
    }

    public init(_ source: HeatSourceView, ramp: Double) {
        self.init(
            source.path, .setHeat, ratingKW: source.ratedKW, limits: [Limit("rating", 0, source.ratedKW)],
            rampKWPerStep: ramp * source.ratedKW, busKWPerKW: -1 / source.performance, measured: source.heatKW)
        deadband = Controllable.deadbandKW
    }

    public init(_ park: SolarView) {
        self.init(
            park.path, .setLimit, ratingKW: park.ratedKW, limits: [Limit("rating", 0, park.ratedKW)],
            rampKWPerStep: park.ratedKW, busKWPerKW: 1, measured: park.powerKW, isCeiling: true)
        reach = 0...max(0, park.availableKW)
    }
}
