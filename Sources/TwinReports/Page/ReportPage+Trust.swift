import TwinBooks
import TwinCore
import TwinUnits

/// Page 2: what the figure is made of, and what stands behind it.
extension ReportPage {
    var trust: String {
        // Two columns that the browser balances: how long each block is depends on the site.
        let parts = [scopes, electricity, quality, ends, levers, budget]
        let blocks = parts.filter { !$0.isEmpty }.map { "<div>\($0)</div>" }
        return [
            "<h2>Why the figure can be trusted</h2>", "<div class=\"flow\">\(blocks.joined())</div>",
            YearCourse(years, summary)?.table ?? "", method, audit,
        ].joined(separator: "\n")
    }

    private var scopes: String {
        let rows = ScopeRow.all(summary).map { row -> [HTML.Cell] in
            let kg = row.emissions.kilograms
            return [
                .text(row.name), .figure(Answers.short(kg / 1000), key: "co2_kg.\(row.key)", value: kg),
                .text(summary.perVehicle(kg).map(Answers.short) ?? "—"),
            ]
        }
        return "<h3>Scopes</h3>" + HTML.table(["", "t CO2e", "kg per vehicle"], cells: rows)
            + "<p class=\"note\">Other Scope 1: "
            + "\(HTML.escaped(summary.otherScope1 ?? "solvents, refrigerants, site diesel not included")). Credits: none.</p>"
    }

    private var electricity: String {
        let sheet = Bus.electricity.sheet
        let all = summary.energy(sheet.sources).kilowattHours
        let rows = AccountRow.Flow.allCases.flatMap { flow in
            sheet.accounts.filter { $0.row.flow == flow && flow != .memo }.compactMap { account -> [HTML.Cell]? in
                guard let kWh = summary.kWh(account) else { return nil }
                let share = all > 0 ? "\(Answers.short(100 * kWh / all)) %" : "—"
                let key = "\(Bus.electricity.summaryKey).\(account.row.summaryKey)"
                return [
                    .text("\(account.row.label) \(flow.isSource ? "in" : "out")"),
                    .figure(Figures.fixed(kWh / 1000, 1), key: key, value: kWh), .text(share),
                ]
            }
        }
        let share = summary.renewableShare.map {
            "<p class=\"note\">\(Answers.short(100 * $0)) % of the electricity used on site came from wind and sun here.</p>"
        }
        return "<h3>Electricity</h3>" + HTML.table(["", "MWh", "of supply"], cells: rows) + (share ?? "")
    }

    /// The ledger's uses, largest first.
    private var ends: String {
        let table = LedgerTable(summary)
        var rows = (table.assets.map { ($0.path.text, $0.part) } + table.site.map { ($0.name, $0.part) })
            .filter { $0.1.grams != 0 }.sorted { $0.1.grams > $1.1.grams }
        let rest = rows.dropFirst(9).reduce(0) { $0 + $1.1.grams }
        rows = Array(rows.prefix(9))
        if rest != 0 { rows.append(("all others", .init(grams: rest))) }
        let all = max(table.total.grams, 1)
        let lines =
            rows.map { [$0.0, Answers.short($0.1.grams / 1e6), "\(Answers.short(100 * $0.1.grams / all)) %"] }
            + [["all", Answers.short(table.total.grams / 1e6), "100 %"]]
        return "<h3>Where it ends</h3>" + HTML.table(["", "t CO2e", "share"], lines, strong: [lines.count - 1])
            + "<p class=\"note\">What is taken of electricity or hot water carries the mix that made it.</p>"
    }

    private var levers: String {
        let effects = summary.leverEffects
        guard !effects.isEmpty else { return "" }
        let currency = summary.cost.currency
        let rows = effects.map { effect in
            [
                effect.lever.name + (effect.lever.isByCertificate ? " *" : ""), Answers.signed(-effect.savedKg / 1000),
                Answers.signed(-effect.savedMarketKg / 1000),
                effect.savedKgPerVehicle.map { Answers.signed(-$0) } ?? "—",
                effect.costPerTonne.map { Figures.whole($0) } ?? "—",
            ]
        }
        return "<h3>Measures, cheapest tonne first</h3>"
            + HTML.table(["", "t, location", "t, market", "kg per vehicle", "\(currency) per t"], rows)
            + "<p class=\"note\">Each for itself, over this window, at today's factors and prices; energy and the price on"
            + " Scope 1 alone, nothing that has to be built. Kg and money by"
            + " location; by the market electricity counts at the residual mix"
            + "\(effects.contains { $0.lever.isByCertificate } ? "; * by certificates, which location does not count" : "").</p>"
    }

    private var method: String {
        let method = summary.method
        let sets = summary.factorSets
        let isMean = sets.count > 1 ? ", mean of the window" : ""
        let residual = Set(sets.map(\.gridResidualMix.kilogramsPerKWh)).sorted().map { "\($0)" }.joined(separator: ", ")
        var words = [
            "Boundary: \(method.boundary)",
            "Factors: set \(summary.factorSetID), convention \(method.factors.convention.rawValue); grid"
                + " \(Figures.fixed(summary.gridFactor * 1000, 2)), gas \(Figures.fixed(summary.factor(.gas) * 1000, 2)) g"
                + " CO2e/kWh (gross)\(isMean); residual mix \(residual) kg.",
            "Headline: \(method.scope2.rawValue)-based; import is never netted with export; what is exported carries the mix of"
                + " the bus and stays in the figure.",
        ]
        if let dispatch = method.dispatch, summary.facts.mode != .off {
            words.append("Dispatch, mode \(summary.facts.mode.rawValue): \(dispatch).")
        }
        if let saved = summary.savedByDispatch { words.append(SavedWords.method(saved)) }
        let purchased = method.ledger.purchased.sorted().map(\.text).joined(separator: ", ")
        if !purchased.isEmpty {
            words.append(
                "Private wire without certificates: \(purchased); the market-based figure counts it at the residual mix."
            )
        }
        if let baseline = method.baseline, let fit = baseline.fit {
            words.append("Energy baseline of \(baseline.year): \(SummaryText.words(fit)).")
        }
        if let certificates = summary.certificateWords {
            words.append("Market-based, certificates: \(certificates); the residual mix for the rest.")
        }
        words += summary.caveats.map { "Note: \($0)." }
        return "<h3>Method</h3><ul>" + words.map { "<li>\(HTML.escaped($0))</li>" }.joined() + "</ul>"
    }

    private var audit: String {
        let rows =
            [
                ["digest", summary.digest], ["build", facts.build], ["rules", facts.rules],
                [
                    "messages",
                    "\(summary.counts.messages), late \(summary.counts.late), shed \(summary.counts.shed), refused"
                        + " \(summary.counts.rejectedTotal), duplicates \(summary.counts.duplicates), gaps \(summary.gaps)",
                ], ["in force", inForce],
            ]
        return "<h3>Audit trail</h3><table class=\"plain\"><tbody>"
            + rows.map { "<tr><td>\(HTML.escaped($0[0]))</td><td>\(HTML.escaped($0[1]))</td></tr>" }.joined()
            + "</tbody></table>"
    }

    /// All in a paragraph: each on a line of its own, those of years would need another sheet.
    private var inForce: String {
        let shown = facts.configurations.suffix(3).map { $0.replacing("configuration ", with: "") }
        let others = facts.configurations.count - shown.count
        return ((others > 0 ? ["\(others) earlier ones"] : []) + shown).joined(separator: "; ")
    }

    static let style = """
        :root{--ink:#16232f;--soft:#5b6b7a;--line:#d5dce3;--now:#12507b;--then:#c9d4de;--mark:#a9b6c2;--more:#8c2f39;--less:#5d9e8c}
        *{box-sizing:border-box}
        body{margin:0;background:#eef1f4;color:var(--ink);font:13px/1.45 "Inter","Helvetica Neue",Arial,sans-serif}
        .sheet{width:210mm;max-width:100%;margin:8mm auto;padding:13mm 15mm;background:#fff}
        .eyebrow{margin:0;color:var(--soft);font-size:11px;letter-spacing:.06em;text-transform:uppercase}
        h1{margin:1mm 0 0;font-size:22px;font-weight:600}h2{margin:0 0 3mm;font-size:18px;font-weight:600}
        h3{margin:5mm 0 1mm;font-size:13px;font-weight:600}
        .window{margin:0;color:var(--soft)}
        .headline{margin:5mm 0 3mm;font-size:17px;line-height:1.35;font-weight:500}
        dl{display:grid;grid-template-columns:38mm 1fr;gap:1.6mm 5mm;margin:4mm 0}
        dt{font-weight:600}dd{margin:0}
        figure{margin:3mm 0;break-inside:avoid}figcaption{color:var(--soft);font-size:11px;margin-bottom:1mm}
        svg{width:100%;height:auto;display:block}
        .label{font-size:10px;fill:var(--soft)}.label.small{font-size:8.5px}.label.strong{fill:var(--ink);font-weight:600}
        .now{fill:var(--now)}.then{fill:var(--then)}.part{fill:#fff;stroke:var(--now);stroke-width:1.5}.more{fill:var(--more)}.less{fill:var(--less)}
        .halo{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}
        .axis{stroke:var(--ink);stroke-width:1}.mark{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 2}
        .way{stroke:var(--ink);stroke-width:1.1;stroke-dasharray:7 3}.way.other{stroke-dasharray:1.5 2.5}
        .grid{stroke:var(--line);stroke-width:.7}.volume{fill:var(--mark)}
        .lead{stroke:var(--soft);stroke-width:.7}.whisker{stroke:#fff;stroke-width:2}
        .course{fill:none;stroke:var(--now);stroke-width:2}
        table{width:100%;border-collapse:collapse;margin:1mm 0;font-variant-numeric:tabular-nums;break-inside:avoid}
        th{font-weight:500;color:var(--soft);font-size:11px}
        th,td{padding:.9mm 1.5mm;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
        th:first-child,td:first-child{text-align:left;padding-left:0}
        tr.strong td{font-weight:600;border-bottom-color:var(--ink)}
        .plain td{text-align:left;overflow-wrap:anywhere;font-size:11px}.plain td:first-child{width:22mm;overflow-wrap:normal;padding-left:0}
        .pair{display:grid;grid-template-columns:6fr 7fr;gap:8mm;align-items:start}
        .flow{columns:2;column-gap:8mm}.flow>div{break-inside:avoid}.flow h3{margin-top:0;padding-top:3mm}
        .note,ul{color:var(--soft);font-size:11px;margin:1mm 0}ul{padding-left:4mm}
        @page{size:A4 portrait;margin:0}
        @media print{body{background:#fff;font-size:11px;line-height:1.35}
                .sheet{margin:0;width:210mm;padding:8mm 14mm;break-after:page}.sheet:last-child{break-after:auto}
                h2{margin:0 0 1mm}.headline{font-size:15px;margin:3mm 0 2mm}dl{gap:.8mm 5mm;margin:2mm 0}figure{margin:1.5mm 0}
                h3{margin:2.5mm 0 .5mm;font-size:12px}th,td{padding:.4mm 1.5mm}.pair{gap:6mm}.flow{column-gap:6mm}.flow h3{padding-top:2mm}
                th,figcaption,.note,ul{font-size:10px}.plain td{padding:.25mm 1.5mm;font-size:9px}}
        @media (max-width:700px){.pair,dl{grid-template-columns:1fr}.flow{columns:1}.sheet{padding:6mm}}
        """
}
