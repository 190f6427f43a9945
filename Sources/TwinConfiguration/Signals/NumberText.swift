import TwinCore

/// A number as foreign systems write it in text, and the unit after it: `-112.4 kW`, `9.3682e+03`, `62.0 %`.
struct NumberText: Sendable, Hashable {
    var value: Double
    /// Empty where nothing follows the number.
    var unit: String

    /// Nil for text that does not begin with a finite decimal number.
    /// - Parameter hasDecimalComma: `1,5` is one and a half; points between thousands are then passed over.
    init?(_ text: String, hasDecimalComma: Bool = false) {
        let whole = text.trimmed
        let bytes = Array(whole.utf8)
        let end = NumberText.end(of: bytes, hasDecimalComma)
        var number = String(decoding: bytes[..<end], as: UTF8.self)
        if hasDecimalComma { number = number.filter { $0 != "." }.replacing(",", with: ".") }
        guard let value = Double(decimal: number), value.isFinite else { return nil }
        self.value = value
        unit = String(decoding: bytes[end...], as: UTF8.self).trimmed
    }

    /// A number, or the text of one.
    init?(_ json: JSON, hasDecimalComma: Bool) {
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
    private static func end(of bytes: [UInt8], _ hasDecimalComma: Bool) -> Int {
        var end = bytes.prefix { isSign($0) }.count
        end += bytes[end...].prefix { isDigit($0) || $0 == 0x2E || (hasDecimalComma && $0 == 0x2C) }.count
        guard end < bytes.count, bytes[end] == 0x65 || bytes[end] == 0x45 else { return end }
        let sign = bytes[(end + 1)...].prefix { isSign($0) }.count
        let digits = bytes[(end + 1 + sign)...].prefix { isDigit($0) }.count
        return digits > 0 && sign <= 1 ? end + 1 + sign + digits : end
    }

    private static func isSign(_ byte: UInt8) -> Bool { byte == 0x2B || byte == 0x2D }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
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
