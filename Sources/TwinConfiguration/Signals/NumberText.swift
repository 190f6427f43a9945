import TwinCore

/// A number as foreign systems write it in text, and the unit after it: `-112.4 kW`, `9.3682e+03`, `62.0 %`.
struct NumberText: Sendable, Hashable {
    var value: Double
    /// Empty where nothing follows the number.
    var unit: String

    /// Nil for text that does not begin with a finite decimal number.
    /// - Parameter hasDecimalComma: `1,5` is one and a half; what stands between thousands is that of `NumberStyle`.
    init?(_ text: String, hasDecimalComma: Bool? = nil) {
        let whole = text.trimmed
        let end = NumberText.end(of: whole)
        let number = String(whole[..<end]).trimmed
        guard let value = NumberStyle(hasDecimalComma: hasDecimalComma).number(number), value.isFinite else {
            return nil
        }
        self.value = value
        unit = String(whole[end...]).trimmed
    }

    /// A number, or the text of one.
    init?(_ json: JSON, hasDecimalComma: Bool?) {
        switch json {
        case .number(let number): self.init(value: number, unit: "")
        case .string(let text): self.init(text, hasDecimalComma: hasDecimalComma)
        default: return nil
        }
    }

    private init(value: Double, unit: String) {
        self.value = value
        self.unit = unit
    }

    /// Where the number ends and its unit begins. An `e` without digits after it is a letter of the unit.
    private static func end(of text: String) -> String.Index {
        let signs = text.prefix { "+-\u{2212}".contains($0) }
        let body = text[signs.endIndex...].prefix { isDigit($0) || separators.contains($0) }
        let exponent = text[body.endIndex...]
        guard exponent.first == "e" || exponent.first == "E" else { return body.endIndex }
        let sign = exponent.dropFirst().prefix { "+-".contains($0) }
        let digits = exponent[sign.endIndex...].prefix(while: isDigit)
        return !digits.isEmpty && sign.count <= 1 ? digits.endIndex : body.endIndex
    }

    /// Decimal signs, and what may stand between thousands.
    private static let separators = Set<Character>(".,'\u{2019} \u{A0}\u{202F}\u{2009}")

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}

extension ImportUnit {
    /// Spellings that payloads use beside our own.
    private static let spellings = [
        "%": "percent", "m³": "m3", "m^3": "m3", "°C": "degC", "C": "degC", "Cel": "degC", "W/m²": "W/m2",
        "gCO2/kWh": "g/kWh", "L": "l",
    ]

    /// A unit as a payload writes it; nil where we do not know it.
    static func written(_ name: String) -> ImportUnit? { named(name) ?? spellings[name].flatMap(named) }
}
