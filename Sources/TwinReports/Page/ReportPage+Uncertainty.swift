import TwinBooks
import TwinCore

/// Page 2: what the interval is made of, and what the figure rests on.
extension ReportPage {
    var budget: String {
        let total = summary.uncertaintyBudget
        func row(_ name: String, _ kind: String, _ kg: Double) -> [String] {
            [name, kind, Answers.short(kg / 1000), summary.perVehicle(kg).map(Answers.short) ?? "—"]
        }
        // The sheet has room for five; smaller ones hardly show beside them.
        let rows =
            UncertaintyWords.contributions(summary).prefix(5).map {
                row($0.label, $0.source.kind.rawValue, $0.kg)
            } + [row("95 % interval", "", total.kg)]
        let alone = summary.perVehicle(total.withoutFactorsKg).map { "\(Answers.short($0)) kg per vehicle" }
        return "<h3>What the interval is made of</h3>"
            + HTML.table(["", "", "± t", "± kg/vehicle"], rows, strong: [rows.count - 1])
            + "<p class=\"note\">95 % half-widths, combined in quadrature; alternatives are added. Factors are in it; what was"
            + " measured, without them, is known to ± \(alone ?? "\(Answers.short(total.withoutFactorsKg / 1000)) t").</p>"
    }

    var quality: String {
        func share(_ pct: Double?) -> String { pct.map { "\(Figures.fixed($0, 1)) %" } ?? "—" }
        let quality = summary.dataQuality
        let halfHours = Double(summary.sum.periods)
        let backfilled = facts.restated.map { 100 * Double($0.halfHours) / max(halfHours, 1) }
        let rows = [
            [summary.facts.isSimulated ? "simulated" : "measured", share(quality?.measured)],
            ["backfilled: half hours that late data restated", share(backfilled)],
            ["estimated by models", share(quality?.estimated)], ["missing", share(quality?.missing)],
            ["contradicted by other meters", share(summary.contradictedPct)],
        ]
        let words =
            (facts.restated.map { $0.halfHours > 0 ? [UncertaintyWords.restated($0)] : [] } ?? [])
            + UncertaintyWords.reconciliation(summary)
        return "<h3>What it rests on</h3>" + HTML.table(["", "of the energy"], rows)
            + "<p class=\"note\">\(HTML.escaped(words.map(Answers.sentence).joined(separator: " ")))"
            + " No figure is changed by it.</p>"
    }
}
