public import TwinBooks
public import TwinCore

/// A stretch of plant time: from its beginning to before its end.
public struct StoreWindow: Sendable, Hashable {
    public var from: PlantTime
    public var to: PlantTime

    public static let all = StoreWindow(from: .earliest, to: .latest)

    public init(from: PlantTime = .earliest, to: PlantTime = .latest) {
        self.from = from
        self.to = to
    }

    /// What both have; nil where they do not meet.
    public func clamped(to other: StoreWindow) -> StoreWindow? {
        let both = StoreWindow(from: max(from, other.from), to: min(to, other.to))
        return both.from < both.to ? both : nil
    }
}

/// A run of the store.
public struct StoredRun: Sendable, Hashable {
    public var run: String
    public var site: String
    public var start: PlantTime
    /// Of the last period on the books; nil before the first.
    public var end: PlantTime?
    /// The build that wrote it last.
    public var build: String
    /// Nil before the first mark was stored.
    public var facts: RunFacts?

    public init(run: String, site: String, start: PlantTime, end: PlantTime?, build: String, facts: RunFacts?) {
        self.run = run
        self.site = site
        self.start = start
        self.end = end
        self.build = build
        self.facts = facts
    }
}

public struct StoredConfiguration: Sendable, Hashable {
    /// `sha256:…`
    public var hash: String
    public var run: String
    public var from: PlantTime
    public var tick: Int

    public init(hash: String, run: String, from: PlantTime, tick: Int) {
        self.hash = hash
        self.run = run
        self.from = from
        self.tick = tick
    }
}

public struct StoredAlarm: Sendable, Hashable {
    public var run: String
    public var at: PlantTime
    public var key: AlarmKey
    public var isRaised: Bool
    /// Why it was raised; empty when it is over.
    public var cause: String

    public init(run: String, at: PlantTime, key: AlarmKey, isRaised: Bool, cause: String = "") {
        self.run = run
        self.at = at
        self.key = key
        self.isRaised = isRaised
        self.cause = cause
    }
}

public struct StoredRestatement: Sendable, Hashable {
    public var run: String
    public var restatement: Restatement

    public init(run: String, restatement: Restatement) {
        self.run = run
        self.restatement = restatement
    }
}

/// A change of a set-point as it was commanded, and what became of it.
public struct StoredCommand: Sendable, Hashable {
    public var run: String
    public var tick: Int
    public var n: Int
    public var at: PlantTime
    public var asset: AssetPath
    public var action: String
    /// In the unit of the action.
    public var value: Double
    public var reason: String
    /// `accepted`, `rejected` or `expired`; nil while it is pending.
    public var fate: String?
    public var renewals: Renewals

    /// How often its lease was renewed, as far as that is stored.
    public struct Renewals: Sendable, Hashable {
        public var count = 0
        public var rejected = 0
        public var expired = 0
        public var lastTick: Int?

        public init() {}
    }

    public init(
        run: String, tick: Int, n: Int, at: PlantTime, asset: AssetPath, action: String, value: Double, reason: String,
        fate: String?, renewals: Renewals = Renewals()
    ) {
        self.run = run
        self.tick = tick
        self.n = n
        self.at = at
        self.asset = asset
        self.action = action
        self.value = value
        self.reason = reason
        self.fate = fate
        self.renewals = renewals
    }
}

/// What a command's id stands for.
public enum FoundCommand: Sendable, Hashable {
    case change(StoredCommand)
    /// It renewed the lease of `of`; its own fate as there.
    case renewal(of: StoredCommand, fate: String?)
}
