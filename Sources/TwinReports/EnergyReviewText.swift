public import TwinBooks
public import TwinCore

/// What drifts from its reference, and which uses are significant: for people and as JSON.
public struct EnergyReviewText {
    /// At most this many meters are told in a sentence.
    static let sentencesMax = 10

    // MARK: - CUSUM

    public static func lines(cusums: [Cusum], _ review: EnergyReview) -> [String] {
        var lines = head(review, judged: cusums.first?.days.count ?? 0)
        guard !review.watched.isEmpty else { return lines }
        let shifts = shifted(cusums)
        if !shifts.isEmpty { lines.append("") }
        for cusum in shifts.prefix(sentencesMax) {
            if let shift = cusum.shift {
                lines += SummaryText.wrapped("\(cusum.meter.text): \(words(shift)).", width: 80)
            }
        }
        if !shifts.isEmpty {
            lines += ["", row("", ["MWh", "kWh a day", "t CO2e", "from", "to"], cusumWidths)]
            for cusum in shifts {
                guard let shift = cusum.shift else { continue }
                lines.append(
                    row(
                        cusum.meter.text,
                        [
                            signed(shift.kWh / 1000, 1), signed(shift.kWhPerDay, 0), signed(shift.kg / 1000, 1),
                            shift.from.text, shift.isOpen ? "—" : shift.to.text,
                        ], cusumWidths))
            }
        }
        lines.append("")
        lines += SummaryText.wrapped(
            "\(cusums.count - shifts.count) of \(cusums.count) meters kept to their band: three standard errors of the sum,"
                + " from what single days of the reference leave and what it does not know itself. In a year chance alone"
                + " takes about one meter in 25 out of it.", width: 80)
        return lines
    }

    /// Most carbon first.
    private static func shifted(_ cusums: [Cusum]) -> [Cusum] {
        func size(_ cusum: Cusum) -> Double { abs(cusum.shift?.kg ?? 0) }
        return cusums.filter { $0.shift != nil }.sorted { a, b in
            (size(a), b.meter.text) > (size(b), a.meter.text)
        }
    }

    /// `+12.3 MWh since 2025-06-04, from then 410 kWh a day more`.
    static func words(_ shift: Cusum.Shift) -> String {
        let rate = "\(Figures.whole(abs(shift.kWhPerDay))) kWh a day \(shift.kWh < 0 ? "less" : "more")"
        let sum = "\(signed(shift.kWh / 1000, 1)) MWh"
        let left = "it left its band on \(shift.leftOn.text)"
        if shift.isOpen { return "\(sum) since \(shift.from.text), from then \(rate); \(left)" }
        if shift.days == 1 { return "\(sum) on \(shift.from.text), and as before since; \(left)" }
        return "\(sum) from \(shift.from.text) to \(shift.to.text), \(rate), and as before since; \(left)"
    }

    public static func json(cusums: [Cusum], _ review: EnergyReview) -> JSON {
        .fields([
            "schema": .string("cusum/1"), "reference": reference(review),
            "watched_days": .integer(review.watched.count),
            "judged_days": .integer(cusums.first?.days.count ?? 0),
            "band_standard_errors": .number(Cusum.bandErrors),
            "meters": .array(
                (shifted(cusums) + cusums.filter { $0.shift == nil }).map { cusum in
                    .fields([
                        "account": .string(cusum.meter.account.name), "asset": .string(cusum.meter.path.text),
                        "expected": BaselineText.json(
                            cusum.expected, cusum.variables,
                            leftOut: RelevantVariable.allCases.filter { !cusum.variables.contains($0) }),
                        "shift": cusum.shift.map(json) ?? .null,
                        "days": .array(
                            cusum.days.map { day in
                                .fields([
                                    "date": .string(day.date.text), "kwh": .number(day.kWh),
                                    "expected_kwh": .number(day.expectedKWh), "cusum_kwh": .number(day.sumKWh),
                                    "band_kwh": .number(day.bandKWh),
                                ])
                            }),
                    ])
                }),
        ])
    }

    private static func json(_ shift: Cusum.Shift) -> JSON {
        .fields([
            "from": .string(shift.from.text), "to": .string(shift.to.text), "open": .bool(shift.isOpen),
            "days": .integer(shift.days), "kwh": .number(shift.kWh), "kwh_per_day": .number(shift.kWhPerDay),
            "co2_kg": .number(shift.kg), "left_band_on": .string(shift.leftOn.text),
        ])
    }

    // MARK: - Register

    public static func lines(_ register: EnergyRegister, _ review: EnergyReview) -> [String] {
        var lines = head(review, judged: nil)
        lines += [""]
        lines += SummaryText.wrapped(
            "Significant energy uses: \(register.uses.count) of \(register.meters) meters come to 80 % of"
                + " \(Figures.whole(register.kWh / 1000)) MWh and of \(Figures.whole(register.kg / 1000)) t CO2e"
                + " (location-based: loads at the grid's factor, fuels at their own).", width: 80)
        lines += ["", row("", ["MWh", "%", "t CO2e", "%", "indicator", "then", "now", "like"], registerWidths)]
        func figure(_ value: Double?) -> String {
            value.map { Figures.fixed($0, abs($0) < 10 ? 2 : abs($0) < 100 ? 1 : 0) } ?? "—"
        }
        for use in register.uses {
            lines.append(
                row(
                    // `gas/paint-ovens` says that it is gas.
                    use.meter.account.name == use.meter.path.area.rawValue ? use.meter.path.text : use.meter.text,
                    [
                        Figures.whole(use.kWh / 1000), Figures.whole(100 * use.energyShare),
                        Figures.whole(use.kg / 1000), Figures.whole(100 * use.carbonShare), use.indicator.rawValue,
                        figure(use.reference), figure(use.present),
                        use.overExpected.map { "\(signed(100 * $0, 0)) %" } ?? "—",
                    ], registerWidths))
        }
        if review.reference.count < BaselineRegression.yearDaysMin {
            lines.append("")
            lines += SummaryText.wrapped(
                "\(review.reference.count) days are no year: seasons that are missing in the reference are not in what it"
                    + " lets expect.", width: 80)
        }
        lines.append("")
        lines += SummaryText.wrapped(
            "then: in the reference; now: in the days after it; like: now against what the reference lets expect at this"
                + " volume, weather and day types. An indicator that is a quotient also moves with the volume.",
            width: 80)
        return lines
    }

    public static func json(_ register: EnergyRegister, _ review: EnergyReview) -> JSON {
        .fields([
            "schema": .string("register/1"), "reference": reference(review),
            "watched_days": .integer(review.watched.count), "energy_kwh": .number(register.kWh),
            "co2_kg": .number(register.kg), "meters": .integer(register.meters),
            "covered_fraction": .number(EnergyRegister.covered),
            "uses": .array(
                register.uses.map { use in
                    .fields([
                        "account": .string(use.meter.account.name), "asset": .string(use.meter.path.text),
                        "energy_kwh": .number(use.kWh), "energy_fraction": .number(use.energyShare),
                        "energy_rank": .integer(use.energyRank), "co2_kg": .number(use.kg),
                        "co2_fraction": .number(use.carbonShare), "co2_rank": .integer(use.carbonRank),
                        "indicator": .string(use.indicator.rawValue), "reference": .optional(use.reference),
                        "present": .optional(use.present), "over_expected_fraction": .optional(use.overExpected),
                    ])
                }),
        ])
    }

    // MARK: - Both

    private static func head(_ review: EnergyReview, judged: Int?) -> [String] {
        guard let first = review.reference.first, let last = review.reference.last else { return [] }
        var text =
            "Reference: \(review.reference.count) whole local days, \(first.date.text) to \(last.date.text)."
        if let begin = review.watched.first, let end = review.watched.last {
            text += " After it: \(review.watched.count) days, \(begin.date.text) to \(end.date.text)"
            if let judged, judged < review.watched.count {
                text +=
                    ", of which \(review.watched.count - judged) are not judged: the reference has no day of such weather or"
                    + " volume; name a longer --reference"
            }
            text += "."
        } else {
            text += " There is no whole day after it: ask for a longer period or an earlier --reference."
        }
        return SummaryText.wrapped(text, width: 80)
    }

    private static func reference(_ review: EnergyReview) -> JSON {
        .fields([
            "from": review.reference.first.map { .string($0.date.text) } ?? .null,
            "to": review.reference.last.map { .string($0.date.text) } ?? .null,
            "days": .integer(review.reference.count),
        ])
    }

    private static func signed(_ value: Double, _ decimals: Int) -> String {
        let text = Figures.fixed(value, decimals)
        return value > 0 && text.contains { ("1"..."9").contains($0) } ? "+\(text)" : text
    }

    private static let cusumWidths = [9, 11, 9, 12, 12]
    private static let registerWidths = [9, 4, 8, 4, 13, 7, 7, 7]

    /// The name takes what the cells leave of 80 columns.
    private static func row(_ name: String, _ cells: [String], _ widths: [Int]) -> String {
        let width = 80 - widths.reduce(0, +)
        let first = name.count > width ? String(name.prefix(width - 1)) + "…" : name
        let line = first + String(repeating: " ", count: width - first.count)
        return zip(cells, widths).reduce(line) { $0 + String(repeating: " ", count: max(1, $1.1 - $1.0.count)) + $1.0 }
    }
}
