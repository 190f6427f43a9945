/// An instant of plant time: whole milliseconds since 1970-01-01T00:00:00Z (no leap seconds).
///
/// The only clock below the shell. Valid instants lie in the years 0001 to 9999.
public struct PlantTime: Sendable, Hashable, Comparable, Codable {
    public var ms: Int64

    @inlinable public init(ms: Int64) { self.ms = ms }

    @inlinable public static func < (a: PlantTime, b: PlantTime) -> Bool { a.ms < b.ms }
    @inlinable public static func + (a: PlantTime, b: Span) -> PlantTime {
        PlantTime(ms: a.ms.addingReportingOverflow(b.ms).partialValue)
    }
    @inlinable public static func - (a: PlantTime, b: Span) -> PlantTime {
        PlantTime(ms: a.ms.subtractingReportingOverflow(b.ms).partialValue)
    }
    @inlinable public static func - (a: PlantTime, b: PlantTime) -> Span {
        Span(ms: a.ms.subtractingReportingOverflow(b.ms).partialValue)
    }

    /// The latest multiple of `step` since the epoch that is not after this instant.
    public func floored(to step: Span) -> PlantTime {
        let remainder = ms % step.ms
        return PlantTime(ms: ms - (remainder < 0 ? remainder + step.ms : remainder))
    }

    public static let earliest = PlantTime(ms: -62_135_596_800_000)
    public static let latest = PlantTime(ms: 253_402_300_799_999)
}

/// A length of plant time in whole milliseconds.
public struct Span: Sendable, Hashable, Comparable, Codable {
    public var ms: Int64

    @inlinable public init(ms: Int64) { self.ms = ms }
    @inlinable public static func seconds(_ s: Int64) -> Span { Span(ms: s * 1000) }
    @inlinable public static func minutes(_ m: Int64) -> Span { Span(ms: m * 60_000) }
    @inlinable public static func hours(_ h: Int64) -> Span { Span(ms: h * 3_600_000) }
    @inlinable public static func days(_ d: Int64) -> Span { Span(ms: d * 86_400_000) }

    @inlinable public var seconds: Double { Double(ms) / 1000 }
    @inlinable public var hours: Double { Double(ms) / 3_600_000 }
    @inlinable public static func < (a: Span, b: Span) -> Bool { a.ms < b.ms }
    @inlinable public static func + (a: Span, b: Span) -> Span { Span(ms: a.ms + b.ms) }
    @inlinable public static func - (a: Span, b: Span) -> Span { Span(ms: a.ms - b.ms) }
    @inlinable public static func * (n: Int64, b: Span) -> Span { Span(ms: n * b.ms) }

    /// Reads `90s`, `30m`, `1h`, `2d` or `500ms`: a whole number and a unit; nil for anything else.
    public init?(text: some StringProtocol) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number <= 36_500 * 86_400 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": self = Span(ms: number)
        case "s": self = .seconds(number)
        case "m": self = .minutes(number)
        case "h": self = .hours(number)
        case "d": self = .days(number)
        default: return nil
        }
        if ms > Span.days(36_500).ms { return nil }
    }

    /// The shortest exact text: `2d`, `1h`, `30m`, `90s` or `500ms`.
    public var text: String {
        for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
        where ms != 0 && ms % size == 0 {
            return "\(ms / size)\(unit)"
        }
        return ms == 0 ? "0s" : "\(ms)ms"
    }
}

/// A date of the proleptic Gregorian calendar.
public struct CivilDate: Sendable, Hashable, Comparable, Codable {
    public var year: Int
    public var month: Int
    public var day: Int

    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Days since 1970-01-01. Algorithm: Howard Hinnant, "chrono-compatible low-level date algorithms".
    public var daysSinceEpoch: Int64 {
        let y = Int64(month <= 2 ? year - 1 : year)
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    public init(daysSinceEpoch days: Int64) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
        self.init(
            year: Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month: month,
            day: Int(dayOfYear - (153 * shifted + 2) / 5 + 1))
    }

    /// Whether such a day exists (no 31 April, no 29 February in a common year).
    public var exists: Bool {
        (1...9999).contains(year) && (1...12).contains(month) && (1...31).contains(day)
            && CivilDate(daysSinceEpoch: daysSinceEpoch) == self
    }

    /// 1 = Monday … 7 = Sunday (ISO 8601).
    public var isoWeekday: Int { Int(((daysSinceEpoch % 7) + 10) % 7) + 1 }

    public static func < (a: CivilDate, b: CivilDate) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }

    /// `2025-06-18`.
    public var text: String {
        var out: [UInt8] = []
        write(into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    func write(into out: inout [UInt8]) {
        out.append(year, width: 4)
        out.append(0x2D)
        out.append(month, width: 2)
        out.append(0x2D)
        out.append(day, width: 2)
    }
}

extension [UInt8] {
    /// Appends the decimal digits of a number without its sign, with leading zeros up to `width` (at least 1).
    mutating func append(_ value: Int, width: Int) {
        let magnitude = value.magnitude
        var scale: UInt = 1
        for _ in 1..<width { scale *= 10 }
        while magnitude / scale >= 10 { scale *= 10 }
        while scale > 0 {
            append(0x30 + UInt8(magnitude / scale % 10))
            scale /= 10
        }
    }
}
