import TwinBooks
import TwinCore
import TwinUnits

/// One-minute ticks from 2025-06-18T00:00:00Z on, and the cells that a plant would post.
enum BooksBench {
    static let start = PlantTime(ms: 1_750_204_800_000)
    static let step = Span.minutes(1)
    static let stepMs: Int64 = 60_000

    /// One meter for each account.
    static func meter(_ account: Account) -> Meter { Meter(account, .building, "one") }

    static func chart(_ accounts: some Sequence<Account> = Account.allCases) -> Chart {
        Chart(accounts.sorted { $0.index < $1.index }.map(meter))
    }

    static func row(_ start: PlantTime) -> PeriodRow { PeriodRow(start: start, meterCount: chart().meters.count) }

    static func context(_ tick: Int) -> TickContext {
        let from = start + Int64(tick - 1) * step
        return TickContext(tick: tick, from: from, to: from + step, lateness: .seconds(30), lead: .seconds(5))
    }

    static func cell(_ tick: Int, _ account: Account, _ ws: Int64, measuredMs: Int64 = 60_000, estimatedMs: Int64 = 0)
        -> Cell
    {
        Cell(
            tick: context(tick).from, meter: meter(account), energy: Energy(wattSeconds: ws), measuredMs: measuredMs,
            estimatedMs: estimatedMs)
    }

    /// The cells of one tick, all measured but for the grid meter, which may be silent.
    static func cells(
        _ tick: Int, wind: Int64 = 0, discharge: Int64 = 0, charge: Int64 = 0, load: Int64 = 0, gas: Int64 = 0,
        grid: (import: Int64, export: Int64)?
    ) -> [Cell] {
        let metered = grid == nil ? 0 : stepMs
        return [
            cell(tick, .wind, wind), cell(tick, .load, load), cell(tick, .gas, gas),
            cell(tick, .storageDischarge, discharge),
            cell(tick, .storageCharge, charge), cell(tick, .gridImport, grid?.import ?? 0, measuredMs: metered),
            cell(tick, .gridExport, grid?.export ?? 0, measuredMs: metered),
        ]
    }

    /// Sources less uses of a row, Ws: what must be 0.
    static func imbalance(_ row: PeriodRow) -> Int64 {
        func sum(_ accounts: [Account]) -> Int64 { accounts.reduce(0) { $0 + row[$1].energy.wattSeconds } }
        return sum([.wind, .solar, .fuelcell, .storageDischarge, .bayDischarge, .gridImport])
            - sum([.load, .storageCharge, .bayCharge, .gridExport, .losses, .unmetered])
    }
}

extension Books {
    init(lossFraction: Double) {
        self.init(chart: BooksBench.chart(), losses: LossFractions(electricity: lossFraction, heat: 0))
    }

    mutating func post(_ tick: Int, _ cells: [Cell], lineOffs: [LineOff] = []) -> Posting {
        post(cells: cells, intensities: [], lineOffs: lineOffs, context: BooksBench.context(tick))
    }

    func ws(_ account: Account, row: Int = 0) -> Int64 { rows[row][account].energy.wattSeconds }
}
