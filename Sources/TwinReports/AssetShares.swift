import TwinBooks
import TwinCore
import TwinUnits

/// What each asset burnt and took of the bus, and its share of the figure's kilograms.
struct AssetShares {
    struct Part {
        var fuelKWh = 0.0
        var electricityKWh = 0.0
        /// Whole grams, so that rows add up to what is printed.
        var grams = 0.0

        static func + (a: Part, b: Part) -> Part {
            Part(
                fuelKWh: a.fuelKWh + b.fuelKWh, electricityKWh: a.electricityKWh + b.electricityKWh,
                grams: a.grams + b.grams)
        }
    }

    /// In the order of the chart.
    private(set) var parts: [(path: AssetPath, part: Part)] = []
    /// What is on no meter: import that nothing took, in grams.
    private(set) var restGrams = 0.0
    private(set) var total = Part()

    /// Scope 1 goes to what burnt the fuel, Scope 2 is shared out by what each meter took of the bus.
    init(_ summary: Summary) {
        let isLocation = summary.method.scope2 == .location
        let set = summary.method.factors.set(at: summary.from)
        let chart = summary.method.chart
        func kWh(_ lines: [Int]) -> Double { lines.reduce(0) { $0 + summary.energy(line: $1).kilowattHours } }
        func kgPerKWh(_ fuel: Fuel) -> Double { set[fuel].direct.kilogramsPerKWh }
        let burnt = summary.fuels.reduce(0) { $0 + kWh(chart.lines(of: $1.account)) * kgPerKWh($1) }
        let taken = AssetShares.takers.reduce(0) { $0 + kWh(chart.lines(of: $1)) }
        let scope1 = summary.carbon.scope1.kilograms
        let scope2 = (isLocation ? summary.carbon.scope2Location : summary.carbon.scope2Market).kilograms
        // Over years with other factors Scope 1 is shared out by those of the first.
        let scope1PerKg = burnt > 0 ? scope1 / burnt : 0
        let scope2PerKWh = taken > 0 ? scope2 / taken : 0
        var kg = 0.0
        for line in chart.meters.indices {
            let meter = chart.meters[line]
            let kWh = kWh([line])
            var part = Part()
            // Each part is a step of the rounded running sum: together they are what the sum is.
            let before = (kg * 1000).rounded()
            if let fuel = meter.account.row.fuel {
                part.fuelKWh = kWh
                kg += kWh * kgPerKWh(fuel) * scope1PerKg
            } else if AssetShares.takers.contains(meter.account) {
                part.electricityKWh = kWh
                kg += kWh * scope2PerKWh
            } else {
                continue
            }
            part.grams = (kg * 1000).rounded() - before
            add(part, of: meter.path)
        }
        total = parts.reduce(Part()) { $0 + $1.part }
        let grams = ((isLocation ? summary.productionKgLocation : summary.productionKgMarket) * 1000).rounded()
        restGrams = grams - total.grams
        total.grams = grams
    }

    private static let takers = [Account.load, .bayCharge]

    private mutating func add(_ part: Part, of path: AssetPath) {
        if let place = parts.firstIndex(where: { $0.path == path }) {
            parts[place].part = parts[place].part + part
        } else {
            parts.append((path, part))
        }
    }
}
