public import TwinBooks
public import TwinCore

/// An energy baseline that was fitted to the books: for people, as lines of `baseline.yaml`, and as JSON.
public struct BaselineText {
    public struct Facts: Sendable {
        public var site: String
        /// Names the books, `2018.sqlite`.
        public var books: String
        public var from: CivilDate
        public var to: CivilDate
        public var partialDays: Int
        public var blindDays: Int
        public var isSimulated: Bool

        public init(
            site: String, books: String, from: CivilDate, to: CivilDate, partialDays: Int, blindDays: Int,
            isSimulated: Bool
        ) {
            (self.site, self.books, self.from, self.to) = (site, books, from, to)
            (self.partialDays, self.blindDays, self.isSimulated) = (partialDays, blindDays, isSimulated)
        }
    }

    private let fitted: BaselineRegression
    private let facts: Facts
    private var lines: [String] = []

    private init(_ fitted: BaselineRegression, _ facts: Facts) { (self.fitted, self.facts) = (fitted, facts) }

    public static func lines(_ fitted: BaselineRegression, _ facts: Facts) -> [String] {
        var text = BaselineText(fitted, facts)
        text.head()
        text.table("Electricity used, mean kW of a day", fitted.electricity, "fixed", [.vehicles])
        for (variable, adjusted) in fitted.electricityMisses {
            text.say(
                "with \(variable.label.name) too adjusted R2 would be \(Figures.fixed(adjusted, 3)), but energy: has no place"
                    + " for it", indent: 2)
        }
        if fitted.electricityMisses.isEmpty { text.say("production day and heating tell no more of it", indent: 2) }
        text.table("Gas, gross, mean kW of a day", fitted.gas, "idle day", fitted.gasVariables)
        let left = BaselineText.gasLeftOut(fitted).map(\.label.name)
        if !left.isEmpty { text.say("not proven by these days, left out: \(left.joined(separator: ", "))", indent: 2) }
        text.validity()
        return text.lines + [""] + yaml(fitted, facts)
    }

    private static func gasLeftOut(_ fitted: BaselineRegression) -> [RelevantVariable] {
        RelevantVariable.allCases.filter { !fitted.gasVariables.contains($0) }
    }

    private mutating func say(_ text: String, indent: Int = 0) {
        let space = String(repeating: " ", count: indent)
        lines += SummaryText.wrapped(text, width: 80 - indent).map { space + $0 }
    }

    private mutating func head() {
        if facts.isSimulated { lines.append("simulated: these days come from models, none was measured") }
        say("Energy baseline of \(facts.site): \(fitted.days) whole local days, \(facts.from.text) to \(facts.to.text)")
        if facts.partialDays > 0 { say("left out: \(facts.partialDays) days of which half hours are missing") }
        if facts.blindDays > 0 { say("left out: \(facts.blindDays) days whose air temperature was not measured") }
    }

    private mutating func table(
        _ title: String, _ model: EnergyRegression, _ fixed: String, _ variables: [RelevantVariable]
    ) {
        lines += ["", BaselineText.row(title, ["value", "std error", "t"], "")]
        func row(_ name: String, _ coefficient: EnergyRegression.Coefficient, _ unit: String) {
            let cells = [
                Figures.fixed(coefficient.value, 1), Figures.fixed(coefficient.standardError, 2),
                coefficient.t.isFinite ? Figures.fixed(coefficient.t, 1) : "—",
            ]
            lines.append(BaselineText.row("  \(name)", cells, unit))
        }
        row(fixed, model.intercept, "kW")
        for (variable, coefficient) in zip(variables, model.coefficients) {
            row(variable.label.name, coefficient, variable.label.unit)
        }
        func share(_ value: Double?) -> String { value.map { Figures.fixed($0, 3) } ?? "—" }
        let cv = model.cvRMSE.map { "\(Figures.fixed(100 * $0, 1)) %" } ?? "—"
        lines.append("  R2 \(share(model.r2)), adjusted \(share(model.adjustedR2)), CV(RMSE) \(cv), n \(model.count)")
    }

    private mutating func validity() {
        func row(_ name: String, _ range: ClosedRange<Double>) {
            let holds = BaselineFit.holds(range)
            lines.append(
                "  \(name)\(Figures.whole(holds.lowerBound)) to \(Figures.whole(holds.upperBound))"
                    + " (days: \(Figures.whole(range.lowerBound)) to \(Figures.whole(range.upperBound)))")
        }
        lines += ["", "Holds for days inside the range of these, with 10 % beyond"]
        row("vehicles a day         ", fitted.vehiclesPerDay)
        row("K h of heating a day   ", fitted.heatingKHPerDay)
        lines.append("")
        let limits =
            "R2 at least \(JSON.numberText(BaselineRegression.r2Min)), CV(RMSE) at most"
            + " \(Figures.whole(100 * BaselineRegression.cvRMSEMax)) %"
        say(
            fitted.objections.isEmpty
                ? "Verdict: holds in its range (\(limits))."
                : "Verdict: does not hold (\(limits)): \(fitted.objections.joined(separator: "; ")).")
        for caution in fitted.cautions { say("Note: \(caution).") }
        say(
            "Not in it: enthalpy of the booths' air, which the books do not have, and the vehicles' models, for which"
                + " energy: has no place.")
    }

    private static func row(_ name: String, _ cells: [String], _ unit: String) -> String {
        let first = name + String(repeating: " ", count: max(0, 36 - name.count))
        let line = zip(cells, [11, 11, 9]).reduce(first) {
            $0 + String(repeating: " ", count: max(1, $1.1 - $1.0.count)) + $1.0
        }
        return unit.isEmpty ? line : "\(line)  \(unit)"
    }

    // MARK: - baseline.yaml

    /// `energy:` and `fit:`, to paste.
    static func yaml(_ fitted: BaselineRegression, _ facts: Facts) -> [String] {
        let books =
            "twin baseline: \(fitted.days) days of \(facts.books), \(facts.from.text) to \(facts.to.text)"
        let model = fitted.model
        func entry(_ key: String, _ value: Double, _ note: String) -> [String] {
            ["  \(key):", "    value: \(JSON.numberText(rounded(value, 3)))", "    source: \(JSON.string(note).line)"]
        }
        func error(_ regression: EnergyRegression, _ place: Int?) -> String {
            guard let place else { return "Not proven by these days" }
            let of = place < 0 ? regression.intercept : regression.coefficients[place]
            return "Fitted, standard error \(JSON.numberText(rounded(of.standardError, 3)))"
        }
        func gas(_ variable: RelevantVariable) -> Int? { fitted.gasVariables.firstIndex(of: variable) }
        let vehicles = fitted.electricity.coefficients.isEmpty ? nil : 0
        let fit = fitted.fit
        func quality(_ quality: BaselineFit.Quality) -> String {
            "{r2: \(JSON.numberText(rounded(quality.r2, 4))), cv_rmse: \(JSON.numberText(rounded(quality.cvRMSE, 4)))}"
        }
        func range(_ range: ClosedRange<Double>) -> String {
            "[\(JSON.numberText(rounded(range.lowerBound, 1))), \(JSON.numberText(rounded(range.upperBound, 1)))]"
        }
        return ["energy:"]
            + entry("electricity_fixed_kw", model.electricityFixedKW, error(fitted.electricity, -1))
            + entry("electricity_per_vehicle_kwh", model.electricityPerVehicleKWh, error(fitted.electricity, vehicles))
            + entry(
                "gas_production_day_kw", model.gasProductionDayKW,
                error(fitted.gas, gas(.productionDay)) + " of the step from an idle day")
            + entry("gas_idle_day_kw", model.gasIdleDayKW, error(fitted.gas, -1))
            + entry("gas_hall_kw_per_k", model.gasHallKWPerK, error(fitted.gas, gas(.heating)))
            + entry("gas_paint_kw_per_k", model.gasPaintKWPerK, error(fitted.gas, gas(.productionHeating)))
            + entry("gas_per_vehicle_kwh", model.gasPerVehicleKWh, error(fitted.gas, gas(.vehicles)))
            + entry("heating_base_c", model.heatingBaseC, "The base that these books counted degrees from")
            + [
                "fit:", "  source: \(JSON.string(books).line)", "  n: \(fit.days)",
                "  electricity: \(quality(fit.electricity))", "  gas: \(quality(fit.gas))",
                "  vehicles_per_day: \(range(fit.vehiclesPerDay))",
                "  heating_k_h_per_day: \(range(fit.heatingKHPerDay))",
            ]
    }

    private static func rounded(_ value: Double, _ decimals: Int) -> Double {
        let scale = [1.0, 10, 100, 1000, 10_000][min(max(decimals, 0), 4)]
        return (value * scale).rounded() / scale
    }

    // MARK: - JSON

    /// `baseline/1`.
    public static func json(_ fitted: BaselineRegression, _ facts: Facts) -> JSON {
        func range(_ range: ClosedRange<Double>) -> JSON {
            .array([.number(range.lowerBound), .number(range.upperBound)])
        }
        let model = fitted.model
        return .fields([
            "schema": .string("baseline/1"), "site": .string(facts.site), "from": .string(facts.from.text),
            "to": .string(facts.to.text), "days": .integer(fitted.days), "partial_days": .integer(facts.partialDays),
            "days_without_temperature": .integer(facts.blindDays),
            "source": .string(facts.isSimulated ? "simulated" : "measured"),
            "electricity": json(fitted.electricity, [.vehicles], leftOut: []),
            "gas": json(fitted.gas, fitted.gasVariables, leftOut: gasLeftOut(fitted)),
            "validity": .fields([
                "vehicles_per_day": range(fitted.vehiclesPerDay), "heating_k_h_per_day": range(fitted.heatingKHPerDay),
                "tolerance_fraction": .number(BaselineFit.tolerance),
            ]),
            "holds": .bool(fitted.objections.isEmpty), "objections": .array(fitted.objections.map(JSON.string)),
            "cautions": .array(fitted.cautions.map(JSON.string)),
            "energy": .fields([
                "electricity_fixed_kw": .number(model.electricityFixedKW),
                "electricity_per_vehicle_kwh": .number(model.electricityPerVehicleKWh),
                "gas_production_day_kw": .number(model.gasProductionDayKW),
                "gas_idle_day_kw": .number(model.gasIdleDayKW), "gas_hall_kw_per_k": .number(model.gasHallKWPerK),
                "gas_paint_kw_per_k": .number(model.gasPaintKWPerK),
                "gas_per_vehicle_kwh": .number(model.gasPerVehicleKWh),
                "heating_base_c": .number(model.heatingBaseC),
            ]),
        ])
    }

    static func json(_ model: EnergyRegression, _ variables: [RelevantVariable], leftOut: [RelevantVariable]) -> JSON {
        .fields([
            "n": .integer(model.count), "mean_kw": .number(model.mean), "rmse_kw": .number(model.rmse),
            "r2": .optional(model.r2), "adjusted_r2": .optional(model.adjustedR2),
            "cv_rmse": .optional(model.cvRMSE),
            "intercept": .fields([
                "value": .number(model.intercept.value), "standard_error": .number(model.intercept.standardError),
                "unit": .string("kW"),
            ]),
            "coefficients": .array(
                zip(variables, zip(model.coefficients, model.ranges)).map { variable, told in
                    .fields([
                        "variable": .string(variable.rawValue), "value": .number(told.0.value),
                        "standard_error": .number(told.0.standardError), "unit": .string(variable.label.unit),
                        "range": .array([.number(told.1.lowerBound), .number(told.1.upperBound)]),
                    ])
                }),
            "left_out": .array(leftOut.map { .string($0.rawValue) }),
        ])
    }
}
