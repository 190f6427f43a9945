import TwinCore
public import TwinStudies

/// What dispatch is worth, at most 80 columns wide.
public enum DispatchStudyText {
    public static func lines(_ study: DispatchStudy) -> [String] {
        let days = study.total.all.first?.outcome.days ?? 0
        var lines = [
            "dispatch of \(study.site): \(counted(study.windows.count, "window")), \(Figures.fixed(days, 0)) days, steps of"
                + " \(study.step.text), seed \(study.seed)",
            "simulated: every figure comes from models, none is measured",
        ]
        lines += SummaryText.wrapped("objective: " + study.terms.sentence, width: 80)
        lines += ["", "all windows"] + table(study.total, study)
        if study.windows.count > 1 {
            for window in study.windows {
                lines += ["", span(window, study)] + table(window.outcomes, study, isShort: true)
            }
        }
        lines += forecast(study.forecasts)
        lines += pareto(study)
        return lines + [""] + SummaryText.wrapped(DispatchStudy.levelSentence, width: 80)
            + SummaryText.wrapped(
                "regret: what of the saving that perfect foresight makes by the objective is left; 100 is doing nothing",
                width: 80)
    }

    private static func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

    private static func span(_ window: DispatchStudy.Window, _ study: DispatchStudy) -> String {
        func date(_ time: PlantTime) -> String { study.zone.local(time).date.text }
        return "\(date(window.from)) to \(date(window.to - Span(ms: 1)))"
    }

    // MARK: - Cases

    private static func table(
        _ outcomes: DispatchOutcomes, _ study: DispatchStudy, isShort: Bool = false
    ) -> [String] {
        let cases = outcomes.all
        func row(_ name: String, _ decimals: Int, _ value: (DispatchStudy.Case, DispatchOutcome) -> Double?) -> String {
            line(name, cases.map { cell(value($0.case, $0.outcome), decimals) }, first: 36, width: 11)
        }
        let currency = study.currency
        var lines = [line("", cases.map(\.case.rawValue), first: 36, width: 11)]
        for (signal, name) in signals(study) { lines.append(row(name, 1) { $1.kgPerVehicle(signal) }) }
        lines += [
            row("energy, \(currency) a day", 0) { $1.aDay($1.cost) },
            row("with carbon at \(Figures.whole(study.terms.carbonPerTonne)), \(currency) a day", 0) {
                $1.aDay($1.costWithCarbon)
            },
            row("\(currency) per tonne saved, annual", 0) { name, _ in outcomes.costPerTonne(name) },
            row("  half-hourly", 0) { name, _ in outcomes.costPerTonne(name, .halfHourly) },
            row("  marginal", 0) { name, _ in outcomes.costPerTonne(name, .marginal) },
            row("above the line none-rules, a day", 0) { name, outcome in
                outcomes.costAboveLine(name, study.terms.signal).flatMap(outcome.aDay)
            },
            row("peak import, kW", 0) { $1.events.peakKW },
        ]
        if !isShort {
            let left = cases.first?.outcome.events.departures ?? 0
            lines += [
                row("battery cycles", 2) { $1.events.cycles },
                row("curtailed, MWh", 1) { $1.curtailedKWh / 1000 },
                row("set-point changes", 0) { Double($1.events.setPointChanges) },
                row("departures missed of \(Figures.whole(Double(left)))", 0) { Double($1.events.missedDepartures) },
                row("steps beyond the connection", 0) { Double($1.events.limitBreaches) },
                row("plans that failed", 0) { $0.hasPlans ? Double($1.events.failedPlans) : nil },
                row("of the above to level stores, kg", 0) { $1.level.kg.annual },
                row("  \(currency)", 0) { $1.level.cost },
            ]
        }
        lines.append(row("regret, % of the possible saving", 1) { name, _ in outcomes.regretPct(name) })
        return lines
    }

    private static func signals(_ study: DispatchStudy) -> [(BySignal.Signal, String)] {
        [
            (.annual, "kg per vehicle, annual factor"), (.halfHourly, "  half-hourly intensity"),
            (.marginal, "  marginal, \(Figures.whole(study.terms.marginalGPerKWh)) g/kWh"),
        ]
    }

    // MARK: - Forecasts

    private static func forecast(_ record: ForecastRecord) -> [String] {
        guard record.count > 0 else { return [] }
        let horizons = ForecastRecord.horizonsHours
        var lines = ["", "forecast error of a half hour, by hours ahead: mean absolute, bias, and what is"]
        lines.append("better than persistence, % (the last half hour or that of the day before)")
        lines.append(line("", horizons.map { "\(JSON.numberText($0)) h" }, first: 31, width: 7))
        for quantity in ForecastValues.Quantity.allCases {
            let scores = horizons.map { record.score(quantity, horizonHours: $0) }
            // What is known beforehand, as a flat tariff is, needs no row.
            guard let mean = scores.compactMap({ $0?.mean }).first,
                scores.contains(where: { ($0?.meanAbsoluteError ?? 0) > 0 })
            else { continue }
            lines.append(line(quantity.label, scores.map { cell($0?.meanAbsoluteError, 0) }, first: 31, width: 7))
            let name = "  of a mean of \(Figures.whole(mean))"
            lines.append(line(name, scores.map { signed($0?.bias) }, first: 31, width: 7))
            let skills = scores.map { signed($0?.skill.map { $0 * 100 }) }
            lines.append(line("  better than persistence, %", skills, first: 31, width: 7))
        }
        return lines
    }

    // MARK: - Pareto

    private static func pareto(_ study: DispatchStudy) -> [String] {
        guard !study.pareto.isEmpty else { return [] }
        let head = ["annual", "half-hourly", "marginal", "\(study.currency)/day", "/vehicle"]
        return [
            "", "cost against CO2: kg per vehicle, and energy without any price on carbon",
            line("", head, first: 14, width: 13),
        ]
            + ParetoPoint.all(of: study).map { point in
                let outcome = point.outcome
                let kg = BySignal.Signal.allCases.map { cell(outcome.kgPerVehicle($0), 1) }
                return line(
                    point.name,
                    kg + [cell(outcome.aDay(outcome.cost), 0), cell(outcome.perVehicle(outcome.cost), 2)], first: 14,
                    width: 13)
            }
    }

    // MARK: - Cells

    private static func cell(_ value: Double?, _ decimals: Int) -> String {
        value.map { Figures.fixed($0, decimals) } ?? "—"
    }

    private static func signed(_ value: Double?) -> String {
        guard let value else { return "—" }
        let text = Figures.whole(value)
        return value > 0 && text != "0" ? "+\(text)" : text
    }

    /// The name, then cells that stand under one another.
    private static func line(_ name: String, _ cells: [String], first: Int, width: Int) -> String {
        cells.reduce(name + String(repeating: " ", count: max(0, first - name.count))) { line, cell in
            line + String(repeating: " ", count: max(1, width - cell.count)) + cell
        }
    }
}

extension DispatchStudy.Case {
    /// Whether plans are made.
    var hasPlans: Bool { self == .optimiser || self == .perfect }
}

extension ForecastValues.Quantity {
    var label: String {
        switch self {
        case .net: "net load at rest, kW"
        case .sun: "sun, kW"
        case .wind: "wind, kW"
        case .heat: "hot water, kW"
        case .intensity: "grid, g/kWh"
        case .price: "import, money by the MWh"
        case .charging: "cars that come, kW"
        }
    }
}

/// A point of cost against CO2: doing nothing, the rules, and the optimiser at each price.
struct ParetoPoint {
    var name: String
    /// Nil for what knows no price.
    var carbonPerTonne: Double?
    var outcome: DispatchOutcome

    static func all(of study: DispatchStudy) -> [ParetoPoint] {
        let total = study.total
        let without = [DispatchStudy.Case.none, .rules].compactMap { name in
            total[name].map { ParetoPoint(name: name.rawValue, outcome: $0) }
        }
        return without
            + study.pareto.map {
                ParetoPoint(
                    name: "\(Figures.whole($0.carbonPerTonne)) \(study.currency)/t", carbonPerTonne: $0.carbonPerTonne,
                    outcome: $0.outcome)
            }
    }
}
