import TwinCore
import TwinUnits

/// What of a meter's energy a model filled in, and what nothing tells.
struct FillSum: Sendable, Hashable {
    var energyKWh = 0.0
    var estimatedKWh = 0.0
    /// Time that readings or the model cover, and that neither does, ms.
    private var coveredMs: Int64 = 0
    private var missingMs: Int64 = 0

    /// Adds a half hour; within it, energy is spread evenly.
    mutating func add(_ sum: AccountSum, steppedMs: Int64) {
        let covered = min(sum.coveredMs, steppedMs)
        let kWh = sum.energy.kilowattHours
        energyKWh += kWh
        if sum.estimatedMs > 0, covered > 0 {
            estimatedKWh += kWh * min(1, Double(sum.estimatedMs) / Double(covered))
        }
        coveredMs = coveredMs.addingSaturated(covered)
        missingMs = missingMs.addingSaturated(steppedMs - covered)
    }

    /// What was missed, at the mean of the time that is covered, kWh; 0 for a meter that never told anything, of which
    /// nobody knows what it would have.
    var missingKWh: Double { coveredMs > 0 ? energyKWh / Double(coveredMs) * Double(missingMs) : 0 }
}

/// The same of everything whose carbon enters the site, meter by meter.
struct FillBook: Sendable {
    private var byAccount = [FillSum](repeating: FillSum(), count: Account.allCases.count)
    private var byLine: [FillSum]

    /// Their meters tell all of it, or the account does.
    private static let fuels = Fuel.allCases.map(\.account)
    /// Only some of them carry carbon, and of those it is the meter that counts.
    private static let others: [Account] = [.wind, .solar, .bayDischarge]

    init(lineCount: Int) { byLine = [FillSum](repeating: FillSum(), count: lineCount) }

    mutating func add(_ row: PeriodRow, _ chart: Chart) {
        guard row.steppedMs > 0 else { return }
        // Without a meter that covers a tick, import is the remainder and estimated: the account knows, the meter does not.
        byAccount[Account.gridImport.index].add(row[.gridImport], steppedMs: row.steppedMs)
        for account in FillBook.fuels {
            let lines = chart.lines(of: account)
            let told = lines.reduce(Int64(0)) { $0 &+ row.meter($1).wattSeconds }
            if !lines.isEmpty, told == row[account].energy.wattSeconds {
                for line in lines { add(row, line) }
            } else {
                byAccount[account.index].add(row[account], steppedMs: row.steppedMs)
            }
        }
        for account in FillBook.others {
            for line in chart.lines(of: account) { add(row, line) }
        }
    }

    private mutating func add(_ row: PeriodRow, _ line: Int) {
        guard line < byLine.count, line < row.meters.count else { return }
        byLine[line].add(row.meters[line], steppedMs: row.steppedMs)
    }

    /// Of the grid, and of a fuel's energy that no meter of it tells.
    subscript(account: Account) -> FillSum { byAccount[account.index] }

    subscript(line line: Int) -> FillSum { line < byLine.count ? byLine[line] : FillSum() }
}
