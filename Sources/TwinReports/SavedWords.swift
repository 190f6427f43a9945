public import TwinBooks

/// What dispatch saved, in words for text and page.
public enum SavedWords {
    /// A figure, and the words of its interval.
    struct Line {
        var name: String
        /// In `saved_by_dispatch` of the JSON.
        var key: String
        var value: Double
        var unit: String
        var digits: Int
        var low: Double
        var high: Double

        var figure: String { Figures.fixed(value, digits) }
        /// Whether the interval is beside 0.
        var isProven: Bool { low > 0 || high < 0 }
        var range: String { "\(Figures.fixed(low, digits)) to \(Figures.fixed(high, digits))" }
    }

    static func lines(_ saved: SavedByDispatch) -> [Line] {
        func line(
            _ name: String, _ key: String, _ of: (DispatchFigures) -> Double, _ unit: String, _ digits: Int
        ) -> Line {
            let (value, half) = (of(saved.value), of(saved.halfWidth))
            return Line(
                name: name, key: key, value: value, unit: unit, digits: digits, low: value - half, high: value + half)
        }
        return [
            line("by the year's factor", "kg_annual_factor", \.kgAnnual, "kg", 1),
            line("by half hour", "kg_half_hourly", \.kgHalfHourly, "kg", 1),
            line("money, of energy alone", "money", \.money, saved.currency, 2),
        ]
    }

    /// `Saved by the dispatcher: 21,132 kg (95 % between 20,239 and 22,025) and 822 GBP (95 % between …).`
    public static func sentence(_ saved: SavedByDispatch) -> String {
        let parts = lines(saved).filter { $0.key != "kg_half_hourly" }.map { line in
            "\(Figures.whole(line.value)) \(line.unit) (95 % between \(Figures.whole(line.low)) and"
                + " \(Figures.whole(line.high))\(line.isProven ? "" : "; not proven"))"
        }
        return "Saved by the dispatcher, against leaving all to itself: \(parts.joined(separator: " and "))."
    }

    /// What it is made of, and the figure that the sentence leaves out.
    static func method(_ saved: SavedByDispatch) -> String {
        let halfHourly = lines(saved).filter { $0.key == "kg_half_hourly" }.map { line in
            "by half hour \(line.figure) kg (95 % between \(line.range.replacing(" to ", with: " and "))"
                + "\(line.isProven ? "" : "; not proven")). "
        }
        return "Saved by the dispatcher: \(halfHourly.joined())It is \(SavedByDispatch.basis)."
            + (leftOut(saved).map { " \($0) are left out: not all of it was measured." } ?? "")
    }

    /// Nil where all was measured.
    static func leftOut(_ saved: SavedByDispatch) -> String? {
        saved.leftOutMs > 0 ? "\(Figures.fixed(Double(saved.leftOutMs) / 3_600_000, 1)) h" : nil
    }
}
