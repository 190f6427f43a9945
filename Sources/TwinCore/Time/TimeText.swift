/// RFC 3339 text of plant time.
extension PlantTime {
    /// Letters of `rfc3339`.
    static let rfc3339Count = 24

    /// `2025-06-18T06:00:00.000Z`.
    public var rfc3339: String { text(offset: Span(ms: 0)) }

    /// Text in a zone that is `offset` ahead of UTC: `2025-06-18T07:00:00.000+01:00`; `Z` when the offset is 0.
    public func text(offset: Span) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(32)
        write(offset: offset, into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    func write(offset: Span, into out: inout [UInt8]) {
        let local = ms + offset.ms
        let day = local.flooredDivision(by: 86_400_000)
        let inDay = Int(local - day * 86_400_000)
        CivilDate(daysSinceEpoch: day).write(into: &out)
        out.append(0x54)
        out.append(inDay / 3_600_000, width: 2)
        out.append(0x3A)
        out.append(inDay / 60_000 % 60, width: 2)
        out.append(0x3A)
        out.append(inDay / 1000 % 60, width: 2)
        out.append(0x2E)
        out.append(inDay % 1000, width: 3)
        let minutes = Int(offset.ms / 60_000)
        if minutes == 0 {
            out.append(0x5A)
        } else {
            out.append(minutes < 0 ? 0x2D : 0x2B)
            out.append(abs(minutes) / 60, width: 2)
            out.append(0x3A)
            out.append(abs(minutes) % 60, width: 2)
        }
    }

    /// Reads RFC 3339 with 0-9 fractional digits and any offset. Also what recorders print: `+0000`, a space for
    /// the `T`, and seconds left out (`2023-01-01T00:00Z`). Digits below the millisecond are cut.
    /// Returns nil for anything else, and for years outside 0001...9999.
    public init?(rfc3339 text: some StringProtocol) { self.init(rfc3339: Array(text.utf8)) }

    /// The same of a text's bytes.
    init?(rfc3339 bytes: [UInt8]) {
        guard let (local, offset) = PlantTime.parse(bytes, zoneRequired: true), let offset else { return nil }
        self = local - offset
        guard self >= .earliest, self <= .latest else { return nil }
    }

    /// Reads a date and time that names no offset, as if it were UTC; nil if it names one.
    public init?(zoneless text: some StringProtocol) {
        guard let (local, offset) = PlantTime.parse(Array(text.utf8), zoneRequired: false), offset == nil
        else { return nil }
        self = local
    }

    private static func parse(_ bytes: [UInt8], zoneRequired: Bool) -> (PlantTime, Span?)? {
        var scan = TimeScanner(bytes: bytes)
        guard let year = scan.digits(4), scan.take(0x2D), let month = scan.digits(2), scan.take(0x2D),
            let day = scan.digits(2), scan.takeAny(0x54, 0x74, 0x20),  // T, t, space
            let hour = scan.digits(2), scan.take(0x3A), let minute = scan.digits(2)
        else { return nil }
        var second = 0
        var milliseconds: Int64 = 0
        if scan.take(0x3A) {
            guard let value = scan.digits(2) else { return nil }
            second = value
            if scan.take(0x2E) {
                guard let value = scan.fraction() else { return nil }
                milliseconds = value
            }
        }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.exists, hour <= 23, minute <= 59, second <= 60 else { return nil }
        // 23:59:60 is a leap second; plant time has none, so it counts as :59.
        let inDay = Int64(hour * 3600 + minute * 60 + min(second, 59)) * 1000 + milliseconds
        let local = PlantTime(ms: date.daysSinceEpoch * 86_400_000 + inDay)
        if scan.atEnd { return zoneRequired ? nil : (local, nil) }
        guard let offset = scan.offset(), scan.atEnd else { return nil }
        return (local, offset)
    }
}

private struct TimeScanner {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var atEnd: Bool { position == bytes.count }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func takeAny(_ accepted: UInt8...) -> Bool { accepted.contains { take($0) } }

    mutating func digits(_ count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var value = 0
        for place in position..<position + count {
            guard (0x30...0x39).contains(bytes[place]) else { return nil }
            value = value * 10 + Int(bytes[place] - 0x30)
        }
        position += count
        return value
    }

    /// 1-9 digits after the point, as milliseconds.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            if count < 3 { value = value * 10 + Int64(bytes[position] - 0x30) }
            count += 1
            position += 1
        }
        guard (1...9).contains(count) else { return nil }
        for _ in count..<max(3, count) { value *= 10 }
        return value
    }

    /// `Z`, `+01:00`, `+0100`, also after `Z` as `mosquitto_sub` prints it.
    mutating func offset() -> Span? {
        let zulu = takeAny(0x5A, 0x7A)
        if atEnd { return zulu ? Span(ms: 0) : nil }
        let negative = position < bytes.count && bytes[position] == 0x2D
        guard takeAny(0x2B, 0x2D), let hours = digits(2) else { return nil }
        _ = take(0x3A)
        guard let minutes = digits(2), hours <= 23, minutes <= 59 else { return nil }
        let length = Int64(hours * 60 + minutes) * 60_000
        return Span(ms: negative ? -length : length)
    }
}

extension Int64 {
    func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
