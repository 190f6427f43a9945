public import TwinBooks
public import TwinCore

/// What drove the change since the baseline, for people and as JSON.
public enum ChangeText {
    public static func lines(_ summary: Summary) -> [String] {
        guard let baseline = summary.method.baseline else { return ["the site has no baseline; add a baseline.yaml"] }
        guard let change = summary.change else {
            return SummaryText.wrapped(
                summary.incomparableReason ?? "baseline.yaml does not say what its year was like (conditions:)",
                width: 80)
        }
        func row(_ name: String, _ kg: Double, signed: Bool = true) -> String {
            let text = (signed && kg > 0 ? "+" : "") + Figures.fixed(kg, 3)
            return name + String(repeating: " ", count: max(1, 44 - name.count - text.count)) + text
        }
        var lines = [
            "kg CO2e per vehicle, location-based", "",
            row(
                summary.isYear ? "\(baseline.year) as reported" : "\(baseline.year)'s plant, like for like",
                change.from,
                signed: false),
        ]
        for (title, isOurs) in [("what happened to the plant", false), ("what the plant did", true)] {
            lines.append(title)
            lines += change.parts.filter { $0.cause.isOurs == isOurs }.map {
                row("  \($0.cause.label)", $0.kgPerVehicle)
            }
        }
        lines += [row("this window", change.to, signed: false), ""]
        return lines + context(summary, baseline)
            + SummaryText.wrapped(
                "Each cause has the mean of what it changes over all orders in which the causes can join (Shapley values),"
                    + " so they come to the difference. Credits: none, and they would stand after this.", width: 80)
    }

    /// What the maker's plan has beside production, which alone is computed.
    private static func context(_ summary: Summary, _ baseline: Baseline) -> [String] {
        guard !baseline.context.isEmpty else { return [] }
        func row(_ name: String, _ percent: Double) -> String {
            let text = "\(percent > 0 ? "+" : "")\(Figures.fixed(percent, 1)) %"
            return name + String(repeating: " ", count: max(1, 58 - name.count - text.count)) + text
        }
        return ["against \(baseline.year), of the maker's plan"]
            + baseline.context.map { row("  \($0.name)", 100 * $0.changeFraction) }
            + summary.method.targets.filter { $0.basis == .perVehicle }.map {
                row("  production by \($0.year), \($0.name)", -100 * (1 - $0.remainingFraction))
            } + (summary.reductionPct.map { [row("  production, this window (computed)", -$0.value)] } ?? []) + [""]
    }

    public static func json(_ summary: Summary) -> JSON {
        let change = summary.change
        return .fields([
            "schema": .string("change/1"), "comparable": .bool(change != nil),
            "reason": change == nil ? .string(summary.incomparableReason ?? "no conditions of the baseline") : .null,
            "from": .string(summary.isYear ? "reported" : "like_for_like"),
            "context_change_fraction": .object(
                (summary.method.baseline?.context ?? []).map { .init($0.name, .number($0.changeFraction)) }),
            "from_kg_per_vehicle": .optional(change?.from), "to_kg_per_vehicle": .optional(change?.to),
            "parts_kg_per_vehicle": .object(
                (change?.parts ?? []).map { .init($0.cause.rawValue, .number($0.kgPerVehicle)) }),
        ])
    }
}
