import TwinBooks
import TwinCore

/// The drawings of the report. Bars begin at 0, and what is said by a colour is said by a sign or a word too.
enum Charts {
    /// A round figure above a value, for the end of an axis.
    static func top(_ value: Double) -> Double {
        var size = 1.0
        while size * 10 < value { size *= 10 }
        return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map { $0 * size }.first { $0 >= value } ?? value
    }

    /// The figure as a bar, with the baseline, the way and the target as marks.
    static func bullet(_ summary: Summary) -> String? {
        guard let now = summary.kgPerVehicleLocation, let then = summary.baselineKgPerVehicle else { return nil }
        var svg = SVG(width: 660, height: 92, title: "CO2 per vehicle against the baseline, the way and the target")
        let most = top(max(now, then) * 1.05)
        func x(_ value: Double) -> Double { 10 + 640 * min(max(value / most, 0), 1) }
        svg.rect(x: 10, y: 34, width: x(then) - 10, height: 26, style: "then")
        svg.rect(x: 10, y: 40, width: x(now) - 10, height: 14, style: "now")
        if let width = summary.uncertaintyKgPerVehicle {
            svg.line(x(now - width), 47, x(now + width), 47, style: "whisker")
        }
        svg.line(10, 66, 650, 66, style: "axis")
        for step in 0...4 {
            let value = most * Double(step) / 4
            svg.text(Figures.whole(value), x: x(value), y: 80, step == 0 ? .start : step == 4 ? .end : .middle)
        }
        let year = summary.method.baseline?.year ?? 0
        let name = summary.isYear ? "\(year)" : "\(year)'s plant"
        svg.text("\(name): \(Answers.short(then)) kg", x: min(x(then), 650), y: 28, .end, style: "label strong")
        for path in summary.paths.prefix(1) {
            let way = path.isDue ? [] : [(1 - path.askedPct / 100, "way \(path.year)")]
            for (fraction, name) in way + [(path.target.remainingFraction, "target \(path.target.year)")] {
                let place = x(then * fraction)
                svg.line(place, 30, place, 64, style: "mark")
                svg.text(name, x: place, y: 14, .middle)
                svg.line(place, 17, place, 30, style: "lead")
            }
        }
        return svg.markup
    }

    /// From the baseline to the window, cause by cause.
    /// - Parameter first: name of the column that it starts from.
    static func waterfall(_ change: Change, from first: String, year: Int) -> String {
        let parts = change.parts.filter { abs($0.kgPerVehicle) >= 0.05 }
        let columns = parts.count + 2
        var svg = SVG(
            width: 660, height: 168, title: "What changed the CO2 per vehicle since \(year), kg per vehicle")
        var levels = [change.from]
        for part in parts { levels.append((levels.last ?? 0) + part.kgPerVehicle) }
        let most = top((levels + [change.to]).max() ?? 1)
        let least = min(0, levels.min() ?? 0)
        let span = max(most - least, 1)
        func y(_ value: Double) -> Double { 138 - 122 * (value - least) / span }
        let pitch = 640 / Double(columns)
        func column(_ place: Int, _ low: Double, _ high: Double, _ style: String, _ figure: String, _ name: String) {
            let x = 10 + pitch * Double(place)
            svg.rect(x: x + 4, y: y(high), width: pitch - 8, height: max(y(low) - y(high), 1), style: style)
            svg.text(figure, x: x + pitch / 2, y: y(high) - 4, .middle, style: "label strong")
            for (line, word) in name.split(separator: " ").enumerated() {
                svg.text(
                    String(word), x: x + pitch / 2, y: 152 + 11 * Double(line), .middle,
                    style: columns > 10 ? "label small" : "label")
            }
        }
        column(0, 0, change.from, "then", Answers.short(change.from), first)
        for (place, part) in parts.enumerated() {
            let (before, after) = (levels[place], levels[place + 1])
            column(
                place + 1, min(before, after), max(before, after), part.kgPerVehicle > 0 ? "more" : "less",
                Answers.signed(part.kgPerVehicle), part.cause.label)
        }
        column(columns - 1, 0, change.to, "now", Answers.short(change.to), "this window")
        svg.line(10, y(0), 650, y(0), style: "axis")
        return svg.markup
    }

    /// A figure for each month (none is no dot, and never 0), and the way to the target of the year; half a page wide.
    static func course(_ months: [ReportMonth], _ summary: Summary) -> String? {
        let figures = months.compactMap(\.kgPerVehicle)
        guard figures.count > 1, let baseline = summary.method.baseline, let path = summary.paths.first else {
            return nil
        }
        let target = baseline.kgPerVehicle * path.target.remainingFraction
        var svg = SVG(width: 322, height: 168, title: "CO2 per vehicle by month, kg, with the baseline and the target")
        let most = top(max(figures.max() ?? 1, baseline.kgPerVehicle))
        func y(_ value: Double) -> Double { 144 - 130 * value / most }
        func x(_ place: Int) -> Double { 30 + 222 * (Double(place) + 0.5) / Double(months.count) }
        for step in 0...2 {
            let value = most * Double(step) / 2
            svg.line(30, y(value), 252, y(value), style: step == 0 ? "axis" : "grid")
            svg.text(Figures.whole(value), x: 25, y: y(value) + 3.5, .end)
        }
        var lines = [(baseline.kgPerVehicle, "\(baseline.year)", "lead")]
        if !path.isDue {
            lines.append((baseline.kgPerVehicle * (1 - path.askedPct / 100), "way \(path.year)", "way"))
        }
        lines.append((target, "target \(path.target.year)", "way other"))
        for ((value, name, style), place) in zip(lines, apart(lines.map { y($0.0) }, by: 11)) {
            svg.line(30, y(value), 252, y(value), style: style)
            svg.text("\(name) \(Answers.short(value))", x: 256, y: place + 3.5, style: "label small")
        }
        // A month without a figure breaks the line.
        var run: [(x: Double, y: Double)] = []
        for (place, month) in months.enumerated() {
            svg.text(month.label, x: x(place), y: 157, .middle, style: "label small")
            if let kg = month.kgPerVehicle {
                run.append((x(place), y(kg)))
            } else {
                svg.path(run, style: "course")
                run = []
            }
        }
        svg.path(run, style: "course")
        for (place, month) in months.enumerated() {
            guard let kg = month.kgPerVehicle else { continue }
            svg.dot(x(place), y(kg), style: month.isWhole ? "now" : "part")
        }
        return svg.markup
    }
}
