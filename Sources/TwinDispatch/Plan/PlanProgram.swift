import TwinCore
public import TwinProgram

/// The program of a plan: what every offer may do in every period, on the two networks that they share.
///
/// Columns of power are in kW, those of content in kWh; the objective is money, with carbon at its price. What could have no
/// solution is soft: limits of the connection and wishes have prices far above those of energy, and what is breached is told.
public struct PlanProgram: Sendable {
    /// A set-point as columns: in each period their sum, each with its factor.
    struct Part: Sendable {
        typealias Term = (column: LinearProgram.Column, factor: Double)

        /// Several where equal ones are planned as one.
        var paths: [AssetPath]
        var terms: [[Term]]
    }

    public internal(set) var program = LinearProgram()
    let problem: PlanProblem
    var parts: [Part] = []
    /// What generators take of the tanks in each period, litres for each unit.
    var tankUses: [[(column: LinearProgram.Column, litres: Double)]] = []
    /// The plant's bus, and the hot-water network, by period: what comes in less what goes out.
    private(set) var bus: [LinearProgram.Row] = []
    private(set) var heat: [LinearProgram.Row] = []
    /// What stores and waiting cars hold, from period to period.
    private(set) var contents: [LinearProgram.Row] = []
    private(set) var imports: [LinearProgram.Column] = []
    private(set) var exports: [LinearProgram.Column] = []
    /// From where on the month's highest half hour costs more, and how far it comes above that, kW; the lowest first.
    private(set) var demands: [(fromKW: Double, above: LinearProgram.Column)] = []
    /// Heat that fills what all others leave open.
    private(set) var fillings: [LinearProgram.Column] = []
    /// Of a kWh from the grid over the last day that is planned: what one that is left at the end will replace.
    private(set) var meanPrice = 0.0

    /// What is breached is worth this many times the price of energy, so that it is breached last.
    private static let hardPrice = 50.0

    /// Throws what no program can hold, such as a limit that is not a number.
    public init(_ problem: PlanProblem) throws(LinearProgram.Problem) {
        self.problem = problem
        let count = problem.periods.count
        program.reserve(columns: count * 30, rows: count * 20, terms: count * 90)
        let day = problem.periods.indices.suffix(48)
        if !day.isEmpty { meanPrice = day.reduce(0) { $0 + importPrice($1) } / Double(day.count) }
        for (place, period) in problem.periods.enumerated() { try addNetworks(place, period) }
        try addDemand()
        try addHeatStore()
        tankUses = problem.periods.map { _ in [] }
        for group in PlanProgram.groups(of: problem.now) { try add(group) }
        for (hint, offer) in problem.now.offers.enumerated() {
            switch offer.shape {
            case .deferrable(let load) where load.isFree: try add(load, hint)
            case .converter(let converter) where converter.isOnHotWater: try add(converter, hint)
            case .source(let oven): try add(oven, hint)
            case .generator(let generator): try add(generator, hint)
            case .curtailable(let source): try add(source, hint)
            // A window and a duty cost nothing and save always, and what has no value on a network of its own waits for a
            // surplus: that is a rule and no plan.
            case .deferrable, .store, .converter, .window, .duty, .circuit: break
            }
        }
        try addTanks()
    }

    /// The offer of an asset in a period; nil where it is not expected to be there.
    /// - Parameter hint: where it stands now, and mostly then.
    func ahead(_ path: AssetPath, _ place: Int, _ hint: Int) -> Offer.Shape? {
        let offers = problem.periods[place].view.offers
        if offers.indices.contains(hint), offers[hint].path == path { return offers[hint].shape }
        return offers.first { $0.path == path }?.shape
    }

    var lastPlace: Int { problem.periods.count - 1 }

    func hours(_ place: Int) -> Double { problem.periods[place].hours }

    /// Of energy in a period, for each kWh: money with carbon.
    func importPrice(_ place: Int) -> Double {
        let period = problem.periods[place]
        return (period.view.site.prices?.importPerKWh ?? 0) + problem.objective.money(period.gramsPerKWh)
    }

    /// What is sold is not credited with carbon, but by the marginal plant, which it replaces.
    func exportPrice(_ place: Int) -> Double {
        let period = problem.periods[place]
        let credit = problem.objective.signal == .marginal ? problem.objective.money(period.gramsPerKWh) : 0
        return (period.view.site.prices?.exportPerKWh ?? 0) + credit
    }

    func fillingPrice(_ place: Int) -> Double {
        let filling = problem.periods[place].view.heatFilling
        return (filling.pricePerKWh ?? 0) + problem.objective.money(filling.gramsPerKWh)
    }

    // MARK: - Networks

    /// Beside generators and sun: their columns say what they give.
    private func restKW(_ view: PlantView) -> Double {
        view.offers.reduce(view.netBesideGeneratorsKW) { sum, offer in
            if case .curtailable(let source) = offer.shape { sum + max(0, source.availableKW) } else { sum }
        }
    }

    /// Of a kWh beyond a limit of the connection.
    func limitPrice(_ place: Int) -> Double {
        PlanProgram.hardPrice * max(importPrice(place), exportPrice(place), 0.1)
    }

    private mutating func addNetworks(_ place: Int, _ period: PlanProblem.Period) throws(LinearProgram.Problem) {
        let (connection, hours) = (problem.connection, period.hours)
        let (buy, sell) = (importPrice(place), exportPrice(place))
        let bought = try program.addColumn(.init("import", place), cost: buy * hours)
        let sold = try program.addColumn(.init("export", place), cost: -sell * hours)
        imports.append(bought)
        exports.append(sold)
        bus.append(
            try program.addRow(.init("bus", place), .exactly(restKW(period.view)), [(bought, 1), (sold, -1)]))
        let hard = limitPrice(place) * hours
        let limit = try program.addRow(.init("import limit", place), .atMost(connection.importMaxKW), [(bought, 1)])
        try program.soften(limit, priceAbove: hard)
        if mostImportKW(period.view) > connection.importMaxKW - period.marginKW {
            try addMargin("import limit", connection.importMaxKW, [(bought, 1)], place)
        }
        if connection.peakKW < connection.importMaxKW {
            let peak = try program.addRow(.init("peak", place), .atMost(connection.peakKW), [(bought, 1)])
            try program.soften(peak, priceAbove: problem.objective.peakPrice * hours)
        }
        let outlet = try program.addRow(.init("export limit", place), .atMost(connection.exportMaxKW), [(sold, 1)])
        try program.soften(outlet, priceAbove: hard)
        for request in period.requests {
            let word = (request.payPerMWh == nil ? "request " : "paid request ") + request.id
            let row = try program.addRow(
                .init(word, place), .atMost(request.ceilingKW), [(bought, 1), (sold, -1)])
            try program.soften(row, priceAbove: request.payPerMWh.map { $0 / 1000 * hours } ?? hard)
            if request.payPerMWh == nil {
                try addMargin(word, request.ceilingKW, [(bought, 1), (sold, -1)], place)
            }
        }
        // Sold dearer than bought, one would be turned into the other without end.
        if sell > buy { try forbidBoth(bought, sold, "grid", place, mostKW: mostKW(period.view)) }

        let fill = try program.addColumn(.init("filling heat", place), cost: fillingPrice(place) * hours)
        fillings.append(fill)
        let waste = try program.addColumn(.init("wasted heat", place))
        heat.append(
            try program.addRow(
                .init("heat", place), .exactly(period.view.openHeatKW), [(fill, 1), (waste, -1)]))
    }

    /// A plan is made of what is expected, and a limit that it just keeps is missed by half of all errors. So it stays
    /// below it by the error of its horizon, where that is cheap.
    private mutating func addMargin(
        _ word: String, _ ceilingKW: Double, _ terms: [(LinearProgram.Column, Double)], _ place: Int
    ) throws(LinearProgram.Problem) {
        let period = problem.periods[place]
        guard period.marginKW.isFinite, period.marginKW > 0 else { return }
        let row = try program.addRow(
            .init("margin under " + word, place), .atMost(ceilingKW - period.marginKW), terms)
        try program.soften(row, priceAbove: PlanProgram.marginShare * limitPrice(place) * period.hours)
    }

    /// Of what a breach costs: one case in ten comes above the margin, so the last kW of it saves a tenth of a breach.
    private static let marginShare = 0.1

    /// With all on that can be on.
    private func mostImportKW(_ view: PlantView) -> Double {
        view.offers.reduce(view.netBesideGeneratorsKW) { sum, offer in
            switch offer.shape {
            case .deferrable(let load): sum + load.ratingKW
            case .store(let store): sum + store.powerMaxKW
            case .converter(let converter): sum + converter.drawnKW(converter.ratedKW)
            case .source(let oven): sum + max(0, oven.electricKW)
            case .generator, .curtailable, .window, .duty, .circuit: sum
            }
        }
    }

    /// What the highest half hour of the month will be above the one that is known is paid once, however often it comes.
    private mutating func addDemand() throws(LinearProgram.Problem) {
        guard let demand = problem.demand else { return }
        for charge in demand.charges {
            let above = try program.addColumn(.init("above " + charge.from.rawValue), cost: charge.perKW)
            demands.append((charge.fromKW, above))
            for (place, period) in problem.periods.enumerated() where period.start < demand.until {
                // The half hour that the plan begins in has begun before it.
                let isFirst = place == 0
                let hours = isFirst ? max(period.hours, settlementPeriod.hours) : period.hours
                let beforeKW = isFirst ? demand.importedKWh / hours : 0
                try program.addRow(
                    .init("half hour above " + charge.from.rawValue, place), .atMost(charge.fromKW - beforeKW),
                    [(imports[place], period.hours / hours), (above, -1)])
            }
        }
    }

    /// More than ever crosses the connection, however it is breached.
    private func mostKW(_ view: PlantView) -> Double {
        let own = view.offers.reduce(0) { $0 + ($1.action == .setSource ? abs($1.busKWPerKW) : abs($1.ratingKW)) }
        return 2 * (abs(restKW(view)) + own + max(problem.connection.importMaxKW, problem.connection.exportMaxKW, 1))
    }

    /// One or the other, not both at once.
    mutating func forbidBoth(
        _ one: LinearProgram.Column, _ other: LinearProgram.Column, _ name: String, _ place: Int, mostKW most: Double
    ) throws(LinearProgram.Problem) {
        let isOne = try program.addBinary(.init("direction of " + name, place))
        try program.addRow(.init("one way of " + name, place), .atMost(0), [(one, 1), (isOne, -most)])
        try program.addRow(.init("other way of " + name, place), .atMost(most), [(other, 1), (isOne, most)])
    }

    /// Stores on the hot-water network follow it by themselves; a plan knows them, so that it fills them when it is good to.
    private mutating func addHeatStore() throws(LinearProgram.Problem) {
        guard let store = problem.now.heatStore, store.capacityKWh > 0 else { return }
        var before: LinearProgram.Column?
        let held = min(max(store.storedKWh, 0), store.capacityKWh)
        for place in problem.periods.indices {
            let take = try program.addColumn(.init("heat stored", place), .between(0, store.powerMaxKW))
            let give = try program.addColumn(.init("heat given back", place), .between(0, store.powerMaxKW))
            // What is left is worth what it will replace.
            let content = try program.addColumn(
                .init("heat content", place), .between(0, store.capacityKWh),
                cost: place == lastPlace ? -fillingPrice(place) * PlanProgram.endShare : 0)
            try addContent(
                "heat content", place, content, before, heldKWh: held, [(take, hours(place)), (give, -hours(place))])
            try program.add(-1, take, to: heat[place])
            try program.add(1, give, to: heat[place])
            before = content
        }
    }

    /// Of heat that is left at the end and of charging that is done by then, as a share of what it saves later: nothing is
    /// done for its sake alone.
    static let endShare = 0.98

    /// Content at the end of a period is that at its beginning and what came in, kWh.
    mutating func addContent(
        _ word: String, _ place: Int, _ content: LinearProgram.Column, _ before: LinearProgram.Column?, heldKWh: Double,
        _ inflow: [(LinearProgram.Column, Double)]
    ) throws(LinearProgram.Problem) {
        var terms = [(content, 1.0)] + inflow.map { ($0.0, -$0.1) }
        if let before { terms.append((before, -1)) }
        contents.append(try program.addRow(.init(word, place), .exactly(before == nil ? heldKWh : 0), terms))
    }

    /// A small price on each change of a set-point from period to period, so that a plan does not flicker for nothing.
    /// - Parameters:
    ///   - terms: what makes up the set-point in each period.
    ///   - present: where it stands now.
    mutating func calm(
        _ word: String, _ terms: [[Part.Term]], from present: Double, perUnit price: Double
    ) throws(LinearProgram.Problem) {
        guard price > 0 else { return }
        let words = (change: word + " change", up: word + " up", down: word + " down")
        for place in terms.indices {
            let change = try program.addColumn(.init(words.change, place), cost: price)
            var (up, down) = ([(change, 1.0)], [(change, 1.0)])
            func take(_ terms: [Part.Term], _ sign: Double) {
                up += terms.map { ($0.column, -sign * $0.factor) }
                down += terms.map { ($0.column, sign * $0.factor) }
            }
            take(terms[place], 1)
            if place > 0 { take(terms[place - 1], -1) }
            let begin = place == 0 && present.isFinite ? present : 0
            try program.addRow(.init(words.up, place), .atLeast(-begin), up)
            try program.addRow(.init(words.down, place), .atLeast(begin), down)
        }
    }
}
