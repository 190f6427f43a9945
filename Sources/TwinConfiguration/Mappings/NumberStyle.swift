import TwinCore

/// How a file writes its numbers: which sign is the decimal one, and which stands between thousands.
///
/// With a decimal comma the point stands between thousands, else the comma does; spaces and apostrophes may do so in
/// both. Such a sign stands before every three digits or the text is no number: `4.12` is none with a decimal comma.
/// Where nobody says what a comma is, `4,120` is no number either, for it may be 4120 or 4.12.
public struct NumberStyle: Sendable, Hashable {
    /// Nil where nobody says.
    let hasDecimalComma: Bool?

    public init(hasDecimalComma: Bool?) { self.hasDecimalComma = hasDecimalComma }

    /// Nil for text that is no number in this style; infinite when it is too large.
    public func number(_ text: String) -> Double? {
        // The usual text needs no second look.
        if hasDecimalComma != true, let value = Double(decimal: text) { return value }
        let signs = text.prefix { "+-\u{2212}".contains($0) }
        let body = text.dropFirst(signs.count).prefix { !"eE".contains($0) }
        let exponent = text.dropFirst(signs.count + body.count)
        let decimal: Character = hasDecimalComma == true ? "," : "."
        let parts = body.split(separator: decimal, omittingEmptySubsequences: false)
        guard signs.count <= 1, (1...2).contains(parts.count),
            let whole = grouped(parts[0], hasFraction: parts.count == 2)
        else { return nil }
        let sign = signs.isEmpty || signs == "+" ? "" : "-"
        let fraction = parts.count == 2 ? ".\(parts[1])" : ""
        return Double(decimal: "\(sign)\(whole)\(fraction)\(exponent)")
    }

    /// The digits before the decimal sign without what stands between thousands.
    private func grouped(_ text: Substring, hasFraction: Bool) -> String? {
        let between: Character = hasDecimalComma == true ? "." : ","
        let spaces: Set<Character> = [" ", "\u{A0}", "\u{202F}", "\u{2009}", "'", "\u{2019}"]
        guard let separator = text.first(where: { !$0.isASCII || !$0.isNumber }) else { return String(text) }
        guard separator == between || spaces.contains(separator) else { return nil }
        let groups = text.split(separator: separator, omittingEmptySubsequences: false)
        let isWhole = groups.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isNumber } }
        guard isWhole, let first = groups.first, (1...3).contains(first.count), first.first != "0",
            groups.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        let isAmbiguous = hasDecimalComma == nil && separator == "," && groups.count == 2 && !hasFraction
        return isAmbiguous ? nil : groups.joined()
    }

    /// What the mapping would have to say for a text to be a number; nil if nothing would do.
    public func whatReads(_ text: String) -> String? {
        let commas: [Bool] = [true, false]
        let styles = commas.filter { $0 != hasDecimalComma }.compactMap { comma in
            NumberStyle(hasDecimalComma: comma).number(text).map { "decimal_comma: \(comma) reads it as \(plain($0))" }
        }
        return styles.isEmpty ? nil : styles.joined(separator: ", ")
    }
}
