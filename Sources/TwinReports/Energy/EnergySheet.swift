public import TwinBooks
public import TwinCore
import TwinUnits

/// A window's energy as tables: accounts, meters, how much of its own the site used, and another window beside it.
public enum EnergySheet {
    /// What the two figures mean, as a page says it.
    public static let autarchyWords =
        "Autarchy is 1 less grid import over the electricity used on site (generation and import less export; what stores"
        + " and vehicles keep counts as used)."
    public static let selfConsumptionWords =
        "Self-consumption is 1 less grid export over the site's own generation."

    /// - Parameter summary: of the window; nil where the books hold nothing of it.
    public static func json(_ summary: Summary?) -> JSON {
        .fields([
            "used_kwh": .optional(summary?.usedElectricityKWh), "autarchy_pct": .optional(summary?.autarchyPct),
            "self_consumption_pct": .optional(summary?.selfConsumptionPct),
            "renewable_pct": .optional(summary?.renewableShare.map { 100 * $0 }),
            "autarchy_words": .string(autarchyWords), "self_consumption_words": .string(selfConsumptionWords),
        ])
    }

    /// Every account that the site has, bus by bus.
    public static func accounts(_ sum: WindowSum) -> JSON {
        .array(
            accounts(of: sum.method).map { account in
                let row = account.row
                let all = row.bus.sheet.sources.reduce(Energy.zero) { $0 + sum[$1].energy }
                let share =
                    row.flow == .memo || all <= .zero
                    ? nil : 100 * sum[account].energy.kilowattHours / all.kilowattHours
                return .object(
                    head(account) + quality(sum[account], account, sum)
                        + [JSON.Member("share_pct", .optional(share))])
            })
    }

    /// Every meter's line, in the chart's order.
    public static func meters(_ sum: WindowSum) -> JSON {
        let chart = sum.method.chart
        return .array(
            chart.meters.indices.map { line in
                let meter = chart.meters[line]
                return .object(
                    [JSON.Member("asset", .string(meter.path.text))] + head(meter.account)
                        + quality(sum.meter(line: line), meter.account, sum))
            })
    }

    /// The accounts of two windows side by side.
    public static func comparison(_ now: WindowSum, _ then: WindowSum) -> JSON {
        .array(
            accounts(of: now.method).map { account in
                let (one, other) = (now[account].energy.kilowattHours, then[account].energy.kilowattHours)
                let change = other != 0 ? 100 * (one - other) / abs(other) : nil
                return .object(
                    head(account) + [
                        JSON.Member("kwh", .number(one)), JSON.Member("then_kwh", .number(other)),
                        JSON.Member("difference_kwh", .number(one - other)),
                        JSON.Member("difference_pct", .optional(change)),
                    ])
            })
    }

    private static func accounts(of method: ReportMethod) -> [Account] {
        Bus.allCases.flatMap { bus in
            AccountRow.Flow.allCases.flatMap { flow in
                bus.accounts.filter { $0.row.flow == flow && method.accounts.contains($0) }
            }
        }
    }

    private static func head(_ account: Account) -> [JSON.Member] {
        let flow = account.row.flow
        return [
            .init("account", .string(account.name)), .init("bus", .string("\(account.row.bus)")),
            .init("label", .string(account.row.label)),
            .init("direction", .string(flow == .memo ? "not in" : flow.isSource ? "in" : "out")),
        ]
    }

    /// Shares of the stepped time; null for what is worked out and never read from a meter.
    private static func quality(_ part: AccountSum, _ account: Account, _ sum: WindowSum) -> [JSON.Member] {
        func percent(_ ms: Int64, _ lines: Int) -> JSON {
            guard sum.steppedMs > 0, !account.row.flow.isDerived, lines > 0 else { return .null }
            return .number(100 * Double(ms) / Double(sum.steppedMs))
        }
        let lines = sum.method.chart.lines(of: account).count
        return [
            .init("kwh", .number(part.energy.kilowattHours)), .init("measured_pct", percent(part.measuredMs, lines)),
            .init("estimated_pct", percent(part.estimatedMs, lines)),
        ]
    }
}
