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
        for group in plant.flexible where !group.isWorking { net += group.mustKW.value }
        var points = plant.flexible.map { flexible($0, signal, &net) }
        for unit in plant.storage {
            let point = storage.decide(unit, net: net, signal: signal)
            net -= point.value
            points.append(point)
        }
        points += electricHeat(plant, &net)
        points += plant.supplyAir.map(supplyAir) + plant.oxidisers.map(oxidiser)
        points += plant.fuelCells.map { fuelCell($0, &net) }
        points += curtail(plant.solar, net)
        return points
    }

    private func failsafeReason(_ site: SiteView) -> String? {
        if !site.isGridConnected { return "failsafe: the grid breaker is open" }
        return site.isGridMeasured ? nil : "failsafe: the grid meter is not measured"
    }

    /// Without a view of the grid nothing moves that need not: charging keeps its departures, the rest is at rest.
    private func failsafe(_ plant: PlantView, _ reason: String) -> [SetPoint] {
        plant.flexible.map { group in
            let kw = group.isWorking ? group.ratingKW : group.mustKW.value
            return SetPoint(group.path, group.action, group.setPoint(chargingKW: kw), reason: reason)
        } + plant.storage.map { SetPoint($0.path, .setPower, 0, reason: reason) }
            + (plant.heat?.sources ?? []).map { SetPoint($0.path, .setHeat, 0, reason: reason) }
            + plant.ovens.map { SetPoint($0.path, .setSource, 0, reason: reason) }
            + plant.supplyAir.map { SetPoint($0.path, .setSetpoint, $0.design, reason: reason) }
            + plant.oxidisers.map { SetPoint($0.path, .setMode, OxidiserView.run, reason: reason) }
            + plant.fuelCells.map { SetPoint($0.path, .setPower, $0.ratedKW, reason: reason) }
            + plant.solar.map { SetPoint($0.path, .setLimit, $0.ratedKW, reason: reason) }
    }

    // MARK: - Shift

    /// - Parameter net: includes what this group must charge.
    private func flexible(_ group: FlexibleView, _ signal: CarbonSignal?, _ net: inout Double) -> SetPoint {
        func charge(_ kw: Double, _ reason: String) -> SetPoint {
            SetPoint(group.path, group.action, group.setPoint(chargingKW: kw), reason: reason)
        }
        if group.isWorking {
            return net > storage.peakImportKW
                ? charge(group.mustKW.value, "peak: import \(whole(net)) kW; only what the work needs")
                : charge(group.ratingKW, "working: charges as its vehicles come by")
        }
        guard group.isMeasured else {
            return charge(group.ratingKW, "failsafe: the group is not measured; its own controller decides")
        }
        let must = group.mustKW.value
        let room = max(0, group.canChargeKW.value - must)
        if net > storage.peakImportKW {
            let given = group.action == .setPower ? min(group.canDischargeKW.value, net - storage.peakImportKW) : 0
            net -= given
            return charge(must - given, "peak: import \(whole(net)) kW is above \(whole(storage.peakImportKW)) kW")
        }
        if net < 0 {
            let more = min(room, -net)
            net += more
            return charge(must + more, "shift: \(whole(more)) kW more while there is a surplus")
        }
        guard let signal else { return charge(must + room, "no grid intensity forecast: charges at once") }
        return byCarbon(group, signal, must, room, &net, charge)
    }

    private func byCarbon(
        _ group: FlexibleView, _ signal: CarbonSignal, _ must: Double, _ room: Double, _ net: inout Double,
        _ charge: (Double, String) -> SetPoint
    ) -> SetPoint {
        let (now, middle) = (whole(signal.now), whole(signal.middle))
        // Per direction 0.9: what goes into a car and comes back has lost a fifth.
        if signal.now >= signal.dirty, group.canDischargeKW.value > 0, signal.paysRoundTrip(efficiency: 0.81) {
            let given = min(group.canDischargeKW.value, net)
            net -= given
            return charge(must - given, "dirty hours: \(now) g/kWh is among the highest ahead; cars give back")
        }
        if signal.now <= signal.middle {
            let more = min(room, max(0, storage.peakImportKW - net))
            net += more
            return charge(
                must + more, "cleaner half: \(now) g/kWh is at most the middle of the hours ahead (\(middle))")
        }
        return charge(must, "dirtier half: \(now) g/kWh is above the middle of the hours ahead (\(middle))")
    }

    // MARK: - Fuel cell and sun

    private func fuelCell(_ cell: FuelCellView, _ net: inout Double) -> SetPoint {
        guard net < 0 else {
            return SetPoint(cell.path, .setPower, cell.ratedKW, reason: "steady: rated power, its heat is used")
        }
        let reduced = max(cell.minimumKW, cell.ratedKW + net)
        net += cell.ratedKW - reduced
        let value = (reduced * 10).rounded(.up) / 10
        return SetPoint(
            cell.path, .setPower, value, reason: "surplus: \(whole(cell.ratedKW - reduced)) kW less ethanol power")
    }

    /// What may not be exported is curtailed, from the largest park on.
    private func curtail(_ parks: [SolarView], _ net: Double) -> [SetPoint] {
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
