public import TwinBooks
import TwinCore
import TwinUnits

/// A month of the window that is reported.
public struct ReportMonth: Sendable, Hashable {
    /// `Jun`.
    public var label: String
    /// Location-based; nil where no vehicle was lined off.
    public var kgPerVehicle: Double?
    public var vehicles: Int
    /// Whether the books have all of it.
    public var isWhole: Bool

    public init(label: String, kgPerVehicle: Double?, vehicles: Int, isWhole: Bool = true) {
        (self.label, self.kgPerVehicle, self.vehicles, self.isWhole) = (label, kgPerVehicle, vehicles, isWhole)
    }
}

/// The management report as one page of HTML on two sheets of A4: the answer first, then why it can be trusted.
///
/// Nothing in it depends on a clock, a locale or another file: the same books give the same bytes.
public struct ReportPage {
    public struct Facts: Sendable {
        /// `2025-06`; nil for all that the store holds.
        public var period: String?
        public var name: String
        public var build: String
        /// Hash of the configuration by whose rules the figures are made.
        public var rules: String
        /// Hash and first time of each configuration of the window.
        public var configurations: [String]
        public var restatements: Int

        public init(
            period: String?, name: String, build: String, rules: String, configurations: [String], restatements: Int
        ) {
            self.period = period
            self.name = name
            self.build = build
            self.rules = rules
            self.configurations = configurations
            self.restatements = restatements
        }
    }

    let summary: Summary
    let months: [ReportMonth]
    let facts: Facts

    /// The page, line by line.
    public static func lines(_ summary: Summary, months: [ReportMonth], facts: Facts) -> [String] {
        render(summary, months: months, facts: facts).split(separator: "\n").map(String.init)
    }

    static func render(_ summary: Summary, months: [ReportMonth], facts: Facts) -> String {
        let page = ReportPage(summary: summary, months: months, facts: facts)
        let title = HTML.escaped("\(facts.name): production CO2, \(page.windowText)")
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>\(style)</style></head><body>
            <main class="sheet">\(page.answers)</main>
            <section class="sheet">\(page.trust)</section>
            </body></html>
            """
    }

    /// From and to as local dates; the end is the last day that belongs to it.
    var windowText: String {
        let zone = summary.method.zone
        let first = zone.text(summary.from).prefix(10)
        let last = zone.text(summary.to - Span(ms: 1)).prefix(10)
        return first == last ? String(first) : "\(first) to \(last)"
    }

    private var status: String {
        let words = [
            summary.facts.isSimulated ? "simulated" : "measured", summary.isProvisional ? "provisional" : "final",
            facts.restatements > 0 ? "\(facts.restatements) half hours restated" : nil,
        ]
        return words.compactMap(\.self).joined(separator: ", ")
    }

    // MARK: - Page 1

    private var answers: String {
        let answers = Answers(summary)
        let blocks = answers.all.map {
            "<dt>\(HTML.escaped($0.question))</dt><dd>\(HTML.escaped($0.words))</dd>"
        }
        let baselineYear = summary.method.baseline?.year ?? 0
        var parts = [
            "<header><p class=\"eyebrow\">Production CO2 per vehicle · \(HTML.escaped(status))</p>"
                + "<h1>\(HTML.escaped(facts.name))</h1><p class=\"window\">\(HTML.escaped(windowText))</p></header>",
            "<p class=\"headline\">\(HTML.escaped(answers.headline))</p>",
        ]
        if let bullet = Charts.bullet(summary) { parts.append("<figure>\(bullet)</figure>") }
        parts.append("<dl>\(blocks.joined(separator: "\n"))</dl>")
        if let change = summary.change {
            // A year is compared with the year as it was; a shorter window with that year's plant under its own conditions.
            let outside =
                summary.isYear ? "" : " What volume, day types and weather did is out of the comparison above."
            parts.append(
                "<figure><figcaption>From \(baselineYear) as reported to this window, kg per vehicle. Each cause has the mean"
                    + " of what it changes over all orders (Shapley values), so the bars come to the difference.\(outside)"
                    + "</figcaption>"
                    + "\(Charts.waterfall(change, year: baselineYear))</figure>")
        }
        if let course = Charts.course(months, summary) {
            parts.append(
                "<figure><figcaption>By month, kg per vehicle; an open dot is a part of a month</figcaption>\(course)</figure>"
            )
        }
        parts.append(comparison)
        return parts.joined(separator: "\n")
    }

    /// The window beside what it is compared with, each row with its basis in its name. A gap above 0 is still to be closed.
    private var comparison: String {
        var rows: [[String]] = []
        func row(_ name: String, _ kg: Double?, _ tonnes: Double?, gap: Double? = nil) {
            rows.append(
                [name] + [kg, tonnes].map { $0.map(Answers.short) ?? "—" } + [gap.map(Answers.signed) ?? ""])
        }
        if let baseline = summary.method.baseline {
            row(
                "\(baseline.year) as reported, its whole year", baseline.kgPerVehicle,
                baseline.kgPerVehicle * Double(baseline.vehicles) / 1000)
            row(
                "\(baseline.year)'s plant at this window's volume, weather and day types",
                summary.likeForLikeKgPerVehicle, summary.likeForLikeKg.map { $0 / 1000 })
        }
        // Here stands the row "This plant without the twin's dispatch" when the books tell it.
        let now = rows.count
        row("This window, location-based", summary.kgPerVehicleLocation, summary.productionKgLocation / 1000)
        row("This window, market-based", summary.kgPerVehicleMarket, summary.productionKgMarket / 1000)
        for path in summary.paths {
            let kg = (summary.baselineKgPerVehicle ?? 0) * (1 - path.askedPct / 100)
            row(
                "Way to \(path.target.name) in \(path.year)", kg, kg * Double(summary.vehicles) / 1000,
                gap: path.gapKg / 1000)
        }
        // Of a year alone: another window meets no target.
        for judged in summary.judgedTargets where judged.met != nil {
            let isPerVehicle = judged.target.basis == .perVehicle
            let tonnes = isPerVehicle ? judged.value * Double(summary.vehicles) / 1000 : judged.value
            row(
                "Target \(judged.target.name), \(judged.target.year)", isPerVehicle ? judged.value : nil, tonnes,
                gap: summary.productionKgLocation / 1000 - tonnes)
        }
        return HTML.table(["", "kg per vehicle", "t CO2e", "gap, t"], rows, strong: [now])
    }
}
