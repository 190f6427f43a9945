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
    /// Energy at the tariffs, and production CO2 (location-based) at the carbon price.
    public var cost: CostSum {
        let tariffs = method.tariffs
        func megawattHours(_ account: Account) -> Double { energy(account).kilowattHours / 1000 }
        return CostSum(
            currency: tariffs.currency, imported: megawattHours(.gridImport) * tariffs.importPerMWh,
            exported: -megawattHours(.gridExport) * tariffs.exportPerMWh,
            gas: megawattHours(.gas) * tariffs.gasPerMWh, ethanol: ethanolLitres.map { $0 * tariffs.ethanolPerLitre },
            carbon: productionKgLocation / 1000 * tariffs.carbonPerTonne)
    }
}
