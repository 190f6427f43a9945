import TwinBooks
import TwinCore

/// Page 2: what the twin's commands saved, and what others asked of the connection.
extension ReportPage {
    /// Empty where nothing was commanded.
    var savedByDispatch: String {
        guard let saved = summary.savedByDispatch else { return "" }
        let rows = SavedWords.lines(saved).map { line -> [HTML.Cell] in
            // As the JSON has it.
            let value = saved.json[line.key]?["value"]?.double ?? line.value
            return [
                .text("\(line.name), \(line.unit)"),
                .figure(line.figure, key: "saved_by_dispatch.\(line.key).value", value: value),
                .text(line.range + (line.isProven ? "" : ", not proven")),
            ]
        }
        let leftOut = SavedWords.leftOut(saved).map { " \($0) are left out: not all of it was measured." } ?? ""
        return "<h3>Saved by dispatch, against leaving all to itself</h3>"
            + HTML.table(["", "saved", "95 % between"], cells: rows)
            + "<p class=\"note\">What it is: \(HTML.escaped(SavedByDispatch.basis)).\(leftOut)</p>"
    }

    /// Empty where nothing was asked.
    var requests: String {
        guard let records = summary.facts.requests, !records.isEmpty else { return "" }
        let lines = records.map { record in
            "<li>\(HTML.escaped("\(record.request.id): \(RequestWords.line(record, summary.method.zone, summary.cost.currency))"))</li>"
        }
        return "<h3>Requests for the exchange with the grid</h3><ul>\(lines.joined())</ul>"
    }
}
