import TwinCore
import TwinUnits

/// Two shares that energy people expect, of a window's electricity; nil without a denominator.
extension Summary {
    /// Electricity that was used on site. What stores and vehicles took more than they gave counts as used.
    public var usedElectricityKWh: Double {
        kilowattHours(.gridImport) + generatedKWh - kilowattHours(.gridExport)
    }

    /// What of the site's use did not come from the grid, %: 1 - import / (import + own generation - export).
    public var autarchyPct: Double? {
        let used = usedElectricityKWh
        return used > 0 ? min(100, max(0, 100 * (1 - kilowattHours(.gridImport) / used))) : nil
    }

    /// What of the site's own generation stayed on the site, %: 1 - export / generation.
    public var selfConsumptionPct: Double? {
        generatedKWh > 0 ? min(100, max(0, 100 * (1 - kilowattHours(.gridExport) / generatedKWh))) : nil
    }

    private func kilowattHours(_ account: Account) -> Double { energy(account).kilowattHours }

    private var generatedKWh: Double {
        Bus.electricity.accounts.filter { $0.row.flow == .generated }.reduce(0) { $0 + kilowattHours($1) }
    }
}
