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
    /// Of each sum its energy in Ws, then the ms that were measured and estimated: as the digest takes them, and
    /// each added for itself.
    private var words: [Int64]

    static let wordsPerSum = 3

    public init(count: Int) { words = [Int64](repeating: 0, count: SumList.wordsPerSum * count) }

    public var count: Int { words.count / SumList.wordsPerSum }

    public subscript(index: Int) -> AccountSum {
        get {
            let place = SumList.wordsPerSum * index
            return AccountSum(
                Energy(wattSeconds: words[place]), measuredMs: words[place + 1], estimatedMs: words[place + 2])
        }
        set {
            let place = SumList.wordsPerSum * index
            words[place] = newValue.energy.wattSeconds
            words[place + 1] = newValue.measuredMs
            words[place + 2] = newValue.estimatedMs
        }
    }

    func energy(_ account: Account) -> Energy {
        Energy(wattSeconds: words[SumList.wordsPerSum * account.index])
    }

    func energy(_ accounts: [Account]) -> Energy { accounts.reduce(.zero) { $0 + energy($1) } }

    mutating func clear() {
        for place in words.indices { words[place] = 0 }
    }

    /// Takes back what was added.
    mutating func subtract(_ other: SumList) {
        for place in words.indices { words[place] = words[place].subtractingSaturated(other.words[place]) }
    }

    mutating func subtract(_ other: SumList, at places: [Int]) {
        for (index, place) in places.enumerated() { self[place] = self[place] - other[index] }
    }

    /// Adds another list, whose sums lie at `places` of this one.
    mutating func add(_ other: SumList, at places: [Int]) {
        for (index, place) in places.enumerated() { self[place] = self[place] + other[index] }
    }

    /// Adds another list, place by place; the longer one's rest stays.
    mutating func add(_ other: SumList) {
        for place in 0..<min(words.count, other.words.count) {
            words[place] = words[place].addingSaturated(other.words[place])
        }
    }

    func pack(into packed: inout PackedWords) {
        for word in words { packed.append(word) }
    }

    init(_ packed: PackedWords, from place: Int, count: Int) {
        words = Array(packed.words[place..<place + SumList.wordsPerSum * count])
    }

    func write(into record: inout DigestRecord) { record.add(words[...]) }

    /// Only the sums at these places.
    func write(_ places: [Range<Int>], into record: inout DigestRecord) {
        for range in places {
            record.add(words[SumList.wordsPerSum * range.lowerBound..<SumList.wordsPerSum * range.upperBound])
        }
    }

    /// An older build knew fewer accounts: the new ones stand behind them, and are empty.
    mutating func extend(to count: Int) {
        let missing = SumList.wordsPerSum * count - words.count
        if missing > 0 { words += [Int64](repeating: 0, count: missing) }
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
    /// What dispatch saved; nil while nothing was ever commanded, and in a row that a store kept without it.
    public var saving: DispatchSaving?
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
        book.add(to: &accounts, chart, losses)
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
        accounts.write(chart.accountRanges, into: &record)
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
    /// Change by account, Ws, and of `vehicles`; only what changed.
    public var deltas: [String: Int64]

    static let vehicles = "vehicles"

    public init(period: PlantTime, tick: Int, at: PlantTime, deltas: [String: Int64]) {
        self.period = period
        self.tick = tick
        self.at = at
        self.deltas = deltas
    }
}
