import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime
import TwinUnits

/// Half hours of a local day as a chart has them: mean power by account, vehicles and the grid's intensity.
struct DayCurve {
    let from: PlantTime
    let to: PlantTime
    let rows: [PeriodRow]
    let zone: LocalZone
    /// How full the stores of electricity are together at the end of each half hour, 0...1; nil where nothing tells.
    var stateOfCharge: [Double?]

    /// - Parameter rows: may reach beyond the day.
    init(_ rows: [PeriodRow], on date: CivilDate, _ zone: LocalZone) {
        from = zone.instant(date)
        to = zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1))
        self.zone = zone
        let (from, to) = (from, to)
        self.rows = rows.filter { $0.start >= from && $0.start < to && $0.steppedMs > 0 }
        stateOfCharge = self.rows.map { _ in nil }
    }

    /// Reads how full the stores were, each weighed by what it holds when full.
    mutating func readCharge(_ books: any StoreReading, _ config: SiteConfig) throws {
        var sums = [(charge: Double, capacity: Double)](repeating: (0, 0), count: rows.count)
        for asset in config.assets where asset.path.area == .storage {
            guard let capacity = asset.kind.storeTerms?.capacity.kilowattHours,
                asset.kind.signals.contains(where: { $0.key == "soc_fraction" })
            else { continue }
            var shares = [Double?](repeating: nil, count: rows.count)
            let window = StoreWindow(from: from, to: to)
            try books.forEachPoint(SignalPath(asset.path, "soc_fraction"), .used, window) { point in
                guard let place = rows.lastIndex(where: { $0.start <= point.from }), point.from < rows[place].end else {
                    return
                }
                shares[place] = point.value
            }
            for (place, share) in shares.enumerated() {
                guard let share else { continue }
                sums[place].charge += share * capacity
                sums[place].capacity += capacity
            }
        }
        stateOfCharge = sums.map { $0.capacity > 0 ? ($0.charge / $0.capacity * 1000).rounded() / 1000 : nil }
    }

    /// Sources first, then uses; an account that is nothing all day is left out.
    private static let flows: [AccountRow.Flow] = [.generated, .discharged, .imported, .consumed, .stored, .exported]

    var json: JSON {
        let accounts = DayCurve.flows.flatMap { flow in
            Bus.electricity.accounts.filter { account in
                account.row.flow == flow && rows.contains { $0[account].energy != .zero }
            }
        }
        return .fields([
            "from": .string(zone.text(from)), "to": .string(zone.text(to)), "minutes": .integer(30),
            "starts": .array(rows.map { .string(zone.text($0.start)) }),
            "accounts": .array(
                accounts.map { account in
                    .fields([
                        "account": .string(account.name), "label": .string(PlantSnapshot.label(account)),
                        "is_source": .bool(account.row.flow.isSource),
                        "kw": .array(rows.map { .number(DayCurve.meanKW($0, account)) }),
                    ])
                }),
            "soc": .array(stateOfCharge.map { .optional($0) }),
            "vehicles": .array(rows.map { .integer($0.vehicles) }),
            "g_per_kwh": .array(rows.map { .optional($0.intensity.map { Double($0.microgramsPerKWh) / 1e6 }) }),
        ])
    }

    /// Over what was stepped of the half hour.
    static func meanKW(_ row: PeriodRow, _ account: Account) -> Double {
        guard row.steppedMs > 0 else { return 0 }
        let hours = Double(row.steppedMs) / 3_600_000
        return (row[account].energy.kilowattHours / hours).rounded()
    }
}
