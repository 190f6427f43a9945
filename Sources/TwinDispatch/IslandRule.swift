import TwinCore

/// What is done while the main breaker is open: storage that forms the grid, generators and cars at two-way bays carry
/// the loads that fit, the first in the order of shedding first; the rest is off, and nothing charges beside what departures
/// need. Wind and sun stay tripped, as their protection demands (EREC G99).
///
/// It is a function of what stands in the view. Protection stays in the devices: it is they who hold frequency and voltage.
public struct IslandRule: Sendable, Hashable {
    /// How long the island shall last, counted from when the breaker opened, h.
    public var rideThroughHours: Double
    /// Whether storage may be emptied to the end of its window, else to its reserve.
    public var usesReserve: Bool
    /// Of the load, for what it may rise; twice as much must be free before a load comes back, so that none flickers.
    public var marginFraction: Double
    /// How long plugged-in cars are counted on to give what they can give now, h.
    public var vehicleHours: Double
    /// Of electricity between the bus and its uses.
    public var lossFraction: Double

    public init(
        rideThroughHours: Double, usesReserve: Bool, marginFraction: Double, vehicleHours: Double, lossFraction: Double
    ) {
        self.rideThroughHours = rideThroughHours
        self.usesReserve = usesReserve
        self.marginFraction = marginFraction
        self.vehicleHours = vehicleHours
        self.lossFraction = lossFraction
    }

    /// When the time is over the island goes on with what is left as if for so long, and a load comes back only if it can be
    /// kept for so long beside, h: ASM.
    private static let moreHours = 0.25

    // MARK: - Supply

    /// What the island can give, kW.
    private struct Supply {
        /// What storage can give over all of the hours, and in the coming step.
        var storageKW = 0.0
        var storageNowKW = 0.0
        /// What storage can take, as long as it would be full in half an hour: a fuel cell cannot turn down faster.
        var storageTakesKW = 0.0
        var generatorsKW = 0.0
        /// Over the hours, and as far as they come in the coming step.
        var vehiclesKW = 0.0
        var vehiclesNowKW = 0.0
        /// Whether any storage that is measured is there to form the grid, and any of it has energy.
        var isMeasured = false
        var isForming = false

        /// By energy and by power; without what forms the grid there is nothing.
        var totalKW: Double {
            guard isForming else { return 0 }
            return generatorsKW + min(storageKW + vehiclesKW, storageNowKW + vehiclesNowKW)
        }
    }

    private func hoursLeft(_ plant: PlantView) -> Double {
        let left = rideThroughHours - (plant.breakerAge?.hours ?? 0)
        return left > 0 ? left : IslandRule.moreHours
    }

    private func supply(_ plant: PlantView, hours: Double) -> Supply {
        var supply = Supply()
        for place in plant.stores {
            guard case .store(let unit) = plant.offers[place].shape, unit.isMeasured, unit.soc.value.isFinite,
                !plant.tripped.contains(unit.path)
            else { continue }
            supply.isMeasured = true
            // Outside its window it is at its edge.
            let content = min(max(unit.soc.value, 0), 1)
            let energyKWh =
                max(0, content - (usesReserve ? unit.socMin : unit.socReserve)) * unit.capacityKWh
                * unit.dischargeEfficiency
            if energyKWh > 0 { supply.isForming = true }
            supply.storageKW += min(unit.powerMaxKW, energyKWh / max(hours, unit.step.hours))
            supply.storageNowKW += min(unit.powerMaxKW, energyKWh / unit.step.hours)
            supply.storageTakesKW += min(
                unit.powerMaxKW, max(0, unit.socMax - content) * unit.capacityKWh / unit.chargeEfficiency / 0.5)
        }
        for place in plant.generators {
            guard case .generator(let cell) = plant.offers[place].shape, cell.powerKW.quality.isGood,
                !plant.tripped.contains(cell.path)
            else { continue }
            supply.generatorsKW += cell.comingKW(setPointKW: cell.ratedKW)
        }
        let share = min(1, vehicleHours / hours)
        for place in plant.loads {
            let givesKW = giveKW(plant, place)
            supply.vehiclesKW += share * givesKW
            supply.vehiclesNowKW += min(givesKW, max(0, plant.last(place) + plant.offers[place].rampKWPerStep))
        }
        return supply
    }

    /// What cars of a group may give above their floors while no departure needs charging, kW.
    private func giveKW(_ plant: PlantView, _ place: Int) -> Double {
        guard case .deferrable(let group) = plant.offers[place].shape, group.action == .setPower, group.isFree,
            !plant.tripped.contains(group.path)
        else { return 0 }
        return group.giveMaxKW.isFinite ? group.giveMaxKW : 0
    }

    // MARK: - Decision

    /// One wish for each asset; nil while the breaker is closed, or where no load can be switched.
    public func decide(_ plant: PlantView) -> [Wish]? {
        guard !plant.site.isGridConnected, !plant.circuits.isEmpty else { return nil }
        let hours = hoursLeft(plant)
        let supply = supply(plant, hours: hours)
        guard supply.isMeasured else {
            return DispatchRules.failsafe(
                plant, Reason("failsafe: the grid breaker is open, and no storage that forms a grid is measured"))
        }
        let order = CircuitOrder(plant)
        let fixedKW = plant.unswitchedLoadKW + order.byHandKW + chargingKW(plant)
        let later = self.supply(plant, hours: hours + IslandRule.moreHours)
        let (circuits, loadKW) = keep(
            order, fixedKW: fixedKW, hasKW: supply.totalKW, laterKW: later.totalKW, minutes: 60 * hours)
        // In the order of the surplus: what does not fit the connection is cut from the last on, and sun comes before cars.
        return (rest(plant) + balance(plant, supply, loadKW: loadKW) + order.byHand + circuits)
            .sorted { $0.place < $1.place }
    }

    /// What is needed with the first circuits on, kW: `fixed` and what never goes off beside.
    private func neededKW(_ count: Int, _ order: CircuitOrder, fixedKW: Double, margin: Double) -> Double {
        let loads = order.members.enumerated().reduce(fixedKW) { sum, next in
            sum + (next.offset < count ? next.element.circuit.demandKW : next.element.circuit.keptKW)
        }
        return loads * (1 + lossFraction) * (1 + margin)
    }

    /// Which circuits are on: as many of the first as fit. What is off comes back alone, at its time and with a margin.
    /// - Returns: what all loads will draw, with losses, kW.
    private func keep(
        _ order: CircuitOrder, fixedKW: Double, hasKW: Double, laterKW: Double, minutes: Double
    ) -> (wishes: [Wish], loadKW: Double) {
        /// How many of the first fit.
        func most(_ margin: Double, _ hasKW: Double) -> Int {
            var count = 0
            while count < order.members.count,
                neededKW(count + 1, order, fixedKW: fixedKW, margin: margin) <= hasKW
            { count += 1 }
            return count
        }
        let fits = most(marginFraction, hasKW)
        let mayCome = min(fits, most(2 * marginFraction, laterKW))
        let comesBack = order.isNextDue ? order.next.flatMap { $0 < mayCome ? $0 : nil } : nil
        var onKW = fixedKW
        let wishes = order.members.enumerated().map { index, member in
            let circuit = member.circuit
            let isOn = member.isOn ? index < fits : index == comesBack
            onKW += isOn ? circuit.demandKW : circuit.keptKW
            let waits = !member.isOn && index < mayCome
            // What comes back, or waits to, is measured otherwise than what stays.
            let isBack = !member.isOn && index < fits
            let needKW = neededKW(
                index + 1, order, fixedKW: fixedKW, margin: (isBack ? 2 : 1) * marginFraction)
            let sentence: StaticString =
                isOn
                ? "island: priority % of % is on; % kW are needed, the island has % kW for % min"
                : waits
                    ? "waits for its restart: priority % of %; % kW are needed, the island has % kW for % min"
                    : "shed: priority % of %; % kW would be needed, the island has % kW for % min"
            return Wish(
                member.place, isOn ? Circuit.run : Circuit.off,
                Reason(
                    sentence, Double(circuit.shedPriority), order.lastPriority, needKW, isBack ? laterKW : hasKW,
                    minutes + (isBack ? 60 * IslandRule.moreHours : 0)))
        }
        return (wishes, onKW * (1 + lossFraction))
    }

    // MARK: - What gives and what rests

    /// What groups charge whatever they are told, kW.
    private func chargingKW(_ plant: PlantView) -> Double {
        plant.loads.reduce(0) { sum, place in
            guard case .deferrable(let group) = plant.offers[place].shape, !plant.tripped.contains(group.path) else {
                return sum
            }
            return sum + (group.needKW ?? group.ratingKW)
        }
    }

    /// Charging that waits: only what departures need.
    static func rest(_ group: DeferrableLoad, _ place: Int) -> Wish {
        guard let need = group.needKW else {
            return Wish(
                place, group.setPoint(chargingKW: group.ratingKW),
                Reason("failsafe: its need is unknown; its own controller decides"), .always)
        }
        return Wish(
            place, group.setPoint(chargingKW: need), Reason("charging waits for the loads; % kW for departures", need))
    }

    /// Generators carry the load and fill the storage, cars what is left above what storage can give all the time; what
    /// neither loads nor storage take, charging does.
    private func balance(_ plant: PlantView, _ supply: Supply, loadKW: Double) -> [Wish] {
        var wishes: [Wish] = []
        var leastKW = 0.0
        for place in plant.generators {
            guard case .generator(let cell) = plant.offers[place].shape else { continue }
            let wantedKW = min(cell.ratedKW, max(cell.minimumKW, loadKW + supply.storageTakesKW - leastKW))
            leastKW += cell.comingKW(setPointKW: wantedKW)
            wishes.append(
                Wish(
                    place, (wantedKW * 10).rounded(.down) / 10,
                    Reason("island: % kW of load, and storage takes up to % kW", loadKW, supply.storageTakesKW)))
        }
        // What loads may rise by is left to storage, which is there at once.
        let steadyKW = min(supply.storageKW, max(0, supply.storageNowKW - marginFraction * loadKW))
        var openKW = max(0, loadKW - leastKW - steadyKW)
        var surplusKW = max(0, leastKW - loadKW - supply.storageTakesKW)
        for place in plant.loads {
            guard case .deferrable(let group) = plant.offers[place].shape else { continue }
            let gives = min(openKW, giveKW(plant, place))
            if gives > 0 {
                openKW -= gives
                wishes.append(
                    Wish(
                        place, group.setPoint(chargingKW: -gives),
                        Reason(
                            "island: cars give % kW of the % kW that they may; departures stay", gives, group.giveMaxKW)
                    ))
                continue
            }
            guard surplusKW > 0, group.isFree, let need = group.needKW, group.drawMaxKW > need else {
                wishes.append(IslandRule.rest(group, place))
                continue
            }
            let takes = min(surplusKW, group.drawMaxKW - need)
            surplusKW -= takes
            wishes.append(
                Wish(
                    place, group.setPoint(chargingKW: need + takes),
                    Reason("island: charges % kW that nothing else takes", takes)))
        }
        return wishes
    }

    /// Storage forms the grid by itself; all others are where they go without the grid.
    private func rest(_ plant: PlantView) -> [Wish] {
        let ruled = [plant.loads, plant.generators, plant.circuits]
        return plant.offers.indices.filter { place in !ruled.contains { $0.contains(place) } }.map { place in
            let offer = plant.offers[place]
            return switch offer.shape {
            case .store: Wish(place, 0, Reason("island: forms the grid and gives what is open"))
            case .curtailable: Wish(place, offer.failsafe, Reason("island: stays tripped while the breaker is open"))
            default: Wish(place, offer.failsafe, Reason("failsafe: the grid breaker is open"))
            }
        }
    }
}
