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
            + squared(scope1 * estimatedFuelFraction * u.estimates)
        let energy = perVehicle((electricity + gas + estimates + squared(contradictedKg(headline))).squareRoot())
        return energy.map { (squared($0) + squared(doubtedKgPerVehicle(scope1 + scope2))).squareRoot() }
    }

    /// What the figure would move by if the plan's vehicles were there in the place of those that a line told; the plan errs
    /// by a tenth.
    private func doubtedKgPerVehicle(_ kg: Double) -> Double {
        let planned = vehicles + counts.doubtedVehicles
        guard counts.doubtedVehicles != 0, vehicles > 0, planned > 0 else { return 0 }
        return 1.1 * abs(kg / Double(vehicles) - kg / Double(planned))
    }

    /// What the figure would move by if of two that exclude each other the other one were right, kg: an interval holds both.
    private func contradictedKg(_ headline: ReportMethod.Scope2) -> Double {
        if counts.contradictedWh.isEmpty { return 0 }
        let set = method.factors.set(at: from)
        let grid = headline == .location ? set.gridGeneration : set.gridResidualMix
        return counts.contradictedWh.reduce(0) { sum, doubt in
            let factor = doubt.key.account == .gridImport ? grid : doubt.key.account.row.fuel.map { set[$0].direct }
            let energy = Energy(roundingWattSeconds: Double(doubt.value) * 3600)
            return sum + (factor.map { (energy * $0).kilograms } ?? 0)
        }
    }

    /// Of the fossil fuel that was estimated most: what it emits is the most of Scope 1.
    private var estimatedFuelFraction: Double {
        fuels.filter { !$0.row.isBiogenic }.map { estimatedFraction($0.account) }.max() ?? 0
    }

    private func estimatedFraction(_ account: Account) -> Double {
        sum.steppedMs > 0 ? Double(sum[account].estimatedMs) / Double(sum.steppedMs) : 0
    }

    /// How a window stands to the baseline's year.
    public enum Basis: String, Sendable {
        /// A whole calendar year.
        case annual
        /// Another twelve months.
        case rolling = "rolling_12m"
        /// Any other window, shorter or longer: the baseline plant under this window's conditions.
        case likeForLike = "like_for_like"
    }

    /// Twelve months have 365 or 366 days; an hour more or less is the change of the clocks.
    public var basis: Basis {
        let twelveMonths = 364.9 * 24...366.1 * 24
        guard twelveMonths.contains(conditions.hours), twelveMonths.contains((to - from).hours) else {
            return .likeForLike
        }
        let first = method.zone.local(from)
        return first.date.month == 1 && first.date.day == 1 && first.msOfDay == 0 ? .annual : .rolling
    }

    public var isYear: Bool { basis != .likeForLike }

    /// The baseline plant under this window's day types, weather and volume, location-based, kg CO2e; nil without a baseline
    /// or beyond the range in which it holds.
    ///
    /// The same rule for a day and for a year: whatever parts a window is cut into, theirs come to it.
    public var likeForLikeKg: Double? {
        guard let baseline = method.baseline, baseline.fit?.reason(conditions) == nil else { return nil }
        return baseline.emissions(conditions, factors: method.factors).kilograms
    }

    public var likeForLikeKgPerVehicle: Double? { likeForLikeKg.flatMap(perVehicle) }

    /// What the window is compared with: twelve months with the baseline as it was reported, any other window like for like.
    public var baselineKgPerVehicle: Double? {
        guard isYear else { return likeForLikeKgPerVehicle }
        return vehicles > 0 ? method.baseline?.kgPerVehicle : nil
    }

    /// Below this share of its energy the plant is a part of one, %.
    private static let wholePlantPct = 50.0

    var measuredOfPartialPlant: Double? {
        guard let measured = dataQuality?.measured, measured < Summary.wholePlantPct, !facts.isSimulated else {
            return nil
        }
        return (10 * measured).rounded() / 10
    }

    /// A share of the time that moves the baseline by less than its own uncertainty.
    private static let standInMax = 0.1

    /// Why the window cannot be compared; nil when it can.
    public var incomparableReason: String? {
        if vehicles == 0 { return "no vehicle was lined off in this window" }
        if method.baseline == nil { return "the site has no baseline; add a baseline.yaml" }
        let zone = method.zone
        guard zone.local(from).msOfDay == 0, zone.local(to).msOfDay == 0, to > from else {
            return "the window is not whole local days"
        }
        if let measured = measuredOfPartialPlant {
            return
                "only \(JSON.numberText(measured)) % of the energy was measured: a part of the plant is not connected"
        }
        // The 2018 plant is heated by the air temperature, and nobody knows it where a long-term mean stands in.
        if let blind = counts.standInMs.values.max(), Double(blind) > Summary.standInMax * Double(sum.steppedMs) {
            let hours = (Double(blind) / 360_000).rounded() / 10
            return
                "the air temperature was not measured for \(JSON.numberText(hours)) h, and the 2018 plant's heating follows it"
        }
        // Twelve months are compared with the year as it was, not with a model of it.
        return isYear ? nil : method.baseline?.fit?.reason(conditions)
    }

    /// Reduction against the baseline and its 95 % interval, percent; nil when not comparable.
    public var reductionPct: (value: Double, low: Double, high: Double)? {
        guard incomparableReason == nil, let baseline = method.baseline, let now = kgPerVehicleLocation,
            let then = baselineKgPerVehicle, then > 0,
            let nowWidth = halfWidthKgPerVehicle(.location), now > 0
        else { return nil }
        let ratio = now / then
        let relative = nowWidth / now
        let width =
            ratio
            * (relative * relative + baseline.uncertaintyFraction * baseline.uncertaintyFraction)
            .squareRoot()
        return ((1 - ratio) * 100, (1 - ratio - width) * 100, (1 - ratio + width) * 100)
    }

    /// A target with its figure for a year. `met` is nil in another window: neither a day nor two years are a year.
    public var judgedTargets: [(target: Target, value: Double, met: Bool?)] {
        guard let baseline = method.baseline else { return [] }
        return method.targets.map { target in
            let perVehicle = baseline.kgPerVehicle * target.remainingFraction
            guard target.basis == .absolute else {
                return (target, perVehicle, isYear ? kgPerVehicleLocation.map { $0 <= perVehicle } : nil)
            }
            let tonnes = perVehicle * Double(baseline.vehicles) / 1000
            return (target, tonnes, isYear ? productionKgLocation / 1000 <= tonnes : nil)
        }
    }

    /// Shares of metered energy that were measured and estimated, and of plant time that nothing tells about, %.
    public var dataQuality: (measured: Double, estimated: Double, missing: Double)? { sum.dataQuality }
}
