public import TwinBooks
public import TwinCore
import TwinUnits

/// The management report as figures, for a page that draws it: the same summary and the same words as the report.
public enum ManagementJSON {
    /// - Parameter restated: what late data changed.
    public static func json(
        _ summary: Summary, months: [ReportMonth], years: [ReportYear], restated: RestatementEffect
    ) -> JSON {
        let answers = Answers(summary)
        return .fields([
            "headline": .string(answers.headline),
            "answers": .array(
                answers.all.map {
                    .fields(["question": .string($0.question), "words": .string($0.words)])
                }),
            "figure": figure(summary), "baseline": baseline(summary), "ways": .array(summary.paths.map(way)),
            "targets": .array(summary.judgedTargets.map(target)), "change": change(summary),
            "scopes": .array(
                ScopeRow.all(summary).map { row in
                    .fields([
                        "name": .string(row.name), "key": .string(row.key),
                        "kg": .number(row.emissions.kilograms),
                        "kg_per_vehicle": .optional(summary.perVehicle(row.emissions.kilograms)),
                    ])
                }),
            "quality": quality(summary, restated), "saved": saved(summary),
            "months": .array(
                months.map { month in
                    .fields([
                        "label": .string(month.label), "kg_per_vehicle": .optional(month.kgPerVehicle),
                        "vehicles": .integer(month.vehicles), "is_whole": .bool(month.isWhole),
                    ])
                }),
            "years": .array(
                years.map { year in
                    .fields([
                        "year": .integer(year.year), "kg_per_vehicle": .optional(year.kgPerVehicle),
                        "vehicles": .integer(year.vehicles), "is_whole": .bool(year.isWhole),
                    ])
                }),
        ])
    }

    private static func figure(_ summary: Summary) -> JSON {
        .fields([
            "kg_per_vehicle": .optional(summary.kgPerVehicle), "scope2": .string(summary.method.scope2.rawValue),
            "uncertainty_kg_per_vehicle": .optional(summary.uncertaintyKgPerVehicle),
            "kg_per_vehicle_location": .optional(summary.kgPerVehicleLocation),
            "kg_per_vehicle_market": .optional(summary.kgPerVehicleMarket),
            "production_kg_location": .number(summary.productionKgLocation),
            "production_kg_market": .number(summary.productionKgMarket), "vehicles": .integer(summary.vehicles),
            "vehicles_modelled": .integer(summary.vehiclesModelled), "boundary": .string(summary.method.boundary),
            "factor_set": .string(summary.factorSetID), "is_year": .bool(summary.isYear),
            "contributions": .array(
                UncertaintyWords.contributions(summary).map { one in
                    .fields([
                        "label": .string(one.label), "kind": .string(one.source.kind.rawValue),
                        "kg": .number(one.kg),
                    ])
                }),
        ])
    }

    private static func baseline(_ summary: Summary) -> JSON {
        guard let baseline = summary.method.baseline else { return .null }
        let reduction = summary.reductionPct
        return .fields([
            "year": .integer(baseline.year), "reported_kg_per_vehicle": .number(baseline.kgPerVehicle),
            "kg_per_vehicle": .optional(summary.incomparableReason == nil ? summary.baselineKgPerVehicle : nil),
            "basis": .string(summary.isYear ? "as reported" : "like for like: day type, weather, volume"),
            "reason": summary.incomparableReason.map { .string($0) } ?? .null,
            "reduction_pct": .optional(reduction?.value), "reduction_low_pct": .optional(reduction?.low),
            "reduction_high_pct": .optional(reduction?.high),
            "is_proven": reduction.map { .bool($0.low > 0 || $0.high < 0) } ?? .null,
        ])
    }

    private static func way(_ path: PathPosition) -> JSON {
        .fields([
            "name": .string(path.target.name), "year": .integer(path.year),
            "target_year": .integer(path.target.year), "asked_pct": .number(path.askedPct),
            "target_pct": .number(100 * (1 - path.target.remainingFraction)),
            "reached_pct": .number(path.reachedPct), "gap_kg": .number(path.gapKg),
            "verdict": .string(path.verdict.rawValue), "is_due": .bool(path.isDue),
        ])
    }

    private static func target(_ judged: (target: Target, value: Double, met: Bool?)) -> JSON {
        .fields([
            "name": .string(judged.target.name), "year": .integer(judged.target.year),
            "value": .number(judged.value),
            "unit": .string(judged.target.basis == .perVehicle ? "kg per vehicle" : "t a year"),
            "is_met": judged.met.map { .bool($0) } ?? .null,
        ])
    }

    private static func change(_ summary: Summary) -> JSON {
        guard let change = summary.change else {
            return .fields([
                "reason": .string(
                    summary.incomparableReason ?? "baseline.yaml does not say what its year was like"),
                "from_kg": .null, "to_kg": .null, "parts": .array([]),
            ])
        }
        let year = summary.method.baseline?.year ?? 0
        return .fields([
            "reason": .null, "from": .string(summary.isYear ? "\(year) reported" : "\(year)'s plant"),
            "from_kg": .number(change.from), "to_kg": .number(change.to),
            "parts": .array(
                change.parts.map { part in
                    .fields([
                        "cause": .string(part.cause.rawValue), "label": .string(part.cause.label),
                        "is_ours": .bool(part.cause.isOurs), "kg": .number(part.kgPerVehicle),
                    ])
                }),
        ])
    }

    private static func quality(_ summary: Summary, _ restated: RestatementEffect) -> JSON {
        let counts = summary.counts
        return .fields([
            "measured_pct": .optional(summary.dataQuality?.measured),
            "estimated_pct": .optional(summary.dataQuality?.estimated),
            "missing_pct": .optional(summary.dataQuality?.missing), "simulated": .bool(summary.facts.isSimulated),
            "provisional": .bool(summary.isProvisional), "half_hours": .integer(summary.sum.periods),
            "gaps": .integer(summary.gaps), "messages": .integer(counts.messages),
            "rejected": .integer(counts.rejectedTotal), "duplicates": .integer(counts.duplicates),
            "late": .integer(counts.late), "restated": .string(UncertaintyWords.restated(restated)),
            "reconciliation": .array(UncertaintyWords.reconciliation(summary).map { .string($0) }),
            "caveats": .array(summary.caveats.map { .string($0) }), "digest": .string(summary.digest),
        ])
    }

    private static func saved(_ summary: Summary) -> JSON {
        guard let saved = summary.savedByDispatch else { return .null }
        return .fields([
            "basis": .string(SavedByDispatch.basis),
            "left_out": SavedWords.leftOut(saved).map { .string($0) } ?? .null,
            "lines": .array(
                SavedWords.lines(saved).map { line in
                    .fields([
                        "name": .string(line.name), "unit": .string(line.unit), "value": .number(line.value),
                        "low": .number(line.low), "high": .number(line.high), "digits": .integer(line.digits),
                        "is_proven": .bool(line.isProven),
                    ])
                }),
        ])
    }
}
