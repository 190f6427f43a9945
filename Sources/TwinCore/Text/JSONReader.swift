/// Why bytes are not the JSON we accept; the names are the reject codes of the contract.
public enum JSONFailure: String, Error, Sendable {
    case parse
    case not_utf8
    case too_deep
    case duplicate_key
    case not_finite
}

/// Strict JSON from bytes: RFC 8259, depth at most 16, no duplicate keys, no number beyond a finite double.
///
/// Own code because the shell must know the exact bytes of a payload inside its line, and because the platform's
/// decoder costs 65 times as much per message (`make bench` shows the present figure).
public struct JSONReader {
    public static let depthMax = 16

    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    /// The one value of a whole text. A byte-order mark before it and NULs behind it are passed over: some programs
    /// write the one, and send the byte that ends a string in C.
    public static func read(_ bytes: [UInt8]) throws(JSONFailure) -> JSON {
        try read(bytes, in: bytes.textRange)
    }

    /// The one value that `range` of `bytes` holds, white space around it allowed.
    public static func read(_ bytes: [UInt8], in range: Range<Int>) throws(JSONFailure) -> JSON {
        var reader = JSONReader(bytes, range)
        let value = try reader.value(depth: 1)
        reader.skipSpace()
        guard reader.position == reader.end else { throw .parse }
        return value
    }

    /// Whether `bytes` are JSON from the first to the last one, so that they may stand in a line.
    public static func accepts(_ bytes: [UInt8]) -> Bool { failurePlace(bytes, in: 0..<bytes.count) == nil }

    /// Where `range` of `bytes` stops to be JSON that we accept; nil where it is all that.
    private static func failurePlace(_ bytes: [UInt8], in range: Range<Int>) -> Int? {
        var reader = JSONReader(bytes, range)
        do throws(JSONFailure) { try reader.passOver(depth: 1) } catch { return reader.position }
        reader.skipSpace()
        return reader.position == reader.end ? nil : reader.position
    }

    /// Why a payload is refused, with the byte, counted from 1, for who sends it.
    public static func refusal(of payload: [UInt8], _ failure: JSONFailure) -> LineFailure {
        let range = payload.textRange
        let place = failurePlace(payload, in: range) ?? range.upperBound
        let digits = place < range.upperBound ? String(payload[place], radix: 16, uppercase: true) : ""
        let what = digits.isEmpty ? "where it ends" : "which is 0x\(digits.count < 2 ? "0" : "")\(digits)"
        return LineFailure(
            reason: RejectReason(failure), text: "payload: \(failure.rawValue) at byte \(place + 1), \(what)")
    }

    /// A member of a line, with the range of its value's bytes.
    public struct RangedMember: Sendable {
        public var key: String
        /// Nil where the reader was told to pass over it.
        public var value: JSON?
        public var range: Range<Int>
    }

    /// The members of the object in `bytes`.
    /// - Parameter passedOver: a member whose value is checked as strictly as any other, but not built.
    public static func readMembers(
        _ bytes: [UInt8], passingOver passedOver: String? = nil
    ) throws(JSONFailure) -> [RangedMember] {
        var reader = JSONReader(bytes, 0..<bytes.count)
        var found: [RangedMember] = []
        found.reserveCapacity(8)
        var keys = Keys()
        reader.skipSpace()
        try reader.members { reader, key throws(JSONFailure) in
            guard keys.isNew(key, after: found) else { throw .duplicate_key }
            let start = try reader.startOfValue()
            var value: JSON?
            if key == passedOver {
                try reader.passOver(depth: 1)
            } else {
                value = try reader.value(depth: 1)
            }
            found.append(RangedMember(key: key, value: value, range: start..<reader.position))
        }
        reader.skipSpace()
        guard reader.position == reader.end else { throw .parse }
        return found
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    private var current: UInt8? { position < end ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONFailure) -> JSON {
        skipSpace()
        guard let byte = current else { throw .parse }
        switch byte {
        case 0x7B:
            guard depth <= JSONReader.depthMax else { throw .too_deep }
            var found: [JSON.Member] = []
            found.reserveCapacity(8)
            var keys = Keys()
            try members { reader, key throws(JSONFailure) in
                guard keys.isNew(key, after: found) else { throw .duplicate_key }
                _ = try reader.startOfValue()
                found.append(JSON.Member(key, try reader.value(depth: depth + 1)))
            }
            return .object(found)
        case 0x5B:
            guard depth <= JSONReader.depthMax else { throw .too_deep }
            var found: [JSON] = []
            try items { reader throws(JSONFailure) in found.append(try reader.value(depth: depth + 1)) }
            return .array(found)
        case 0x22: return .string(try string())
        case 0x74: return try literal("true", .bool(true))
        case 0x66: return try literal("false", .bool(false))
        case 0x6E: return try literal("null", .null)
        default: return .number(try number())
        }
    }

    /// Checks a value and everything in it without building it.
    private mutating func passOver(depth: Int) throws(JSONFailure) {
        skipSpace()
        switch current {
        case 0x7B:
            guard depth <= JSONReader.depthMax else { throw .too_deep }
            var found: [String] = []
            found.reserveCapacity(8)
            var keys = Keys()
            try members { reader, key throws(JSONFailure) in
                guard keys.isNew(key, after: found) else { throw .duplicate_key }
                found.append(key)
                _ = try reader.startOfValue()
                try reader.passOver(depth: depth + 1)
            }
        case 0x5B:
            guard depth <= JSONReader.depthMax else { throw .too_deep }
            try items { reader throws(JSONFailure) in try reader.passOver(depth: depth + 1) }
        default: _ = try value(depth: depth)
        }
    }

    /// Calls `body` after each key of an object; it takes the value.
    private mutating func members(
        _ body: (inout JSONReader, String) throws(JSONFailure) -> Void
    ) throws(JSONFailure) {
        guard take(0x7B) else { throw .parse }
        skipSpace()
        if take(0x7D) { return }
        repeat {
            skipSpace()
            try body(&self, try string())
            skipSpace()
        } while take(0x2C)
        guard take(0x7D) else { throw .parse }
    }

    /// After a key: where its value begins.
    private mutating func startOfValue() throws(JSONFailure) -> Int {
        skipSpace()
        guard take(0x3A) else { throw .parse }
        skipSpace()
        return position
    }

    /// Calls `body` for each item of an array; it takes the item.
    private mutating func items(_ body: (inout JSONReader) throws(JSONFailure) -> Void) throws(JSONFailure) {
        guard take(0x5B) else { throw .parse }
        skipSpace()
        if take(0x5D) { return }
        repeat {
            try body(&self)
            skipSpace()
        } while take(0x2C)
        guard take(0x5D) else { throw .parse }
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONFailure) -> JSON {
        let matches = word.withUTF8Buffer { letters in
            end - position >= letters.count && letters.indices.allSatisfy { bytes[position + $0] == letters[$0] }
        }
        guard matches else { throw .parse }
        position += word.utf8CodeUnitCount
        return value
    }

    private mutating func string() throws(JSONFailure) -> String {
        guard take(0x22) else { throw .parse }
        let start = position
        var all: UInt8 = 0
        while let byte = current, byte != 0x22, byte != 0x5C {
            guard byte >= 0x20 else { throw .parse }
            all |= byte
            position += 1
        }
        guard current != nil else { throw .parse }
        if take(0x22) {
            let text = bytes[start..<position - 1]
            // ASCII is valid as it stands; the validating initialiser costs ten times as much.
            if all < 0x80 { return String(decoding: text, as: UTF8.self) }
            guard let text = String(validating: text, as: UTF8.self) else { throw .not_utf8 }
            return text
        }
        var decoded = Array(bytes[start..<position])
        while let byte = current {
            position += 1
            switch byte {
            case 0x22:
                guard let text = String(validating: decoded, as: UTF8.self) else { throw .not_utf8 }
                return text
            case 0x5C: try escape(into: &decoded)
            case 0..<0x20: throw .parse
            default: decoded.append(byte)
            }
        }
        throw .parse
    }

    private mutating func escape(into decoded: inout [UInt8]) throws(JSONFailure) {
        guard let byte = current else { throw .parse }
        position += 1
        switch byte {
        case 0x22, 0x5C, 0x2F: decoded.append(byte)
        case 0x62: decoded.append(0x08)
        case 0x66: decoded.append(0x0C)
        case 0x6E: decoded.append(0x0A)
        case 0x72: decoded.append(0x0D)
        case 0x74: decoded.append(0x09)
        case 0x75:
            var code = try hex4()
            if (0xD800...0xDBFF).contains(code) {
                guard take(0x5C), take(0x75) else { throw .parse }
                let low = try hex4()
                guard (0xDC00...0xDFFF).contains(low) else { throw .parse }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw .parse }
            decoded.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
        default: throw .parse
        }
    }

    private mutating func hex4() throws(JSONFailure) -> UInt32 {
        guard position + 4 <= end else { throw .parse }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            switch byte {
            case 0x30...0x39: code = code << 4 + UInt32(byte - 0x30)
            case 0x41...0x46: code = code << 4 + UInt32(byte - 0x37)
            case 0x61...0x66: code = code << 4 + UInt32(byte - 0x57)
            default: throw .parse
            }
        }
        position += 4
        return code
    }

    /// Up to 15 significant digits and a small exponent convert exactly with one operation; the rest goes to the
    /// standard library, which rounds correctly.
    private mutating func number() throws(JSONFailure) -> Double {
        let start = position
        let negative = take(0x2D)
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        let leadingZero = current == 0x30
        let integerStart = position
        while let byte = current, (0x30...0x39).contains(byte) {
            if digits < 18 { mantissa = mantissa * 10 + UInt64(byte - 0x30) }
            digits += mantissa == 0 ? 0 : 1
            position += 1
        }
        let integerCount = position - integerStart
        guard integerCount > 0, !(leadingZero && integerCount > 1) else { throw .parse }
        if take(0x2E) {
            let fractionStart = position
            while let byte = current, (0x30...0x39).contains(byte) {
                if digits < 18 {
                    mantissa = mantissa * 10 + UInt64(byte - 0x30)
                    exponent -= 1
                }
                digits += mantissa == 0 ? 0 : 1
                position += 1
            }
            guard position > fractionStart else { throw .parse }
        }
        var simple = digits <= 15 && exponent >= -22
        if let byte = current, byte == 0x65 || byte == 0x45 {
            simple = false
            position += 1
            if !take(0x2D) { _ = take(0x2B) }
            let exponentStart = position
            while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
            guard position > exponentStart else { throw .parse }
        }
        if simple {
            let value = Double(mantissa) / JSONReader.powersOfTen[-exponent]
            return negative ? -value : value
        }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else { throw .parse }
        guard value.isFinite else { throw .not_finite }
        return value
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}

/// The keys of one object while it is read. Few are compared one by one; many are looked up, so that an object of
/// thousands costs no more for each key than a small one.
private struct Keys {
    static let fewMax = 16

    /// Empty as long as there are few.
    private var many: Set<String> = []

    /// Takes the key that follows the members `found`; false when one of them has it.
    mutating func isNew(_ key: String, after found: [some Keyed]) -> Bool {
        guard found.count >= Keys.fewMax else { return !found.contains { $0.key == key } }
        if many.isEmpty { many = Set(found.lazy.map(\.key)) }
        return many.insert(key).inserted
    }
}

private protocol Keyed {
    var key: String { get }
}

extension JSON.Member: Keyed {}
extension JSONReader.RangedMember: Keyed {}
extension String: Keyed {
    fileprivate var key: String { self }
}

extension [UInt8] {
    /// Without a UTF-8 byte-order mark in front and NULs at the end.
    var textRange: Range<Int> {
        let start = starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var end = count
        while end > start, self[end - 1] == 0 { end -= 1 }
        return start..<end
    }
}
