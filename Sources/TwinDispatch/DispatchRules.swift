import TwinCore

/// Rules for the whole plant, in the order in which a surplus is used: shift charging, store, electric heat, fuel
/// cell down to its minimum, export, curtail. Without a surplus the grid's intensity decides.
public struct DispatchRules: Sendable, Hashable {
    public var storage: StorageRule
    /// Most export that the connection takes, kW.
    public var exportMaxKW: Double
    public var calm: Calm
    /// The most that is paid for a tonne that is saved, in the currency of the prices.
    public var maxCostPerTonne: Double
    /// Nil where nothing is done for an island: everything rests while the breaker is open.
    public var island: IslandRule?

    /// ASM: above the price of allowances, and below most estimates of what a tonne does.
    public static let standardCostPerTonne = 250.0

    public init(
        storage: StorageRule, exportMaxKW: Double, calm: Calm = .standard,
        maxCostPerTonne: Double = DispatchRules.standardCostPerTonne
    ) {
        self.storage = storage
        self.exportMaxKW = exportMaxKW
        self.calm = calm
        self.maxCostPerTonne = maxCostPerTonne
    }

    /// Decides for the tick that follows a mark: one wish for each asset, in the order of the surplus. A change that must
    /// wait is no wish: those that come later see what the asset will do.
    public func decide(_ plant: PlantView) -> [Wish] {
        if let reason = failsafeReason(plant.site) {
            return island?.decide(plant) ?? DispatchRules.failsafe(plant, reason)
        }
        let circuits = CircuitOrder(plant)
        // Charging comes back last.
        let isRestarting = circuits.next != nil
        let signal = CarbonSignal(
            plant.site, cleanFraction: storage.cleanFraction, dirtyFraction: storage.dirtyFraction)
        let ceiling = plant.site.prices.map { CostCeiling(prices: $0, mostPerTonne: maxCostPerTonne) }
        var wishes: [Wish] = []
        wishes.reserveCapacity(plant.offers.count)
        var net = plant.netAtRestKW
        // What departures demand comes before everything else.
        for place in plant.loads {
            if case .deferrable(let group) = plant.offers[place].shape, group.isFree { net += group.needKW ?? 0 }
        }
        // Whoever decides first knows what the others will draw by the plan.
        for place in plant.offers.indices { net += plant.plannedDrawKW(place) }
        for place in plant.loads {
            guard case .deferrable(let group) = plant.offers[place].shape else { continue }
            net -= plant.plannedDrawKW(place)
            let wanted =
                isRestarting ? IslandRule.rest(group, place) : flexible(group, place, plant, signal, ceiling, net)
            let wish = wanted.settled(calm, plant)
            if group.isFree { net += group.comingKW(setPoint: wish.value) - (group.needKW ?? 0) }
            wishes.append(wish)
        }
        var wantedKW = 0.0
        for place in plant.stores { net -= plant.plannedDrawKW(place) }
        let storagePlan = plant.planned.flatMap { _ in followStorage(plant, net: net) }
        for place in bestStoresFirst(plant) {
            guard case .store(let unit) = plant.offers[place].shape else { continue }
            let wanted = store(unit, place, plant, signal, ceiling, net, storagePlan)
            let wish = wanted.settled(calm, plant)
            wantedKW += wanted.value
            net -= min(max(wish.value, -unit.chargeMaxKW), unit.dischargeMaxKW)
            wishes.append(wish)
        }
        turnTogether(&wishes[(wishes.count - plant.stores.count)...], wantedKW, plant, &net)
        convert(plant, ceiling, &net, &wishes)
        for place in plant.windows {
            guard case .window(let air) = plant.offers[place].shape else { continue }
            wishes.append(supplyAir(air, place).settled(calm, plant))
        }
        for place in plant.duties {
            guard case .duty(let duty) = plant.offers[place].shape else { continue }
            wishes.append(oxidiser(duty, place).settled(calm, plant))
        }
        for place in plant.generators {
            guard case .generator(let cell) = plant.offers[place].shape else { continue }
            net -= plant.plannedDrawKW(place)
            let wish = generator(cell, place, plant, ceiling, net).settled(calm, plant)
            net += cell.comingKW(setPointKW: cell.ratedKW) - cell.comingKW(setPointKW: wish.value)
            wishes.append(wish)
        }
        curtail(plant, net, &wishes)
        return circuits.members.isEmpty && circuits.byHand.isEmpty ? wishes : wishes + circuits.restart
    }

    private func failsafeReason(_ site: SiteView) -> Reason? {
        if !site.isGridConnected { return Reason("failsafe: the grid breaker is open") }
        return site.isGridMeasured ? nil : Reason("failsafe: the grid meter is not measured")
    }

    /// Without a view of the grid nothing moves that need not: charging keeps its departures, the rest is at rest.
    static func failsafe(_ plant: PlantView, _ reason: Reason) -> [Wish] {
        plant.offers.enumerated().map { place, offer in
            var why = reason
            // No load is switched for what cannot be seen.
            if case .circuit = offer.shape {
                let inForce = plant.inForce.indices.contains(place) ? plant.inForce[place] : nil
                return Wish(place, inForce?.value ?? offer.failsafe, reason.adding("stays as it is"))
            }
            if case .deferrable(let load) = offer.shape, !load.isWorking, load.needKW == nil {
                why = reason.adding("its need is unknown, its own controller decides")
            }
            return Wish(place, offer.failsafe, why)
        }
    }

    /// By their round trips, so that the plan does not depend on the order of the configuration.
    private func bestStoresFirst(_ plant: PlantView) -> [Int] {
        func efficiency(_ place: Int) -> Double {
            guard case .store(let unit) = plant.offers[place].shape else { return 0 }
            return unit.roundTripEfficiency
        }
        func isBetter(_ one: Int, _ other: Int) -> Bool {
            let (a, b) = (efficiency(one), efficiency(other))
            return a == b ? plant.offers[one].path < plant.offers[other].path : a > b
        }
        // Mostly they stand so.
        let isInOrder = plant.stores.dropFirst().allSatisfy { !isBetter($0, $0 - 1) }
        return isInOrder ? Array(plant.stores) : plant.stores.sorted(by: isBetter)
    }

    /// No unit charges while another discharges, however young their set-points are: what goes against what all together
    /// shall do rests. An operator's order stands.
    private func turnTogether(
        _ wishes: inout ArraySlice<Wish>, _ wantedKW: Double, _ plant: PlantView, _ net: inout Double
    ) {
        let free = wishes.indices.filter { index in
            let place = wishes[index].place
            return !plant.hand.indices.contains(place) || plant.hand[place] == nil
        }
        guard free.contains(where: { wishes[$0].value > 0 }), free.contains(where: { wishes[$0].value < 0 }) else {
            return
        }
        let together = wantedKW != 0 ? wantedKW : free.reduce(0) { $0 + wishes[$1].value }
        for index in free where together == 0 || wishes[index].value * together < 0 {
            guard case .store(let unit) = plant.offers[wishes[index].place].shape else { continue }
            net += min(max(wishes[index].value, -unit.chargeMaxKW), unit.dischargeMaxKW)
            wishes[index] = Wish(wishes[index].place, 0, Reason("rest: storage as a whole turns the other way"))
        }
    }

    // MARK: - Shift

    /// The charging power of a group: a ceiling, which stays open above what it can draw.
    /// - Parameter net: includes what this group must charge.
    private func flexible(
        _ group: DeferrableLoad, _ place: Int, _ plant: PlantView, _ signal: CarbonSignal?, _ ceiling: CostCeiling?,
        _ net: Double
    ) -> Wish {
        /// - Parameter isRelief: whether less import does not wait.
        func charging(_ kw: Double, _ reason: Reason, isRelief: Bool = false) -> Wish {
            let haste: Haste = !isRelief ? .none : group.action == .setPower ? .up : .down
            return Wish(place, group.setPoint(chargingKW: kw), reason, haste)
        }
        if group.isWorking {
            let (kw, reason, isRelief) = working(group, net)
            return charging(kw, reason, isRelief: isRelief)
        }
        guard group.isFree, let need = group.needKW else {
            return Wish(
                place, group.setPoint(chargingKW: group.ratingKW),
                Reason("failsafe: the group is not measured; its own controller decides"), .always)
        }
        let give = group.action == .setPower ? group.giveMaxKW : 0
        if let planned = plant.planned(place) {
            let (kw, reason, isRelief) = follow(group, at: place, planned, need: need, plant, net: net)
            return charging(kw, reason, isRelief: isRelief)
        }
        // Per direction 0.9: what goes into a car and comes back has lost a fifth.
        if let signal, net > 0, give > 0, signal.now >= signal.dirty, signal.paysRoundTrip(efficiency: 0.81) {
            let cost = ceiling?.roundTrip(0.81, inGPerKWh: signal.clean, outGPerKWh: signal.now)
            if cost?.isPaid ?? true {
                return charging(
                    need - min(give, net),
                    Reason("dirty hours: % g/kWh is among the highest ahead; cars give back", signal.now).at(cost))
            }
        }
        if net > storage.peakImportKW {
            return charging(
                need - min(give, net - storage.peakImportKW),
                Reason("peak: import % kW is above % kW", net, storage.peakImportKW), isRelief: true)
        }
        let (kw, reason) = more(group, need, signal, net)
        return charging(kw, reason)
    }

    private func store(
        _ unit: Store, _ place: Int, _ plant: PlantView, _ signal: CarbonSignal?, _ ceiling: CostCeiling?,
        _ net: Double, _ plan: StoragePlan?
    ) -> Wish {
        if let plan, unit.isMeasured, let planned = plant.planned(place) {
            return Wish(place, follow(unit, at: place, planned, plan, plant))
        }
        let (kw, reason, haste) = storage.decide(unit, net: net, signal: signal, ceiling: ceiling)
        return Wish(place, kw, reason, haste)
    }

    /// Below the peak: in the cleaner half all that fits below it, else the surplus.
    private func more(
        _ group: DeferrableLoad, _ need: Double, _ signal: CarbonSignal?, _ net: Double
    ) -> (kw: Double, reason: Reason) {
        let isClean = signal.map { $0.now <= $0.middle } ?? true
        let more = min(group.ratingKW - need, isClean ? storage.peakImportKW - net : max(0, -net))
        guard let signal else { return (need + more, Reason("no grid intensity forecast: charges at once")) }
        if isClean {
            return (
                need + more,
                Reason(
                    "cleaner half: % g/kWh is at most the middle of the hours ahead (%)", signal.now, signal.middle)
            )
        }
        return net < 0
            ? (need + more, Reason("shift: % kW more while there is a surplus", more))
            : (
                need,
                Reason(
                    "dirtier half: % g/kWh is above the middle of the hours ahead (%)", signal.now, signal.middle)
            )
    }

    /// Vehicles that charge while they work wait only for peaks.
    private func working(_ group: DeferrableLoad, _ net: Double) -> (kw: Double, reason: Reason, isRelief: Bool) {
        guard net > storage.peakImportKW else {
            return (group.ratingKW, Reason("working: charges as its vehicles come by"), false)
        }
        guard let need = group.needKW else {
            return (
                group.ratingKW,
                Reason(
                    "peak: import % kW, but what the work needs is unknown; its own controller decides", net), false
            )
        }
        return (need, Reason("peak: import % kW; only what the work needs", net), true)
    }

    // MARK: - Fuel cell and sun

    private func generator(
        _ cell: Generator, _ place: Int, _ plant: PlantView, _ ceiling: CostCeiling?, _ net: Double
    ) -> Wish {
        let site = plant.site
        if let planned = plant.planned(place) { return Wish(place, follow(cell, at: place, planned, plant, net: net)) }
        guard net < 0 else {
            let cost =
                site.isIntensityKnown
                ? ceiling.flatMap { ceiling in
                    ceiling.price(
                        cost: cell.pricePerKWh.map { $0 - ceiling.prices.importPerKWh },
                        grams: site.intensityGPerKWh.value - cell.gramsPerKWh)
                } : nil
            guard cost?.isPaid ?? true else {
                return Wish(place, cell.minimumKW, Reason("left for its price: its fuel against the grid").at(cost))
            }
            return Wish(place, cell.ratedKW, Reason("steady: rated power, its heat is used").at(cost))
        }
        // Its set-point is where it shall go; the step takes it only part of the way.
        let steady = cell.comingKW(setPointKW: cell.ratedKW)
        let reduced = max(cell.minimumKW, steady + net)
        let value = (reduced * 10).rounded(.up) / 10
        let reason = Reason("surplus: % kW would be exported; down to % kW", -net, reduced)
        return Wish(place, min(value, cell.ratedKW), reason)
    }

    /// What may not be exported is curtailed at once, from the largest park on.
    private func curtail(_ plant: PlantView, _ net: Double, _ wishes: inout [Wish]) {
        let first = wishes.count
        for place in plant.curtailable {
            wishes.append(Wish(place, plant.offers[place].ratingKW, Reason("free: nothing to curtail"), .down))
        }
        defer { for index in wishes.indices[first...] { wishes[index] = wishes[index].settled(calm, plant) } }
        var excess = max(0, -net - exportMaxKW)
        guard excess > 0 else { return }
        let order = wishes.indices[first...].sorted { (wishes[$1].value, $0) < (wishes[$0].value, $1) }
        for index in order where excess > 0 {
            guard case .curtailable(let park) = plant.offers[wishes[index].place].shape else { continue }
            let cut = min(excess, max(0, park.availableKW))
            let limit = ((park.availableKW - cut) * 10).rounded(.down) / 10
            excess -= cut
            wishes[index].value = max(0, limit)
            if limit < park.ratedKW {
                wishes[index].reason = Reason("curtail: export would pass % kW", exportMaxKW)
            }
        }
    }
}
