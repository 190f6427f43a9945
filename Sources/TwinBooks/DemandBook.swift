import TwinCore
import TwinUnits

/// The highest half hour of import of each calendar month, local time, which a connection's charge goes by.
struct DemandBook: Sendable {
    private struct Month: Sendable {
        var range: Range<PlantTime>
        /// The most energy that one half hour imported.
        var highest = Energy.zero
        /// Plant time that the window covers, by tariff, ms.
        var coveredMs: [Int64]
    }

    private let zone: LocalZone
    /// By tariff, money for each kW of a whole month; 0 where nothing is charged.
    private let perKWMonth: [Double]
    /// Ascending.
    private var months: [Month] = []

    init(_ method: ReportMethod) {
        zone = method.zone
        perKWMonth = method.tariffs.map(\.value.demandPerKWMonth)
    }

    /// Whether any tariff charges for it.
    private var isCharged: Bool { perKWMonth.contains { $0 != 0 } }

    /// Adds the next row; a half hour of which a part is known counts with that part.
    mutating func add(_ row: PeriodRow, tariff: Int) {
        guard isCharged else { return }
        if months.last.map({ !$0.range.contains(row.start) }) ?? true {
            months.append(Month(range: zone.month(of: row.start), coveredMs: perKWMonth.map { _ in 0 }))
        }
        guard var month = months.popLast() else { return }
        month.highest = max(month.highest, row[.gridImport].energy)
        if month.coveredMs.indices.contains(tariff) {
            month.coveredMs[tariff] = month.coveredMs[tariff].addingSaturated(row.steppedMs)
        }
        months.append(month)
    }

    /// Each month's highest half hour at its charge, for the share of the month that the window covers; nil where no tariff
    /// charges for it.
    var cost: Double? {
        guard isCharged else { return nil }
        return months.reduce(0) { sum, month in
            let lengthMs = Double((month.range.upperBound - month.range.lowerBound).ms)
            let charge = zip(perKWMonth, month.coveredMs).reduce(0) { $0 + $1.0 * Double($1.1) / lengthMs }
            return sum + DemandBook.kW(month.highest) * charge
        }
    }

    /// The highest half hour of all months, kW; nil where none is charged or there is none.
    var highestKW: Double? { months.map { DemandBook.kW($0.highest) }.max() }

    private static func kW(_ energy: Energy) -> Double { energy.kilowattHours / settlementPeriod.hours }
}
