import TwinCore
import TwinUnits

/// CO2 per vehicle and its comparison with the baseline.
extension Summary {
    public var productionKgLocation: Double { (carbon.scope1 + carbon.scope1Other + carbon.scope2Location).kilograms }
    /// With all certificates, those of gas too.
    public var productionKgMarket: Double {
        (carbon.scope1Certified + carbon.scope1Other + carbon.scope2Market).kilograms
    }

    public var kgPerVehicleLocation: Double? { perVehicle(productionKgLocation) }
    public var kgPerVehicleMarket: Double? { perVehicle(productionKgMarket) }

    /// By the method that the configuration names.
    public var kgPerVehicle: Double? {
        method.scope2 == .location ? kgPerVehicleLocation : kgPerVehicleMarket
    }

    /// No vehicle, no figure: never 0 and never infinite.
    public func perVehicle(_ kg: Double) -> Double? { vehicles > 0 ? kg / Double(vehicles) : nil }

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
            let nowWidth = perVehicle(uncertaintyBudget(.location).kg), now > 0
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
