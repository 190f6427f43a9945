public import TwinCore
public import TwinStudies

extension DispatchStudy {
    /// `dispatch-study/1`; energies and money are never rounded, and a figure without a denominator is null.
    public var json: JSON {
        .fields([
            "schema": .string("dispatch-study/1"), "site": .string(site), "simulated": .bool(true),
            "step_s": .integer(step.ms / 1000), "seed": .integer(seed), "currency": .string(currency),
            "objective": .fields([
                "sentence": .string(terms.sentence), "signal": .string(terms.signal.key),
                "boundary": .string(terms.isWithUpstream ? "upstream" : "operational"),
                "carbon_price_per_tonne": .number(terms.carbonPerTonne),
                "marginal_g_per_kwh": .number(terms.marginalGPerKWh), "wear_per_kwh": .number(terms.wearPerKWh),
                "peak_per_kwh": .number(terms.peakPerKWh),
            ]),
            "level_correction": .string(DispatchStudy.levelSentence), "cases": total.json,
            "windows": .array(
                windows.map { window in
                    .fields([
                        "from": .string(zone.text(window.from)), "to": .string(zone.text(window.to)),
                        "cases": window.outcomes.json,
                    ])
                }),
            "forecast_error": forecastJSON, "pareto": .array(ParetoPoint.all(of: self).map(\.json)),
        ])
    }

    private var forecastJSON: JSON {
        .array(
            ForecastValues.Quantity.allCases.flatMap { quantity in
                ForecastRecord.horizonsHours.compactMap { hours in
                    forecasts.score(quantity, horizonHours: hours).map { score in
                        .fields([
                            "quantity": .string(quantity.rawValue), "horizon_h": .number(hours),
                            "count": .integer(score.count), "mean_absolute_error": .number(score.meanAbsoluteError),
                            "bias": .number(score.bias), "mean": .number(score.mean),
                            "persistence_mean_absolute_error": .optional(score.persistenceError),
                            "skill_fraction": .optional(score.skill),
                        ])
                    }
                }
            })
    }
}

extension DispatchOutcomes {
    /// By case.
    fileprivate var json: JSON {
        .object(
            all.map { name, outcome in
                JSON.Member(
                    name.rawValue,
                    .object(
                        outcome.members + [
                            .init("cost_per_tonne", .optional(costPerTonne(name))),
                            .init("cost_per_tonne_half_hourly", .optional(costPerTonne(name, .halfHourly))),
                            .init("cost_per_tonne_marginal", .optional(costPerTonne(name, .marginal))),
                            .init("cost_above_line", .optional(costAboveLine(name, .annual))),
                            .init("cost_above_line_half_hourly", .optional(costAboveLine(name, .halfHourly))),
                            .init("cost_above_line_marginal", .optional(costAboveLine(name, .marginal))),
                            .init("regret_pct", .optional(regretPct(name))),
                        ]))
            })
    }
}

extension DispatchOutcome {
    fileprivate var members: [JSON.Member] {
        [
            .init("days", .number(days)), .init("vehicles", .integer(vehicles)),
            .init("kg_per_vehicle", .optional(kgPerVehicle(.annual))),
            .init("kg_per_vehicle_half_hourly", .optional(kgPerVehicle(.halfHourly))),
            .init("kg_per_vehicle_marginal", .optional(kgPerVehicle(.marginal))),
            .init("cost", .number(cost)), .init("cost_with_carbon", .number(costWithCarbon)),
            .init("objective", .number(objective)), .init("wear_cost", .number(wearCost)),
            .init("peak_cost", .number(peakCost)), .init("peak_kw", .number(events.peakKW)),
            .init("cycles", .number(events.cycles)), .init("curtailed_kwh", .number(curtailedKWh)),
            .init("set_point_changes", .integer(events.setPointChanges)),
            .init("departures", .integer(events.departures)),
            .init("departures_missed", .integer(events.missedDepartures)),
            .init("steps_beyond_connection", .integer(events.limitBreaches)),
            .init("plans", .integer(events.plans)), .init("plans_failed", .integer(events.failedPlans)),
            .init("level_cost", .number(level.cost)), .init("level_kg", .number(level.kg.annual)),
        ]
    }
}

extension ParetoPoint {
    fileprivate var json: JSON {
        .fields([
            "name": .string(name), "carbon_price_per_tonne": .optional(carbonPerTonne),
            "kg_per_vehicle": .optional(outcome.kgPerVehicle(.annual)),
            "kg_per_vehicle_half_hourly": .optional(outcome.kgPerVehicle(.halfHourly)),
            "kg_per_vehicle_marginal": .optional(outcome.kgPerVehicle(.marginal)), "cost": .number(outcome.cost),
            "cost_per_vehicle": .optional(outcome.perVehicle(outcome.cost)),
        ])
    }
}

extension BySignal.Signal {
    /// As the configuration has it.
    var key: String {
        switch self {
        case .annual: "annual"
        case .halfHourly: "average"
        case .marginal: "marginal"
        }
    }

    var label: String {
        switch self {
        case .annual: "annual factor"
        case .halfHourly: "half-hourly intensity"
        case .marginal: "marginal plant"
        }
    }
}
