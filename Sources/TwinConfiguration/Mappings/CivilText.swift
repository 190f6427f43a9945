import TwinCore

/// A date and a time of day as people, meters and spreadsheets write them, without an offset: `2025-06-18T00:30`,
/// `18/06/2025 0:30`, `6/18/2025 12:30 AM`, `18-Jun-2025 24:00`. A date alone is its midnight.
struct CivilText: Sendable, Hashable {
    let date: CivilDate
    /// 24:00 is the midnight that ends the day, as in ISO 8601.
    let msOfDay: Int64

    /// Nil for anything else, and for text that names an offset.
    init?(_ text: String, _ order: ImportDateOrder) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: 0x3A) else {
            guard let date = CivilText.date(text.trimmed, order) else { return nil }
            self.init(date: date, msOfDay: 0)
            return
        }
        // The hour is the digits before the first colon; what stands before them is the date.
        let hour = bytes[..<colon].reversed().prefix { (0x30...0x39).contains($0) }.count
        var day = bytes[..<(colon - hour)]
        while let last = day.last, [0x20, 0x09, 0x2C, 0x54, 0x74].contains(last) { day.removeLast() }
        guard day.count < colon - hour, let date = CivilText.date(String(decoding: day, as: UTF8.self).trimmed, order),
            let msOfDay = CivilText.msOfDay(String(decoding: bytes[(colon - hour)...], as: UTF8.self).trimmed)
        else { return nil }
        self.init(date: date, msOfDay: msOfDay)
    }

    private init(date: CivilDate, msOfDay: Int64) {
        self.date = date
        self.msOfDay = msOfDay
    }

    /// The same as if it were UTC.
    var asUTC: PlantTime { PlantTime(ms: Span.days(date.daysSinceEpoch).ms + msOfDay) }

    /// A date, its parts separated by `-`, `/`, `.` or spaces; the month may be an English name. The year has four
    /// digits; two are enough where it stands last. With `ymd` also `20250618`.
    static func date(_ text: String, _ order: ImportDateOrder) -> CivilDate? {
        var parts = text.split(omittingEmptySubsequences: false) { "-/. ".contains($0) }.map(String.init)
        if order == .ymd, parts.count == 1, text.utf8.count == 8 {
            parts = [String(text.prefix(4)), String(text.dropFirst(4).prefix(2)), String(text.suffix(2))]
        }
        guard parts.count == 3 else { return nil }
        var places = order.places
        if let named = parts.firstIndex(where: { month($0) != nil }) {
            // A name says which part is the month, and four digits which one is the year.
            guard named < 2 else { return nil }
            places.year = order == .ymd && number(parts[0], digits: 4...4) != nil ? 0 : 2
            places.month = named
            places.day = 3 - places.year - named
            guard places.day != places.month, places.year != places.month else { return nil }
        }
        let isShort = places.year == 2 && parts[2].utf8.count == 2 && order != .ymd
        guard let year = number(parts[places.year], digits: isShort ? 2...2 : 4...4),
            let ofYear = month(parts[places.month]) ?? number(parts[places.month], digits: 1...2),
            let day = number(parts[places.day], digits: 1...2)
        else { return nil }
        let date = CivilDate(year: isShort ? 2000 + year : year, month: ofYear, day: day)
        return date.year >= 1000 && date.exists ? date : nil
    }

    private static func number(_ text: String, digits: ClosedRange<Int>) -> Int? {
        digits.contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private static func month(_ text: String) -> Int? {
        let names = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december",
        ]
        let word = text.lowercased()
        return word.count >= 3
            ? names.firstIndex { $0.hasPrefix(word) || word == "sept" && $0 == "september" }
                .map { $0 + 1 } : nil
    }

    /// `0:30`, `00:30:00.250`, `12:30 AM`, `24:00`.
    private static func msOfDay(_ text: String) -> Int64? {
        let clock = String(text.prefix { !$0.isLetter }).trimmed
        let half: Int?
        switch text.dropFirst(clock.count).lowercased().filter({ $0.isLetter }) {
        case "": half = nil
        case "am": half = 0
        case "pm": half = 12
        default: return nil
        }
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), let written = number(parts[0], digits: 1...2), parts[1].utf8.count == 2
        else { return nil }
        var hour = written
        if let half {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + half
        }
        // What a recorder may write after the minute is read as elsewhere.
        let rest = parts.dropFirst().joined(separator: ":")
        let isEnd = hour == 24
        let padded = hour < 10 ? "0\(hour)" : "\(hour)"
        guard let time = PlantTime(zoneless: "1970-01-01T\(isEnd ? "00" : padded):\(rest)") else { return nil }
        if isEnd { return time.ms == 0 ? Span.days(1).ms : nil }
        return time.ms
    }
}

extension ImportDateOrder {
    /// Which part of a date is which.
    fileprivate var places: (year: Int, month: Int, day: Int) {
        switch self {
        case .ymd: (0, 1, 2)
        case .dmy: (2, 1, 0)
        case .mdy: (2, 0, 1)
        }
    }
}
