import TwinBooks
import TwinCore

/// A calendar year of which the books hold something.
public struct ReportYear: Sendable, Hashable {
    public var year: Int
    /// Location-based; nil where no vehicle was lined off.
    public var kgPerVehicle: Double?
    public var vehicles: Int
    /// Whether the books have all of it.
    public var isWhole: Bool

    public init(year: Int, kgPerVehicle: Double?, vehicles: Int, isWhole: Bool) {
        (self.year, self.kgPerVehicle, self.vehicles, self.isWhole) = (year, kgPerVehicle, vehicles, isWhole)
    }
}

/// The course over the years: where the plant stands on the ways to its targets.
struct YearCourse {
    let years: [ReportYear]
    let baseline: Baseline
    let targets: [Target]
    private let factors: Factors
    private let reported: Int

    /// Nil without a whole year, or without a year to compare with.
    init?(_ years: [ReportYear], _ summary: Summary) {
        guard let baseline = summary.method.baseline,
            years.contains(where: { $0.isWhole && $0.kgPerVehicle != nil })
        else { return nil }
        // No page has room for more.
        self.years = Array(years.suffix(13))
        self.baseline = baseline
        targets = summary.method.targets.filter { $0.basis == .perVehicle }
        factors = summary.method.factors
        reported = summary.method.zone.local(summary.to - Span(ms: 1)).date.year
    }

    /// What the baseline's plant would have emitted at a year's volume, all else as it was, kg per vehicle.
    func baselineKg(at year: ReportYear) -> Double? {
        year.isWhole ? baseline.kgPerVehicle(atVolume: year.vehicles, factors: factors) : nil
    }

    private func limit(_ target: Target) -> Double { baseline.kgPerVehicle * target.remainingFraction }

    /// The drawing in words.
    private var title: String {
        let figures = years.compactMap { year in
            year.kgPerVehicle.map { "\(year.year) \(Answers.short($0))\(year.isWhole ? "" : " (a part of it)")" }
        }
        let ends = targets.map { "\($0.name) \(Answers.short(limit($0)))" }
        return "CO2 per vehicle by calendar year, kg: \(figures.joined(separator: ", ")); \(baseline.year) as reported"
            + " \(Answers.short(baseline.kgPerVehicle)); \(ends.joined(separator: ", "))"
    }

    // MARK: - The drawing

    private static let plot = (left: 34.0, right: 520.0, top: 14.0, bottom: 148.0)

    var chart: String {
        var svg = SVG(width: 660, height: 170, title: title)
        let plot = YearCourse.plot
        let first = min(baseline.year, years.first?.year ?? baseline.year)
        let last = max(targets.map(\.year).max() ?? first, years.last?.year ?? first, first + 1)
        let values = years.compactMap(\.kgPerVehicle) + years.compactMap(baselineKg) + [baseline.kgPerVehicle]
        let most = Charts.top((values.max() ?? 1) * 1.04)
        let pitch = (plot.right - plot.left) / Double(last - first + 1)
        func x(_ year: Int) -> Double { plot.left + pitch * (Double(year - first) + 0.5) }
        func y(_ kg: Double) -> Double { plot.bottom - (plot.bottom - plot.top) * kg / most }

        for step in 0...2 {
            let value = most * Double(step) / 2
            svg.line(plot.left, y(value), plot.right, y(value), style: step == 0 ? "axis" : "grid")
            svg.text(Figures.whole(value), x: plot.left - 6, y: y(value) + 3.5, .end)
        }
        let stride = (last - first) / 16 + 1
        for year in Swift.stride(from: first, through: last, by: stride) {
            svg.text("\(year)", x: x(year), y: plot.bottom + 14, .middle, style: style(year))
        }
        drawWays(&svg, x, y)
        var named: (x: Double, y: Double)?
        for year in years {
            guard let kg = baselineKg(at: year) else { continue }
            svg.rect(x: x(year.year) - 9, y: y(kg) - 1.5, width: 18, height: 3, style: "volume")
            // The years to come leave room for a word.
            if year.year + 4 <= last { named = (x(year.year) + 13, y(kg) + 3.5) }
        }
        if let named { svg.text("\(baseline.year)'s plant at that volume", x: named.x, y: named.y) }
        drawYears(&svg, x, y)
        return svg.markup
    }

    private func style(_ year: Int) -> String { year == reported ? "label strong" : "label" }

    /// From the baseline as it was reported straight to each target.
    private func drawWays(_ svg: inout SVG, _ x: (Int) -> Double, _ y: (Double) -> Double) {
        let right = YearCourse.plot.right
        svg.line(x(baseline.year), y(baseline.kgPerVehicle), right, y(baseline.kgPerVehicle), style: "lead")
        var labels = [
            ("\(baseline.year) as reported \(Answers.short(baseline.kgPerVehicle))", y(baseline.kgPerVehicle))
        ]
        for (place, target) in targets.enumerated() {
            let kg = limit(target)
            let way = place == 0 ? "way" : "way other"
            svg.line(x(baseline.year), y(baseline.kgPerVehicle), x(target.year), y(kg), style: way)
            svg.line(x(target.year), y(kg), right, y(kg), style: way)
            labels.append(("\(target.name) \(Answers.short(kg))", y(kg)))
        }
        for ((text, _), place) in zip(labels, Charts.apart(labels.map(\.1), by: 11)) {
            svg.text(text, x: right + 6, y: place + 3.5)
        }
    }

    /// Whole years are joined; a year that lacks, or of which only a part is known, breaks the line.
    private func drawYears(_ svg: inout SVG, _ x: (Int) -> Double, _ y: (Double) -> Double) {
        var run: [(year: Int, x: Double, y: Double)] = []
        for year in years {
            if let kg = year.kgPerVehicle, year.isWhole, run.last.map({ $0.year + 1 == year.year }) ?? true {
                run.append((year.year, x(year.year), y(kg)))
            } else {
                svg.path(run.map { ($0.x, $0.y) }, style: "course")
                run = []
                if let kg = year.kgPerVehicle, year.isWhole { run = [(year.year, x(year.year), y(kg))] }
            }
        }
        svg.path(run.map { ($0.x, $0.y) }, style: "course")
        for year in years {
            guard let kg = year.kgPerVehicle else { continue }
            svg.dot(x(year.year), y(kg), style: year.isWhole ? "now" : "part")
            // Beside what the volume alone would have made of it, a figure stands on the free side.
            let isBelow = baselineKg(at: year).map { kg < $0 } ?? false
            svg.text(
                Answers.short(kg), x: x(year.year), y: y(kg) + (isBelow ? 14 : -7), .middle,
                style: "halo \(style(year.year))")
        }
    }

    // MARK: - The same in figures

    var table: String {
        func row(_ name: String, _ cell: (ReportYear) -> String?) -> [String] { [name] + years.map { cell($0) ?? "—" } }
        let rows = [
            row("kg CO2e per vehicle") { $0.kgPerVehicle.map(Answers.short) },
            row("\(baseline.year)'s plant at that volume") { baselineKg(at: $0).map(Answers.short) },
            row("vehicles") { Figures.whole(Double($0.vehicles)) },
        ]
        let head = [""] + years.map { "\($0.year)\($0.isWhole ? "" : " (part)")" }
        return "<h3>By calendar year</h3>" + HTML.table(head, rows, strong: [0])
    }
}

extension Charts {
    /// Heights moved so far that lines of text do not lie on each other, in the given order.
    static func apart(_ heights: [Double], by gap: Double) -> [Double] {
        var moved = heights
        var last = -Double.infinity
        for place in heights.indices.sorted(by: { (heights[$0], $0) < (heights[$1], $1) }) {
            moved[place] = max(heights[place], last + gap)
            last = moved[place]
        }
        return moved
    }
}
