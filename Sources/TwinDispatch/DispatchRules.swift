import TwinCore

/// Rules for the whole plant, in the order in which a surplus is used: shift charging, store, electric heat, fuel
/// cell down to its minimum, export, curtail. Without a surplus the grid's intensity decides.
public struct DispatchRules: Sendable, Hashable {
    public var storage: StorageRule
    /// Most export that the connection takes, kW.
    public var exportMaxKW: Double

    public init(storage: StorageRule, exportMaxKW: Double) {
        self.storage = storage
        self.exportMaxKW = exportMaxKW
    }

    /// Decides for the tick that follows a mark: one wish for each asset, in the order of the surplus.
    public func decide(_ plant: PlantView) -> [SetPoint] {
        if let reason = failsafeReason(plant.site) { return failsafe(plant, reason) }
        let signal = CarbonSignal(
            plant.site, cleanFraction: storage.cleanFraction, dirtyFraction: storage.dirtyFraction)
        var net = plant.netAtRestKW
        // What departures demand comes before everything else.
        for group in plant.loads where group.isFree { net += group.needKW ?? 0 }
        var points = plant.loads.map { flexible($0, signal, &net) }
        // The best round trip first, so that the plan does not depend on the order of the configuration.
        let strings = plant.stores.sorted {
            ($1.roundTripEfficiency, $0.path) < ($0.roundTripEfficiency, $1.path)
        }
        for unit in strings {
            let point = storage.decide(unit, net: net, signal: signal)
            net -= point.value
            points.append(point)
        }
        points += convert(plant, &net)
        points += plant.windows.map(supplyAir) + plant.duties.map(oxidiser)
        points += plant.generators.map { generator($0, &net) }
        points += curtail(plant.curtailable, net)
        return points
    }

    private func failsafeReason(_ site: SiteView) -> String? {
        if !site.isGridConnected { return "failsafe: the grid breaker is open" }
        return site.isGridMeasured ? nil : "failsafe: the grid meter is not measured"
    }

    /// Without a view of the grid nothing moves that need not: charging keeps its departures, the rest is at rest.
    private func failsafe(_ plant: PlantView, _ reason: String) -> [SetPoint] {
        plant.offers.map { offer in
            var why = reason
            if case .deferrable(let load) = offer.shape, !load.isWorking, load.needKW == nil {
                why += "; its need is unknown, its own controller decides"
            }
            return SetPoint(offer.path, offer.action, offer.failsafe, reason: why)
        }
    }

    // MARK: - Shift

    /// - Parameter net: includes what this group must charge. Takes only what the gate lets through.
    private func flexible(_ group: DeferrableLoad, _ signal: CarbonSignal?, _ net: inout Double) -> SetPoint {
        func charge(_ kw: Double, _ reason: String) -> SetPoint {
            SetPoint(group.path, group.action, group.setPoint(chargingKW: kw), reason: reason)
        }
        if group.isWorking { return working(group, net, charge) }
        guard group.isFree, let need = group.needKW else {
            return charge(group.ratingKW, "failsafe: the group is not measured; its own controller decides")
        }
        let give = group.action == .setPower ? group.giveMaxKW : 0
        // Per direction 0.9: what goes into a car and comes back has lost a fifth.
        if let signal, net > 0, give > 0, signal.now >= signal.dirty, signal.paysRoundTrip(efficiency: 0.81) {
            let given = min(give, net)
            net -= given
            return charge(
                need - given, "dirty hours: \(whole(signal.now)) g/kWh is among the highest ahead; cars give back")
        }
        if net > storage.peakImportKW {
            let reason = "peak: import \(whole(net)) kW is above \(whole(storage.peakImportKW)) kW"
            let given = min(give, net - storage.peakImportKW)
            net -= given
            return charge(need - given, reason)
        }
        return more(group, need, signal, &net, charge)
    }

    /// Below the peak: in the cleaner half all that fits below it, else the surplus.
    private func more(
        _ group: DeferrableLoad, _ need: Double, _ signal: CarbonSignal?, _ net: inout Double,
        _ charge: (Double, String) -> SetPoint
    ) -> SetPoint {
        let isClean = signal.map { $0.now <= $0.middle } ?? true
        let more = min(group.drawMaxKW - need, isClean ? storage.peakImportKW - net : max(0, -net))
        let hasSurplus = net < 0
        net += more
        guard let signal else { return charge(need + more, "no grid intensity forecast: charges at once") }
        let (now, middle) = (whole(signal.now), whole(signal.middle))
        if isClean {
            return charge(
                need + more, "cleaner half: \(now) g/kWh is at most the middle of the hours ahead (\(middle))")
        }
        return hasSurplus
            ? charge(need + more, "shift: \(whole(more)) kW more while there is a surplus")
            : charge(need, "dirtier half: \(now) g/kWh is above the middle of the hours ahead (\(middle))")
    }

    /// Vehicles that charge while they work wait only for peaks.
    private func working(
        _ group: DeferrableLoad, _ net: Double, _ charge: (Double, String) -> SetPoint
    ) -> SetPoint {
        guard net > storage.peakImportKW else {
            return charge(group.ratingKW, "working: charges as its vehicles come by")
        }
        guard let need = group.needKW else {
            return charge(
                group.ratingKW,
                "peak: import \(whole(net)) kW, but what the work needs is unknown; its own controller decides")
        }
        return charge(need, "peak: import \(whole(net)) kW; only what the work needs")
    }

    // MARK: - Fuel cell and sun

    private func generator(_ cell: Generator, _ net: inout Double) -> SetPoint {
        guard net < 0 else {
            return SetPoint(cell.path, .setPower, cell.ratedKW, reason: "steady: rated power, its heat is used")
        }
        // Its set-point is where it shall go; the step takes it only part of the way.
        let steady = cell.comingKW(setPointKW: cell.ratedKW)
        let reduced = max(cell.minimumKW, steady + net)
        let value = (reduced * 10).rounded(.up) / 10
        let reason = "surplus: \(whole(-net)) kW would be exported; down to \(whole(reduced)) kW"
        net += steady - cell.comingKW(setPointKW: reduced)
        return SetPoint(cell.path, .setPower, min(value, cell.ratedKW), reason: reason)
    }

    /// What may not be exported is curtailed, from the largest park on.
    private func curtail(_ parks: [CurtailableSource], _ net: Double) -> [SetPoint] {
        var excess = max(0, -net - exportMaxKW)
        let order = parks.indices.sorted { (parks[$1].ratedKW, $0) < (parks[$0].ratedKW, $1) }
        var limits = parks.map(\.ratedKW)
        for index in order where excess > 0 {
            let cut = min(excess, max(0, parks[index].availableKW))
            limits[index] = ((parks[index].availableKW - cut) * 10).rounded(.down) / 10
            excess -= cut
        }
        return zip(parks, limits).map { park, limit in
            SetPoint(
                park.path, .setLimit, max(0, limit),
                reason: limit < park.ratedKW
                    ? "curtail: export would pass \(whole(exportMaxKW)) kW" : "free: nothing to curtail")
        }
    }
}
