import TwinCore
import TwinProgram

extension PlanProgram {
    /// What gives power at its own fuel's cost. To rest and come back costs it life and hours.
    mutating func add(_ generator: Generator, _ hint: Int) throws(LinearProgram.Problem) {
        let name = generator.path.text
        let words = (
            power: "power of " + name, runs: name + " runs", least: "least of " + name, most: "rating of " + name
        )
        var columns: [LinearProgram.Column] = []
        var running: [LinearProgram.Column] = []
        let mayRest = generator.startCostPerKW > 0 || generator.restartHours > 0 || generator.minimumKW > 0
        for place in problem.periods.indices {
            let power = try program.addColumn(
                .init(words.power, place), .between(0, generator.ratedKW),
                cost: cost(generator, place, hint) * hours(place))
            try program.add(1, power, to: bus[place])
            try addHeat(generator, power, place, hint)
            columns.append(power)
            if generator.litresPerKWh > 0 { tankUses[place].append((power, generator.litresPerKWh * hours(place))) }
            guard mayRest else { continue }
            let runs = try program.addColumn(
                .init(words.runs, place), .between(0, 1), isInteger: place < PlanProgram.wholePeriods)
            try program.addRow(.init(words.least, place), .atLeast(0), [(power, 1), (runs, -generator.minimumKW)])
            try program.addRow(.init(words.most, place), .atMost(0), [(power, 1), (runs, -generator.ratedKW)])
            running.append(runs)
            try addStandby(generator, runs, place)
        }
        if mayRest { try addStarts(generator, running) }
        try addRamps(generator, columns, running)
        try calm(name, columns.map { [($0, 1)] }, from: generator.powerKW.value, perUnit: problem.objective.changePerKW)
        parts.append(Part(paths: [generator.path], terms: columns.map { [($0, 1)] }))
    }

    /// What it burns while it rests: told of every hour, and given back while it runs.
    private mutating func addStandby(
        _ generator: Generator, _ runs: LinearProgram.Column, _ place: Int
    ) throws(LinearProgram.Problem) {
        let standby = generator.standby
        let price = standby.price + problem.objective.money(standby.grams)
        guard price != 0 || standby.litres > 0 else { return }
        let rests = try program.addColumn(
            .init("standby of " + generator.path.text, place), .between(0, 1), cost: price * hours(place))
        try program.addRow(.init("rest or run of " + generator.path.text, place), .exactly(1), [(rests, 1), (runs, 1)])
        if standby.litres > 0 { tankUses[place].append((rests, standby.litres * hours(place))) }
    }

    /// Tanks give what they hold and what tankers bring. Where even standby takes more than that, the cell goes cold: that is
    /// told, and priced as the hours are that it takes to come back.
    mutating func addTanks() throws(LinearProgram.Problem) {
        guard let stock = problem.now.fuelStock, stock.litres.isFinite, tankUses.contains(where: { !$0.isEmpty }) else {
            return
        }
        let all = problem.periods.indices.reduce(0) { $0 + hours($1) }
        let fastest = tankUses.indices.reduce(0) { most, place in
            max(most, tankUses[place].reduce(0) { $0 + self.most($1.column) * $1.litres } / hours(place))
        }
        let deliveries = stock.deliveries(fastest: fastest, within: all)
        var before: LinearProgram.Column?
        var begin = 0.0
        for place in problem.periods.indices {
            let end = begin + hours(place)
            let brought = Double(deliveries.count { $0 >= begin && $0 < end }) * stock.deliveryLitres
            begin = end
            let content = try program.addColumn(.init("ethanol", place), .between(-.infinity, .infinity))
            let comes = try program.addColumn(.init("ethanol brought", place), .exactly(brought))
            let uses = tankUses[place].map { ($0.column, -$0.litres) }
            try addContent(
                "ethanol", place, content, before, heldKWh: max(0, stock.litres), uses + [(comes, 1)])
            let row = try program.addRow(.init("ethanol in the tank", place), .atLeast(0), [(content, 1)])
            try program.soften(row, priceBelow: PlanProgram.tankPrice)
            before = content
        }
    }

    private func most(_ column: LinearProgram.Column) -> Double { max(0, program.columnUpper[column.index]) }

    /// Of a litre that is not there, for each period, in the currency of the tariffs. ASM: more than any power is worth that it
    /// could make, which is 3.25 kWh.
    private static let tankPrice = 10.0

    /// Money with carbon for each kWh, without what its heat is worth: the network's row says that.
    private func cost(_ generator: Generator, _ place: Int, _ hint: Int) -> Double {
        var now = generator
        if case .generator(let then)? = ahead(generator.path, place, hint) { now = then }
        let filling = problem.periods[place].view.heatFilling
        let price = (now.pricePerKWh ?? 0) + now.heatPerKWh * (filling.pricePerKWh ?? 0)
        return price + problem.objective.money(now.gramsPerKWh + now.heatPerKWh * filling.gramsPerKWh)
    }

    /// The network's demand is told with its heat at its expected power; a plan that gives less leaves more open.
    private mutating func addHeat(
        _ generator: Generator, _ power: LinearProgram.Column, _ place: Int, _ hint: Int
    ) throws(LinearProgram.Problem) {
        guard generator.heatPerKWh > 0 else { return }
        var expected = 0.0
        if case .generator(let then)? = ahead(generator.path, place, hint) { expected = max(0, then.powerKW.value) }
        let offset = try program.addColumn(.init("heat told of generators", place), .exactly(expected))
        try program.add(generator.heatPerKWh, power, to: heat[place])
        try program.add(-generator.heatPerKWh, offset, to: heat[place])
    }

    /// Half of what a rest and a start cost is paid when it goes to rest, or a plan would end with a rest that seems free.
    private mutating func addStarts(
        _ generator: Generator, _ running: [LinearProgram.Column]
    ) throws(LinearProgram.Problem) {
        let name = generator.path.text
        let words = (start: name + " starts", stop: name + " stops", turn: "turns of " + name, rest: "rest of " + name)
        let cost = generator.startCostPerKW * generator.ratedKW / 2
        var stops: [LinearProgram.Column] = []
        for place in running.indices {
            let start = try program.addColumn(.init(words.start, place), .between(0, 1), cost: cost)
            let stop = try program.addColumn(.init(words.stop, place), .between(0, 1), cost: cost)
            var terms = [(running[place], 1.0), (start, -1), (stop, 1)]
            if place > 0 { terms.append((running[place - 1], -1)) }
            // One that gives power now was started before.
            try program.addRow(
                .init(words.turn, place), .exactly(place == 0 && !generator.isAtRest ? 1 : 0), terms)
            stops.append(stop)
            guard generator.restartHours > 0 else { continue }
            // Who runs has not gone to rest within the hours that it takes to come back.
            var rest = [(running[place], 1.0), (stop, 1.0)]
            var (hours, before) = (0.0, place - 1)
            while before >= 0 {
                hours += self.hours(before)
                guard hours < generator.restartHours else { break }
                rest.append((stops[before], 1))
                before -= 1
            }
            try program.addRow(.init(words.rest, place), .atMost(1), rest)
        }
    }

    /// It follows no faster than it can; its least comes and goes at once.
    private mutating func addRamps(
        _ generator: Generator, _ columns: [LinearProgram.Column], _ running: [LinearProgram.Column]
    ) throws(LinearProgram.Problem) {
        let (name, stepHours) = (generator.path.text, problem.step.hours)
        let words = (up: "ramp up of " + name, down: "ramp down of " + name)
        let least = running.isEmpty ? 0 : generator.minimumKW
        let range = generator.ratedKW - least
        guard stepHours > 0, generator.rampKWPerStep.isFinite, generator.rampKWPerStep >= 0 else { return }
        for place in columns.indices {
            let ramp = generator.rampKWPerStep * hours(place) / stepHours
            guard ramp < range else { continue }
            // What it gives above its least, now and before.
            var terms = [(columns[place], 1.0)]
            if running.indices.contains(place) { terms.append((running[place], -least)) }
            var begin = 0.0
            if place > 0 {
                terms.append((columns[place - 1], -1))
                if running.indices.contains(place - 1) { terms.append((running[place - 1], least)) }
            } else {
                begin = min(max(0, generator.powerKW.value - least), range)
            }
            try program.addRow(.init(words.up, place), .atMost(begin + ramp), terms)
            // From any power it may go to rest.
            var (fall, bound) = (terms, begin - ramp)
            if running.indices.contains(place) {
                fall.append((running[place], -range))
                bound -= range
            }
            try program.addRow(.init(words.down, place), .atLeast(bound), fall)
        }
    }

    /// As much of what the sun offers as there is use for.
    mutating func add(_ source: CurtailableSource, _ hint: Int) throws(LinearProgram.Problem) {
        let word = "sun of " + source.path.text
        var columns: [LinearProgram.Column] = []
        for place in problem.periods.indices {
            // As the period's view has it from the first one on: its net is told with this sun.
            var now = source
            if case .curtailable(let then)? = ahead(source.path, place, hint) { now = then }
            let power = try program.addColumn(
                .init(word, place), .between(0, min(max(0, now.availableKW), 1e9)))
            try program.add(1, power, to: bus[place])
            columns.append(power)
        }
        parts.append(Part(paths: [source.path], terms: columns.map { [($0, 1)] }))
    }
}
