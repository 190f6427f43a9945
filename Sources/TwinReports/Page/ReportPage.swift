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

/// The management report as one page of HTML on two sheets of A4: the answer first, then why it can be trusted. A site that
/// shares its sun, or pays drivers, has a third sheet for that.
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
        /// What late data changed; nil where nobody knows.
        public var restated: RestatementEffect?
        /// The same window of the plant without the twin's commands, and where it comes from.
        public var without: (name: String, summary: Summary)?

        public init(
            period: String?, name: String, build: String, rules: String, configurations: [String],
            restated: RestatementEffect? = nil
        ) {
            self.period = period
            self.name = name
            self.build = build
            self.rules = rules
            self.configurations = configurations
            self.restated = restated
        }
    }

    let summary: Summary
    let months: [ReportMonth]
    /// Of all that the books hold, whatever window is reported.
    let years: [ReportYear]
    let facts: Facts

    /// The page, line by line.
    public static func lines(
        _ summary: Summary, months: [ReportMonth], years: [ReportYear] = [], facts: Facts
    ) -> [String] {
        ReportPage(summary: summary, months: months, years: years, facts: facts)
            .rendered.split(separator: "\n").map(String.init)
    }

    private var rendered: String {
        let title = HTML.escaped("\(facts.name): production CO2, \(windowText)")
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>\(ReportPage.style)</style></head><body>
            <main class="sheet">\(answers)</main>
            <section class="sheet">\(trust)</section>\(contracts.map { "\n<section class=\"sheet\">\($0)</section>" } ?? "")
            </body></html>
            """
    }

    /// From and to as local dates; the end is the last day that belongs to it.
    var windowText: String {
        let zone = summary.method.zone
        let first = zone.text(summary.from).prefix(10)
        let last = zone.text(summary.to - Span(ms: 1)).prefix(10)
        let isDays = zone.local(summary.from).msOfDay == 0 && zone.local(summary.to).msOfDay == 0
        guard isDays else {
            func minute(_ time: PlantTime) -> String { String(zone.text(time).prefix(16)).replacing("T", with: " ") }
            return "\(minute(summary.from)) to \(minute(summary.to))"
        }
        return first == last ? String(first) : "\(first) to \(last)"
    }

    private var status: String {
        let words = [
            summary.facts.isSimulated ? "simulated" : "measured", summary.isProvisional ? "provisional" : "final",
            facts.restated.flatMap { $0.halfHours > 0 ? UncertaintyWords.restated($0) : nil },
        ]
        return words.compactMap(\.self).joined(separator: ", ")
    }

    // MARK: - Page 1

    private var answers: String {
        let answers = Answers(summary, without: facts.without?.summary)
        let blocks = answers.all.map {
            "<dt>\(HTML.escaped($0.question))</dt><dd>\(HTML.escaped($0.words))</dd>"
        }
        let baselineYear = summary.method.baseline?.year ?? 0
        var parts = [
            "<header><p class=\"eyebrow\">Production CO2 per vehicle · \(HTML.escaped(status))</p>"
                + "<h1>\(HTML.escaped(facts.name))</h1><p class=\"window\">\(HTML.escaped(windowText)) · \(vehicles.markup) vehicles</p></header>",
            "<p class=\"headline\">\(HTML.escaped(answers.headline))</p>",
        ]
        if let bullet = Charts.bullet(summary) { parts.append("<figure>\(bullet)</figure>") }
        parts.append("<dl>\(blocks.joined(separator: "\n"))</dl>")
        if let change = summary.change(without: facts.without?.summary) { parts.append(causes(change)) }
        if let course = YearCourse(years, summary) {
            let open = years.contains { !$0.isWhole } ? " An open dot is a part of a year." : ""
            parts.append(
                "<figure><figcaption>By calendar year, kg per vehicle, and the straight ways to the targets. Grey bars:"
                    + " \(baselineYear)'s plant at the year's volume, all else as then.\(open)</figcaption>"
                    + "\(course.chart)</figure>")
        }
        // A window of years has them above.
        let months = months.count > 13 ? Array(months.suffix(12)) : months
        guard let course = Charts.course(months, summary) else { return (parts + [comparison]).joined(separator: "\n") }
        let open = months.contains { !$0.isWhole } ? "; an open dot is a part of a month" : ""
        let which = months.count < self.months.count ? "The last twelve months" : "By month"
        parts.append(
            "<div class=\"pair\"><figure><figcaption>\(which), kg per vehicle\(open)</figcaption>\(course)</figure>"
                + "\(comparison)</div>")
        return parts.joined(separator: "\n")
    }

    private var vehicles: HTML.Cell {
        .figure(
            Figures.whole(Double(summary.vehicles)), key: "vehicles", value: Double(summary.vehicles))
    }

    /// The waterfall. A year is compared with the baseline's year as it was; another window with that plant under its
    /// own conditions.
    private func causes(_ change: Change) -> String {
        let year = summary.method.baseline?.year ?? 0
        let first = summary.isYear ? "\(year) reported" : "\(year)'s plant"
        let from =
            summary.isYear ? "\(year) as reported" : "\(year)'s plant at this window's volume, weather and day types"
        return
            "<figure><figcaption>From \(from) to this window, kg per vehicle. Each cause has the mean of what it changes"
            + " over all orders (Shapley values), so the bars come to the difference.</figcaption>"
            + "\(Charts.waterfall(change, from: first, year: year))</figure>"
    }

    /// The window beside what it is compared with, each row with its basis in its name. A gap above 0 is still to be closed.
    private var comparison: String {
        var rows: [[HTML.Cell]] = []
        func row(_ name: String, _ kg: Double?, _ tonnes: Double?, gap: Double? = nil) {
            rows.append(
                ([name] + [kg, tonnes].map { $0.map(Answers.short) ?? "—" } + [gap.map(Answers.signed) ?? ""])
                    .map(HTML.Cell.text))
        }
        func window(_ basis: String, _ kg: Double?, _ tonnes: Double) {
            rows.append([
                .text("This window, \(basis)-based"),
                .figure(kg.map(Answers.short) ?? "—", key: "co2_kg_per_vehicle_\(basis)", value: kg),
                .figure(Answers.short(tonnes), key: "production_t_\(basis)", value: tonnes), .text(""),
            ])
        }
        if let baseline = summary.method.baseline {
            row(
                "\(baseline.year) as reported, its whole year", baseline.kgPerVehicle,
                baseline.kgPerVehicle * Double(baseline.vehicles) / 1000)
            row(
                "\(baseline.year)'s plant at this window's volume, weather and day types",
                summary.likeForLikeKgPerVehicle, summary.likeForLikeKg.map { $0 / 1000 })
        }
        if let without = facts.without {
            row(
                "This plant without the twin's dispatch (\(without.name))", without.summary.kgPerVehicleLocation,
                without.summary.productionKgLocation / 1000)
        }
        let now = rows.count
        window("location", summary.kgPerVehicleLocation, summary.productionKgLocation / 1000)
        window("market", summary.kgPerVehicleMarket, summary.productionKgMarket / 1000)
        for path in summary.paths {
            let kg = (summary.baselineKgPerVehicle ?? 0) * (1 - path.askedPct / 100)
            let name =
                path.isDue
                ? "\(path.target.name), target of \(path.target.year)" : "Way to \(path.target.name) in \(path.year)"
            row(
                name, kg, kg * Double(summary.vehicles) / 1000,
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
        return HTML.table(["", "kg per vehicle", "t CO2e", "gap, t"], cells: rows, strong: [now])
    }
}
