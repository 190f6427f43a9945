public import TwinBooks
public import TwinCore
import TwinUnits

/// What sources gave, and what was stored or exported, by half hour, hour or local day: as bars, and as the CSV of the
/// same bars. The sign is the direction: what comes in stands above 0, what goes to a store or over the boundary below.
/// A stretch without books is a gap, and never 0.
public struct EnergyBars: Sendable {
    public enum Width: String, Sendable, CaseIterable {
        case halfHour = "half_hour"
        case hour, day

        /// As fine as people can still tell apart.
        public init(of length: Span) {
            self = length <= .days(3) ? .halfHour : length <= .days(14) ? .hour : .day
        }
    }

    private struct Bar {
        var start: PlantTime
        var steppedMs: Int64 = 0
        /// By `accounts`; empty for a gap.
        var energies: [Energy] = []
    }

    public let width: Width
    /// That are drawn, bus by bus.
    public let accounts: [Account]
    private let zone: LocalZone
    private var bars: [Bar] = []

    public init(_ method: ReportMethod, _ width: Width) {
        self.width = width
        zone = method.zone
        accounts = Bus.allCases.flatMap { bus in
            bus.accounts.filter { account in
                let flow = account.row.flow
                return method.accounts.contains(account) && (flow.isSource || flow == .stored || flow == .exported)
            }
        }
    }

    /// Bars so far, gaps among them.
    public var count: Int { bars.count }

    /// Adds the next row; rows ascend.
    public mutating func add(_ row: PeriodRow) {
        let start = start(row.start)
        while let last = bars.last, last.start < start {
            let following = self.following(last.start)
            guard following < start else { break }
            bars.append(Bar(start: following))
        }
        if bars.last?.start != start {
            bars.append(Bar(start: start, energies: [Energy](repeating: .zero, count: accounts.count)))
        }
        bars[bars.count - 1].steppedMs = bars[bars.count - 1].steppedMs.addingSaturated(row.steppedMs)
        for (place, account) in accounts.enumerated() {
            bars[bars.count - 1].energies[place] += row[account].energy
        }
    }

    private func start(_ time: PlantTime) -> PlantTime {
        switch width {
        case .halfHour: time.floored(to: settlementPeriod)
        case .hour: time.floored(to: .minutes(60))
        case .day: zone.instant(zone.local(time).date)
        }
    }

    private func following(_ start: PlantTime) -> PlantTime {
        switch width {
        case .halfHour: start + settlementPeriod
        case .hour: start + .minutes(60)
        case .day: zone.instant(CivilDate(daysSinceEpoch: zone.local(start).date.daysSinceEpoch + 1))
        }
    }

    private static func signed(_ energy: Energy, _ account: Account) -> Double {
        account.row.flow.isSource ? energy.kilowattHours : -energy.kilowattHours
    }

    /// A key that says what it is wherever it stands: `electricity_wind_kwh`.
    private static func key(_ account: Account) -> String { "\(account.row.bus)_\(account.name)_kwh" }

    public var json: JSON {
        .fields([
            "width": .string(width.rawValue),
            "starts": .array(bars.map { .string(zone.text($0.start)) }),
            "stepped_s": .array(bars.map { .number(Double($0.steppedMs) / 1000) }),
            "columns": .array(
                accounts.enumerated().map { place, account in
                    .fields([
                        "key": .string(EnergyBars.key(account)), "bus": .string("\(account.row.bus)"),
                        "label": .string(account.row.label), "is_source": .bool(account.row.flow.isSource),
                        "kwh": .array(
                            bars.map { bar in
                                bar.energies.isEmpty
                                    ? .null : .number(EnergyBars.signed(bar.energies[place], account))
                            }),
                    ])
                }),
        ])
    }

    /// The same bars as lines of CSV, header first, each without its line break.
    public var csvLines: [String] {
        let header = ["start_utc", "start_local", "stepped_s"] + accounts.map(EnergyBars.key)
        return [header.joined(separator: ",")]
            + bars.map { bar in
                let cells: [CSVCell] =
                    [.text(bar.start.rfc3339), .text(zone.text(bar.start)), .seconds(ms: bar.steppedMs)]
                    + accounts.indices.map { place in
                        bar.energies.isEmpty
                            ? .empty : .number(EnergyBars.signed(bar.energies[place], accounts[place]))
                    }
                return cells.map(\.text).joined(separator: ",")
            }
    }
}
