import TwinCore
import TwinUnits

/// What a connection costs beside its energy: by the highest half hour of import of each calendar month, local time, and by
/// its agreed capacity.
struct DemandBook: Sendable {
    private struct Month: Sendable {
        var range: Range<PlantTime>
        /// The most energy that one half hour imported.
        var highest = Energy.zero
        /// Plant time that the window covers, by tariff, ms.
        var coveredMs: [Int64]
    }

    private let zone: LocalZone
    private let tariffs: [Tariffs]
    /// Ascending.
    private var months: [Month] = []

    init(_ method: ReportMethod) {
        zone = method.zone
        tariffs = method.tariffs.map(\.value)
    }

    /// Whether any tariff charges for it.
    private var isCharged: Bool { tariffs.contains(where: \.chargesConnection) }

    /// Adds the next row; a half hour of which a part is known counts with that part.
    mutating func add(_ row: PeriodRow, tariff: Int) {
        guard isCharged else { return }
        if months.last.map({ !$0.range.contains(row.start) }) ?? true {
            months.append(Month(range: zone.month(of: row.start), coveredMs: tariffs.map { _ in 0 }))
        }
        guard var month = months.popLast() else { return }
        month.highest = max(month.highest, row[.gridImport].energy)
        if month.coveredMs.indices.contains(tariff) {
            month.coveredMs[tariff] = month.coveredMs[tariff].addingSaturated(row.steppedMs)
        }
        months.append(month)
    }

    /// Each month's charges, for the share of the month that the window covers; nil where no tariff has any.
    var cost: Double? {
        guard isCharged else { return nil }
        return months.reduce(0) { sum, month in
            let lengthMs = Double((month.range.upperBound - month.range.lowerBound).ms)
            let highestKW = DemandBook.kW(month.highest)
            return zip(tariffs, month.coveredMs).reduce(sum) {
                $0 + $1.0.connectionPerMonth(highestKW: highestKW) * Double($1.1) / lengthMs
            }
        }
    }

    /// The highest half hour of all months, kW; nil where none is charged or there is none.
    var highestKW: Double? { months.map { DemandBook.kW($0.highest) }.max() }

    private static func kW(_ energy: Energy) -> Double { energy.kilowattHours / settlementPeriod.hours }
}
