import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime

extension PageAsk {
    /// What the store holds, and of a run what it does not hold yet.
    /// - Throws: 503 where there is neither.
    func books() throws -> any StoreReading {
        guard let feed = source.feed, let moment = feed.moment else { return try store() }
        return RunningStore(try source.store(), moment, feed.recent)
    }

    /// A configuration's rules on a window's meters.
    func method(_ books: any StoreReading, _ window: StoreWindow) throws -> ReportMethod {
        try source.present.method.covering(books.chart(window))
    }
}

/// The stretch of time that a query asks for.
struct AskedWindow {
    let zone: LocalZone
    let config: SiteConfig

    init(_ config: SiteConfig) { (self.config, zone) = (config, config.zone) }

    /// What `period`, or `from` and `to`, name: dates and times are site-local, and a date as `to` belongs to the window.
    /// The newest local day of the books without any of them.
    /// - Throws: 400 for what names no time; 404 where the books hold nothing.
    func window(_ query: [String: String], of books: any StoreReading) throws -> StoreWindow {
        if let period = query["period"], !period.isEmpty { return try window(period, "period") }
        let from = try query["from"].flatMap { try time($0, "from") }
        let to = try query["to"].flatMap { try time($0, "to") }
        let newest = try newestDay(of: books)
        let window =
            switch (from, to) {
            case (let from?, let to?): StoreWindow(from: from.from, to: to.to)
            case (let from?, nil): StoreWindow(from: from.from, to: max(newest.to, from.to))
            case (nil, let to?): StoreWindow(from: to.to - Span.days(1), to: to.to)
            case (nil, nil): newest
            }
        guard window.from < window.to else {
            throw WebError.bad("from and to: the window ends before anything of it begins; let it end later")
        }
        return window
    }

    /// As `twin report --period` has it.
    func window(_ period: String, _ name: String) throws -> StoreWindow {
        do throws(PeriodProblem) {
            let bounds = try Period(zone: zone, calendar: config.calendar, option: name).bounds(of: period)
            return StoreWindow(from: bounds.from, to: bounds.to)
        } catch { throw WebError.bad(error.description) }
    }

    /// The window before, of the same length: by the calendar where it is whole local days.
    func before(_ window: StoreWindow) -> StoreWindow {
        let (from, to) = (zone.local(window.from), zone.local(window.to))
        guard from.msOfDay == 0, to.msOfDay == 0 else {
            return StoreWindow(from: window.from - (window.to - window.from), to: window.from)
        }
        let days = to.date.daysSinceEpoch - from.date.daysSinceEpoch
        return StoreWindow(
            from: zone.instant(CivilDate(daysSinceEpoch: from.date.daysSinceEpoch - days)), to: window.from)
    }

    /// The last local day of which the books have something.
    private func newestDay(of books: any StoreReading) throws -> StoreWindow {
        guard let end = try books.runs().compactMap(\.end).max() else {
            throw WebError.notFound("the books hold nothing yet; the first half hour comes with the first step")
        }
        let date = zone.local(end - Span(ms: 1)).date
        return StoreWindow(
            from: zone.instant(date), to: zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1)))
    }

    /// A day from its beginning to its end, or an instant.
    private func time(_ text: String, _ name: String) throws -> (from: PlantTime, to: PlantTime)? {
        if text.isEmpty { return nil }
        if let time = PlantTime(rfc3339: text) { return (time, time) }
        if let local = PlantTime(zoneless: text) {
            let day = local.ms / 86_400_000
            let time = zone.instant(CivilDate(daysSinceEpoch: day), msOfDay: local.ms - day * 86_400_000)
            return (time, time)
        }
        guard let local = PlantTime(zoneless: "\(text)T00:00") else {
            throw WebError.bad("\(name): \(quoted(text)) is no time; write 2025-06-18 or 2025-06-18T06:00, site-local")
        }
        let day = local.ms / 86_400_000
        return (
            zone.instant(CivilDate(daysSinceEpoch: day)), zone.instant(CivilDate(daysSinceEpoch: day + 1))
        )
    }
}
