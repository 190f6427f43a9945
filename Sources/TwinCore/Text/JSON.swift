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
    public var line: String { String(decoding: bytes, as: UTF8.self) }

    /// The bytes of `line`: what a payload carries.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(256)
        write(into: &out)
        return out
    }

    fileprivate func write(into out: inout [UInt8]) {
        switch self {
        case .null: out += "null".utf8
        case .bool(let value): out += (value ? "true" : "false").utf8
        case .number(let value): JSON.number(value, into: &out)
        case .string(let value): JSON.quote(value, into: &out)
        case .array(let items):
            out.append(0x5B)
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(0x2C) }
                item.write(into: &out)
            }
            out.append(0x5D)
        case .object(let members):
            out.append(0x7B)
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(0x2C) }
                member.write(into: &out)
            }
            out.append(0x7D)
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
                "\(inner)\(JSON.string(member.key).line): \(member.value.pretty(indent: inner))"
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

    /// Writes what `numberText` says. Meters print few decimals: a double that is the nearest one to a number of at most
    /// 15 digits has those digits as its shortest text, so they are written straight from a whole number.
    fileprivate static func number(_ value: Double, into out: inout [UInt8]) {
        let scaled = value * 10_000
        guard abs(scaled) < 1e15, case let whole = scaled.rounded(), whole / 10_000 == value else {
            out += numberText(value).utf8
            return
        }
        if whole < 0 { out.append(0x2D) }
        let (units, rest) = UInt64(whole.magnitude).quotientAndRemainder(dividingBy: 10_000)
        digits(units, into: &out)
        guard rest > 0 else { return }
        out.append(0x2E)
        var (left, place) = (rest, 1000 as UInt64)
        while left > 0 {
            out.append(0x30 + UInt8(left / place))
            left %= place
            place /= 10
        }
    }

    private static func digits(_ value: UInt64, into out: inout [UInt8]) {
        if value >= 10 { digits(value / 10, into: &out) }
        out.append(0x30 + UInt8(value % 10))
    }

    /// A text with its quotes.
    static func quote(_ value: String, into out: inout [UInt8]) {
        out.append(0x22)
        // Texts are plain nearly always; a look at the bytes as they lie is cheaper than one at each character.
        let isPlain = value.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        }
        if isPlain == true {
            out += value.utf8
        } else {
            for scalar in value.unicodeScalars { escape(scalar, into: &out) }
        }
        out.append(0x22)
    }

    private static func escape(_ scalar: Unicode.Scalar, into out: inout [UInt8]) {
        switch scalar {
        case "\"": out += "\\\"".utf8
        case "\\": out += "\\\\".utf8
        case "\n": out += "\\n".utf8
        case "\r": out += "\\r".utf8
        case "\t": out += "\\t".utf8
        case _
        where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            || (0x2028...0x2029).contains(scalar.value):
            let hex = String(scalar.value, radix: 16)
            out += ("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8
        default: out += String(scalar).utf8
        }
    }
}

extension JSON.Member {
    /// `"key":value`
    fileprivate func write(into out: inout [UInt8]) {
        JSON.quote(key, into: &out)
        out.append(0x3A)
        value.write(into: &out)
    }
}

/// An object that is written member by member, without a tree of values before.
public struct JSONText: Sendable {
    /// A key as it is written, made once for many objects.
    public struct Key: Sendable {
        fileprivate let text: [UInt8]

        public init(_ key: String) {
            var text: [UInt8] = []
            JSON.quote(key, into: &text)
            self.text = text + [0x3A]
        }
    }

    private var text: [UInt8] = []

    public init() { text.reserveCapacity(256) }

    public mutating func add(_ key: String, _ value: JSON) {
        text.append(text.isEmpty ? 0x7B : 0x2C)
        JSON.Member(key, value).write(into: &text)
    }

    public mutating func add(_ key: Key, _ value: Double) {
        text.append(text.isEmpty ? 0x7B : 0x2C)
        text += key.text
        JSON.number(value, into: &text)
    }

    public mutating func add(_ key: Key, _ value: String) {
        text.append(text.isEmpty ? 0x7B : 0x2C)
        text += key.text
        JSON.quote(value, into: &text)
    }

    /// Bytes that are written.
    public var count: Int { text.count }

    /// Takes back what was written beyond the first `count` bytes: objects may begin alike.
    public mutating func shorten(to count: Int) { text.removeLast(max(0, text.count - count)) }

    /// The object as far as it is written.
    public var object: [UInt8] {
        var object: [UInt8] = []
        object.reserveCapacity(text.count + 2)
        if text.isEmpty { object.append(0x7B) }
        object += text
        object.append(0x7D)
        return object
    }
}
