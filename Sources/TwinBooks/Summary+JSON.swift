public import TwinCore
import TwinUnits

/// The contract's `summary/1`.
extension Summary {
    public var json: JSON { .object([head, energy, carbonAndCost, contracts, trust].flatMap { $0.members ?? [] }) }

    private var head: JSON {
        let counts = counts
        return .fields([
            "schema": .string("summary/1"), "site": .string(method.site),
            "from": .string(method.zone.text(from)), "to": .string(method.zone.text(to)),
            "tz": .string(method.zone.name), "step_s": .integer(facts.stepS), "steps": .integer(steps),
            "wall_s": .number(facts.wallS), "mode": .string(facts.mode.rawValue), "loop": .string(facts.loop.rawValue),
            "caveats": .array(caveats.map { .string($0) }),
            "source": .string(facts.isSimulated ? "simulated" : "measured"), "digest": .string(digest),
            "provisional": .bool(isProvisional),
            "messages": .integer(counts.messages), "accepted": .integer(counts.accepted),
            "readings": .integer(counts.readings), "rejected": .integer(counts.rejectedTotal),
            "rejected_by_reason": .object(
                counts.rejected.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    .init($0.key.rawValue, .integer($0.value))
                }),
            "lost_values": .object(
                counts.lostTotals.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    .init($0.key.rawValue, .integer($0.value))
                }),
            "lost_values_by_signal": lostBySignal, "retained": .integer(counts.retainedTotal),
            "doubted_vehicles": .integer(counts.doubtedVehicles),
            "stand_in_hours": .object(
                counts.standInMs.sorted { $0.key < $1.key }.map { .init($0.key, .number(Double($0.value) / 3_600_000)) }
            ),
            "contradicted_kwh": .object(
                counts.contradictedWh.sorted { $0.key.text < $1.key.text }.map {
                    .init($0.key.text, .number(Double($0.value) / 1000))
                }),
            "duplicates": .integer(counts.duplicates), "late": .integer(counts.late), "shed": .integer(counts.shed),
            "gaps": .integer(gaps),
        ])
    }

    /// `{"gas/paint-ovens/gas_kw": {"wrong_type": 4}}`.
    private var lostBySignal: JSON {
        var signals: [String: [JSON.Member]] = [:]
        for (reason, lost) in counts.lost.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for (signal, count) in lost { signals[signal, default: []].append(.init(reason.rawValue, .integer(count))) }
        }
        return .object(signals.sorted { $0.key < $1.key }.map { .init($0.key, .object($0.value)) })
    }

    /// Every account under its bus and every fuel; null for what the site lacks.
    private var energy: JSON {
        let buses = Bus.allCases.filter(\.balances)
        let accounts = buses.map { bus in
            JSON.Member(
                bus.summaryKey, .object(bus.accounts.map { .init($0.row.summaryKey, .optional(kWh($0))) }))
        }
        let fuels = Fuel.allCases.map {
            JSON.Member($0.row.summaryKey, .optional(litres($0) ?? kWh($0.account)))
        }
        let errors = buses.map { JSON.Member($0.balanceErrorKey, .number(balanceErrorKWh($0))) }
        return .object(accounts + fuels + errors)
    }

    private var carbonAndCost: JSON {
        .fields([
            "renewable_share": .optional(renewableShare),
            "headline": .fields([
                "scope2": .string(method.scope2.rawValue),
                "factor_convention": .string(method.factors.convention.rawValue),
                "factor_set": .string(factorSetID), "boundary": .string(method.boundary),
            ]),
            "co2_kg": carbonJSON, "vehicles": .integer(vehicles), "vehicles_modelled": .integer(vehiclesModelled),
            "vehicles_by_model": .object(vehiclesByModel.map { .init($0.model, .integer($0.count)) }),
            "co2_kg_per_vehicle": .optional(kgPerVehicle),
            "co2_kg_per_vehicle_location": .optional(kgPerVehicleLocation),
            "co2_kg_per_vehicle_market": .optional(kgPerVehicleMarket),
            "intensity": sum.intensitySplit.map { split in
                .fields([
                    "fixed_kg_per_day": .number(split.fixedKgPerDay),
                    "variable_kg_per_vehicle": .number(split.variableKgPerVehicle), "r2": .number(split.r2),
                ])
            } ?? .null,
            "uncertainty_kg_per_vehicle": .optional(uncertaintyKgPerVehicle), "uncertainty": uncertaintyJSON,
            "baseline": baselineJSON, "targets": .array(targetsJSON), "cost": costJSON,
        ])
    }

    /// Null for what the site has no contract for.
    private var contracts: JSON { .fields(["sharing": sharingJSON, "v2g": vehicleGridJSON]) }

    private var trust: JSON {
        .fields([
            "data_quality": .fields([
                "measured_pct": .optional(dataQuality?.measured), "estimated_pct": .optional(dataQuality?.estimated),
                "missing_pct": .optional(dataQuality?.missing),
            ]),
            "commands": .fields([
                "issued": .integer(commands.issued), "accepted": .integer(commands.accepted),
                "rejected": .integer(commands.rejected), "expired": .integer(commands.expired),
                "pending": .integer(commands.pending),
            ]),
            "alarms": .object(alarms.map { .init($0.code, .integer($0.count)) }),
            "requests": facts.requests.map { .array($0.map(\.json)) } ?? .null,
            "expectations": .fields([
                "passed": .integer(facts.expectationsPassed), "failed": .integer(facts.expectationsFailed),
            ]),
        ])
    }

    private var carbonJSON: JSON {
        .fields([
            "scope1": .number(carbon.scope1.kilograms),
            "scope1_other": method.ledger.others.isEmpty ? .null : .number(carbon.scope1Other.kilograms),
            "scope1_certified": .number(carbon.scope1Certified.kilograms),
            "outside_production": .number((carbon.outside[.scope1] + carbon.outside[.location]).kilograms),
            "scope2_location": .number(carbon.scope2Location.kilograms),
            "scope2_location_half_hourly": carbon.halfHourlyPeriods > 0
                ? .number(carbon.scope2HalfHourly.kilograms) : .null,
            "half_hours_with_intensity": .integer(carbon.halfHourlyPeriods), "half_hours": .integer(sum.periods),
            "scope2_market": .number(carbon.scope2Market.kilograms),
            "scope3_upstream": .number(carbon.scope3Upstream.kilograms),
            "biogenic": fuels.contains(where: \.row.isBiogenic) ? .number(carbon.biogenic.kilograms) : .null,
            "avoided_export": .number(carbon.avoidedExport.kilograms), "credits": .number(0),
        ])
    }

    private var baselineJSON: JSON {
        let reduction = reductionPct
        return .fields([
            "id": .string(method.baseline?.id ?? "none"), "period": .string(method.baseline?.period ?? ""),
            "basis": .string(basis.rawValue), "comparable": .bool(incomparableReason == nil),
            "reason": incomparableReason.map(JSON.string) ?? .null, "kg_per_vehicle": .optional(baselineKgPerVehicle),
            "like_for_like_kg_per_vehicle": .optional(likeForLikeKgPerVehicle),
            "reduction_pct": .optional(reduction?.value),
            "reduction_ci_pct": reduction.map { .array([.number($0.low), .number($0.high)]) } ?? .null,
        ])
    }

    private var targetsJSON: [JSON] {
        judgedTargets.map { judged in
            .fields([
                "name": .string(judged.target.name), "basis": .string(judged.target.basis.rawValue),
                "value": .number(judged.value),
                "unit": .string(judged.target.basis == .perVehicle ? "kg/vehicle" : "t/yr"),
                "met": judged.met.map(JSON.bool) ?? .null,
            ])
        }
    }

    private var costJSON: JSON {
        let bought = Fuel.allCases.map { JSON.Member($0.name, .optional(cost.fuel($0))) }
        return .object(
            [
                .init("currency", .string(cost.currency)), .init("import", .number(cost.imported)),
                .init("export", .number(cost.exported)),
            ] + bought + [
                .init("demand", .optional(cost.demand)), .init("carbon", .number(cost.carbon)),
                .init("total", .number(cost.total)),
                .init("per_vehicle", .optional(perVehicle(cost.total))),
            ])
    }
}
