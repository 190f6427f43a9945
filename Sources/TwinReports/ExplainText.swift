public import TwinBooks
public import TwinCore
import TwinUnits

/// Where the CO2 per vehicle comes from: figure, scopes, accounts, meters; every product can be done by hand.
public struct ExplainText {
    private let summary: Summary
    private let meters: (Account) -> String
    private var lines: [String] = []

    /// - Parameter meters: the signals behind an account, `shop/works load_kw`.
    public static func render(_ summary: Summary, meters: @escaping (Account) -> String) -> String {
        var text = ExplainText(summary: summary, meters: meters)
        text.figure()
        text.scopes()
        text.balance()
        return text.lines.joined(separator: "\n") + "\n"
    }

    private init(summary: Summary, meters: @escaping (Account) -> String) {
        self.summary = summary
        self.meters = meters
    }

    private mutating func figure() {
        let kg = summary.method.scope2 == .location ? summary.productionKgLocation : summary.productionKgMarket
        let left = summary.kgPerVehicle.map { "\(Figures.fixed($0, 3)) kg" } ?? "—"
        lines.append("co2_kg_per_vehicle \(left) = \(Figures.fixed(kg, 3)) kg / \(summary.vehicles) vehicles")
        lines.append("  vehicles: each id lined off once; \(summary.vehiclesModelled) of them modelled")
    }

    private mutating func scopes() {
        let set = summary.method.factors.set(at: summary.from)
        let isLocation = summary.method.scope2 == .location
        lines.append("  scope 1 = \(Figures.fixed(summary.carbon.scope1.kilograms, 3)) kg")
        product(.gas, set.gas, set.id)
        let scope2 = isLocation ? summary.carbon.scope2Location : summary.carbon.scope2Market
        lines.append("  scope 2, \(summary.method.scope2.rawValue)-based = \(Figures.fixed(scope2.kilograms, 3)) kg")
        product(.gridImport, isLocation ? set.gridGeneration : set.gridResidualMix, set.id)
        lines.append("  not included: other Scope 1 (none is configured), Scope 3, export, credits")
    }

    /// One account times its factor; rounding is once per half hour, so the last digit may differ by hand.
    private mutating func product(_ account: Account, _ factor: EmissionFactor, _ set: String) {
        let kWh = summary.energy(account).kilowattHours
        lines.append("    \(account.rawValue) \(Figures.fixed(kWh, 1)) kWh x \(factor.kilogramsPerKWh) kg/kWh (\(set))")
        lines.append("      \(trust(account)); \(meters(account))")
    }

    private func trust(_ account: Account) -> String {
        let total = Double(max(summary.rows.reduce(0) { $0 + $1.steppedMs }, 1))
        let measured = Double(summary.rows.reduce(0) { $0 + $1[account].measuredMs }) / total * 100
        let estimated = Double(summary.rows.reduce(0) { $0 + $1[account].estimatedMs }) / total * 100
        return "measured \(Figures.fixed(measured, 1)) % of the time, estimated \(Figures.fixed(estimated, 1)) %"
    }

    private mutating func balance() {
        lines.append("  why so much import: the bus balances, kWh")
        for account in Account.allCases where account != .gas && summary.method.accounts.contains(account) {
            let isUse: Set<Account> = [.load, .storageCharge, .gridExport, .losses, .unmetered]
            let sign = isUse.contains(account) ? "-" : "+"
            let kWh = Figures.fixed(summary.energy(account).kilowattHours, 1)
            let padded = account.rawValue + String(repeating: " ", count: max(1, 18 - account.rawValue.count))
            let right = String(repeating: " ", count: max(0, 12 - kWh.count)) + kWh
            lines.append("    \(sign) \(padded)\(right)  \(note(account))")
        }
    }

    private func note(_ account: Account) -> String {
        switch account {
        case .losses: "assumed share of what is delivered"
        case .unmetered: "what no meter tells: the remainder"
        default: meters(account)
        }
    }
}
