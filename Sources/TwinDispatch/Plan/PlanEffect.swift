import TwinCore
import TwinProgram

/// What a plan saves against leaving all to itself, as the same forecast has it: by the factor that the headline is made of,
/// by the half hours, and in money without carbon. It says both, whichever the plan was made by.
public struct PlanEffect: Sendable, Hashable {
    public var kgAnnual: Double
    public var kgHalfHourly: Double
    public var money: Double

    public init(kgAnnual: Double, kgHalfHourly: Double, money: Double) {
        (self.kgAnnual, self.kgHalfHourly, self.money) = (kgAnnual, kgHalfHourly, money)
    }

    /// As it is told: to a tenth of a kilogram and a hundredth.
    var rounded: PlanEffect {
        func round(_ value: Double, _ digits: Double) -> Double { (value * digits).rounded() / digits + 0 }
        return PlanEffect(
            kgAnnual: round(kgAnnual, 10), kgHalfHourly: round(kgHalfHourly, 10), money: round(money, 100))
    }

    /// Whether one way to count says that it is good for the climate, and the other that it is not.
    public var isDisputed: Bool { kgAnnual * kgHalfHourly < 0 && min(abs(kgAnnual), abs(kgHalfHourly)) >= 1 }

    init(_ program: PlanProgram, _ solution: ProgramSolution, _ setPoints: [AssetPath: [Double]]) {
        self.init(kgAnnual: 0, kgHalfHourly: 0, money: 0)
        var openKWh = program.problem.now.offers.map { $0.shape.openWorkKWh }
        for (place, period) in program.problem.periods.enumerated() {
            let (bought, sold) = (solution[program.imports[place]], solution[program.exports[place]])
            var plan = Hour(
                importKW: bought, exportKW: sold, filledKW: solution[program.fillings[place]], period.view.heatFilling)
            var rest = Hour(period.view)
            for (hint, offer) in program.problem.now.offers.enumerated() {
                guard let shape = program.ahead(offer.path, place, hint) else { continue }
                let planned = setPoints[offer.path].flatMap { $0.indices.contains(place) ? $0[place] : nil }
                rest.add(shape, shape.leftAloneKW, period.view.heatFilling)
                if openKWh[hint] > 0, case .deferrable(let load) = offer.shape {
                    let kW = min(load.ratingKW, openKWh[hint] / period.hours)
                    rest.draw(kW)
                    openKWh[hint] -= kW * period.hours
                }
                plan.add(shape, planned ?? shape.leftAloneKW, period.view.heatFilling)
            }
            let hours = period.hours
            let (importKW, grams) = (rest.importKW - plan.importKW, (rest.grams - plan.grams) * hours)
            kgAnnual += (importKW * hours * period.annualGPerKWh + grams) / 1000
            kgHalfHourly += (importKW * hours * period.halfHourlyGPerKWh + grams) / 1000
            money += (rest.cost(period.view) - plan.cost(period.view)) * hours
        }
        level(program, setPoints)
    }

    /// What stores hold more at the end than now will replace what a kWh is in the mean.
    private mutating func level(_ program: PlanProgram, _ setPoints: [AssetPath: [Double]]) {
        let periods = program.problem.periods
        let count = Double(max(periods.count, 1))
        let price = periods.reduce(0) { $0 + ($1.view.site.prices?.importPerKWh ?? 0) } / count
        let annual = periods.reduce(0) { $0 + $1.annualGPerKWh } / count
        let halfHourly = periods.reduce(0) { $0 + $1.halfHourlyGPerKWh } / count
        for offer in program.problem.now.offers {
            guard case .store(let store) = offer.shape, let powers = setPoints[offer.path] else { continue }
            let kept = zip(powers, periods).reduce(0) { sum, step in
                let kWh = step.0 * step.1.hours
                return sum - (kWh > 0 ? kWh : kWh * store.chargeEfficiency * store.dischargeEfficiency)
            }
            kgAnnual += kept * annual / 1000
            kgHalfHourly += kept * halfHourly / 1000
            money += kept * price
        }
    }

    /// What an hour takes, burns and pays for fuel.
    private struct Hour {
        var importKW: Double
        var exportKW: Double
        var filledKW: Double
        /// Direct, g/h, and money for fuels an hour.
        var grams = 0.0
        var fuel = 0.0

        init(importKW: Double, exportKW: Double, filledKW: Double, _ filling: HeatFilling) {
            (self.importKW, self.exportKW, self.filledKW) = (importKW, exportKW, filledKW)
            grams = filledKW * filling.gramsPerKWh
        }

        /// As it is expected with all left to itself: what its converters do not make is filled.
        init(_ view: PlantView) {
            let made = view.offers.reduce(0) { sum, offer in
                guard case .converter(let converter) = offer.shape, converter.isOnHotWater else { return sum }
                return sum + max(0, converter.measuredKW.value)
            }
            self.init(
                importKW: max(0, view.site.netKW), exportKW: max(0, -view.site.netKW),
                filledKW: max(0, view.openHeatKW - made), view.heatFilling)
        }

        mutating func draw(_ kW: Double) {
            let spared = min(exportKW, kW)
            exportKW -= spared
            importKW += kW - spared
        }

        /// - Parameter value: of its set-point.
        mutating func add(_ shape: Offer.Shape, _ value: Double, _ filling: HeatFilling) {
            switch shape {
            case .generator(let cell):
                let kW = max(0, value)
                grams += kW * (cell.gramsPerKWh + cell.heatPerKWh * filling.gramsPerKWh)
                fuel += kW * ((cell.pricePerKWh ?? 0) + cell.heatPerKWh * (filling.pricePerKWh ?? 0))
            case .converter(let converter):
                guard converter.isOnHotWater, case .fuel(let own, _, let more) = converter.input else { return }
                grams += max(0, value) * own
                fuel += max(0, value) * ((filling.pricePerKWh ?? 0) + (more ?? 0))
            case .source(let oven):
                let kW = min(max(value, 0), 1) * max(0, oven.electricKW)
                grams -= kW * oven.breakEvenGPerKWh
                fuel -= kW * (oven.replacedPricePerKWh ?? 0)
            case .deferrable, .store, .window, .duty, .curtailable, .circuit: break
            }
        }

        func cost(_ view: PlantView) -> Double {
            let prices = view.site.prices
            return importKW * (prices?.importPerKWh ?? 0) - exportKW * (prices?.exportPerKWh ?? 0)
                + filledKW * (view.heatFilling.pricePerKWh ?? 0) + fuel
        }
    }
}

extension Offer.Shape {
    /// Work of a process that waits now, which the plant as it is expected knows nothing of, kWh: left to itself it is done at
    /// once. What cars need is in what is expected of them.
    fileprivate var openWorkKWh: Double {
        guard case .deferrable(let load) = self, load.waitHours != nil, load.isFree else { return 0 }
        return load.openKWh.flatMap { $0.isFinite ? max(0, $0) : nil } ?? 0
    }

    /// The set-point that says what it does by itself.
    fileprivate var leftAloneKW: Double {
        switch self {
        case .generator(let cell): max(0, cell.powerKW.value)
        case .converter(let converter): max(0, converter.measuredKW.value)
        case .source(let oven): oven.isElectric ? 1 : 0
        case .deferrable, .store, .window, .duty, .curtailable, .circuit: 0
        }
    }
}
