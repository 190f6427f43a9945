public import TwinUnits

/// An asset's place in the plant: `storage/string-1`.
public struct AssetPath: Sendable, Hashable, Codable, CodingKeyRepresentable, Comparable {
    public var area: Area
    public var asset: String

    public init(_ area: Area, _ asset: String) {
        self.area = area
        self.asset = asset
    }

    public var text: String { "\(area.rawValue)/\(asset)" }

    /// Nil for what is not `area/asset`.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let area = Area(rawValue: String(parts[0])), Topic.isAssetID(parts[1]) else {
            return nil
        }
        self.init(area, String(parts[1]))
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// As a key of a dictionary it is its text, so that an encoder can sort by it.
    public var codingKey: any CodingKey { Key(stringValue: text) }

    public init?(codingKey: some CodingKey) { self.init(text: codingKey.stringValue) }

    public static func == (a: AssetPath, b: AssetPath) -> Bool { a.asset == b.asset && a.area == b.area }

    /// By the name alone, which areas seldom share: paths are looked up thousands of times a tick.
    public func hash(into hasher: inout Hasher) { hasher.combine(asset) }

    public static func < (a: AssetPath, b: AssetPath) -> Bool { (a.area, a.asset) < (b.area, b.asset) }
}

/// One line of the books: an account, and the asset whose meter feeds it.
public struct Meter: Sendable, Hashable, Codable {
    public var account: Account
    public var path: AssetPath

    public init(_ account: Account, _ path: AssetPath) {
        self.account = account
        self.path = path
    }

    public init(_ account: Account, _ area: Area, _ asset: String) {
        self.init(account, AssetPath(area, asset))
    }

    /// `gas burner/paint-ovens`.
    public var text: String { "\(account.name) \(path.text)" }

    public init?(text: some StringProtocol) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let account = Account(name: String(parts[0])), let path = AssetPath(text: parts[1])
        else {
            return nil
        }
        self.init(account, path)
    }
}

extension Meter {
    /// Heat that is made where it is used, in an oven or a booth: it never sees the pipes.
    public var isInPlace: Bool {
        account == .heatDirectFired || account == .heatElectric && path.area != .heat
    }
}

/// What one tick put on one meter's line, and how much of the tick was measured.
public struct Cell: Sendable, Hashable {
    /// Start of the tick.
    public var tick: PlantTime
    public var meter: Meter
    public var energy: Energy
    /// Part of the tick that readings cover, ms.
    public var measuredMs: Int64
    /// Part that the model fills, ms; the rest of the tick is missing.
    public var estimatedMs: Int64

    public init(tick: PlantTime, meter: Meter, energy: Energy, measuredMs: Int64, estimatedMs: Int64) {
        self.tick = tick
        self.meter = meter
        self.energy = energy
        self.measuredMs = measuredMs
        self.estimatedMs = estimatedMs
    }
}

/// The grid's carbon intensity over one settlement period, as far as readings cover it.
public struct PeriodIntensity: Sendable, Hashable {
    public var period: PlantTime
    public var factor: EmissionFactor
    public var coveredMs: Int64

    public init(period: PlantTime, factor: EmissionFactor, coveredMs: Int64) {
        self.period = period
        self.factor = factor
        self.coveredMs = coveredMs
    }
}

/// Settlement periods lie on UTC half hours.
public let settlementPeriod = Span.minutes(30)
