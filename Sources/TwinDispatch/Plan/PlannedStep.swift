public import TwinCore

/// What a plan wants at one mark, in the places of the offers.
public struct PlannedStep: Sendable, Hashable {
    /// In the unit of each action; nil for what the plan does not decide about.
    var setPoints: [Double?]
    /// What other set-points would cost, in the same places: known of the plan's first period.
    var reasons: [PlanReason?]
    /// What each draws more by the plan than `PlantView.netAtRestKW` has it, kW.
    var drawsKW: [Double]
    /// Of one kWh more, money with carbon.
    var busPrice: Double
    var heatPrice: Double
    /// What was expected at the grid's meter, kW.
    var netKW: Double

    /// Nil where the plan does not reach.
    public init?(_ plan: DispatchPlan, _ offers: [Offer], at time: PlantTime) {
        guard let period = plan.period(at: time), plan.busPrices.indices.contains(period),
            plan.heatPrices.indices.contains(period), plan.netKW.indices.contains(period)
        else { return nil }
        setPoints = offers.map { offer in plan.setPoint(offer.path, period).flatMap { $0.isFinite ? $0 : nil } }
        reasons = period == 0 ? offers.map { plan.reasons[$0.path] } : offers.map { _ in nil }
        drawsKW = zip(offers, setPoints).map { offer, value in value.map { offer.shape.drawKW($0) } ?? 0 }
        busPrice = plan.busPrices[period]
        heatPrice = plan.heatPrices[period]
        netKW = plan.netKW[period]
    }
}

extension PlantView {
    func planned(_ place: Int) -> Double? {
        planned.flatMap { $0.setPoints.indices.contains(place) ? $0.setPoints[place] : nil }
    }

    /// What an asset draws by the plan, kW; 0 without one.
    func plannedDrawKW(_ place: Int) -> Double {
        planned.flatMap { $0.drawsKW.indices.contains(place) ? $0.drawsKW[place] : nil } ?? 0
    }
}

extension Offer.Shape {
    /// More than at rest, in the words of `PlantView.netAtRestKW`, under a planned set-point; beside needs of departures.
    fileprivate func drawKW(_ setPoint: Double) -> Double {
        switch self {
        case .deferrable(let load):
            load.isFree ? load.comingKW(setPoint: load.reachable(setPoint)) - (load.needKW ?? 0) : 0
        case .store(let store): store.isMeasured ? -store.reachable(setPoint) : 0
        case .converter(let converter): converter.drawnKW(min(max(setPoint, 0), converter.ratedKW))
        case .source(let oven): setPoint >= 0.5 && !oven.mustRest ? oven.electricKW : 0
        case .generator(let cell):
            cell.comingKW(setPointKW: cell.ratedKW) - (setPoint > 0 ? cell.comingKW(setPointKW: setPoint) : 0)
        case .curtailable, .window, .duty, .circuit: 0
        }
    }
}

extension DeferrableLoad {
    /// A planned set-point within its rating and what it may give.
    func reachable(_ setPoint: Double) -> Double {
        action == .setPower ? min(max(setPoint, -ratingKW), giveMaxKW) : min(max(setPoint, 0), ratingKW)
    }
}

extension Store {
    var isMeasured: Bool { powerKW.quality.isGood && soc.quality.isGood }

    /// A planned power within its rating and what its charge allows over the step.
    func reachable(_ kW: Double) -> Double {
        min(max(kW, -chargeMaxKW, -powerMaxKW), dischargeMaxKW, powerMaxKW)
    }
}

/// The fast rule between two plans: it does what the plan wants, as far as the present lets it, and takes up what came
/// otherwise than expected. The net that it is given has all others as they are decided or planned, and the asset at rest.
extension DispatchRules {
    /// ASM: of a generator's rating, what a meter may be wrong by.
    private static let surplusBand = 0.02

    private func perMWh(_ price: Double) -> Double { price * 1000 }

    /// A reason of the plan, with what another choice would cost.
    private func told(_ reason: Reason, _ plant: PlantView, _ place: Int, isSource: Bool = false) -> Reason {
        let reasons = plant.planned?.reasons ?? []
        return reason.against(
            reasons.indices.contains(place) ? reasons[place] : nil, isSource: isSource,
            plant.site.prices?.currency ?? "")
    }

    /// What would be exported though no export was planned, kW.
    private func surplus(_ plant: PlantView, _ net: Double) -> Double {
        (plant.planned?.netKW ?? 0) >= 0 ? max(0, -net) : 0
    }

    /// Charging as planned, and what departures need before it; a peak that was not planned is relieved.
    /// - Parameter net: with the group's need.
    func follow(
        _ group: DeferrableLoad, at place: Int, _ planned: Double, need: Double, _ plant: PlantView, net: Double
    ) -> (kw: Double, reason: Reason, isRelief: Bool) {
        let asked = group.reachable(planned)
        let least = need > 0 ? need : group.action == .setPower ? -group.giveMaxKW : 0
        let wanted = max(least, group.action == .setPower ? -asked : asked)
        let price = perMWh(plant.planned?.busPrice ?? 0)
        let expected = net - need + min(wanted, group.drawMaxKW)
        if expected > storage.peakImportKW {
            let less = max(least, storage.peakImportKW - net + need)
            if less < wanted {
                return (less, Reason("peak: import % kW is above % kW", expected, storage.peakImportKW), true)
            }
        }
        let more = min(surplus(plant, expected), max(0, group.drawMaxKW - wanted))
        if more > 0 { return (wanted + more, Reason("shift: % kW more while there is a surplus", more), false) }
        let reason =
            whole(wanted) == "0"
            ? Reason("plan: waits while a MWh on the bus is worth %", price)
            : wanted < 0
                ? Reason("plan: cars give back % kW while a MWh on the bus is worth %", -wanted, price)
                : Reason("plan: charges % kW while a MWh on the bus is worth %", wanted, price)
        return (wanted, told(reason, plant, place), false)
    }

    /// What all storage that is measured and planned gives together, kW, and why; it is one to a plan, and no unit charges
    /// while another discharges.
    /// - Parameter net: with the storage at rest.
    func followStorage(_ plant: PlantView, net: Double) -> StoragePlan? {
        var total = StoragePlan()
        for place in plant.stores {
            guard case .store(let unit) = plant.offers[place].shape, unit.isMeasured, let planned = plant.planned(place)
            else { continue }
            let power = unit.reachable(planned)
            total.plannedKW += power
            total.chargeMaxKW += max(0, -unit.reachable(-.infinity))
            total.dischargeMaxKW += max(0, unit.reachable(.infinity))
            total.isMixed = total.isMixed || power * total.plannedKW < 0
        }
        total.kW = total.plannedKW
        let expected = net - total.plannedKW
        if expected > storage.peakImportKW {
            total.kW = max(total.plannedKW, min(net - storage.peakImportKW, total.dischargeMaxKW))
            total.reason = Reason("peak: import % kW is above % kW", expected, storage.peakImportKW)
            total.haste = .up
        } else if surplus(plant, expected) > 0 {
            total.kW = min(total.plannedKW, max(net, -total.chargeMaxKW))
            total.reason = Reason("surplus: % kW would be exported", -expected)
        }
        return total
    }

    /// A unit's part of it: its own plan, or its share where the present is another than was planned.
    func follow(
        _ unit: Store, at place: Int, _ planned: Double, _ total: StoragePlan, _ plant: PlantView
    ) -> Wish.Part {
        let price = perMWh(plant.planned?.busPrice ?? 0)
        var power = unit.reachable(planned)
        if total.isMixed || total.kW != total.plannedKW {
            let all = total.kW < 0 ? total.chargeMaxKW : total.dischargeMaxKW
            let own = abs(unit.reachable(total.kW < 0 ? -.infinity : .infinity))
            power = all > 0 ? total.kW * own / all : 0
        }
        let value = (inTenths(abs(power)) * (power < 0 ? -1 : 1)) + 0
        if total.kW != total.plannedKW, let reason = total.reason { return (value, reason, total.haste) }
        let reason =
            value == 0
            ? Reason("plan: rests while a MWh on the bus is worth %", price)
            : value > 0
                ? Reason("plan: gives % kW while a MWh on the bus is worth %", value, price)
                : Reason("plan: takes % kW while a MWh on the bus is worth %", -value, price)
        return (value, told(reason, plant, place), .none)
    }

    /// Heat as planned, as far as it is taken; a peak makes it less, and a surplus more where heat is worth more than export.
    func follow(
        _ converter: Converter, at place: Int, _ planned: Double, open: Double, _ plant: PlantView, net: Double
    ) -> Wish.Part {
        let heatPrice = perMWh(plant.planned?.heatPrice ?? 0)
        let most = max(0, min(converter.ratedKW, open))
        var value = min(max(planned, 0), most)
        guard case .electricity(let perKW, _, _) = converter.input, perKW > 0 else {
            value = running(value, converter)
            let reason =
                value > 0
                ? Reason("plan: % kW; a MWh of heat is worth %", value, heatPrice)
                : Reason("plan: rests; a MWh of heat is worth %", heatPrice)
            return (value, told(reason, plant, place), .none)
        }
        let own = perMWh(plant.planned?.busPrice ?? 0) / perKW
        let expected = net + value / perKW
        if value > 0, expected > storage.peakImportKW {
            value = running(min(value, max(0, storage.peakImportKW - net) * perKW), converter)
            return (value, Reason("peak: import % kW is above % kW", expected, storage.peakImportKW), .down)
        }
        // What is not worth a kWh that is bought, carbon not counted, lives on the surplus and ends with it.
        let isForSurplus = plant.site.prices.map { heatPrice * perKW < perMWh($0.importPerKWh) } ?? false
        if isForSurplus, value > max(0, -net) * perKW {
            value = running(max(0, -net) * perKW, converter)
            return (value, Reason("surplus: % kW, less than was planned", max(0, -net)), .down)
        }
        let surplus = surplus(plant, expected)
        if surplus > 0, value < most, heatPrice * perKW > perMWh(plant.site.prices?.exportPerKWh ?? 0) {
            let more = running(min(most, value + surplus * perKW), converter)
            if more > value { return (more, Reason("surplus: % kW would be exported", surplus), .none) }
        }
        value = running(value, converter)
        let reason =
            value > 0
            ? Reason("plan: % kW; a MWh of heat is worth %, and costs % from the bus", value, heatPrice, own)
            : Reason("plan: rests; a MWh of heat is worth %, and costs % from the bus", heatPrice, own)
        // What does not pay any more ends at once.
        return (value, told(reason, plant, place), .down)
    }

    /// In tenths; less than its minimum is rest.
    private func running(_ kW: Double, _ converter: Converter) -> Double {
        let value = inTenths(kW)
        // A plan is told to a tenth.
        return value < converter.minimumKW - 0.1 ? 0 : value
    }

    /// Whole tenths at most, but for what rounding leaves.
    private func inTenths(_ kW: Double) -> Double { (kW * 10 + 1e-6).rounded(.down) / 10 }

    func follow(_ oven: SourceSwitch, at place: Int, _ planned: Double, _ plant: PlantView, net: Double) -> Wish.Part {
        func told(_ reason: StaticString) -> Reason {
            self.told(Reason(reason, perMWh(plant.planned?.busPrice ?? 0)), plant, place, isSource: true)
        }
        guard planned >= 0.5 else { return (0, told("plan: gas while a MWh on the bus is worth %"), .none) }
        if oven.mustRest { return (0, Reason("gas: the elements rest after they were switched off"), .none) }
        if net + oven.electricKW > storage.peakImportKW {
            return (
                0,
                Reason("gas: % kW more would pass the peak of % kW", oven.electricKW, storage.peakImportKW), .none
            )
        }
        let bought = min(oven.electricKW, max(0, net + oven.electricKW))
        if bought > 0, let lossPerHour = oven.lossPerHour(boughtKW: bought, plant.site, maxCostPerTonne),
            lossPerHour > 0
        {
            return (0, Reason("gas: of % kW, % would be bought, more than the surplus", oven.electricKW, bought), .none)
        }
        return (1, told("plan: electric while a MWh on the bus is worth %"), .none)
    }

    /// - Parameter net: with the generator as near to its rating as it comes.
    func follow(_ cell: Generator, at place: Int, _ planned: Double, _ plant: PlantView, net: Double) -> Wish.Part {
        let value = min(max(0, planned), cell.ratedKW)
        let price = perMWh(plant.planned?.busPrice ?? 0)
        guard value > 0 else {
            return (0, told(Reason("plan: rests while a MWh on the bus is worth %", price), plant, place), .none)
        }
        let steady = cell.comingKW(setPointKW: value)
        let expected = net + cell.comingKW(setPointKW: cell.ratedKW) - steady
        let surplus = surplus(plant, expected)
        // It comes down by its ramp, and stays there for a while: not for a moment's surplus.
        if surplus > DispatchRules.surplusBand * cell.ratedKW {
            let reduced = min(value, max(cell.minimumKW, ((steady - surplus) * 10).rounded(.up) / 10))
            return (reduced, Reason("surplus: % kW would be exported; down to % kW", surplus, reduced), .none)
        }
        if expected > storage.peakImportKW, value < cell.ratedKW {
            let more = min(cell.ratedKW, value + expected - storage.peakImportKW)
            return (more, Reason("peak: import % kW is above % kW", expected, storage.peakImportKW), .none)
        }
        return (
            value, told(Reason("plan: % kW while a MWh on the bus is worth %", value, price), plant, place), .none
        )
    }
}

/// What all storage does together at a mark.
struct StoragePlan {
    /// By the plan, and after a look at the present; positive gives.
    var plannedKW = 0.0
    var kW = 0.0
    /// The most that it takes and gives now, both 0 or more.
    var chargeMaxKW = 0.0
    var dischargeMaxKW = 0.0
    /// Whether the plan charges one unit from another.
    var isMixed = false
    /// Why it does not do as planned.
    var reason: Reason?
    var haste = Haste.none
}
