import TwinCore
import TwinUnits

/// What a window's energy and carbon cost, in the tariffs' currency; earnings are negative.
public struct CostSum: Sendable, Hashable {
    public var currency: String
    public var imported: Double
    public var exported: Double
    public var gas: Double
    /// Nil without a fuel cell.
    public var ethanol: Double?
    public var carbon: Double

    public var total: Double { imported + exported + gas + (ethanol ?? 0) + carbon }
}

extension Summary {
    /// Energy at the tariff of its period, and production CO2 (location-based) at the carbon price.
    public var cost: CostSum {
        let isOnEthanol = method.accounts.contains(.ethanol)
        var cost = CostSum(
            currency: method.tariffs[method.tariffs.count - 1].value.currency, imported: 0, exported: 0, gas: 0,
            ethanol: isOnEthanol ? 0 : nil, carbon: 0)
        for (basis, tariff) in zip(sum.costBases, method.tariffs.map(\.value)) {
            cost.imported += basis.imported.kilowattHours / 1000 * tariff.importPerMWh
            cost.exported -= basis.exported.kilowattHours / 1000 * tariff.exportPerMWh
            cost.gas += basis.gas.kilowattHours / 1000 * tariff.gasPerMWh
            cost.carbon += basis.production.kilograms / 1000 * tariff.carbonPerTonne
            let litres = Summary.ethanolLitres(basis.ethanol)
            cost.ethanol = cost.ethanol.map { $0 + litres * tariff.ethanolPerLitre }
        }
        return cost
    }
}
