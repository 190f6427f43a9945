/// A JSON value (RFC 8259) with its members in file order.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    public struct Member: Sendable, Hashable {
        public var key: String
        public var value: JSON

        public init(_ key: String, _ value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// The member named `key`; nil when absent or when this is no object.
    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    public var double: Double? { if case .number(let value) = self { value } else { nil } }
    public var text: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var items: [JSON]? { if case .array(let value) = self { value } else { nil } }
    public var members: [Member]? { if case .object(let value) = self { value } else { nil } }

    /// A whole number that fits; nil for fractions and anything beyond 2^53.
    public var integer: Int64? {
        guard let value = double, abs(value) <= 9_007_199_254_740_992 else { return nil }
        return Int64(exactly: value)
    }

    public static func integer(_ value: some BinaryInteger) -> JSON { .number(Double(value)) }
    public static func optional(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
    public static func fields(_ members: KeyValuePairs<String, JSON>) -> JSON {
        .object(members.map { Member($0.key, $0.value) })
    }
}

// MARK: - Writing

extension JSON {
    /// One line without spaces. Whole numbers are written without a point, others as the shortest text that
    /// reads back to the same bits; a number that is not finite is written as null.
    public var line: String {
        var text = ""
        write(into: &text)
        return text
    }

    private func write(into text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let value): text += JSON.numberText(value)
        case .string(let value): JSON.quote(value, into: &text)
        case .array(let items):
            text += "["
            for (index, item) in items.enumerated() {
                if index > 0 { text += "," }
                item.write(into: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                JSON.quote(member.key, into: &text)
                text += ":"
                member.value.write(into: &text)
            }
            text += "}"
        }
    }

    /// Several lines, two spaces a level, for people and golden files.
    public func pretty(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .array(let items) where !items.isEmpty && items.contains { $0.items != nil || $0.members != nil }:
            return "[\n" + items.map { inner + $0.pretty(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            let rows = members.map { member in
                var key = ""
                JSON.quote(member.key, into: &key)
                return "\(inner)\(key): \(member.value.pretty(indent: inner))"
            }
            return "{\n" + rows.joined(separator: ",\n") + "\n\(indent)}"
        default: return line
        }
    }

    public static func numberText(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        if abs(value) < 1e15, let whole = Int64(exactly: value) { return String(whole) }
        return value.description
    }

    public static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x2028...0x2029).contains(scalar.value):
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
