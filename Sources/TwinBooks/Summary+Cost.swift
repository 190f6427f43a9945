public import TwinCore
import TwinUnits

/// What a window's energy and carbon cost, in the tariffs' currency; earnings are negative.
public struct CostSum: Sendable {
    public var currency: String
    public var imported: Double
    public var exported: Double
    /// Of the fuels that the site burns.
    public var fuels: [(fuel: Fuel, amount: Double)]
    public var carbon: Double
    /// For the highest half hour of import of each month, for as much of the month as the window covers; nil where the
    /// tariffs charge nothing for it.
    public var demand: Double?
    /// That half hour's mean, kW, the highest of all months.
    public var demandKW: Double?

    public func fuel(_ fuel: Fuel) -> Double? { fuels.first { $0.fuel == fuel }?.amount }
    public var total: Double { fuels.reduce(imported + exported) { $0 + $1.amount } + carbon + (demand ?? 0) }
}

extension Summary {
    /// Energy at the tariff of its period, the CO2 of Scope 1 at the carbon price, and the months' highest half hours.
    public var cost: CostSum {
        var cost = CostSum(
            currency: method.currency, imported: 0, exported: 0,
            fuels: fuels.map { ($0, 0) }, carbon: 0, demand: sum.demand.cost, demandKW: sum.demand.highestKW)
        for (basis, tariff) in zip(sum.costBases, method.tariffs.map(\.value)) {
            cost.imported += basis.imported.kilowattHours / 1000 * tariff.importPerMWh
            cost.exported -= basis.exported.kilowattHours / 1000 * tariff.exportPerMWh
            cost.carbon += basis.direct.kilograms / 1000 * tariff.carbonPerTonne
            for (place, fuel) in fuels.enumerated() {
                let priced = basis.fuels[fuel.index].kilowattHours / fuel.row.kWhPerPriced
                cost.fuels[place].amount += priced * (tariff.fuels[fuel.index] ?? 0)
            }
        }
        return cost
    }
}
