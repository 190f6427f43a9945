public import TwinCore
import TwinUnits

/// The contract's `summary/1`.
extension Summary {
    public var json: JSON {
        let counts = counts
        return .fields([
            "schema": .string("summary/1"), "site": .string(method.site),
            "from": .string(method.zone.text(from)), "to": .string(method.zone.text(to)),
            "tz": .string(method.zone.name), "step_s": .integer(facts.stepS), "steps": .integer(steps),
            "wall_s": .number(facts.wallS), "mode": .string(facts.mode.rawValue), "loop": .string(facts.loop.rawValue),
            "digest": .string(digest), "provisional": .bool(isProvisional),
            "messages": .integer(counts.messages), "readings": .integer(counts.readings),
            "rejected": .integer(counts.rejectedTotal),
            "rejected_by_reason": .object(
                counts.rejected.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    .init($0.key.rawValue, .integer($0.value))
                }),
            "duplicates": .integer(counts.duplicates), "late": .integer(counts.late), "shed": .integer(0),
            "gaps": .integer(gaps), "energy_kwh": energyJSON, "heat_kwh": Summary.noHeat,
            "gas_kwh": .optional(kWh(.gas)), "ethanol_l": .null,
            "balance_error_kwh": .number(balanceErrorKWh), "renewable_share": .optional(renewableShare),
            "headline": .fields([
                "scope2": .string(method.scope2.rawValue),
                "factor_convention": .string(method.factors.convention.rawValue),
                "factor_set": .string(method.factors.set(at: from).id), "boundary": .string(method.boundary),
            ]),
            "co2_kg": carbonJSON, "vehicles": .integer(vehicles), "vehicles_modelled": .integer(vehiclesModelled),
            "co2_kg_per_vehicle": .optional(kgPerVehicle),
            "co2_kg_per_vehicle_location": .optional(kgPerVehicleLocation),
            "co2_kg_per_vehicle_market": .optional(kgPerVehicleMarket),
            "uncertainty_kg_per_vehicle": .optional(uncertaintyKgPerVehicle),
            "baseline": baselineJSON, "targets": .array(targetsJSON), "cost": costJSON,
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
            "expectations": .fields([
                "passed": .integer(facts.expectationsPassed), "failed": .integer(facts.expectationsFailed),
            ]),
        ])
    }

    private var energyJSON: JSON {
        .object(Account.allCases.filter { $0 != .gas }.map { .init($0.rawValue, .optional(kWh($0))) })
    }

    private var carbonJSON: JSON {
        .fields([
            "scope1": .number(carbon.scope1.kilograms), "scope1_other": .null,
            "scope2_location": .number(carbon.scope2Location.kilograms),
            "scope2_location_half_hourly": carbon.halfHourlyPeriods > 0
                ? .number(carbon.scope2HalfHourly.kilograms) : .null,
            "half_hours_with_intensity": .integer(carbon.halfHourlyPeriods), "half_hours": .integer(rows.count),
            "scope2_market": .number(carbon.scope2Market.kilograms),
            "scope3_upstream": .number(carbon.scope3Upstream.kilograms), "biogenic": .null,
            "avoided_export": .number(carbon.avoidedExport.kilograms), "credits": .number(0),
        ])
    }

    private var baselineJSON: JSON {
        let reduction = reductionPct
        return .fields([
            "id": .string(method.baseline.id), "period": .string(method.baseline.period),
            "basis": .string("like_for_like"), "comparable": .bool(incomparableReason == nil),
            "reason": incomparableReason.map(JSON.string) ?? .null, "kg_per_vehicle": .optional(baselineKgPerVehicle),
            "reduction_pct": .optional(reduction?.value),
            "reduction_ci_pct": reduction.map { .array([.number($0.low), .number($0.high)]) } ?? .null,
        ])
    }

    /// Targets are for the year 2030: a window under 12 months cannot meet or miss them.
    private var targetsJSON: [JSON] {
        method.targets.map { target in
            let perVehicle = method.baseline.kgPerVehicle * target.remainingFraction
            let value = target.basis == .perVehicle ? perVehicle : perVehicle * Double(method.baseline.vehicles) / 1000
            return .fields([
                "name": .string(target.name), "basis": .string(target.basis.rawValue), "value": .number(value),
                "unit": .string(target.basis == .perVehicle ? "kg/vehicle" : "t/yr"), "met": .null,
            ])
        }
    }

    private var costJSON: JSON {
        let t = method.tariffs
        let imported = energy(.gridImport).kilowattHours / 1000 * t.importPerMWh
        let exported = -energy(.gridExport).kilowattHours / 1000 * t.exportPerMWh
        let gas = energy(.gas).kilowattHours / 1000 * t.gasPerMWh
        let carbonCost = productionKgLocation / 1000 * t.carbonPerTonne
        let total = imported + exported + gas + carbonCost
        return .fields([
            "currency": .string(t.currency), "import": .number(imported), "export": .number(exported),
            "gas": .number(gas), "ethanol": .null, "carbon": .number(carbonCost), "total": .number(total),
            "per_vehicle": .optional(perVehicle(total)),
        ])
    }

    private static let noHeat: JSON = .object(
        [
            "boiler", "direct_fired", "heat_pump", "electric", "fuelcell", "recovered", "store_charge",
            "store_discharge", "demand", "losses",
        ].map { .init($0, .null) })
}
