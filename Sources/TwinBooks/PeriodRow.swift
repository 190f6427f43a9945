public import TwinCore
public import TwinUnits

/// One account or meter of one settlement period.
public struct AccountSum: Sendable, Hashable {
    public var energy = Energy.zero
    /// Plant time that readings cover, and that the model fills, ms.
    public var measuredMs: Int64 = 0
    public var estimatedMs: Int64 = 0

    public init() {}

    public init(_ energy: Energy, measuredMs: Int64, estimatedMs: Int64) {
        self.energy = energy
        self.measuredMs = measuredMs
        self.estimatedMs = estimatedMs
    }

    var coveredMs: Int64 { measuredMs.addingSaturated(estimatedMs) }

    // Meters may tell anything: sums end at the bounds of Int64 instead of trapping there.
    static func + (a: AccountSum, b: AccountSum) -> AccountSum {
        AccountSum(
            a.energy + b.energy, measuredMs: a.measuredMs.addingSaturated(b.measuredMs),
            estimatedMs: a.estimatedMs.addingSaturated(b.estimatedMs))
    }

    static func - (a: AccountSum, b: AccountSum) -> AccountSum {
        AccountSum(
            a.energy - b.energy, measuredMs: a.measuredMs.subtractingSaturated(b.measuredMs),
            estimatedMs: a.estimatedMs.subtractingSaturated(b.estimatedMs))
    }
}

/// Sums side by side, packed into one string when they are stored.
public struct SumList: Sendable, Hashable, Codable {
    private var sums: [AccountSum]

    static let wordsPerSum = 3

    public init(count: Int) { sums = [AccountSum](repeating: AccountSum(), count: count) }

    public var count: Int { sums.count }

    public subscript(index: Int) -> AccountSum {
        get { sums[index] }
        set { sums[index] = newValue }
    }

    func energy(_ account: Account) -> Energy { sums[account.index].energy }

    func energy(_ accounts: [Account]) -> Energy { accounts.reduce(.zero) { $0 + energy($1) } }

    /// Puts `new` in the place of `old`; both are as long as this list.
    mutating func replace(_ old: SumList?, with new: SumList) {
        for index in sums.indices {
            if let old { sums[index] = sums[index] - old.sums[index] }
            sums[index] = sums[index] + new.sums[index]
        }
    }

    /// Puts `new` in the place of `old`, whose sums lie at `places` of this list.
    mutating func replace(_ old: SumList?, with new: SumList, at places: [Int]) {
        for (index, place) in places.enumerated() {
            if let old { sums[place] = sums[place] - old.sums[index] }
            sums[place] = sums[place] + new.sums[index]
        }
    }

    /// Adds another list, place by place; the longer one's rest stays.
    mutating func add(_ other: SumList) {
        for index in 0..<min(count, other.count) { sums[index] = sums[index] + other.sums[index] }
    }

    func pack(into packed: inout PackedWords) {
        for sum in sums {
            packed.append(sum.energy.wattSeconds)
            packed.append(sum.measuredMs)
            packed.append(sum.estimatedMs)
        }
    }

    init(_ packed: PackedWords, from place: Int, count: Int) {
        sums = (0..<count).map { index in
            let word = place + index * SumList.wordsPerSum
            return AccountSum(
                Energy(wattSeconds: packed.words[word]), measuredMs: packed.words[word + 1],
                estimatedMs: packed.words[word + 2])
        }
    }

    /// - Parameter places: which sums; nil for all.
    func write(_ places: [Int]? = nil, into record: inout DigestRecord) {
        var words: [Int64] = []
        words.reserveCapacity(SumList.wordsPerSum * (places?.count ?? count))
        func write(_ sum: AccountSum) {
            words.append(sum.energy.wattSeconds)
            words.append(sum.measuredMs)
            words.append(sum.estimatedMs)
        }
        if let places {
            for place in places { write(sums[place]) }
        } else {
            for sum in sums { write(sum) }
        }
        record.add(words)
    }

    /// An older build knew fewer accounts: the new ones stand behind them, and are empty.
    mutating func extend(to count: Int) {
        if sums.count < count { sums += [AccountSum](repeating: AccountSum(), count: count - sums.count) }
    }

    public func encode(to encoder: any Encoder) throws {
        var packed = PackedWords(stride: SumList.wordsPerSum)
        pack(into: &packed)
        try packed.encode(to: encoder)
    }

    public init(from decoder: any Decoder) throws {
        let packed = try PackedWords(from: decoder, stride: SumList.wordsPerSum)
        self.init(packed, from: 0, count: packed.words.count / SumList.wordsPerSum)
    }
}

/// What became of the commands that were issued in a period; issued = accepted + rejected + expired + pending.
public struct CommandCounts: Sendable, Hashable, Codable {
    public var issued = 0
    public var accepted = 0
    public var rejected = 0
    public var expired = 0

    public init() {}

    public var pending: Int { issued - accepted - rejected - expired }

    public mutating func add(_ other: CommandCounts) {
        issued += other.issued
        accepted += other.accepted
        rejected += other.rejected
        expired += other.expired
    }
}

/// The books of one settlement period: every figure of a report is a sum over such rows.
public struct PeriodRow: Sendable, Hashable, Codable {
    /// Start, on a UTC half hour.
    public var start: PlantTime
    /// Plant time that was stepped, ms; 1,800,000 for a whole period.
    public var steppedMs: Int64 = 0
    /// From the first tick of the period that was stepped to the end of the last; nil without one.
    public var steppedFrom: PlantTime?
    public var steppedTo: PlantTime?
    /// By `Account.index`.
    public var accounts = SumList(count: Account.allCases.count)
    /// By the chart's order; the accounts are sums over these and what follows from them.
    public var meters: SumList
    public var vehicles = 0
    /// Those among `vehicles` whose model the line named.
    public var vehiclesByModel: [String: Int] = [:]
    /// Those among `vehicles` that came from a model.
    public var vehiclesModelled = 0
    /// Sum over the ticks of K below the heating base x ms, for the baseline.
    public var heatingKMs: Int64 = 0
    /// Plant time on production days, ms.
    public var productionDayMs: Int64 = 0
    public var intensity: EmissionFactor?
    public var gaps: [String: Int] = [:]
    public var counts = Counts()
    public var alarms: [String: Int] = [:]
    public var commands = CommandCounts()
    /// Chain after the last tick of the period.
    public var chain = DigestChain()

    public init(start: PlantTime, meterCount: Int) {
        self.start = start
        meters = SumList(count: meterCount)
    }

    /// A whole row at once, from the energies of its meters, for plants that are only simulated.
    public init(start: PlantTime, meters: SumList, chart: Chart, losses: LossFractions) {
        self.init(start: start, meterCount: 0)
        var book = TickBook(lineCount: meters.count)
        book.lines = meters
        book.stepMs = settlementPeriod.ms
        self.meters = meters
        accounts = book.accounts(chart, losses)
    }

    public var end: PlantTime { start + settlementPeriod }

    /// Whether it has all accounts and this many meters; what was stored may have lost some.
    public func isWhole(meters count: Int) -> Bool {
        accounts.count == Account.allCases.count && meters.count == count
    }

    /// Energy of one meter's line; 0 where the row was written under a smaller chart.
    public func meter(_ line: Int) -> Energy { meters.count > line ? meters[line].energy : .zero }

    public subscript(account: Account) -> AccountSum { accounts[account.index] }

    /// The parts that a report prints, for the digest: a row's postings.
    ///
    /// Of the accounts those that the site has: what another site needs more changes nothing here.
    public func write(_ chart: Chart, into record: inout DigestRecord) {
        record.add(start.ms)
        accounts.write(chart.accountPlaces, into: &record)
        meters.write(into: &record)
        record.add(vehicles)
        for (model, count) in vehiclesByModel.sorted(by: { $0.key < $1.key }) {
            record.add(model)
            record.add(count)
        }
        record.add(intensity?.microgramsPerKWh ?? -1)
    }
}

/// Late data changed a period that was closed.
public struct Restatement: Sendable, Hashable, Codable {
    public var period: PlantTime
    public var tick: Int
    public var at: PlantTime
    /// Change by account, Ws; only accounts that changed.
    public var deltas: [String: Int64]

    public init(period: PlantTime, tick: Int, at: PlantTime, deltas: [String: Int64]) {
        self.period = period
        self.tick = tick
        self.at = at
        self.deltas = deltas
    }
}
