import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinStudies
import TwinUnits

/// Cars that will plug in at a group of bays, and how long they stay, by the calendar's shifts. It is drawn once for a
/// configuration, by a chance that is always the same and no other's.
struct PlugInOutlook: Sendable, Hashable {
    /// The cars of one shift on one day.
    struct Visit: Sendable, Hashable {
        let shift: PlugInShift
        /// When the shift's local day begins.
        let midnight: PlantTime

        var due: PlantTime { midnight + Span(ms: shift.dueMs) }
        fileprivate var begins: PlantTime { midnight + Span(ms: shift.firstMs) }

        fileprivate func at(_ time: PlantTime, _ curve: KeyPath<PlugInShift, [Double]>) -> Double {
            shift.at((time - midnight).ms, curve)
        }
        /// Need of the cars that have come by a time, kWh.
        func cameKWh(by time: PlantTime) -> Double { at(time, \.comesKWh) }
        /// The share of the cars that is still to come.
        fileprivate func shareAfter(_ time: PlantTime) -> Double {
            let all = shift.comesKWh.last ?? 0
            return all > 0 ? min(max(1 - cameKWh(by: time) / all, 0), 1) : 0
        }
    }

    let path: AssetPath
    let bays: ChargingBays
    private let calendar: ProductionCalendar
    private let shifts: [PlugInShift]

    /// - Returns: nil where the calendar has no shifts or none of them brings a car: nothing is known then.
    init?(_ bays: ChargingBays, _ path: AssetPath, _ calendar: ProductionCalendar) {
        var stream = SeedStream(seed: 0, name: "plug-in." + path.text)
        shifts = calendar.shifts.compactMap { PlugInShift(bays, $0, &stream) }
        (self.bays, self.path, self.calendar) = (bays, path, calendar)
        if shifts.isEmpty { return nil }
    }

    /// The shifts whose cars come or stand there in a time, by when they are due.
    func visits(from: PlantTime, to: PlantTime) -> [Visit] {
        // A shift may reach into the next day, and its first cars come on the day before.
        let first = calendar.zone.local(from).date.daysSinceEpoch - 1
        let last = calendar.zone.local(to).date.daysSinceEpoch + 1
        guard first <= last else { return [] }
        let all = (first...last).flatMap { day -> [Visit] in
            let date = CivilDate(daysSinceEpoch: day)
            guard calendar.isProductionDay(date) else { return [] }
            return shifts.map { shift in
                // Where the clock changed in the night, the shift begins by the new time.
                let start = calendar.zone.instant(date, msOfDay: shift.startMs)
                return Visit(shift: shift, midnight: start - Span(ms: shift.startMs))
            }
        }
        return all.filter { $0.due > from && $0.begins < to }.sorted { $0.due < $1.due }
    }

    /// Those that have begun, by when they are due.
    private func stays(_ visits: [Visit], at now: PlantTime) -> [Visit] {
        visits.filter { $0.due > now && $0.cameKWh(by: now) > 0 }
    }

    /// By when the first of those that stand there now are due; nil where no shift is on.
    func firstDue(at now: PlantTime) -> PlantTime? { stays(visits(from: now, to: now), at: now).first?.due }

    /// What a plan is told.
    /// - Parameters:
    ///   - load: the group now, as its controller tells it.
    ///   - givenKWh: given back since the first of those that stand there now came.
    func cars(
        _ periods: [(from: PlantTime, to: PlantTime)], _ load: DeferrableLoad, givenKWh: Double, at now: PlantTime
    ) -> ExpectedCars {
        var cars = ExpectedCars(periods: periods.count)
        let visits = visits(from: now, to: periods.last?.to ?? now)
        for visit in visits {
            let came = visit.cameKWh(by: now)
            for (place, period) in periods.enumerated() {
                let soonest = max(0, min(visit.cameKWh(by: period.to) - came, visit.at(period.to, \.soonestKWh)))
                cars.soonestKWh[place] += soonest
                cars.latestKWh[place] += min(soonest, visit.at(period.to, \.latestKWh) * visit.shareAfter(now))
            }
            // While they come, those that are there lend for all.
            if bays.isBidirectional, came == 0 { addLending(visit, &cars, periods) }
        }
        addOthers(&cars, periods)
        let here = stays(visits, at: now)
        cars.stays = here.map { ExpectedCars.Stay(due: $0.due, cameKWh: $0.cameKWh(by: now)) }
        cars.nowLendKWh = nowLendKWh(load, here, givenKWh, at: now)
        return cars
    }

    private func addLending(
        _ visit: Visit, _ cars: inout ExpectedCars, _ periods: [(from: PlantTime, to: PlantTime)]
    ) {
        let giveKW = periods.map { min(visit.at($0.from, \.giveKW), visit.at($0.to, \.giveKW)) }
        let lentKWh = periods.map { visit.at($0.to, \.lendKWh) }
        for place in periods.indices {
            cars.giveMaxKW[place] += giveKW[place]
            cars.lentMaxKWh[place] += lentKWh[place]
        }
        guard let first = giveKW.firstIndex(where: { $0 > 0 }), let last = giveKW.lastIndex(where: { $0 > 0 }) else {
            return
        }
        cars.lendings.append(ExpectedCars.Lending(places: first..<last + 1, mostKWh: lentKWh.max() ?? 0))
    }

    /// Who comes outside of the shifts is expected at one power and waits for as long as where nobody tells.
    private func addOthers(_ cars: inout ExpectedCars, _ periods: [(from: PlantTime, to: PlantTime)]) {
        guard bays.idleKW > 0 else { return }
        var come: [Double] = []
        for (place, period) in periods.enumerated() {
            let own = calendar.isShift(at: period.from) ? 0 : bays.idleKW * (period.to - period.from).hours
            come.append((come.last ?? 0) + own)
            cars.soonestKWh[place] += come[place]
            let since = place - ExpectedCars.waitPeriods
            if since >= 0 { cars.latestKWh[place] += come[since] }
        }
    }

    /// What those that stand there may still give: each that can give now as much as a car may in the mean, all of them no more
    /// than is left of that for all that came. Without a shift it is an hour, as where nobody tells.
    private func nowLendKWh(_ load: DeferrableLoad, _ here: [Visit], _ givenKWh: Double, at now: PlantTime) -> Double {
        guard bays.isBidirectional, bays.pointMaxKW > 0 else { return 0 }
        guard let perCar = here.map(\.shift.lendKWhPerCar).min() else { return load.giveMaxKW }
        let came = here.reduce(0) { $0 + $1.shift.carsMost.p50 * (1 - $1.shareAfter(now)) }
        let left = max(came * perCar - max(0, givenKWh), load.giveMaxKW * settlementPeriod.hours)
        return min(load.giveMaxKW / bays.pointMaxKW * perCar, left)
    }

    /// What comes to be charged in each period, a mean over it, kW.
    func comesKW(_ periods: [(from: PlantTime, to: PlantTime)]) -> [Double] {
        guard let first = periods.first, let last = periods.last else { return [] }
        let visits = visits(from: first.from, to: last.to)
        return periods.map { from, to in
            let come = visits.reduce(0) { $0 + $1.cameKWh(by: to) - $1.cameKWh(by: from) }
            return come / (to - from).hours + (calendar.isShift(at: from) ? 0 : bays.idleKW)
        }
    }
}

/// What a group of bays gave since its cars came, and what came to be charged, by its telemetry.
struct PlugInWatch: Sendable {
    private var openKWh: Double?
    private var givenKWh = 0.0
    /// Of those that gave.
    private var due: PlantTime?

    /// Takes what was told of a step.
    /// - Returns: what came to be charged in it, a mean over it, kW; nil where the controller does not tell. What is charged or
    ///   lent is what the need changes by; only a car that leaves without its need is taken for one that never came.
    mutating func hear(_ load: DeferrableLoad?, _ step: Span, due first: PlantTime?) -> Double? {
        if first != due { (due, givenKWh) = (first, 0) }
        guard let load, load.powerKW.quality.isGood, load.powerKW.value.isFinite, let open = load.openKWh,
            open.isFinite,
            step.hours > 0
        else {
            openKWh = nil
            return nil
        }
        let kW = load.powerKW.value
        givenKWh += max(0, kW) * step.hours
        defer { openKWh = open }
        return openKWh.map { before in
            (open - before) / step.hours + (kW > 0 ? -kW / ExpectedCars.roundTrip : -kW)
        }
    }

    /// By those that are due first at a time, kWh.
    func givenKWh(due first: PlantTime?) -> Double { first == due ? givenKWh : 0 }
}
