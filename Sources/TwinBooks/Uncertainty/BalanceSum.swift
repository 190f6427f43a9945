import TwinCore
import TwinUnits

/// A balance by time of day: what its meters told in the half hours in which all of them did, and the main too.
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

    let balance: MeterBalance
    /// Its lines; sources are +1 and uses -1.
    let meters: [(line: Int, sign: Double)]
    private(set) var slots: [Slot]
    /// Half hours that could be held against each other, and all that were stepped.
    private(set) var examined = 0
    private(set) var halfHours = 0

    private static let slotsPerDay: Int64 = 8

    init(_ balance: MeterBalance, _ chart: Chart) {
        self.balance = balance
        meters = [(1.0, balance.sources), (-1.0, balance.uses)].flatMap { sign, accounts in
            accounts.flatMap { chart.lines(of: $0).map { (line: $0, sign: sign) } }
        }
        let count = meters.count
        let empty = Slot(parts: [Part](repeating: Part(), count: count))
        // Without a main there is nothing to hold against, and a main alone has nothing to hold.
        let hasMain = !(balance.mains.first.map(chart.lines) ?? []).isEmpty
        let isWhole = hasMain && meters.contains { $0.sign < 0 }
        slots = [Slot](repeating: empty, count: isWhole ? 2 * Int(Self.slotsPerDay) : 0)
    }

    mutating func add(_ row: PeriodRow, _ zone: LocalZone) {
        guard row.steppedMs > 0, !slots.isEmpty else { return }
        halfHours += 1
        // Where the grid is the remainder the balance closes by itself.
        guard let main = balance.mains.first, row[main].measuredMs > 0,
            balance.mains.allSatisfy({ row[$0].estimatedMs == 0 }),
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
        if let losses = balance.losses { slots[slot].lossesKWh += row[losses].energy.kilowattHours }
        slots[slot].hours += Double(row.steppedMs) / 3_600_000
    }
}
