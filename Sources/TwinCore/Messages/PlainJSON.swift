/// Bytes that are looked at where they lie.
typealias ByteSpan = Swift.Span<UInt8>

/// The plain JSON that programs write: no white space, no escape, nothing beyond ASCII.
///
/// It takes one look at each byte and builds nothing, which is why lines and payloads are tried here first. What is not
/// plain is no failure: whoever hears of it asks `JSONReader`, which alone says what is accepted and why not.
enum PlainJSON {
    /// Deeper values are left to the reader.
    static let depthMax = 4

    /// From behind the opening quote to behind the closing one; nil where the text is not plain.
    static func text(_ bytes: ByteSpan, _ position: inout Int) -> Range<Int>? {
        var place = position
        while place < bytes.count {
            let byte = bytes[place]
            if byte == 0x22 {
                defer { position = place + 1 }
                return position..<place
            }
            guard byte >= 0x20, byte < 0x80, byte != 0x5C else { return nil }
            place += 1
        }
        return nil
    }

    /// Whether `word` stands here; it is passed over then.
    @inline(__always)
    static func take(_ word: StaticString, _ bytes: ByteSpan, _ position: inout Int) -> Bool {
        let length = word.utf8CodeUnitCount
        guard bytes.count - position >= length else { return false }
        let isSame = word.withUTF8Buffer { letters in
            for index in 0..<length where bytes[position + index] != letters[index] { return false }
            return true
        }
        if isSame { position += length }
        return isSame
    }

    @inline(__always)
    static func take(_ byte: UInt8, _ bytes: ByteSpan, _ position: inout Int) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Whether `word` stands at `position`: eight bytes at a time, because it is asked of every time, topic and key.
    @inline(__always)
    static func holds(_ word: [UInt8], _ bytes: ByteSpan, at position: Int) -> Bool {
        guard bytes.count - position >= word.count else { return false }
        let (letters, raw) = (word.span.bytes, bytes.bytes)
        var index = 0
        while index + 8 <= word.count {
            let found = raw.unsafeLoadUnaligned(fromByteOffset: position + index, as: UInt64.self)
            if found != letters.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self) { return false }
            index += 8
        }
        while index < word.count {
            if bytes[position + index] != word[index] { return false }
            index += 1
        }
        return true
    }

    /// Passes over one value, checked as strictly as the reader would; false where it is not plain.
    static func passOver(_ bytes: ByteSpan, _ position: inout Int, depth: Int = 1) -> Bool {
        guard position < bytes.count else { return false }
        switch bytes[position] {
        case 0x7B: return depth <= depthMax && passOverObject(bytes, &position, depth)
        case 0x5B: return depth <= depthMax && passOverArray(bytes, &position, depth)
        case 0x22:
            position += 1
            return text(bytes, &position) != nil
        case 0x74: return take("true", bytes, &position)
        case 0x66: return take("false", bytes, &position)
        case 0x6E: return take("null", bytes, &position)
        default:
            guard let shape = NumberShape(bytes, &position) else { return false }
            // So many digits are finite for sure.
            return !shape.hasExponent && shape.whole < 300
        }
    }

    private static func passOverObject(_ bytes: ByteSpan, _ position: inout Int, _ depth: Int) -> Bool {
        position += 1
        if take(0x7D, bytes, &position) { return true }
        var keys = PlainKeys()
        repeat {
            guard take(0x22, bytes, &position), let key = text(bytes, &position), keys.isNew(key, bytes),
                take(0x3A, bytes, &position), passOver(bytes, &position, depth: depth + 1)
            else { return false }
        } while take(0x2C, bytes, &position)
        return take(0x7D, bytes, &position)
    }

    private static func passOverArray(_ bytes: ByteSpan, _ position: inout Int, _ depth: Int) -> Bool {
        position += 1
        if take(0x5D, bytes, &position) { return true }
        repeat {
            guard passOver(bytes, &position, depth: depth + 1) else { return false }
        } while take(0x2C, bytes, &position)
        return take(0x5D, bytes, &position)
    }

    /// A number, to the same bits as the reader's; nil also for one that is not finite.
    static func number(_ bytes: ByteSpan, _ position: inout Int) -> Double? {
        let start = position
        guard let shape = NumberShape(bytes, &position) else { return nil }
        if let value = shape.exactValue { return value }
        let text = (start..<position).map { bytes[$0] }
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}

/// A number's text, taken apart.
struct NumberShape {
    var isNegative: Bool
    /// All digits as one number; worth nothing beyond `digitsMax` of them.
    var mantissa: UInt64 = 0
    /// Digits before and behind the point.
    var whole = 0
    var fraction = 0
    var hasExponent = false

    /// So many digits never overflow the mantissa.
    private static let digitsMax = 19

    /// Nil where no number stands.
    @inline(__always)
    init?(_ bytes: ByteSpan, _ position: inout Int) {
        isNegative = PlainJSON.take(0x2D, bytes, &position)
        let first = position
        takeDigits(bytes, &position)
        whole = position - first
        guard whole > 0, whole == 1 || bytes[first] != 0x30 else { return nil }
        if PlainJSON.take(0x2E, bytes, &position) {
            let point = position
            takeDigits(bytes, &position)
            fraction = position - point
            guard fraction > 0 else { return nil }
        }
        guard position < bytes.count, bytes[position] | 0x20 == 0x65 else { return }
        hasExponent = true
        position += 1
        if !PlainJSON.take(0x2D, bytes, &position) { _ = PlainJSON.take(0x2B, bytes, &position) }
        let exponent = position
        while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
        guard position > exponent else { return nil }
    }

    @inline(__always)
    private mutating func takeDigits(_ bytes: ByteSpan, _ position: inout Int) {
        while position < bytes.count {
            let digit = bytes[position] &- 0x30
            guard digit < 10 else { return }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            position += 1
        }
    }

    /// A mantissa of at most 53 bits and a power of ten up to 22 are both exact, so their quotient is rounded once and
    /// is the nearest double.
    var exactValue: Double? {
        guard !hasExponent, whole + fraction <= NumberShape.digitsMax, mantissa <= 1 << 53,
            fraction < NumberShape.powersOfTen.count
        else { return nil }
        let value = fraction == 0 ? Double(mantissa) : Double(mantissa) / NumberShape.powersOfTen[fraction]
        return isNegative ? -value : value
    }

    static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}

/// The keys of one object while it is passed over. Two that look alike may still differ, and an object may have too
/// many: the reader sees to both.
struct PlainKeys {
    private static let countMax = 16

    private var count = 0
    private var marks = InlineArray<16, UInt64>(repeating: 0)

    /// False where a key may have been there before.
    mutating func isNew(_ key: Range<Int>, _ bytes: ByteSpan) -> Bool {
        var mark = UInt64(key.count)
        for place in key { mark = mark &* 31 &+ UInt64(bytes[place]) }
        for index in 0..<count where marks[index] == mark { return false }
        guard count < PlainKeys.countMax else { return false }
        marks[count] = mark
        count += 1
        return true
    }
}

/// The time that was read last: the messages of a tick carry the same one.
public struct TimeMemory: Sendable {
    private var text: [UInt8] = []
    private var time = PlantTime.earliest

    public init() {}

    /// From behind the opening quote to behind the closing one; nil for what is no plain RFC 3339 text.
    mutating func read(_ bytes: ByteSpan, _ position: inout Int) -> PlantTime? {
        let end = position + text.count
        if end > position, end < bytes.count, bytes[end] == 0x22, PlainJSON.holds(text, bytes, at: position) {
            position = end + 1
            return time
        }
        guard let range = PlainJSON.text(bytes, &position) else { return nil }
        let found = range.map { bytes[$0] }
        guard let new = PlantTime(rfc3339: found) else { return nil }
        text = found
        time = new
        return new
    }
}
