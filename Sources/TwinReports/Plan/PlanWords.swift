public import TwinCore
public import TwinDispatch
public import TwinStudies

/// A plan in words: the same on a terminal and on a page.
public enum PlanWords {
    /// How good it is.
    public static func gap(_ plan: DispatchPlan) -> String {
        plan.gap > 0 ? "within \(Figures.fixed(100 * plan.gap, 3)) % of the best" : "the best there is"
    }

    public static func effect(_ effect: PlanEffect, _ currency: String) -> String {
        func tonnes(_ kg: Double) -> String { "\(Figures.fixed(kg / 1000, 2)) t" }
        let money = Figures.whole(abs(effect.money))
        let disputed =
            effect.isDisputed ? "; the two disagree on whether it saves at all: it follows what the purpose says" : ""
        return
            "saves \(tonnes(effect.kgAnnual)) CO2e by the year's factor, \(tonnes(effect.kgHalfHourly)) by the half hours,"
            + " and \(effect.money < 0 ? "costs" : "saves") \(money) \(currency), over all its hours and without the price of"
            + " carbon, against what it decides about left to itself; booth air and oxidiser go by rules and are not in it"
            + disputed
    }

    /// Limits and wishes that it does not keep, the dearest first; margins for forecast errors are nobody's wish.
    public static func wishes(_ plan: DispatchPlan) -> [DispatchPlan.Breach] {
        plan.breaches.filter { !$0.isMargin }.sorted { $0.cost > $1.cost }
    }

    /// How many are not kept, and what that costs the objective.
    public static func head(_ wishes: [DispatchPlan.Breach], _ currency: String) -> String {
        guard !wishes.isEmpty else { return "everything that was wished is kept" }
        let all = Figures.whole(wishes.reduce(0) { $0 + $1.cost })
        let head = wishes.count == 1 ? "1 wish is not kept" : "\(wishes.count) wishes are not kept"
        return "\(head), \(all) \(currency) in the objective"
    }

    public static func breach(_ breach: DispatchPlan.Breach, _ zone: LocalZone, _ currency: String) -> String {
        "\(breach.name) at \(zone.minute(breach.at)): \(Figures.fixed(breach.amount, 1)) \(breach.unit)"
            + " \(breach.isShort ? "short" : "beyond"), \(Figures.whole(breach.cost)) \(currency)"
    }

    /// Nil where all margins are whole.
    public static func margins(_ plan: DispatchPlan) -> String? {
        let margins = plan.breaches.filter(\.isMargin)
        return margins.map(\.amount).max().map { most in
            "\(margins.count) of the margins for forecast errors are not whole, by \(Figures.whole(most)) kW at the"
                + " most: to keep them would cost more than it saves"
        }
    }

    /// `120 kW`, `gas`.
    /// - Parameter action: of the asset; nil where nobody knows.
    public static func setPoint(_ value: Double, _ action: Action?) -> String {
        action == .setSource ? (value >= 0.5 ? "electric" : "gas") : "\(Figures.whole(value)) kW"
    }
}

extension ForecastValues.Quantity {
    /// With its unit where that is not kW.
    public var word: String {
        switch self {
        case .net: "net load"
        case .sun: "sun"
        case .wind: "wind"
        case .heat: "hot water"
        case .intensity: "grid, g/kWh"
        case .price: "import, per MWh"
        case .charging: "cars that come"
        }
    }
}
