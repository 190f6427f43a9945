import TwinCore
import TwinReports
import TwinStudies

/// What a plan's line says of its forecasts, for people, in 80 columns.
struct PlanForecastText {
    /// Of the line; a line of an older program has none.
    let forecast: JSON?
    let zone: LocalZone

    func lines() -> [String] {
        guard let forecast, let hours = forecast["hours"]?.items?.map(\.double), !hours.isEmpty else { return [] }
        var lines = [""] + Output.wrapped("Forecasts: \(zone.localised(forecast["basis"]?.text ?? ""))", indent: 0)
        lines += ["", "What is expected so many hours ahead, kW: below P10 it stays in one case of ten"]
        lines.append(row("", hours.map { $0.map { "\(JSON.numberText($0)) h" } ?? "—" }))
        for quantity in ForecastValues.Quantity.allCases {
            guard let told = forecast["quantiles"]?[quantity.rawValue] else { continue }
            let isAssumed = told["assumed"]?.items?.contains(.bool(true)) ?? false
            for (key, name) in [("p10", "P10"), ("p50", "P50"), ("p90", "P90")] {
                let label = key == "p10" ? quantity.word : key == "p50" && isAssumed ? "  * assumed" : ""
                let marks = told["assumed"]?.items ?? []
                let cells = (told[key]?.items ?? []).enumerated().map { place, value in
                    let isPrior = marks.indices.contains(place) && marks[place] == .bool(true)
                    return cell(value.double) + (isPrior ? "*" : "")
                }
                lines.append(row(label.padded(to: 16) + name, cells))
            }
        }
        lines += cars(forecast["cars"]?.items ?? [])
        guard let errors = forecast["errors"], errors.members?.isEmpty == false else { return lines }
        lines += ["", "How forecasts did so far: mean absolute error, bias, and error of persistence"]
        for quantity in ForecastValues.Quantity.allCases {
            guard let told = errors[quantity.rawValue] else { continue }
            for (key, name) in [
                ("mean_absolute_error", quantity.word), ("bias", "  bias"), ("persistence", "  persistence"),
            ] {
                lines.append(row(name, (told[key]?.items ?? []).map { cell($0.double) }))
            }
        }
        return lines
    }

    /// Expected by the calendar, each shift's cars by when they must be full.
    private func cars(_ groups: [JSON]) -> [String] {
        guard !groups.isEmpty else { return [] }
        var lines = ["", "What cars are expected to need, kWh at the bays, and how many come for a shift"]
        lines.append("  " + "bays, due by".padded(to: 33) + ["P50", "P90", "cars", "P90", "lend"].map(right).joined())
        func row(_ name: String, _ cells: [Double?]) -> String {
            "  " + name.padded(to: 33) + cells.map { right(cell($0)) }.joined()
        }
        for group in groups {
            let name = group["bays"]?.text ?? ""
            if let open = group["open_kwh"]?.double {
                let due = minute(group["open_due"])
                lines.append(row("\(name), plugged in now" + (due.isEmpty ? "" : ","), [open]))
                if !due.isEmpty { lines.append("    the first by \(due)") }
            }
            for shift in group["shifts"]?.items ?? [] {
                let keys = ["need_kwh_p50", "need_kwh_p90", "cars_p50", "cars_p90", "lent_kwh_p10"]
                lines.append(row("\(name), \(minute(shift["due"]))", keys.map { shift[$0]?.double }))
            }
        }
        return lines
    }

    /// `2025-06-18 14:57`, local time; empty for what is no time.
    private func minute(_ json: JSON?) -> String {
        json?.text.flatMap { PlantTime(rfc3339: $0) }.map { zone.minute($0) } ?? ""
    }

    private func right(_ text: String) -> String { String(repeating: " ", count: max(1, 8 - text.count)) + text }

    private func cell(_ value: Double?) -> String { value.map(Figures.whole) ?? "—" }

    private func row(_ name: String, _ cells: [String]) -> String {
        cells.reduce("  " + name.padded(to: 21)) { line, cell in
            line + String(repeating: " ", count: max(1, 8 - cell.count)) + cell
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
