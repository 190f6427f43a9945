public import TwinCore

/// Reads a source's times: what is written, what instant that is, how long its interval is, and where `shift` lays it.
public struct SourceTimes {
    private let format: ImportTimeFormat
    private let zone: LocalZone
    private let siteZone: LocalZone
    private let shiftDays: Int64?
    private let period: Span
    private let stamp: ImportStamp

    public init(_ source: ImportSource, siteZone: LocalZone) {
        format = source.timeFormat
        zone = source.zone
        shiftDays = source.shiftDays
        period = source.period
        stamp = source.stamp
        self.siteZone = siteZone
    }

    /// A time as the file writes it; times without offset as if they were UTC.
    public func read(_ text: String) -> PlantTime? {
        switch format {
        case .rfc3339: return SourceTimes.rfc3339(text)
        case .epochSeconds: return Double(decimal: text).flatMap(PlantTime.init(secondsSince1970:))
        case .epochMilliseconds: return Double(decimal: text).flatMap { PlantTime(secondsSince1970: $0 / 1000) }
        case .local(let order), .offset(let order, _): return CivilText(text, order)?.asUTC
        case .hourOfYear(let year, _):
            let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
            let hours = (CivilDate(year: year + 1, month: 1, day: 1).daysSinceEpoch - newYear) * 24
            guard let hour = Int64(text), (1...hours).contains(hour) else { return nil }
            return PlantTime(ms: Span.days(newYear).ms + Span.hours(hour - 1).ms)
        }
    }

    /// What would read a text that this source does not read as a time: a word or two of the mapping; nil if nothing
    /// would.
    public func whatReads(_ text: String) -> String? {
        if SourceTimes.rfc3339(text) != nil { return "format: rfc3339" }
        let orders = ImportDateOrder.allCases.filter { CivilText(text, $0) != nil }.map { "date: \($0.rawValue)" }
        switch format {
        case _ where orders.isEmpty: break
        case .local, .offset: return orders.joined(separator: " or ")
        default: return "format: local with \(orders.joined(separator: " or "))"
        }
        guard let number = Double(decimal: text), number.isFinite else { return nil }
        if (500_000_000..<5_000_000_000).contains(number) { return "format: epoch_s" }
        return (500_000_000_000..<5_000_000_000_000).contains(number) ? "format: epoch_ms" : nil
    }

    /// How times are written that are read.
    public var form: String {
        switch format {
        case .rfc3339: "rfc3339, 2025-06-18T00:30:00Z"
        case .epochSeconds: "epoch_s, seconds since 1970"
        case .epochMilliseconds: "epoch_ms, milliseconds since 1970"
        case .local(let order): "local, \(order.example) 00:30"
        case .offset(let order, _): "offset, \(order.example) 00:30"
        case .hourOfYear(let year, _): "hour_of_year, 1 for the first hour of \(year)"
        }
    }

    /// The hour 24 is the midnight that ends the day, as in ISO 8601.
    private static func rfc3339(_ text: String) -> PlantTime? {
        if let time = PlantTime(rfc3339: text) { return time }
        guard text.utf8.count > 16, text.dropFirst(11).hasPrefix("24:00") else { return nil }
        let midnight = PlantTime(rfc3339: text.prefix(11) + "00" + text.dropFirst(13))
        return midnight.flatMap { $0.ms % 60_000 == 0 ? $0 + .days(1) : nil }
    }

    /// The instant that a time as written means, before any shift.
    /// - Parameter last: that of the row above: in the hour that a clock change repeats, a time that is passed already
    ///   is the second passing.
    public func instant(_ read: PlantTime, after last: PlantTime? = nil) -> PlantTime {
        switch format {
        case .rfc3339, .epochSeconds, .epochMilliseconds: return read
        case .offset(_, let offset), .hourOfYear(_, let offset): return read - offset
        case .local:
            let day = read.floored(to: .days(1))
            let civil = (CivilDate(daysSinceEpoch: day.ms / Span.days(1).ms), (read - day).ms)
            let first = zone.instant(civil.0, msOfDay: civil.1)
            guard let last, first <= last, let second = zone.secondPassing(of: first), second > last else {
                return first
            }
            return second
        }
    }

    /// Whether a time as written, which means `instant`, lies in an hour that the wall clock passes over.
    public func isSkipped(_ read: PlantTime, _ instant: PlantTime) -> Bool {
        guard case .local = format else { return false }
        return instant + zone.offset(at: instant) != read
    }

    /// The same time of day by the wall clock, on the day it is laid on.
    public func shifted(_ stamp: PlantTime) -> PlantTime {
        guard let shiftDays else { return stamp }
        let local = zone.local(stamp)
        return siteZone.instant(
            CivilDate(daysSinceEpoch: local.date.daysSinceEpoch + shiftDays), msOfDay: local.msOfDay)
    }

    /// The interval that a laid stamp names the start or the end of. A period of one day is a day by the clock, which
    /// may have 23 or 25 hours.
    public func interval(_ laid: PlantTime) -> (start: PlantTime, end: PlantTime) {
        let start = stamp == .start ? laid : isCalendarDay(laid) ? day(from: laid, by: -1) : laid - period
        let end = stamp == .end ? laid : isCalendarDay(laid) ? day(from: laid, by: 1) : laid + period
        return (start, end)
    }

    private func isCalendarDay(_ laid: PlantTime) -> Bool {
        guard period == .days(1) else { return false }
        switch format {
        case .local: return true
        case .offset, .hourOfYear: return shiftDays != nil
        case .rfc3339, .epochSeconds, .epochMilliseconds: return laidZone.local(laid).msOfDay == 0
        }
    }

    private var laidZone: LocalZone { shiftDays == nil ? zone : siteZone }

    private func day(from laid: PlantTime, by days: Int64) -> PlantTime {
        let local = laidZone.local(laid)
        return laidZone.instant(
            CivilDate(daysSinceEpoch: local.date.daysSinceEpoch + days), msOfDay: local.msOfDay)
    }

    /// A date without a time of day, or with that of midnight.
    public static func date(_ text: String, _ order: ImportDateOrder) -> CivilDate? {
        guard let civil = CivilText(text, order), civil.msOfDay == 0 else { return nil }
        return civil.date
    }

    /// A date and a time of day without an offset, as if it were UTC.
    public static func civil(_ text: String, _ order: ImportDateOrder) -> PlantTime? { CivilText(text, order)?.asUTC }

    /// The orders in which a text is a date.
    public static func orders(of text: String) -> [ImportDateOrder] {
        ImportDateOrder.allCases.filter { date(text, $0) != nil }
    }
}

extension ImportDateOrder {
    /// 18 June 2025.
    public var example: String {
        switch self {
        case .ymd: "2025-06-18"
        case .dmy: "18/06/2025"
        case .mdy: "06/18/2025"
        }
    }
}

extension LocalZone {
    func instant(_ civil: CivilText) -> PlantTime { instant(civil.date, msOfDay: civil.msOfDay) }

    /// When the clock shows the same time again, where a change sets it back; nil otherwise.
    func secondPassing(of first: PlantTime) -> PlantTime? {
        let wall = first + offset(at: first)
        // No change sets a clock back by more.
        let later = first + .hours(3)
        let second = wall - offset(at: later)
        return second > first && second + offset(at: second) == wall ? second : nil
    }
}
