public import TwinBooks
import TwinCore

/// The CO2 figures up to now, of today, this shift, this month and this year: sums over the same rows, by the same fold,
/// as a report of the store.
///
/// Rows of the last day and a half are in the books; older ones come from the store, once, and are kept as sums that every
/// row joins when it is final.
public struct CO2ToDate {
    public struct Sums: Sendable {
        public var day: Summary?
        /// Of the shift that runs, or of the last one today.
        public var shift: Summary?
        public var month: Summary?
        public var year: Summary?

        public init(day: Summary? = nil) { self.day = day }
    }

    /// A window that began earlier than the books reach, with all of it that is final.
    private struct Base {
        var from: PlantTime
        var sum: WindowSum
        /// Rows up to here are in it.
        var upTo: PlantTime
    }

    private var month: Base?
    private var year: Base?
    /// Month and year as the last half hour left them: they are long, and one tick more is no news.
    private var known: (upTo: PlantTime, month: Summary?, year: Summary?)?

    /// - Parameters:
    ///   - rows: of the last day and a half, on `method`'s chart.
    ///   - store: where older ones are; nil while it cannot be read.
    mutating func sums(
        _ rows: [PeriodRow], _ method: ReportMethod, _ calendar: ProductionCalendar, at end: PlantTime, facts: RunFacts,
        store: (any StoreReading)?
    ) -> Sums {
        let now = end - Span(ms: 1)
        let today = method.zone.local(now).date
        func sum(from: PlantTime, to: PlantTime = .latest) -> Summary? {
            var sum = WindowSum(method)
            for row in rows where row.start >= from && row.start < to { sum.add(row) }
            return Summary(sum, facts: facts)
        }
        var sums = Sums(day: sum(from: method.zone.instant(today)))
        let shifts = calendar.shifts.map {
            (from: method.zone.instant(today, msOfDay: $0.start), to: method.zone.instant(today, msOfDay: $0.end))
        }
        if let shift = shifts.last(where: { $0.from <= now }) { sums.shift = sum(from: shift.from, to: shift.to) }
        let halfHour = end.floored(to: settlementPeriod)
        if known?.upTo != halfHour {
            let first = method.zone.instant(CivilDate(year: today.year, month: today.month, day: 1))
            let newYear = method.zone.instant(CivilDate(year: today.year, month: 1, day: 1))
            known = (
                halfHour, toDate(&month, from: first, rows, method, facts, store),
                toDate(&year, from: newYear, rows, method, facts, store)
            )
        }
        sums.month = known?.month
        sums.year = known?.year
        return sums
    }

    private func toDate(
        _ base: inout Base?, from: PlantTime, _ rows: [PeriodRow], _ method: ReportMethod, _ facts: RunFacts,
        _ store: (any StoreReading)?
    ) -> Summary? {
        let reach = rows.first?.start ?? .latest
        if base?.from != from || base?.sum.method.chart != method.chart {
            base = Base(from: from, sum: WindowSum(method), upTo: from)
            // What cannot be read now is tried again; until then the figure says from when on it counts.
            if from < reach, store.map({ (try? read(&base, from, reach, method, $0)) == nil }) ?? true {
                defer { base = nil }
                return sum(of: rows, onto: base, facts)
            }
        }
        // A row that is final joins the base; later ones may still change.
        let now = rows.last?.start ?? .earliest
        for row in rows where row.end + periodOpenFor <= now && row.start >= (base?.upTo ?? .latest) {
            base?.sum.add(row)
            base?.upTo = row.end
        }
        return sum(of: rows, onto: base, facts)
    }

    private func sum(of rows: [PeriodRow], onto base: Base?, _ facts: RunFacts) -> Summary? {
        guard let base else { return nil }
        var sum = base.sum
        for row in rows where row.start >= base.upTo { sum.add(row) }
        return Summary(sum, facts: facts)
    }

    private func read(
        _ base: inout Base?, _ from: PlantTime, _ to: PlantTime, _ method: ReportMethod, _ store: any StoreReading
    ) throws {
        let window = StoreWindow(from: from, to: to)
        var sum = WindowSum(method, carry: try store.carry(into: window, method))
        try store.forEachRow(window, on: method.chart) { sum.add($0) }
        base = Base(from: from, sum: sum, upTo: to)
    }
}
