import TwinCore
public import TwinStudies

/// Cost against CO2 as a drawing that stands by itself: the optimiser at each price of carbon, doing nothing, and the rules.
public enum ParetoPicture {
    private static let width = 660.0
    private static let height = 400.0

    /// A whole SVG file; nil where fewer than two points have a figure.
    public static func svg(_ study: DispatchStudy) -> String? {
        let signal = study.terms.signal
        let points = ParetoPoint.all(of: study).compactMap { point -> (point: ParetoPoint, kg: Double, cost: Double)? in
            guard let kg = point.outcome.kgPerVehicle(signal), let cost = point.outcome.perVehicle(point.outcome.cost)
            else { return nil }
            return (point, kg, cost)
        }
        guard points.count > 1, let x = Axis(points.map(\.kg), from: 64, to: width - 24),
            let y = Axis(points.map(\.cost), from: height - 52, to: 40)
        else { return nil }
        let title = "Energy cost against CO2 per vehicle, \(study.site), \(study.windows.count) windows"
        var svg = SVG(width: width, height: height, title: title)
        svg.rect(x: 0, y: 0, width: width, height: height, style: "paper")
        svg.text(title, x: 16, y: 20, style: "label strong")
        for value in x.ticks {
            svg.line(x.place(value), 40, x.place(value), height - 52, style: "grid")
            svg.text(Figures.fixed(value, x.decimals), x: x.place(value), y: height - 38, .middle)
        }
        for value in y.ticks {
            svg.line(64, y.place(value), width - 24, y.place(value), style: "grid")
            svg.text(Figures.fixed(value, y.decimals), x: 58, y: y.place(value) + 3.5, .end)
        }
        svg.line(64, height - 52, width - 24, height - 52, style: "axis")
        svg.line(64, 40, 64, height - 52, style: "axis")
        svg.text(
            "kg CO2e per vehicle, \(signal.label) (left is less)", x: width / 2, y: height - 18, .middle)
        svg.text("\(study.currency) of energy per vehicle, carbon not counted", x: 68, y: 34)
        let places = points.map { (x: x.place($0.kg), y: y.place($0.cost)) }
        let isPriced = points.map { $0.point.carbonPerTonne != nil }
        let priced = points.indices.filter { isPriced[$0] }.map { places[$0] }
        let others = points.indices.filter { !isPriced[$0] }.map { places[$0] }
        svg.path(others, style: "lead")
        svg.path(priced, style: "course")
        draw(points.map(\.point), places, into: &svg)
        return svg.file(style: style)
    }

    /// Dots, and names that keep clear of each other. What knows no price is a square, so that grey tells it too.
    private static func draw(_ points: [ParetoPoint], _ places: [(x: Double, y: Double)], into svg: inout SVG) {
        var taken: [(x: Double, y: Double)] = []
        for (point, place) in zip(points, places) {
            if point.carbonPerTonne == nil {
                svg.rect(x: place.x - 4, y: place.y - 4, width: 8, height: 8, style: "more")
            } else {
                svg.dot(place.x, place.y, style: "now")
            }
            let isRight = place.x > width - 130
            var y = place.y - 7
            while taken.contains(where: { abs($0.x - place.x) < 90 && abs($0.y - y) < 11 }) { y -= 11 }
            taken.append((place.x, y))
            if place.y - 7 - y > 1 { svg.line(place.x, place.y - 4, place.x, y + 2, style: "lead") }
            svg.text(
                point.name, x: place.x + (isRight ? -6 : 6), y: y, isRight ? .end : .start,
                style: point.carbonPerTonne == nil ? "label strong" : "label")
        }
    }

    /// Round figures between the least and the most, with some air.
    private struct Axis {
        let ticks: [Double]
        let decimals: Int
        private let low: Double
        private let high: Double
        private let from: Double
        private let to: Double

        init?(_ values: [Double], from: Double, to: Double) {
            guard let least = values.min(), let most = values.max(), least.isFinite, most.isFinite else { return nil }
            let air = max((most - least) * 0.12, abs(most) * 0.001, 1e-6)
            (low, high) = (least - air, most + air)
            (self.from, self.to) = (from, to)
            let step = Charts.top((high - low) / 6)
            decimals = step < 1 ? 1 : 0
            let first = (low / step).rounded(.up)
            let count = min(max(((high / step).rounded(.down) - first) + 1, 0), 20)
            ticks = (0..<Int(count)).map { (first + Double($0)) * step }
        }

        func place(_ value: Double) -> Double { from + (to - from) * (value - low) / (high - low) }
    }

    private static let style = """
        text{font:11px "Helvetica Neue",Arial,sans-serif;paint-order:stroke;stroke:#fff;stroke-width:3px}.paper{fill:#fff}.label{fill:#5b6b7a}\
        .label.strong{fill:#16232f;font-weight:600}.axis{stroke:#16232f;stroke-width:1}\
        .grid{stroke:#d5dce3;stroke-width:.7}.lead{fill:none;stroke:#5b6b7a;stroke-width:1;stroke-dasharray:4 3}\
        .course{fill:none;stroke:#12507b;stroke-width:2}.now{fill:#12507b}.more{fill:#8c2f39}
        """
}
