public import TwinBooks
public import TwinCore
import TwinUnits

/// Vehicles of a calendar year, and where all of its carbon is.
public struct StoredPassports: Sendable {
    public var year: Int
    public var closing: PassportBook.Closing
    public var from: PlantTime
    public var to: PlantTime
    /// Whether the year is over and its rows are final.
    public var isYearOver: Bool
    /// Of the vehicle that was asked for.
    public var trace: [PassportBook.Share]
    /// Certificates that are more than what was used.
    public var claimsAboveUse: [String]
}

extension StoreReading {
    /// What the ledger knows of the time before a window: it runs from the beginning of the calendar year on, where a year's
    /// books begin with empty stores. What stores held then was counted in the year before.
    func carry(into window: StoreWindow, _ method: ReportMethod) throws -> LedgerCarry {
        guard window.from > .earliest else { return LedgerCarry() }
        let date = method.zone.local(window.from).date
        let opening = StoreWindow(
            from: method.zone.instant(CivilDate(year: date.year, month: 1, day: 1)), to: window.from)
        guard opening.from < opening.to else { return LedgerCarry() }
        let chart = try chart(opening)
        var ledger = Ledger(chart, method.factors, method.ledger)
        try forEachRow(opening, on: chart) { ledger.add($0) }
        return ledger.carry
    }

    /// The passports of a calendar year as they stand now; nil where the store has nothing of it, or the site gives none.
    ///
    /// Half hours that may still change make provisional ones. A year is closed when its last half hour is final.
    /// - Parameter traced: a vehicle whose shares are noted.
    public func passports(ofYear year: Int, _ method: ReportMethod, tracing traced: String? = nil) throws
        -> StoredPassports?
    {
        guard let terms = method.passports else { return nil }
        let zone = method.zone
        let window = StoreWindow(
            from: zone.instant(CivilDate(year: year, month: 1, day: 1)),
            to: zone.instant(CivilDate(year: year + 1, month: 1, day: 1)))
        let before = StoreWindow(from: window.from - Span.days(31), to: window.from)
        let method = try matched(method.covering(chart(window)), window)
        var ledger = Ledger(method.chart, method.factors, method.ledger)
        var book = PassportBook(terms, ledger, outside: method.ledger.outside)
        book.traced = traced
        let earlier = try (lineOffs: vehicles(before), events: vehicleEvents(before))
        var vehicles = try vehicles(window)[...]
        var events = try vehicleEvents(window)[...]
        // Books that are simulated as a whole count vehicles and name none.
        let isCounted = vehicles.isEmpty
        var span: (from: PlantTime, to: PlantTime)?
        try forEachRow(window, on: method.chart) { row in
            if span == nil { book.open(lineOffs: earlier.lineOffs, events: earlier.events, before: row) }
            ledger.add(row)
            let lineOffs = isCounted ? row.unnamedLineOffs : vehicles.takeFirst { $0.ts < row.end }
            book.add(row, ledger, lineOffs: lineOffs, events: events.takeFirst { $0.ts < row.end })
            span = (span?.from ?? row.steppedFrom ?? row.start, row.steppedTo ?? row.end)
        }
        guard let span else { return nil }
        let last = try runs().compactMap(\.end).max() ?? span.to
        // A simulated year is final when it is written.
        let isSimulated = try facts(window)?.isSimulated ?? false
        let final = isSimulated ? last : last - periodOpenFor
        let isYearOver = final >= window.to && span.to == window.to
        return StoredPassports(
            year: year, closing: book.closing(year: year, final: final, isYearOver: isYearOver), from: span.from,
            to: span.to, isYearOver: isYearOver, trace: book.trace,
            claimsAboveUse: method.ledger.claimsAboveUse)
    }
}

extension ArraySlice {
    /// Takes those in front for which it holds.
    fileprivate mutating func takeFirst(while holds: (Element) -> Bool) -> [Element] {
        let taken = prefix(while: holds)
        self = self[taken.endIndex...]
        return Array(taken)
    }
}

extension PeriodRow {
    /// The vehicles that it counts, by model, with names of their own: `2025-06-18T06:00:00.000Z-3`.
    fileprivate var unnamedLineOffs: [LineOff] {
        let named = vehiclesByModel.sorted { $0.key < $1.key }.flatMap {
            [String?](repeating: $0.key, count: max($0.value, 0))
        }
        let rest = [String?](repeating: nil, count: max(vehicles - named.count, 0))
        return (named + rest).enumerated().map { number, model in
            LineOff(
                line: ProductionCalendar.usualLine, vehicle: "\(start.rfc3339)-\(number + 1)", ts: start, model: model,
                isModelled: vehiclesModelled > 0)
        }
    }
}
