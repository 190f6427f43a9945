import TwinCore

/// How plain text reads under YAML 1.2, and where YAML 1.1 tools read it otherwise.
enum Trap {
    static let switches = ["yes": true, "no": false, "on": true, "off": false, "true": true, "false": false]
    private static let nothing: Set<String> = ["null", "~"]
    private static let notFinite: Set<String> = [".inf", "+.inf", "-.inf", ".nan", "inf", "-inf", "nan", "infinity"]

    /// Why a plain number is refused although some tools read it; nil for a decimal number and for text.
    static func notDecimal(_ text: String) -> String? {
        let body = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        if notFinite.contains(text.lowercased()) { return "is not finite; write a number" }
        guard let first = body.utf8.first, isDigit(first) else { return nil }
        if body.utf8.count > 1, first == 48, body.utf8.dropFirst().allSatisfy(isDigit) {
            return "starts with 0 and so it is octal in YAML 1.1; remove the 0"
        }
        if body.hasPrefix("0x") || body.hasPrefix("0o") || body.hasPrefix("0b") {
            return "is not decimal; write decimal digits"
        }
        if body.utf8.allSatisfy({ isDigit($0) || $0 == 95 || $0 == 44 || $0 == 46 || $0 == 58 }) {
            if body.contains("_") || body.contains(",") {
                return "has separators between its digits; write digits and one decimal point"
            }
            if body.contains(":") { return "is a number to base 60 in YAML 1.1; write decimal digits" }
        }
        let unit = body.drop { $0.isASCII && ($0.isNumber || $0 == "." || $0 == " ") }
        if let letter = unit.first, letter.isLetter || letter == "%", Double(decimal: text) == nil {
            return "has a unit; write the number alone, the unit is in the key"
        }
        return nil
    }

    /// What plain text is to a YAML reader if not text.
    static func reading(_ text: String) -> String? {
        if let value = switches[text.lowercased()] { return "the switch \(value)" }
        if nothing.contains(text.lowercased()) { return "nothing" }
        if Double(decimal: text) != nil || notFinite.contains(text.lowercased()) { return "a number" }
        return nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
