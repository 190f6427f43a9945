import TwinConfiguration
public import TwinCore

/// What is no period, in a sentence for who wrote it.
public struct PeriodProblem: Error, Hashable, CustomStringConvertible {
    public var description: String
}

/// A time as people name it, site-local: a day, month or year; an ISO week, a shift, a range of days, twelve months.
public struct Period: Sendable {
    public static let help =
        "2025-06-18, 2025-06 or 2025, site-local; also 2025-W25, 2025-06-18/early (a shift),"
        + " 2025-06-01..2025-06-14, 12m/2025-06-18 (the twelve months to it). Default all that the store holds."

    let zone: LocalZone
    let calendar: ProductionCalendar?
    /// What it was written behind, for messages.
    let option: String

    /// - Parameter calendar: for shifts; nil where none is known.
    public init(zone: LocalZone, calendar: ProductionCalendar?, option: String) {
        (self.zone, self.calendar, self.option) = (zone, calendar, option)
    }

    /// - Throws: `PeriodProblem`.
    public func bounds(of text: String) throws(PeriodProblem) -> (from: PlantTime, to: PlantTime) {
        if let range = text.firstRange(of: "..") {
            let first = try days(String(text[..<range.lowerBound]), of: text)
            let last = try days(String(text[range.upperBound...]), of: text)
            guard first.from < last.to else {
                throw PeriodProblem(description: "\(option) \(quoted(text)): ends before it begins")
            }
            return (first.from, last.to)
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, parts[0] == "12m" {
            let end = try days(parts[1], of: text).to
            let date = zone.local(end).date
            return (zone.instant(Period.yearBefore(date)), end)
        }
        if parts.count == 2 { return try shift(parts[1], on: parts[0], of: text) }
        return try days(text, of: text)
    }

    /// The same day a year before; of 29 February the 28th.
    public static func yearBefore(_ date: CivilDate) -> CivilDate {
        let day = date.month == 2 && date.day == 29 ? 28 : date.day
        return CivilDate(year: date.year - 1, month: date.month, day: day)
    }

    private func shift(_ name: String, on day: String, of text: String) throws(PeriodProblem) -> (
        from: PlantTime, to: PlantTime
    ) {
        guard let date = Period.date(day) else { throw wrong(text) }
        let shifts = calendar?.shifts ?? []
        guard let shift = shifts.first(where: { $0.name == name }) else {
            let known = shifts.map(\.name).joined(separator: ", ")
            throw PeriodProblem(
                description:
                    "\(option) \(quoted(text)): no shift \(quoted(name)); shifts.yaml has \(known.isEmpty ? "none" : known)"
            )
        }
        // On a day when clocks change, a shift begins and ends by the clock on the wall.
        return (zone.instant(date, msOfDay: shift.start), zone.instant(date, msOfDay: shift.end))
    }

    private func wrong(_ text: String) -> PeriodProblem {
        PeriodProblem(
            description:
                "\(option) \(quoted(text)): expected 2025-06-18, 2025-06, 2025, 2025-W25, 2025-06-18/early,"
                + " 2025-06-01..2025-06-14 or 12m/2025-06-18")
    }

    private static func date(_ text: String) -> CivilDate? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2], (1...9998).contains(year)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        return date.exists ? date : nil
    }

    /// The local day, week, month or year.
    private func days(_ name: String, of text: String) throws(PeriodProblem) -> (from: PlantTime, to: PlantTime) {
        if let date = Period.date(name) { return (zone.instant(date), zone.instant(date.adding(days: 1))) }
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let year = Int(parts[0]), (1...9998).contains(year) else {
            throw wrong(text)
        }
        guard parts.count == 2 else {
            return (
                zone.instant(CivilDate(year: year, month: 1, day: 1)),
                zone.instant(CivilDate(year: year + 1, month: 1, day: 1))
            )
        }
        if parts[1].hasPrefix("W"), let week = Int(parts[1].dropFirst()) {
            // Week 1 is that of 4 January (ISO 8601).
            let fourth = CivilDate(year: year, month: 1, day: 4)
            let monday = fourth.adding(days: 7 * (week - 1) - (fourth.isoWeekday - 1))
            guard (1...53).contains(week), monday.adding(days: 3).year == year else { throw wrong(text) }
            return (zone.instant(monday), zone.instant(monday.adding(days: 7)))
        }
        guard let month = Int(parts[1]), (1...12).contains(month) else { throw wrong(text) }
        let next =
            month == 12
            ? CivilDate(year: year + 1, month: 1, day: 1) : CivilDate(year: year, month: month + 1, day: 1)
        return (zone.instant(CivilDate(year: year, month: month, day: 1)), zone.instant(next))
    }
}

extension CivilDate {
    fileprivate func adding(days: Int) -> CivilDate { CivilDate(daysSinceEpoch: daysSinceEpoch + Int64(days)) }
}
