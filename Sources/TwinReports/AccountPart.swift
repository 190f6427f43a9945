import TwinBooks
import TwinCore
import TwinUnits

/// What one account had in a time, with what a table prints of it: of a half hour, or of several together.
struct AccountPart {
    let account: Account
    private(set) var energy: Energy
    private var measuredMs: Int64
    private var estimatedMs: Int64
    private(set) var steppedMs: Int64
    /// Nil where the account is in no scope.
    let scope: String?
    /// Location-based, as whole micrograms of each half hour.
    private(set) var carbon: Emissions
    private(set) var factorIDs: [String]
    /// Nil where half hours were told by several.
    private(set) var factor: EmissionFactor?

    init(_ account: Account, of row: PeriodRow, _ method: ReportMethod) {
        self.account = account
        let sum = row[account]
        (energy, measuredMs, estimatedMs) = (sum.energy, sum.measuredMs, sum.estimatedMs)
        steppedMs = row.steppedMs
        let set = method.factors.set(at: row.start)
        if let emission = AccountPart.emission(account, set) {
            (scope, factor, factorIDs) = (emission.scope, emission.factor, [set.id])
            carbon = sum.energy * emission.factor
        } else {
            (scope, factor, factorIDs, carbon) = (nil, nil, [], .zero)
        }
    }

    /// Adds what the same account had in a later half hour.
    mutating func add(_ next: AccountPart) {
        energy += next.energy
        carbon += next.carbon
        measuredMs = measuredMs.addingSaturated(next.measuredMs)
        estimatedMs = estimatedMs.addingSaturated(next.estimatedMs)
        steppedMs = steppedMs.addingSaturated(next.steppedMs)
        if factor != next.factor { factor = nil }
        for id in next.factorIDs where !factorIDs.contains(id) { factorIDs.append(id) }
    }

    /// From `energy_ws` to `factor_kg_per_kwh`.
    var cells: [CSVCell] {
        [
            .integer(energy.wattSeconds), .number(energy.kilowattHours), percent(measuredMs), percent(estimatedMs),
            scope.map { .text($0) } ?? .empty, scope == nil ? .empty : .number(carbon.kilograms),
            factorIDs.isEmpty ? .empty : .text(factorIDs.joined(separator: "+")),
            factor.map { .number($0.kilogramsPerKWh) } ?? .empty,
        ]
    }

    /// What a kWh of the account emits, location-based; nil where it is in no scope.
    private static func emission(_ account: Account, _ set: FactorSet) -> (scope: String, factor: EmissionFactor)? {
        if let fuel = account.row.fuel { return ("scope1", set[fuel].direct) }
        return account == Bus.electricity.sheet.imported ? ("scope2_location", set.gridGeneration) : nil
    }

    /// Share of the stepped time; empty for accounts that are worked out and never read from a meter.
    private func percent(_ ms: Int64) -> CSVCell {
        guard steppedMs > 0, !account.row.flow.isDerived else { return .empty }
        return .number(Double(ms) / Double(steppedMs) * 100)
    }
}
