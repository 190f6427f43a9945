import TwinBooks
import TwinCore

/// The interval and the meters' check in words, the same on the page and in a terminal.
enum UncertaintyWords {
    /// Contributions that can be seen, the largest first.
    static func contributions(_ summary: Summary) -> [UncertaintyBudget.Contribution] {
        let budget = summary.uncertaintyBudget
        return budget.contributions.filter { $0.kg > 0.001 * budget.kg }.sorted { $0.kg > $1.kg }
    }

    /// What sub-meters say of their main meter, a phrase each: of the grid's, and of gas where there is a main.
    static func reconciliation(_ summary: Summary) -> [String] {
        let hasGasMain = !summary.method.chart.lines(of: .gasMain).isEmpty
        return reconciliation(.electricity, summary) + (hasGasMain ? reconciliation(.gas, summary) : [])
    }

    private static func reconciliation(_ balance: MeterBalance, _ summary: Summary) -> [String] {
        let (subMeters, main, prefix) =
            switch balance {
            case .electricity: ("sub-meters", "the grid's", "")
            case .gas: ("gas sub-meters", "the gas main", "gas: ")
            }
        guard let found = summary.reconciliation(of: balance) else { return [silence(balance, summary)] }
        let tests = found.reconciliation
        let kWh = "\(Figures.fixed(found.residualKWh, 1)) kWh (\(Figures.fixed(found.residualPct, 2)) %)"
        let verdict = tests.hasGrossError ? "a gross error is likely" : "no gross error"
        let square =
            "chi-square \(Figures.fixed(tests.chiSquare, 1)), 95 % bound \(Figures.fixed(tests.bound, 1)): \(verdict)"
        let most = found.mostInDoubt.map { place -> String in
            let one = tests.measurements[place]
            let moved =
                one.value != 0
                ? "\(signed((one.adjusted / one.value - 1) * 100, 2)) %" : "\(signed(one.adjusted, 1)) kWh"
            return "most in doubt: \(found.parts[place].name) (\(Figures.fixed(one.score, 1)) sigma, \(moved))"
        }
        return [
            "\(subMeters) against \(main), \(found.examined) of \(found.halfHours) half hours: \(kWh) left over",
            prefix + square,
            prefix + (most ?? "none is more in doubt than the others"),
        ]
    }

    /// Why nothing is held against a main meter.
    private static func silence(_ balance: MeterBalance, _ summary: Summary) -> String {
        switch balance {
        case .electricity: "sub-meters cannot be held against the grid's meter: no half hour has all of them"
        case .gas where summary.method.chart.lines(of: .gas).isEmpty:
            "no gas sub-meter is there to be held against the gas main"
        case .gas where summary.sum.examinedHalfHours(.gas) > 0:
            "gas sub-meters cannot be held against the gas main: it told no gas"
        case .gas: "gas sub-meters cannot be held against the gas main: no half hour has all of them"
        }
    }

    /// By how much late data moved the figure.
    static func restated(_ effect: RestatementEffect) -> String {
        let half = "\(effect.halfHours) half hour\(effect.halfHours == 1 ? "" : "s") restated"
        guard effect.halfHours > 0 else { return half }
        let kg = "\(signed(effect.kg, 1)) kg CO2e"
        guard let moved = effect.kgPerVehicle else { return "\(half): \(kg)" }
        let share = effect.pct.map { " (\(signed($0, 2)) %)" } ?? ""
        return "\(half): \(kg), \(signed(moved, 3)) kg per vehicle\(share)"
    }

    private static func signed(_ value: Double, _ decimals: Int) -> String {
        (value > 0 ? "+" : "") + Figures.fixed(value, decimals)
    }
}
