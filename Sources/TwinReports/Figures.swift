public import TwinCore

/// Numbers for people: fixed decimals, thousands separated by commas, independent of the locale.
public enum Figures {
    /// `value` with `decimals` digits after the point; a dash where it is not finite.
    public static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = [1.0, 10, 100, 1000][min(max(decimals, 0), 3)]
        let scaled = (value * scale).rounded(.toNearestOrEven)
        guard scaled.isFinite, let whole = Int64(exactly: scaled) else { return "—" }
        let digits = String(whole.magnitude)
        let sign = whole < 0 ? "-" : ""
        guard decimals > 0 else { return sign + grouped(digits) }
        let filled = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return sign + grouped(String(filled.dropLast(decimals))) + "." + filled.suffix(decimals)
    }

    public static func whole(_ value: Double) -> String { fixed(value, 0) }

    private static func grouped(_ digits: String) -> String {
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return out
    }
}

extension LocalZone {
    /// `2025-06-18 07:00` by the site's clock.
    public func minute(_ time: PlantTime) -> String { String(text(time).prefix(16)).replacing("T", with: " ") }
}
