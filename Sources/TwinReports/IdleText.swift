public import TwinBooks
public import TwinCore
import TwinUnits

/// What ran outside the shifts, for people and as JSON.
public struct IdleText {
    /// At most this many meters stand in the table.
    static let rowsMax = 15

    public static func lines(_ uses: [IdleUse], hours: Double, method: ReportMethod) -> [String] {
        let currency = method.tariffs.last?.value.currency ?? ""
        guard !uses.isEmpty else { return ["nothing ran outside the shifts in this window"] }
        func sum(_ value: (IdleUse) -> Double) -> Double { uses.reduce(0) { $0 + value($1) } }
        // Without a quiet day nobody knows what is above it.
        let above =
            uses.allSatisfy { $0.quietest == nil }
            ? ""
            : " Above the quietest day of each meter: \(Figures.fixed(sum { ($0.excessShare ?? 0) * $0.kg } / 1000, 1)) t,"
                + " \(Figures.whole(sum { ($0.excessShare ?? 0) * $0.cost })) \(currency)."
        var lines = SummaryText.wrapped(
            "Outside the shifts, \(Figures.whole(hours)) h: \(Figures.fixed(sum { $0.energy.kilowattHours } / 1000, 1)) MWh,"
                + " \(Figures.fixed(sum(\.kg) / 1000, 1)) t CO2e by location, \(Figures.whole(sum(\.cost))) \(currency)."
                + above, width: 80)
        lines += ["", row("", ["MWh", "mean kW", "quietest", "on", "above t", "above \(currency)"])]
        for use in uses.prefix(rowsMax) {
            let share = use.excessShare
            lines.append(
                row(
                    use.meter.text,
                    [
                        Figures.fixed(use.energy.kilowattHours / 1000, 1), Figures.whole(use.meanKW),
                        use.quietest.map { Figures.whole($0.kW) } ?? "—",
                        use.quietest.map { String($0.day.text.dropFirst(5)) } ?? "—",
                        share.map { Figures.fixed($0 * use.kg / 1000, 1) } ?? "—",
                        share.map { Figures.whole($0 * use.cost) } ?? "—",
                    ]))
        }
        if uses.count > rowsMax { lines.append("and \(uses.count - rowsMax) more; --json has all") }
        if uses.allSatisfy({ $0.quietest == nil }) {
            lines.append("")
            lines += SummaryText.wrapped(
                "no whole day without a shift lies in the window, so there is nothing to hold it against: ask for a longer one",
                width: 80)
        }
        return lines
    }

    public static func json(_ uses: [IdleUse], hours: Double, method: ReportMethod) -> JSON {
        .fields([
            "schema": .string("idle/1"), "hours": .number(hours),
            "currency": .string(method.tariffs.last?.value.currency ?? ""),
            "meters": .array(
                uses.map { use in
                    .fields([
                        "account": .string(use.meter.account.name), "asset": .string(use.meter.path.text),
                        "energy_kwh": .number(use.energy.kilowattHours), "mean_kw": .number(use.meanKW),
                        "co2_kg": .number(use.kg), "cost": .number(use.cost),
                        "quietest_kw": .optional(use.quietest?.kW),
                        "quietest_day": use.quietest.map { .string($0.day.text) } ?? .null,
                        "above_quietest_fraction": .optional(use.excessShare),
                    ])
                }),
        ])
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        let widths = [9, 9, 9, 6, 8, 11]
        let first = name.count > 28 ? String(name.prefix(27)) + "…" : name
        let line = first + String(repeating: " ", count: 28 - first.count)
        return zip(cells, widths).reduce(line) { $0 + String(repeating: " ", count: max(1, $1.1 - $1.0.count)) + $1.0 }
    }
}
