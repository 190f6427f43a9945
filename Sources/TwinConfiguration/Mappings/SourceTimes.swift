public import TwinCore

/// Reads a source's times: what is written, what instant that is, and where `shift` lays it.
public struct SourceTimes {
    private let format: ImportTimeFormat
    private let zone: LocalZone
    private let siteZone: LocalZone
    private let shiftDays: Int64?

    public init(_ source: ImportSource, siteZone: LocalZone) {
        format = source.timeFormat
        zone = source.zone
        shiftDays = source.shiftDays
        self.siteZone = siteZone
    }

    /// A time as the file writes it; times without offset as if they were UTC.
    public func read(_ text: String) -> PlantTime? {
        switch format {
        case .rfc3339: return PlantTime(rfc3339: text)
        case .local, .offset: return PlantTime(zoneless: text)
        case .hourOfYear(let year, _):
            let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
            let hours = (CivilDate(year: year + 1, month: 1, day: 1).daysSinceEpoch - newYear) * 24
            guard let hour = Int64(text), (1...hours).contains(hour) else { return nil }
            return PlantTime(ms: Span.days(newYear).ms + Span.hours(hour - 1).ms)
        }
    }

    /// The instant that a time as written means, before any shift.
    public func instant(_ read: PlantTime) -> PlantTime {
        switch format {
        case .rfc3339: return read
        case .offset(let offset), .hourOfYear(_, let offset): return read - offset
        case .local:
            let day = read.floored(to: .days(1))
            return zone.instant(CivilDate(daysSinceEpoch: day.ms / Span.days(1).ms), msOfDay: (read - day).ms)
        }
    }

    /// The same time of day by the wall clock, on the day it is laid on.
    public func shifted(_ stamp: PlantTime) -> PlantTime {
        guard let shiftDays else { return stamp }
        let local = zone.local(stamp)
        return siteZone.instant(
            CivilDate(daysSinceEpoch: local.date.daysSinceEpoch + shiftDays), msOfDay: local.msOfDay)
    }

    /// A date without time, its parts separated by `-`, `/` or `.`.
    public static func date(_ text: String, _ order: ImportDateOrder) -> CivilDate? {
        let parts = text.split(omittingEmptySubsequences: false) { "-/.".contains($0) }
        let numbers = parts.compactMap { part in
            part.utf8.count <= 4 && part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
        }
        guard parts.count == 3, numbers.count == 3 else { return nil }
        let year = order == .ymd ? numbers[0] : numbers[2]
        let date = CivilDate(year: year, month: numbers[1], day: order == .ymd ? numbers[2] : numbers[0])
        return year >= 1000 && date.exists ? date : nil
    }
}
