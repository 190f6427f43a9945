import TwinCore
import TwinProgram

extension PlanProgram {
    /// Charging that can wait: what is plugged in and what is expected, each within some hours of its coming. Two-way cars
    /// lend for an hour, and have it back with its losses by the time that the others are due.
    mutating func add(_ load: DeferrableLoad, _ hint: Int) throws(LinearProgram.Problem) {
        guard let need = load.needKW, need.isFinite else { return }
        let name = load.path.text
        let (charging, into, waits) = ("charging at " + name, "energy into " + name, "charging that waits at " + name)
        let sign = load.action == .setPower ? -1.0 : 1.0
        var come = plugged(load, need)
        var due: [Double] = []
        var lentKWh = 0.0
        var before: LinearProgram.Column?
        var terms: [[Part.Term]] = []
        for place in problem.periods.indices {
            let hours = hours(place)
            let power = try program.addColumn(
                .init(charging, place), .between(0, place == 0 ? load.drawNowKW : load.ratingKW))
            try program.add(-1, power, to: bus[place])
            var term = [(column: power, factor: sign)]
            var inflow = [(power, hours)]
            if place < PlanProgram.lendingPeriods, load.action == .setPower, load.giveMaxKW > 0 {
                let give = try program.addColumn(
                    .init("given back at " + name, place), .between(0, load.giveMaxKW),
                    cost: problem.objective.wearPerKWh * hours)
                try program.add(1, give, to: bus[place])
                term.append((give, -sign))
                inflow.append((give, -hours / PlanProgram.lendingEfficiency))
                lentKWh += load.giveMaxKW * hours / PlanProgram.lendingEfficiency
            }
            if place == 0 { try keepDepartures(load, need, power) }
            come += expectedKW(load, place, hint) * hours
            due.append(come)
            // What is left to charge at the end is bought then.
            let all = try program.addColumn(
                .init(into, place), .between(-lentKWh, come),
                cost: place == lastPlace ? -meanPrice * PlanProgram.endShare : 0)
            try addContent(into, place, all, before, heldKWh: 0, inflow)
            if place >= PlanProgram.waitPeriods {
                let row = try program.addRow(
                    .init(waits, place), .atLeast(due[place - PlanProgram.waitPeriods]), [(all, 1)])
                try program.soften(row, priceBelow: PlanProgram.waitPrice * max(importPrice(place), 0.1))
            }
            before = all
            terms.append(term)
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
        let told = load.openKWh.flatMap { $0.isFinite ? max(0, $0) : nil }
        let most = problem.periods.prefix(PlanProgram.waitPeriods).reduce(0) { $0 + $1.hours } * load.ratingKW
        return max(min(told ?? load.drawMaxKW * PlanProgram.pluggedHours, most), min(need, load.drawNowKW) * hours(0))
    }

    private func expectedKW(_ load: DeferrableLoad, _ place: Int, _ hint: Int) -> Double {
        guard case .deferrable(let then)? = ahead(load.path, place, hint), then.powerKW.value.isFinite else { return 0 }
        return min(max(0, -then.powerKW.value), load.ratingKW)
    }

    /// ASM: where nobody tells, a plugged car charges for two hours more; all wait for six at most.
    private static let pluggedHours = 2.0
    static let waitPeriods = 12
    /// An hour: how long the cars stay nobody tells. Per direction 0.9.
    private static let lendingPeriods = 2
    static let lendingEfficiency = 0.81
    /// Of waiting longer, in prices of energy: less than a peak, more than any hour saves.
    private static let waitPrice = 5.0
    /// Against a limit of the connection.
    private static let departurePrice = 2.0

    // MARK: - Heat

    /// What makes hot water of electricity or a fuel.
    mutating func add(_ converter: Converter, _ hint: Int) throws(LinearProgram.Problem) {
        let name = converter.path.text
        let word = "heat of " + name
        var columns: [LinearProgram.Column] = []
        for place in problem.periods.indices {
            let input = inputOf(converter, place, hint)
            let output = try program.addColumn(
                .init(word, place), .between(0, input == nil ? 0 : converter.ratedKW),
                cost: (input?.bought ?? 0) * hours(place))
            try program.add(1, output, to: heat[place])
            if let drawn = input?.drawnKW, drawn > 0 { try program.add(-drawn, output, to: bus[place]) }
            if converter.minimumKW > 0 { try least(converter.minimumKW, converter.ratedKW, output, name, place) }
            columns.append(output)
        }
        try calm(
            name, columns.map { [($0, 1)] }, from: converter.measuredKW.value, perUnit: problem.objective.changePerKW)
        parts.append(Part(paths: [converter.path], terms: columns.map { [($0, 1)] }))
    }

    /// Money for its fuel and kW from the bus, for each kW of its output; nil where nobody can say.
    private func inputOf(_ converter: Converter, _ place: Int, _ hint: Int) -> (bought: Double, drawnKW: Double)? {
        var now = converter
        if case .converter(let then)? = ahead(converter.path, place, hint) { now = then }
        switch now.input {
        case .electricity(let perKW, _, _): return perKW > 0 && perKW.isFinite ? (0, 1 / perKW) : nil
        case .fuel(let grams, _, let more):
            // Its price is told as what it costs more than what it replaces.
            let filling = problem.periods[place].view.heatFilling
            return ((filling.pricePerKWh ?? 0) + (more ?? 0) + problem.objective.money(grams), 0)
        }
    }

    /// It rests, or runs between its least and its rating.
    private mutating func least(
        _ minimumKW: Double, _ ratedKW: Double, _ output: LinearProgram.Column, _ name: String, _ place: Int
    ) throws(LinearProgram.Problem) {
        let runs = try program.addColumn(
            .init(name + " runs", place), .between(0, 1), isInteger: place < PlanProgram.wholePeriods)
        try program.addRow(.init("least of " + name, place), .atLeast(0), [(output, 1), (runs, -minimumKW)])
        try program.addRow(.init("rating of " + name, place), .atMost(0), [(output, 1), (runs, -ratedKW)])
    }

    /// Elements in place of gas: on or off in the hours that are next, a share of it beyond them.
    mutating func add(_ oven: SourceSwitch, _ hint: Int) throws(LinearProgram.Problem) {
        let word = "elements of " + oven.path.text
        var columns: [LinearProgram.Column] = []
        for place in problem.periods.indices {
            var now = oven
            if place > 0, case .source(let then)? = ahead(oven.path, place, hint) { now = then }
            let (drawn, hours) = (max(0, now.electricKW), hours(place))
            // The gas that they need not burn.
            let saved = (now.replacedPricePerKWh ?? 0) + problem.objective.money(now.breakEvenGPerKWh)
            let mayRun = !(place == 0 && oven.mustRest)
            let share = try program.addColumn(
                .init(word, place), .between(0, mayRun ? 1 : 0), cost: -saved * drawn * hours,
                isInteger: place < PlanProgram.wholePeriods)
            if drawn > 0 { try program.add(-drawn, share, to: bus[place]) }
            columns.append(share)
        }
        try calm(
            word, columns.map { [($0, 1)] }, from: oven.isElectric ? 1 : 0,
            perUnit: problem.objective.changePerKW * max(oven.ratedKW, 0))
        parts.append(Part(paths: [oven.path], terms: columns.map { [($0, 1)] }))
    }

    /// So far ahead a choice is whole; a plan is made anew long before the rest of it comes.
    static let wholePeriods = 16
}

extension DeferrableLoad {
    /// Most that it draws now, as its controller tells; departures do not change that.
    fileprivate var drawNowKW: Double {
        canChargeKW.quality.isGood && canChargeKW.value.isFinite ? min(max(canChargeKW.value, 0), ratingKW) : ratingKW
    }
}
