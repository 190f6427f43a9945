public import TwinCore

extension Summary {
    /// The interval of the headline and what it is made of.
    public var uncertaintyJSON: JSON {
        let budget = uncertaintyBudget
        return .fields([
            "confidence_pct": .number(95), "kg": .number(budget.kg), "kg_per_vehicle": .optional(perVehicle(budget.kg)),
            "without_factors_kg": .number(budget.withoutFactorsKg),
            "contributions": .array(
                budget.contributions.map { one in
                    .fields([
                        "source": .string(one.source.rawValue),
                        "subject": one.subject.isEmpty ? .null : .string(one.subject),
                        "kind": .string(one.source.kind.rawValue), "kg": .number(one.kg),
                        "kg_per_vehicle": .optional(perVehicle(one.kg)),
                    ])
                }),
        ])
    }
}

extension BalanceReconciliation {
    public var json: JSON {
        .fields([
            "half_hours_examined": .integer(examined), "half_hours": .integer(halfHours),
            "residual_kwh": .number(residualKWh), "residual_pct": .number(residualPct),
            "balances": .integer(reconciliation.residuals.count), "chi_square": .number(reconciliation.chiSquare),
            "chi_square_bound": .number(reconciliation.bound), "gross_error": .bool(reconciliation.hasGrossError),
            "most_in_doubt": mostInDoubt.map { .string(parts[$0].name) } ?? .null,
            "parts": .array(
                zip(parts, reconciliation.measurements).map { part, one in
                    .fields([
                        "part": .string(part.name), "kwh": .number(one.value),
                        "half_width_kwh": .number(BalanceReconciliation.coverageFactor * one.variance.squareRoot()),
                        "adjusted_kwh": .number(one.adjusted),
                        "adjusted_half_width_kwh": .number(
                            BalanceReconciliation.coverageFactor * one.adjustedVariance.squareRoot()),
                        "score": .number(one.score),
                    ])
                }),
        ])
    }
}
