import TwinCore
import TwinProgram

extension PlanProgram {
    /// Charging that can wait: what is plugged in and what is expected, each until its car is due. Two-way cars lend while they
    /// stay, and have it back with its losses before they leave.
    mutating func add(_ load: DeferrableLoad, _ hint: Int) throws(LinearProgram.Problem) {
        guard let need = load.needKW, need.isFinite else { return }
        let name = load.path.text
        let (charging, into, waits) = ("charging at " + name, "energy into " + name, "charging that waits at " + name)
        let given = "given back at " + name
        let sign = load.action == .setPower ? -1.0 : 1.0
        let window = ChargingWindow(load, openKWh: plugged(load, need), problem) { expectedKW(load, $0, hint) }
        var gives: [Int: LinearProgram.Column] = [:]
        var before: LinearProgram.Column?
        var terms: [[Part.Term]] = []
        for place in problem.periods.indices {
            let hours = hours(place)
            let most = place == 0 ? load.drawNowKW : load.ratingKW
            let power = try program.addColumn(.init(charging, place), .between(0, most))
            try program.add(-1, power, to: bus[place])
            var term = [(column: power, factor: sign)]
            var inflow = [(power, hours)]
            if load.action == .setPower, window.giveMaxKW[place] > 0 {
                let giveMaxKW = window.giveMaxKW[place]
                let give = try program.addColumn(
                    .init(given, place), .between(0, giveMaxKW), cost: problem.objective.wearPerKWh * hours)
                try program.add(1, give, to: bus[place])
                term.append((give, -sign))
                inflow.append((give, -hours / ExpectedCars.roundTrip))
                gives[place] = give
                // Where energy is worth less than nothing, to lose some on the way would pay.
                if min(importPrice(place), exportPrice(place)) < 0 {
                    try forbidBoth(power, give, name, place, mostKW: max(most, giveMaxKW))
                }
            }
            if place == 0 { try keepDepartures(load, need, power) }
            // What is left to charge at the end is bought then.
            let all = try program.addColumn(
                .init(into, place), .between(-window.lentKWh[place], window.comeKWh[place]),
                cost: place == lastPlace ? -meanPrice * PlanProgram.endShare : 0)
            try addContent(into, place, all, before, heldKWh: 0, inflow)
            if let least = window.leastKWh[place] {
                let row = try program.addRow(.init(waits, place), .atLeast(least), [(all, 1)])
                try program.soften(row, priceBelow: PlanProgram.waitPrice * max(importPrice(place), 0.1))
            }
            before = all
            terms.append(term)
        }
        for (number, lending) in window.lendings.enumerated() {
            let parts = lending.places.compactMap { place in gives[place].map { ($0, hours(place)) } }
            guard !parts.isEmpty else { continue }
            try program.addRow(.init("lent by " + name, number), .atMost(max(0, lending.mostKWh)), parts)
        }
        try calm(
            name, terms.map { $0.map { ($0.column, $0.factor * sign) } }, from: -load.powerKW.value,
            perUnit: problem.objective.changePerKW)
        parts.append(Part(paths: [load.path], terms: terms))
    }

    /// What departures need now comes before limits of the connection: the group charges it by itself.
    private mutating func keepDepartures(
        _ load: DeferrableLoad, _ need: Double, _ power: LinearProgram.Column
    ) throws(LinearProgram.Problem) {
        let told = load.mustKW.value
        let row = try program.addRow(
            .init("departures at " + load.path.text, 0), .atLeast(told.isFinite ? max(need, told) : need), [(power, 1)])
        try program.soften(row, priceBelow: PlanProgram.departurePrice * limitPrice(0) * hours(0))
    }

    /// What is plugged in draws as much as its controller tells, kWh; what nobody tells is taken for some hours' worth.
    private func plugged(_ load: DeferrableLoad, _ need: Double) -> Double {
        let waits = problem.periods.prefix(ExpectedCars.waitPeriods).reduce(0) { $0 + $1.hours }
        let most = max(waits, load.dueHours ?? 0) * load.ratingKW
        return max(min(load.openOrUsualKWh, most), min(need, load.drawNowKW) * hours(0))
    }

    private func expectedKW(_ load: DeferrableLoad, _ place: Int, _ hint: Int) -> Double {
        guard case .deferrable(let then)? = ahead(load.path, place, hint), then.powerKW.value.isFinite else { return 0 }
        return min(max(0, -then.powerKW.value), load.ratingKW)
    }

    /// ASM: where nobody tells how long they stay, cars lend in the hour that is next.
    fileprivate static let lendingPeriods = 2
    /// Of waiting longer, in prices of energy: less than a peak, more than any hour saves.
    private static let waitPrice = 5.0
    /// Against a limit of the connection.
    private static let departurePrice = 2.0
}

/// What a group may have charged by the end of each period, and what it must have, kWh at the bays from the plan's begin on.
///
/// A car's energy is in it once: what is plugged in by the open need that is told, and what comes later by the expectation, of
/// which the flat power of the period's offer is a part only where nothing better is known.
private struct ChargingWindow {
    /// Most that can be charged.
    var comeKWh: [Double] = []
    /// Least that must be; nil where nothing must.
    var leastKWh: [Double?] = []
    /// Most by which it may have lent more than it charged.
    var lentKWh: [Double] = []
    var giveMaxKW: [Double] = []
    var lendings: [ExpectedCars.Lending] = []

    init(_ load: DeferrableLoad, openKWh: Double, _ problem: PlanProblem, flatKW: (Int) -> Double) {
        if let cars = problem.cars[load.path], cars.isWhole(problem.periods.count) {
            self.init(load, openKWh, problem.periods, cars)
        } else {
            self.init(load, openKWh, problem.periods, flatKW)
        }
    }

    /// Nobody tells how long they stay.
    private init(
        _ load: DeferrableLoad, _ openKWh: Double, _ periods: [PlanProblem.Period], _ flatKW: (Int) -> Double
    ) {
        let waitHours = load.waitHours ?? ExpectedCars.waitHours
        let dueHours = load.dueHours ?? waitHours
        var (come, lent, hours) = ([Double](), 0.0, [0.0])
        for (place, period) in periods.enumerated() {
            let mayGive = place < PlanProgram.lendingPeriods
            giveMaxKW.append(mayGive ? load.giveMaxKW : 0)
            if mayGive { lent += load.giveMaxKW * period.hours / ExpectedCars.roundTrip }
            lentKWh.append(lent)
            come.append((come.last ?? 0) + flatKW(place) * period.hours)
            comeKWh.append(openKWh + come[place])
            let end = hours[place] + period.hours
            hours.append(end)
            // What is open is due as its controller says, at the latest so that its power is enough for it.
            var must = max(0, openKWh - load.ratingKW * max(0, dueHours - end))
            if load.dueHours == nil, end <= dueHours + 1e-9 { must = 0 }
            // What came in a period that ended so long ago has waited for as long as it may.
            if let since = hours.lastIndex(where: { $0 <= end - waitHours + 1e-9 }), since > 0 {
                must += come[since - 1]
            }
            // Nothing that must be charged is a bound too: what was lent is back by then.
            leastKWh.append(must > 0 || end > dueHours + 1e-9 ? must : nil)
        }
    }

    /// Those that stand there are due with their shift, the others as they are expected.
    private init(
        _ load: DeferrableLoad, _ openKWh: Double, _ periods: [PlanProblem.Period], _ cars: ExpectedCars
    ) {
        let dues = ChargingWindow.dues(openKWh, cars.stays)
        let firstDue = cars.stays.first?.due
        // So fast those that stand there can have it back.
        let drawKW = load.drawMaxKW > 0 ? load.drawMaxKW : load.ratingKW
        var reachedKWh = 0.0
        for (place, period) in periods.enumerated() {
            let end = period.end
            func left(_ due: PlantTime) -> Double { max(0, (due - end).hours) }
            reachedKWh += drawKW * period.hours
            var must = cars.latestKWh[place]
            if dues.isEmpty, place >= ExpectedCars.waitPeriods { must += openKWh }
            // No more than they could have had by then.
            must += min(reachedKWh, dues.reduce(0) { $0 + max(0, $1.kWh - drawKW * left($1.due)) })

            let mayGive = firstDue.map { period.start < $0 } ?? (place < PlanProgram.lendingPeriods)
            giveMaxKW.append(min((mayGive ? load.giveMaxKW : 0) + max(0, cars.giveMaxKW[place]), load.ratingKW))
            var lent = max(0, cars.lentMaxKWh[place]) / ExpectedCars.roundTrip
            let nowKWh = max(0, cars.nowLendKWh) / ExpectedCars.roundTrip
            if let firstDue {
                lent += min(nowKWh, load.giveMaxKW * left(firstDue))
            } else if place < ExpectedCars.waitPeriods {
                lent += nowKWh
            }
            lentKWh.append(lent)
            comeKWh.append(openKWh + max(0, cars.soonestKWh[place]))
            leastKWh.append(must > 0 ? must - lent : nil)
        }
        let here = periods.indices.prefix(while: { place in
            firstDue.map { periods[place].start < $0 } ?? (place < PlanProgram.lendingPeriods)
        })
        lendings = [ExpectedCars.Lending(places: here, mostKWh: cars.nowLendKWh)] + cars.lendings
    }

    /// The open need by when it is due: the shifts that came last have what they are expected to have come with, the first has
    /// the rest.
    private static func dues(_ openKWh: Double, _ stays: [ExpectedCars.Stay]) -> [(due: PlantTime, kWh: Double)] {
        var rest = openKWh
        return stays.enumerated().reversed().map { number, stay in
            let own = number == 0 ? rest : min(rest, max(0, stay.cameKWh))
            rest -= own
            return (stay.due, own)
        }
    }
}

extension DeferrableLoad {
    /// Most that it draws now, as its controller tells; departures do not change that.
    fileprivate var drawNowKW: Double {
        canChargeKW.quality.isGood && canChargeKW.value.isFinite ? min(max(canChargeKW.value, 0), ratingKW) : ratingKW
    }

    /// What its vehicles will still draw as its controller tells it, kWh; where it does not, what they draw in two hours (ASM).
    public var openOrUsualKWh: Double {
        openKWh.flatMap { $0.isFinite ? max(0, $0) : nil } ?? drawMaxKW * DeferrableLoad.usualHours
    }

    private static let usualHours = 2.0
}
