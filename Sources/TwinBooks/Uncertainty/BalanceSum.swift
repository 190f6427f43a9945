import TwinCore
import TwinUnits

/// The electric bus by time of day: what its meters told in the half hours in which all of them did, and the grid's own too.
///
/// One balance over a window cannot say which of its meters is wrong: each could be. A meter that is too low by a twentieth is
/// so in proportion to what it tells, and by day and by night, on working days and others, meters do not tell the same. So each
/// time of day is a balance for itself.
struct BalanceSum: Sendable {
    /// One meter in one slot.
    struct Part: Sendable, Hashable {
        var kWh = 0.0
        var estimatedKWh = 0.0
    }

    struct Slot: Sendable {
        /// By `meters`.
        var parts: [Part]
        var lossesKWh = 0.0
        var hours = 0.0
    }

    /// Lines of the bus; sources are +1 and uses -1.
    let meters: [(line: Int, sign: Double)]
    private(set) var slots: [Slot]
    /// Half hours that could be held against each other, and all that were stepped.
    private(set) var examined = 0
    private(set) var halfHours = 0

    private static let slotsPerDay: Int64 = 8

    init(_ chart: Chart) {
        let sheet = Bus.electricity.sheet
        let sides = [
            (1.0, sheet.supplied + [sheet.imported].compactMap(\.self)),
            (-1.0, sheet.consumed + sheet.stored + [sheet.exported].compactMap(\.self)),
        ]
        meters = sides.flatMap { sign, accounts in
            accounts.flatMap { chart.lines(of: $0).map { (line: $0, sign: sign) } }
        }
        let count = meters.count
        let empty = Slot(parts: [Part](repeating: Part(), count: count))
        slots = [Slot](repeating: empty, count: chart.lines(of: .gridImport).isEmpty ? 0 : 2 * Int(Self.slotsPerDay))
    }

    mutating func add(_ row: PeriodRow, _ zone: LocalZone) {
        guard row.steppedMs > 0, !slots.isEmpty else { return }
        halfHours += 1
        // Where the grid is the remainder the balance closes by itself.
        guard row[.gridImport].measuredMs > 0, row[.gridImport].estimatedMs == 0, row[.gridExport].estimatedMs == 0,
            meters.allSatisfy({ $0.line < row.meters.count && row.meters[$0.line].coveredMs >= row.steppedMs })
        else { return }
        examined += 1
        let local = zone.local(row.start)
        let ofDay = Int(min(max(local.msOfDay * Self.slotsPerDay / 86_400_000, 0), Self.slotsPerDay - 1))
        let slot = ofDay + (row.productionDayMs > 0 ? Int(Self.slotsPerDay) : 0)
        for (place, meter) in meters.enumerated() {
            let told = row.meters[meter.line]
            let kWh = told.energy.kilowattHours
            slots[slot].parts[place].kWh += kWh
            if told.estimatedMs > 0 {
                let share = Double(told.estimatedMs) / Double(max(told.coveredMs, 1))
                slots[slot].parts[place].estimatedKWh += kWh * share
            }
        }
        slots[slot].lossesKWh += row[.losses].energy.kilowattHours
        slots[slot].hours += Double(row.steppedMs) / 3_600_000
    }
}
