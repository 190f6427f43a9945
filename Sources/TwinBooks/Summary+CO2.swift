import TwinCore
import TwinUnits

/// CO2 per vehicle and its comparison with the baseline.
extension Summary {
    public var productionKgLocation: Double { (carbon.scope1 + carbon.scope2Location).kilograms }
    public var productionKgMarket: Double { (carbon.scope1 + carbon.scope2Market).kilograms }

    public var kgPerVehicleLocation: Double? { perVehicle(productionKgLocation) }
    public var kgPerVehicleMarket: Double? { perVehicle(productionKgMarket) }

    /// By the method that the configuration names.
    public var kgPerVehicle: Double? {
        method.scope2 == .location ? kgPerVehicleLocation : kgPerVehicleMarket
    }

    /// No vehicle, no figure: never 0 and never infinite.
    public func perVehicle(_ kg: Double) -> Double? { vehicles > 0 ? kg / Double(vehicles) : nil }

    /// 95 % half-width of `kgPerVehicle`: meters, factors and estimated energy, in quadrature.
    public var uncertaintyKgPerVehicle: Double? { halfWidthKgPerVehicle(method.scope2) }

    private func halfWidthKgPerVehicle(_ headline: ReportMethod.Scope2) -> Double? {
        let u = method.uncertainty
        let scope2 = (headline == .location ? carbon.scope2Location : carbon.scope2Market).kilograms
        let scope1 = carbon.scope1.kilograms
        func squared(_ x: Double) -> Double { x * x }
        let electricity = squared(scope2) * (squared(u.electricityMeter) + squared(u.factors))
        let gas = squared(scope1) * (squared(u.gasMeter) + squared(u.factors))
        let estimates =
            squared(scope2 * estimatedFraction(.gridImport) * u.estimates)
            + squared(scope1 * estimatedFraction(.gas) * u.estimates)
        return perVehicle((electricity + gas + estimates).squareRoot())
    }

    private func estimatedFraction(_ account: Account) -> Double {
        let total = rows.reduce(0) { $0 + $1.steppedMs }
        return total > 0 ? Double(rows.reduce(0) { $0 + $1[account].estimatedMs }) / Double(total) : 0
    }

    /// A window of twelve months is compared with the baseline's year; a shorter one like for like.
    public var isYear: Bool { conditions.hours >= 364.9 * 24 }

    /// The 2018 plant over its year, or in a shorter window like this one, kg per vehicle.
    public var baselineKgPerVehicle: Double? {
        if isYear { return vehicles > 0 ? method.baseline.kgPerVehicle : nil }
        return perVehicle(method.baseline.emissionsKg(conditions, factors: method.factors))
    }

    /// Why the window cannot be compared; nil when it can.
    public var incomparableReason: String? {
        if vehicles == 0 { return "no vehicle was lined off in this window" }
        let zone = method.zone
        guard zone.local(from).msOfDay == 0, zone.local(to).msOfDay == 0, to > from else {
            return "the window is not whole local days"
        }
        return nil
    }

    /// Reduction against the baseline and its 95 % interval, percent; nil when not comparable.
    public var reductionPct: (value: Double, low: Double, high: Double)? {
        guard incomparableReason == nil, let now = kgPerVehicleLocation, let then = baselineKgPerVehicle, then > 0,
            let nowWidth = halfWidthKgPerVehicle(.location), now > 0
        else { return nil }
        let ratio = now / then
        let relative = nowWidth / now
        let width =
            ratio
            * (relative * relative + method.baseline.uncertaintyFraction * method.baseline.uncertaintyFraction)
            .squareRoot()
        return ((1 - ratio) * 100, (1 - ratio - width) * 100, (1 - ratio + width) * 100)
    }

    /// A target with its figure for a year. `met` is nil in a shorter window: a day is no year.
    public var judgedTargets: [(target: Target, value: Double, met: Bool?)] {
        method.targets.map { target in
            let perVehicle = method.baseline.kgPerVehicle * target.remainingFraction
            guard target.basis == .absolute else {
                return (target, perVehicle, isYear ? kgPerVehicleLocation.map { $0 <= perVehicle } : nil)
            }
            let tonnes = perVehicle * Double(method.baseline.vehicles) / 1000
            return (target, tonnes, isYear ? productionKgLocation / 1000 <= tonnes : nil)
        }
    }

    /// Shares of metered energy that were measured and estimated, and of plant time that nothing tells about, %.
    public var dataQuality: (measured: Double, estimated: Double, missing: Double)? {
        let metered = Account.electricity + [.gas, .ethanol]
        var measured = 0.0
        var estimated = 0.0
        var missing = 0.0
        for row in rows {
            for account in metered where !method.chart.lines(of: account).isEmpty && row.steppedMs > 0 {
                for sum in parts(of: account, in: row) {
                    let energy = abs(Double(sum.energy.wattSeconds)) / Double(row.steppedMs)
                    measured += energy * Double(sum.measuredMs)
                    estimated += energy * Double(sum.estimatedMs)
                    missing += energy * Double(max(0, row.steppedMs - sum.measuredMs - sum.estimatedMs))
                }
            }
        }
        let total = measured + estimated + missing
        guard total > 0 else { return nil }
        return (measured / total * 100, estimated / total * 100, missing / total * 100)
    }

    /// What of an account is measured for itself: its meters, so that a large one weighs more than a small one. An
    /// account that is not the sum of its meters, such as the grid as a remainder, stands for itself.
    private func parts(of account: Account, in row: PeriodRow) -> [AccountSum] {
        let meters = method.chart.lines(of: account).map { row.meters.count > $0 ? row.meters[$0] : AccountSum() }
        let sum = meters.reduce(Int64(0)) { $0 &+ $1.energy.wattSeconds }
        return sum == row[account].energy.wattSeconds ? meters : [row[account]]
    }
}
