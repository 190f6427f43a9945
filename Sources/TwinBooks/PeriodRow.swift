public import TwinCore
public import TwinUnits

/// One account of one settlement period.
public struct AccountSum: Sendable, Hashable, Codable {
    public var energy = Energy.zero
    /// Plant time that readings cover, and that the model fills, ms.
    public var measuredMs: Int64 = 0
    public var estimatedMs: Int64 = 0

    public init() {}
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
    public var accounts = [AccountSum](repeating: AccountSum(), count: Account.allCases.count)
    public var vehicles = 0
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

    public init(start: PlantTime) { self.start = start }

    public var end: PlantTime { start + settlementPeriod }

    public subscript(account: Account) -> AccountSum { accounts[account.index] }

    /// The parts that a report prints, for the digest: a row's postings.
    public func write(into record: inout DigestRecord) {
        record.add(start.ms)
        for sum in accounts {
            record.add(sum.energy.wattSeconds)
            record.add(sum.measuredMs)
            record.add(sum.estimatedMs)
        }
        record.add(vehicles)
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
}
