import TwinCore
import TwinProgram

extension PlanProgram {
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
