public import TwinCore
public import TwinUnits

/// The books of a window, added up row by row: what a summary needs of them, however long the window is.
///
/// A pure left fold: the same rows in the same order give the same bits, whether they came from memory or a store.
public struct WindowSum: Sendable {
    public let method: ReportMethod
    /// Settlement periods that were added.
    public private(set) var periods = 0
    public private(set) var from: PlantTime?
    public private(set) var to: PlantTime?
    /// Chain after the last tick of the last row.
    public private(set) var chain = DigestChain()
    /// True while a period is partial or may still change.
    public private(set) var isProvisional = false
    public private(set) var steppedMs: Int64 = 0
    public private(set) var vehicles = 0
    public private(set) var vehiclesModelled = 0
    public private(set) var vehiclesByModel: [String: Int] = [:]
    public private(set) var counts = Counts()
    public private(set) var commands = CommandCounts()
    public private(set) var gaps = 0
    public private(set) var alarms: [String: Int] = [:]
    public private(set) var carbon = CarbonSum()
    public private(set) var ledger: Ledger
    /// What lay in stores when the window began.
    public let storedBefore: Carbon
    /// Along each of the ledger's routes.
    public private(set) var flows: [LedgerFlow]
    /// End of the last row's period.
    private var end: PlantTime?
    private var accounts = SumList(count: Account.allCases.count)
    private var meters: SumList
    private var conditionsSum: ConditionsSum
    /// What import emitted by location, and each fuel in Scope 1, by `Fuel.index`.
    public private(set) var boughtLocation = Emissions.zero
    public private(set) var direct = [Emissions](repeating: .zero, count: Fuel.allCases.count)
    private var quality = QualityWeights()
    private(set) var fills: FillBook
    /// By `MeterBalance.allCases`.
    private var balances: [BalanceSum]
    private var renewable = RenewableUse()
    private var intensity = IntensitySums()
    private(set) var costBases: [CostBasis]
    private(set) var demand: DemandBook
    /// Nil for a site that shares with nobody, and for one that pays nobody for what cars give.
    public private(set) var sharing: SharingLedger?
    public private(set) var vehicleGrid: VehicleGridLedger?
    private var saved = SavedSum()

    /// - Parameter carry: what the ledger knows of the time before the window.
    public init(_ method: ReportMethod, carry: LedgerCarry = LedgerCarry()) {
        self.method = method
        meters = SumList(count: method.chart.meters.count)
        conditionsSum = ConditionsSum(method)
        costBases = method.tariffs.map { _ in CostBasis() }
        demand = DemandBook(method)
        fills = FillBook(lineCount: method.chart.meters.count)
        balances = MeterBalance.allCases.map { BalanceSum($0, method.chart) }
        ledger = Ledger(method.chart, method.factors, method.ledger, carry: carry)
        storedBefore = ledger.stored
        flows = ledger.flows
        sharing = method.ledger.sharing.map { [ledger] in SharingLedger($0, ledger, outside: method.ledger.outside) }
        vehicleGrid = method.vehicleGrid.map { VehicleGridLedger($0, method.chart) }
    }

    /// Adds the next row; rows ascend, and their meters are those of the method's chart.
    public mutating func add(_ row: PeriodRow) {
        periods += 1
        // Between two runs, or over a stop that was not stepped, there are no books.
        if let end, row.start > end { gaps += 1 }
        end = row.end
        from = from ?? row.steppedFrom ?? row.start
        to = row.steppedTo ?? row.end
        chain = row.chain
        if row.steppedMs < settlementPeriod.ms { isProvisional = true }
        steppedMs = steppedMs.addingSaturated(row.steppedMs)
        vehicles += row.vehicles
        vehiclesModelled += row.vehiclesModelled
        for (model, count) in row.vehiclesByModel { vehiclesByModel[model, default: 0] += count }
        counts.add(row.counts)
        commands.add(row.commands)
        gaps += row.gaps.values.reduce(0, +)
        for (code, count) in row.alarms { alarms[code, default: 0] += count }
        accounts.add(row.accounts)
        meters.add(row.meters)
        conditionsSum.add(row)
        ledger.add(row)
        for (place, flow) in ledger.flows.enumerated() where flow != LedgerFlow() {
            flows[place].energy += flow.energy
            flows[place].carbon += flow.carbon
        }
        let before = carbon.scope1
        let all = carbon.scope1 + carbon.scope1Other + carbon.scope2Location
        carbon.add(row, method.factors, ledger)
        intensity.add(row, kg: (carbon.scope1 + carbon.scope1Other + carbon.scope2Location - all).kilograms)
        renewable.add(row)
        let set = method.factors.set(at: row.start)
        boughtLocation += row[.gridImport].energy * set.gridGeneration
        for fuel in Fuel.allCases { direct[fuel.index] += row[fuel.account].energy * set[fuel].direct }
        quality.add(row, method.chart)
        fills.add(row, method.chart)
        for place in balances.indices { balances[place].add(row, method.zone) }
        let tariff = method.tariffIndex(at: row.start)
        costBases[tariff].add(row, direct: carbon.scope1 - before)
        sharing?.add(ledger, importPerMWh: method.tariffs[tariff].value.importPerMWh)
        vehicleGrid?.add(row, set.gridGeneration)
        demand.add(row, tariff: tariff)
        if let saving = row.saving { saved.add(saving, of: method.zone.local(row.start).date) }
    }

    /// What dispatch saved; nil where nothing was commanded, or the rows do not tell.
    public var savedByDispatch: SavedByDispatch? { saved.total(method.currency) }

    public subscript(account: Account) -> AccountSum { accounts[account.index] }

    /// Of one meter's line.
    public func meter(line: Int) -> AccountSum { line < meters.count ? meters[line] : AccountSum() }

    public func energy(line: Int) -> Energy { meter(line: line).energy }

    /// What makes the window comparable with another year.
    public var conditions: WindowConditions { conditionsSum.conditions }

    /// What heat pumps, electrodes and electric ovens took.
    public var electricityForHeat: Energy {
        let makers = Set(method.chart.meters.filter { [.heatPump, .heatElectric].contains($0.account) }.map(\.path))
        return method.chart.meters.indices.reduce(.zero) { total, line in
            let meter = method.chart.meters[line]
            return meter.account == .load && makers.contains(meter.path) ? total + energy(line: line) : total
        }
    }

    /// The fixed and the variable part; nil where half hours do not tell them apart.
    public var intensitySplit: IntensitySplit? { intensity.split }

    /// Own wind and sun that was used on site, over all electricity that was; nil where none was.
    public var renewableShare: Double? { renewable.share }

    /// Shares of metered energy that were measured and estimated, and of plant time that nothing tells about, %.
    public var dataQuality: (measured: Double, estimated: Double, missing: Double)? { quality.percent }

    func balance(_ balance: MeterBalance) -> BalanceSum? { balances.first { $0.balance == balance } }

    /// Half hours in which a main meter and all its sub-meters told.
    public func examinedHalfHours(_ balance: MeterBalance) -> Int { self.balance(balance)?.examined ?? 0 }

    /// The metered energy that these are shares of, kWh.
    var examinedKWh: Double { quality.kWh }
}

/// What is exported has the mix of its half hour: wind and sun go out with their part of it.
private struct RenewableUse: Sendable {
    private var own: Int128 = 0
    private var all: Int128 = 0

    /// Stored energy counts when it is generated.
    private static let sources = Bus.electricity.sheet.sources.filter { $0.row.flow != .discharged }

    mutating func add(_ row: PeriodRow) {
        let given = RenewableUse.sources.reduce(0) { $0 + Int128(row[$1].energy.wattSeconds) }
        let used = given - Int128(row[.gridExport].energy.wattSeconds)
        guard given > 0, used > 0 else { return }
        let renewable = Int128((row[.wind].energy + row[.solar].energy).wattSeconds)
        own += renewable.portion(used, of: given)
        all += used
    }

    var share: Double? { all > 0 ? min(max(Double(own) / Double(all), 0), 1) : nil }
}

/// Energy weighed by what it rests on, kW x ms.
private struct QualityWeights: Sendable {
    private var measured = 0.0
    private var estimated = 0.0
    private var missing = 0.0

    private static let metered = Bus.electricity.accounts + Bus.fuel.sheet.sources

    mutating func add(_ row: PeriodRow, _ chart: Chart) {
        guard row.steppedMs > 0 else { return }
        for account in QualityWeights.metered {
            let lines = chart.lines(of: account)
            if lines.isEmpty { continue }
            // What of an account is measured for itself: its meters, so that a large one weighs more than a small one.
            // An account that is not the sum of its meters, such as the grid as a remainder, stands for itself.
            let sum = lines.reduce(Int64(0)) { $0 &+ row.meter($1).wattSeconds }
            if sum == row[account].energy.wattSeconds {
                for line in lines { add(line < row.meters.count ? row.meters[line] : AccountSum(), row.steppedMs) }
            } else {
                add(row[account], row.steppedMs)
            }
        }
    }

    private mutating func add(_ sum: AccountSum, _ steppedMs: Int64) {
        let energy = abs(Double(sum.energy.wattSeconds)) / Double(steppedMs)
        measured += energy * Double(sum.measuredMs)
        estimated += energy * Double(sum.estimatedMs)
        missing += energy * Double(max(0, steppedMs - sum.measuredMs - sum.estimatedMs))
    }

    // kW x ms are Ws.
    var kWh: Double { (measured + estimated + missing) / 3.6e6 }

    var percent: (measured: Double, estimated: Double, missing: Double)? {
        let total = measured + estimated + missing
        guard total > 0 else { return nil }
        return (measured / total * 100, estimated / total * 100, missing / total * 100)
    }
}

/// What one tariff prices.
struct CostBasis: Sendable, Hashable {
    var imported = Energy.zero
    var exported = Energy.zero
    /// By `Fuel.index`.
    var fuels = [Energy](repeating: .zero, count: Fuel.allCases.count)
    /// What the site itself emits, CO2e: a price on carbon is paid for that. The power station has paid for the grid's, and
    /// it is in the price of electricity.
    var direct = Emissions.zero

    mutating func add(_ row: PeriodRow, direct emitted: Emissions) {
        imported += row[.gridImport].energy
        exported += row[.gridExport].energy
        for fuel in Fuel.allCases { fuels[fuel.index] += row[fuel.account].energy }
        direct += emitted
    }
}
